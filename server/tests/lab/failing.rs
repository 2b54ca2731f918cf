//! A component that fails stops what depends on it, and nothing else.

use serde_json::{Value, json};

use crate::scene::{Scene, addon, config_map, manifest, stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_component_blocks_exactly_its_dependants_until_it_is_mended() {
    let mut scene = Scene::new().await;
    scene.listen().await;
    let parts = [
        addon("root", &[], "lab: {hold: false}"),
        addon("broken", &["root"], "lab: {hold: true}"),
        addon("after", &["broken"], "lab: {hold: false}"),
        manifest("last", &["after"], &config_map("last")),
        manifest("beside", &["root"], &config_map("beside")),
        addon("alone", &[], "lab: {hold: false}"),
    ];
    let text = stack("shop", &parts);
    scene.internet.stand_in(&text);
    let number = scene.deploy_new(&text).await;
    scene.ready(&["shop--root", "shop--beside", "shop--alone"]);
    let why = scene.blocked("shop--broken", "HealthCheckFailed");
    assert!(why.contains("HelmRelease/shop/broken"), "the cause is named: {why}");
    for (waiting, on) in [("shop--after", "shop--broken"), ("shop--last", "shop--after"), ("shop--ready", "shop--last")] {
        let why = scene.blocked(waiting, "DependencyNotReady");
        assert!(why.contains(on), "{waiting}: {why}");
    }
    // The page says so, without an observer in the cluster.
    let of =
        |outcome: &Value, id: &str| outcome["components"].as_array().unwrap().iter().find(|one| one["component"] == id).unwrap().clone();
    let told =
        scene.outcome(number, |outcome| of(outcome, "broken")["state"] == "failing" && of(outcome, "beside")["state"] == "reconciled");
    let told = told.await;
    assert!(of(&told, "broken")["message"].as_str().unwrap().contains("HelmRelease/shop/broken"), "{told}");
    assert!(of(&told, "broken")["change"].as_str().unwrap().contains("added it"), "{told}");
    for (waiting, on) in [("after", "broken"), ("last", "after")] {
        let one = of(&told, waiting);
        assert!(one["state"] == "waits" && one["sentence"].as_str().unwrap().starts_with(&format!("Waits for {on}")), "{one}");
    }
    assert!(!scene.exists("HelmRelease", "shop", "after"));
    assert!(!scene.exists("ConfigMap", "shop", "last"));

    let mended = json!({ "change": "set_value", "component": "broken", "path": "lab.hold", "value": false });
    let number = scene.deploy_changed("shop", &[mended]).await;
    scene.ready(&["shop--broken", "shop--after", "shop--last", "shop--ready"]);
    assert!(scene.exists("Deployment", "shop", "after") && scene.exists("ConfigMap", "shop", "last"));
    let told = scene.outcome(number, |outcome| outcome["state"] == "reconciled").await;
    assert_eq!(told["tally"], "6 of 6 reconciled", "{told}");
}
