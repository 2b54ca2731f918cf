//! What goes, in which order, and what stays: by the API server's own log of writes.

use lab::FLUX_NAMESPACE;
use serde_json::{Value, json};

use crate::scene::{Scene, addon, config_map, manifest, stack};

/// What stands in nobody's way.
const FREE: &str = "lab: {hold: false}";

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_component_goes_before_its_kustomization_and_waits_for_nothing() {
    let mut scene = Scene::new().await;
    let parts = [addon("base", &[], FREE), addon("user", &["base"], FREE), manifest("beside", &[], &config_map("beside"))];
    let text = stack("shop", &parts);
    scene.internet.stand_in(&text);
    scene.deploy_new(&text).await;
    scene.ready(&["shop--base", "shop--user", "shop--beside", "shop--ready"]);
    let beside = scene.lab.api.find("ConfigMap", "shop", "beside").unwrap().unwrap();

    // The one that waits and the one it waited for, both in one entry.
    let changes = ["user", "base"].map(|id| json!({ "change": "remove_component", "component": id }));
    scene.deploy_changed("shop", &changes).await;
    for id in ["user", "base"] {
        scene.gone("Kustomization", FLUX_NAMESPACE, &format!("shop--{id}"));
        scene.gone("Deployment", "shop", id);
        let release = scene.last(&["patch", "update"], "helmreleases", id);
        let kustomization = scene.last(&["patch", "update"], "kustomizations", &format!("shop--{id}"));
        assert!(release < kustomization, "{id}: its release let go at {release}, its Kustomization at {kustomization}");
    }
    // Neither waited for the other: both were told to go before either had gone.
    let asked = ["user", "base"].map(|id| scene.last(&["delete"], "kustomizations", &format!("shop--{id}")));
    let went = ["user", "base"].map(|id| scene.last(&["patch", "update"], "kustomizations", &format!("shop--{id}")));
    assert!(asked.iter().max() < went.iter().min(), "asked {asked:?}, went {went:?}");
    let after = scene.lab.api.find("ConfigMap", "shop", "beside").unwrap().unwrap();
    assert_eq!(after["metadata"]["resourceVersion"], beside["metadata"]["resourceVersion"], "the neighbour was not even written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_goes_step_by_step_in_reverse_and_leaves_its_namespace() {
    let mut scene = Scene::new().await;
    let parts = [addon("base", &[], FREE), addon("user", &["base"], FREE), manifest("page", &["user"], &config_map("page"))];
    let text = stack("shop", &parts);
    scene.internet.stand_in(&text);
    scene.deploy_new(&text).await;
    scene.ready(&["shop--ready"]);
    for id in ["page", "user", "base"] {
        scene.remove("shop", false).await;
        scene.gone("Kustomization", FLUX_NAMESPACE, &format!("shop--{id}"));
    }
    for name in ["shop--ready", "shop--stack"] {
        scene.gone("Kustomization", FLUX_NAMESPACE, name);
    }
    let went = |id: &str| scene.last(&["patch", "update"], "kustomizations", &format!("shop--{id}"));
    let asked = |resource: &str, id: &str| scene.last(&["delete"], resource, id);
    for (before, after) in [("page", "user"), ("user", "base")] {
        assert!(went(before) < asked("helmreleases", after), "{after} was told to go before {before} had gone");
    }
    assert!(asked("configmaps", "page") < asked("helmreleases", "user"));
    for kind in ["Deployment", "HelmRelease", "HelmRepository", "ConfigMap"] {
        let left = scene.lab.api.list(kind).unwrap();
        let left: Vec<_> = left.iter().filter(|one| one["metadata"]["namespace"] == "shop").map(|one| &one["metadata"]["name"]).collect();
        assert!(left.is_empty(), "{kind}: {left:?}");
    }
    assert!(scene.exists("Namespace", "", "shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_goes_at_once_is_held_by_nothing_but_what_will_not_go() {
    let mut scene = Scene::new().await;
    let held = config_map("held").replace("  name: held\n", "  name: held\n  finalizers: [lab.countersign.dev/held]\n");
    let parts = [manifest("held", &[], &held), addon("user", &["held"], FREE), manifest("page", &["user"], &config_map("page"))];
    let text = stack("shop", &parts);
    scene.internet.stand_in(&text);
    scene.deploy_new(&text).await;
    scene.ready(&["shop--ready"]);
    scene.remove("shop", true).await;
    scene.gone("HelmRelease", "shop", "user");
    scene.gone("ConfigMap", "shop", "page");
    // Flux waits for it as long as the component may take, and says so; then what stood for it goes, and it does not.
    scene.gone("Kustomization", FLUX_NAMESPACE, "shop--held");
    scene.gone("Kustomization", FLUX_NAMESPACE, "shop--stack");
    let events = scene.lab.api.list("Event").unwrap();
    let of_it = |event: &&Value| event["involvedObject"]["name"] == "shop--held" && event["type"] == "Warning";
    // Where it looked once more before it was deleted, it also missed its folder.
    let said: Vec<_> = events.iter().filter(of_it).map(|event| &event["message"]).collect();
    assert!(said.iter().any(|message| **message == "failed to wait for resources termination"), "{said:?}");
    let held = scene.lab.api.find("ConfigMap", "shop", "held").unwrap().unwrap();
    assert!(held["metadata"]["deletionTimestamp"].is_string());
}
