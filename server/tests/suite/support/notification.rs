//! Flux's notification-controller as far as the server can tell: signed events, and a forge that says somebody pushed.

use axum::body::Body;
use axum::http::{Method, header};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::signing::{Bound, CLUSTER};
use super::{Answer, Client};

pub struct Flux {
    secret: String,
    client: Client,
}

impl Flux {
    /// With the cluster's secret, as its snippet puts it into the cluster.
    pub async fn of(bound: &mut Bound) -> Flux {
        let made = bound.ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/hook-secret"), json!({})).await.expect_status(201).ok();
        let mut client = bound.test.client();
        client.origin = None;
        Flux { secret: made["secret"].as_str().unwrap().to_owned(), client }
    }

    pub fn sign(&self, body: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap().chain_update(body);
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256={hex}")
    }

    pub async fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = self.client.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.client.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn tell(&mut self, event: &Value) {
        let body = event.to_string();
        let signature = self.sign(&body);
        self.post(&format!("/api/v1/hooks/flux/{CLUSTER}"), &[("x-signature", &signature)], &body).await.expect_status(204);
    }

    /// The forge says that somebody pushed, and the branch has been looked at.
    pub async fn pushed(&mut self) {
        let secret = self.secret.clone();
        self.post(&format!("/api/v1/hooks/git/{CLUSTER}"), &[("x-gitlab-token", &secret)], "{}").await.expect_status(204);
    }
}

/// `second` counts from the beginning of 2026.
pub fn event(object: &str, commit: &str, severity: &str, reason: &str, second: i64) -> Value {
    let at = jiff::Timestamp::from_second(1_767_225_600 + second).unwrap();
    json!({
        "involvedObject": {"kind": "Kustomization", "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "namespace": "flux-system", "name": object},
        "severity": severity, "reason": reason, "timestamp": at.to_string(), "message": format!("{reason} of {object}"),
        "metadata": {"kustomize.toolkit.fluxcd.io/revision": format!("main@sha1:{commit}")},
        "reportingController": "kustomize-controller", "reportingInstance": "kustomize-controller-0",
    })
}

pub fn failed(object: &str, commit: &str, second: i64) -> Value {
    event(object, commit, "error", "HealthCheckFailed", second)
}

pub fn reconciled(object: &str, commit: &str, second: i64) -> Value {
    event(object, commit, "info", "ReconciliationSucceeded", second)
}
