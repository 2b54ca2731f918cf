//! The other examples, each on an empty cluster with the variables and secrets that lie beside it.

use std::path::Path;

use serde_json::{Value, json};

use crate::order::in_order;
use crate::scene::{PATIENCE, Scene};
use crate::support::signing::CLUSTER;

/// The example's `stack.yaml`, once stand-ins for its charts are there and its variables and secrets are set.
async fn set_up(scene: &mut Scene, example: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example);
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    let yaml = |path: &str| serde_yaml_ng::from_str::<Value>(&read(path)).unwrap();
    for (name, value) in yaml("secrets.example.yaml").as_object().unwrap() {
        let body = json!({ "scope": { "kind": "cluster", "cluster": CLUSTER }, "name": name, "value": value });
        scene.bound.ada.client.put("/api/v1/secrets", body).await.expect_status(204);
    }
    for (_, level) in yaml("clusters/production.yaml")["spec"]["variables"].as_object().unwrap() {
        for (name, value) in level.as_object().unwrap() {
            let body = json!({ "scope": { "kind": "cluster", "cluster": CLUSTER }, "name": name, "value": value });
            scene.bound.ada.client.put("/api/v1/variables", body).await.expect_status(204);
        }
    }
    let text = read("stack.yaml");
    scene.internet.stand_in(&text);
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_build_server_comes_up_in_order() {
    let mut scene = Scene::new().await;
    let text = set_up(&mut scene, "ci").await;
    scene.deploy_new(&text).await;
    scene.ready(&["ci--drone-credentials", "ci--ready"]);
    in_order(&scene.lab, "ci", &text, 3);
    assert_eq!(scene.entry("drone", "drone-credentials", "DRONE_RPC_SECRET").as_deref(), Some("not-a-real-shared-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_household_waits_for_its_volumes_and_its_database() {
    let mut scene = Scene::new().await;
    let text = set_up(&mut scene, "homelab").await;
    scene.deploy_new(&text).await;
    scene.ready(&["homelab--longhorn", "homelab--metallb", "homelab--cloudnative-pg", "homelab--address-pool"]);

    // Nobody binds claims here, and nobody runs a database: what they would say is said for them, once Flux waits for it.
    let claim = scene.lab.api.until("the claim", PATIENCE, |api| api.find("PersistentVolumeClaim", "immich", "photo-library"));
    claim.unwrap();
    while !scene.blocked("homelab--authentik", "DependencyNotReady").contains("homelab--database") {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(!scene.exists("HelmRelease", "immich", "immich") && !scene.exists("HelmRelease", "authentik", "authentik"));
    let database = scene.lab.api.until("the database", PATIENCE, |api| api.find("PostgresCluster", "database", "household"));
    let generation = database.unwrap()["metadata"]["generation"].clone();
    let ready = json!({"status": {"conditions": [{
        "type": "Ready", "status": "True", "reason": "ClusterIsReady", "message": "", "lastTransitionTime": "2026-01-02T03:04:05Z",
        "observedGeneration": generation,
    }]}});
    scene.lab.api.patch("PostgresCluster", "database", "household", "/status", &ready).unwrap();
    scene.ready(&["homelab--database", "homelab--authentik", "homelab--nextcloud"]);
    assert!(!scene.exists("HelmRelease", "immich", "immich"), "its pictures have no volume yet");
    let bound = json!({"status": {"phase": "Bound"}});
    scene.lab.api.patch("PersistentVolumeClaim", "immich", "photo-library", "/status", &bound).unwrap();
    scene.ready(&["homelab--photo-library", "homelab--immich", "homelab--ready"]);
    in_order(&scene.lab, "homelab", &text, 12);
    scene.received("authentik", "authentik", "not-a-real-secret-key");
}
