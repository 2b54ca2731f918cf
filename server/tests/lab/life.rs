//! An example's stack from an empty cluster through changes to its removal.

use std::collections::BTreeMap;

use lab::{FLUX_NAMESPACE, Lab};
use serde_json::json;

use crate::order::in_order;
use crate::scene::{PATIENCE, Scene};
use crate::support::signing::CLUSTER;

const MONITORING: &str = include_str!("../../../examples/monitoring/stack.yaml");
const FIRST: &str = "canary-first-3Rk9pXw2LmT7";
const SECOND: &str = "canary-second-8Vn4qYz6JbD1";

fn uids(scene: &Scene) -> BTreeMap<String, String> {
    let mut uids = BTreeMap::new();
    for kind in ["HelmRelease", "Deployment", "ClusterIssuer", "PrometheusRule", "Namespace", "Kustomization"] {
        for object in scene.lab.api.list(kind).unwrap() {
            let name = format!("{kind} {}", object["metadata"]["name"].as_str().unwrap());
            uids.insert(name, object["metadata"]["uid"].as_str().unwrap().to_owned());
        }
    }
    uids
}

async fn give(scene: &mut Scene, secret: &str, value: &str) {
    let scope = json!({ "kind": "cluster", "cluster": CLUSTER });
    let body = json!({ "scope": scope, "name": secret, "value": value });
    scene.bound.ada.client.put("/api/v1/secrets", body).await.expect_status(204);
}

async fn set(scene: &mut Scene, variable: &str, value: &str) {
    let body = json!({ "scope": { "kind": "cluster", "cluster": CLUSTER }, "name": variable, "value": value });
    scene.bound.ada.client.put("/api/v1/variables", body).await.expect_status(204);
}

async fn settle(scene: &mut Scene) {
    for (name, value) in
        [("domain", "lab.example"), ("acme_email", "ops@lab.example"), ("cluster_label", "lab"), ("storage_class", "local")]
    {
        set(scene, name, value).await;
    }
    give(scene, "cloudflare_api_token", FIRST).await;
    give(scene, "grafana_admin_password", FIRST).await;
}

/// What cert-manager would say of its ClusterIssuer as it stands.
pub fn issue(lab: &Lab) {
    let issuer = lab.api.until("the ClusterIssuer", PATIENCE, |api| api.find("ClusterIssuer", "", "letsencrypt-dns01")).unwrap();
    let status = json!({"status": {"conditions": [{
        "type": "Ready", "status": "True", "reason": "ACMEAccountRegistered", "message": "",
        "lastTransitionTime": "2026-01-02T03:04:05Z", "observedGeneration": issuer["metadata"]["generation"],
    }]}});
    lab.api.patch("ClusterIssuer", "", "letsencrypt-dns01", "/status", &status).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_example_comes_up_in_order_and_changes_reach_what_they_concern() {
    let mut scene = Scene::new().await;
    settle(&mut scene).await;
    scene.internet.stand_in(MONITORING);
    scene.deploy_new(MONITORING).await;

    // Everything that does not wait for the ClusterIssuer comes up; what waits for it does not exist.
    let first = [
        "cert-manager",
        "cloudflare-api-token",
        "ingress-nginx",
        "kube-prometheus-stack",
        "external-dns",
        "loki",
        "disk-pressure",
        "alloy",
    ];
    let names = first.map(|name| format!("monitoring--{name}"));
    scene.ready(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let why = scene.blocked("monitoring--grafana", "DependencyNotReady");
    assert!(why.contains("monitoring--letsencrypt-dns01"), "{why}");
    assert!(!scene.exists("HelmRelease", "monitoring", "grafana"));
    scene.blocked("monitoring--ready", "DependencyNotReady");
    issue(&scene.lab);
    scene.ready(&["monitoring--letsencrypt-dns01", "monitoring--grafana", "monitoring--ready", "monitoring--stack"]);
    in_order(&scene.lab, "monitoring", MONITORING, 10);

    // Secrets arrive decrypted, in a Secret and in a release's values.
    assert_eq!(scene.entry("cert-manager", "cloudflare-api-token", "api-token").as_deref(), Some(FIRST));
    scene.received("monitoring", "grafana", FIRST);
    let before = uids(&scene);

    // A changed secret reaches both, a changed value its release; and a ClusterIssuer that changed is not ready because
    // it once was.
    set(&mut scene, "acme_email", "certificates@lab.example").await;
    give(&mut scene, "cloudflare_api_token", SECOND).await;
    give(&mut scene, "grafana_admin_password", SECOND).await;
    let louder = json!({ "change": "set_value", "component": "loki", "path": "loki.limits_config.retention_period", "value": "999h" });
    let soon = json!({ "change": "set_timeout", "component": "letsencrypt-dns01", "timeout": "20s" });
    scene.deploy_changed("monitoring", &[louder, soon]).await;
    scene.blocked("monitoring--letsencrypt-dns01", "HealthCheckFailed");
    issue(&scene.lab);
    scene.received("monitoring", "grafana", SECOND);
    scene.received("monitoring", "loki", "999h");
    scene.ready(&["monitoring--grafana", "monitoring--loki", "monitoring--ready"]);
    assert_eq!(scene.entry("cert-manager", "cloudflare-api-token", "api-token").as_deref(), Some(SECOND));
    assert_eq!(uids(&scene), before, "nothing was made anew");

    // A removed component takes its own objects and nothing else.
    scene.deploy_changed("monitoring", &[json!({ "change": "remove_component", "component": "alloy" })]).await;
    scene.gone("Kustomization", FLUX_NAMESPACE, "monitoring--alloy");
    scene.gone("HelmRelease", "monitoring", "alloy");
    scene.gone("Deployment", "monitoring", "alloy");
    scene.ready(&["monitoring--grafana", "monitoring--ready", "monitoring--stack"]);
    let mut left = before.clone();
    left.retain(|name, _| !["HelmRelease alloy", "Deployment alloy", "Kustomization monitoring--alloy"].contains(&name.as_str()));
    assert_eq!(uids(&scene), left);

    // In another namespace the release is another one: the old one goes, with what it installed.
    let moved = json!({ "change": "set_namespace", "component": "loki", "namespace": "logs" });
    scene.deploy_changed("monitoring", &[moved]).await;
    scene.ready(&["monitoring--loki", "monitoring--grafana", "monitoring--ready"]);
    assert!(scene.exists("Deployment", "logs", "loki"));
    scene.gone("Deployment", "monitoring", "loki");
    assert!(scene.exists("Namespace", "", "monitoring"));
}
