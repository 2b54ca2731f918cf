//! Components and objects that change hands while they run.

use lab::{FLUX_NAMESPACE, condition};
use serde_json::{Value, json};

use crate::scene::{PATIENCE, Scene, addon, config_map, manifest, stack};

fn release(scene: &Scene) -> (String, Value, Value) {
    let release = scene.lab.api.find("HelmRelease", "shop", "web").unwrap().unwrap();
    (release["metadata"]["uid"].to_string(), release["status"]["history"][0]["version"].clone(), release["metadata"]["generation"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_is_let_go_runs_on_and_another_stack_takes_it_as_it_is() {
    let mut scene = Scene::new().await;
    let text = stack("first", &[addon("web", &[], "lab: {hold: false}"), manifest("page", &[], &config_map("page"))]);
    scene.internet.stand_in(&text);
    scene.deploy_new(&text).await;
    scene.ready(&["first--web", "first--page", "first--ready"]);
    let (before, deployment) = (release(&scene), scene.uid("Deployment", "shop", "web"));

    scene.deploy_changed("first", &[json!({ "change": "let_go", "component": "web" })]).await;
    scene.ready(&["first--ready"]);
    let suspended = |api: &lab::Api| {
        let stands = api.find("Kustomization", FLUX_NAMESPACE, "first--web")?;
        Ok(stands.filter(|one| one["spec"]["suspend"] == true).map(drop))
    };
    scene.lab.api.until("the suspended Kustomization", PATIENCE, suspended).unwrap();
    let text = stack("second", &[addon("web", &[], "lab: {hold: false}")]);
    scene.internet.stand_in(&text);
    scene.deploy_new(&text).await;
    scene.ready(&["second--web", "second--ready"]);
    assert_eq!(release(&scene), before, "Helm did not even look");
    assert_eq!(scene.uid("Deployment", "shop", "web"), deployment);

    // What stood for it in the first stack goes, and takes nothing along.
    scene.remove("first", true).await;
    for name in ["first--web", "first--page", "first--stack"] {
        scene.gone("Kustomization", FLUX_NAMESPACE, name);
    }
    assert!(!scene.exists("ConfigMap", "shop", "page"));
    scene.fetch();
    scene.ready(&["second--web"]);
    assert_eq!((release(&scene), scene.uid("Deployment", "shop", "web")), (before, deployment));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_moves_to_what_waits_for_its_component_is_the_same_object() {
    let mut scene = Scene::new().await;
    let both = format!("{}---\n{}", config_map("stays"), config_map("moves"));
    let parts = [manifest("giver", &["taker"], &both), manifest("taker", &[], &config_map("taken"))];
    scene.deploy_new(&stack("shop", &parts)).await;
    scene.ready(&["shop--giver", "shop--taker", "shop--ready"]);
    let before = scene.uid("ConfigMap", "shop", "moves");
    let text = |component: &str, text: String| json!({ "change": "set_manifest_text", "component": component, "text": text });
    let taken = format!("{}---\n{}", config_map("taken"), config_map("moves"));
    scene.deploy_changed("shop", &[text("giver", config_map("stays")), text("taker", taken)]).await;
    scene.ready(&["shop--giver", "shop--taker", "shop--ready"]);
    assert_eq!(scene.uid("ConfigMap", "shop", "moves"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_template_that_grows_is_refused_with_the_reason_until_the_way_by_hand_is_taken() {
    const SET: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: store
spec:
  serviceName: store
  selector:
    matchLabels: {app: store}
  template:
    metadata:
      labels: {app: store}
    spec:
      containers:
        - {name: main, image: registry.example.com/store:1}
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests: {storage: 1Gi}
";
    let mut scene = Scene::new().await;
    scene.deploy_new(&stack("shop", &[manifest("store", &[], SET), manifest("page", &["store"], &config_map("page"))])).await;
    scene.ready(&["shop--store", "shop--page", "shop--ready"]);
    let before = scene.uid("StatefulSet", "shop", "store");
    let grown = json!({ "change": "set_manifest_text", "component": "store", "text": SET.replace("1Gi", "2Gi") });
    scene.deploy_changed("shop", &[grown]).await;
    let why = scene.lab.api.until("the refusal", PATIENCE, |_| {
        let found = scene.kustomization("shop--store").unwrap_or_default();
        let refused = |why: &str| why.contains("StatefulSet/shop/store");
        Ok(condition(&found, "Ready").filter(|(status, _, why)| *status == "False" && refused(why)).map(|(_, _, why)| why.to_owned()))
    });
    let why = why.unwrap();
    assert!(why.contains("Forbidden"), "{why}");
    scene.blocked("shop--page", "DependencyNotReady");
    assert_eq!(scene.uid("StatefulSet", "shop", "store"), before, "nothing was made anew unasked");

    let kubectl = scene.run("kubectl --namespace shop delete statefulset store --cascade=orphan --wait=false", "");
    assert!(kubectl.status.success(), "{}", String::from_utf8_lossy(&kubectl.stderr));
    // Kubernetes' garbage collector is not in the lab: this is what it does once the pods have been let go.
    scene.lab.api.patch("StatefulSet", "shop", "store", "", &json!({"metadata": {"finalizers": null}})).unwrap();
    // No other commit is needed: Flux tries again by itself.
    scene.ready(&["shop--store", "shop--page", "shop--ready"]);
    let set = scene.lab.api.find("StatefulSet", "shop", "store").unwrap().unwrap();
    assert_eq!(set["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"], "2Gi");
}
