//! Flux's objects for one cluster: what it follows, what it applies, whom it tells.

use domain::cluster::FluxNames;
use serde_json::{Value, json};

use super::secret;
use crate::public_url::PublicUrl;
use crate::store::cluster::Cluster;

/// What our own objects are called; `--` stands in no name that a person gives.
pub fn own_name(cluster: &Cluster) -> String {
    format!("{}--countersign", cluster.name)
}

pub fn git_repository(cluster: &Cluster, url: &str, has_secret: bool) -> Value {
    let mut spec = json!({
        "interval": "1m",
        "url": url,
        "ref": {"branch": cluster.branch},
    });
    if has_secret {
        spec["secretRef"] = json!({"name": secret::git(&cluster.flux)});
    }
    object("source.toolkit.fluxcd.io/v1", "GitRepository", &cluster.flux.source, &cluster.flux, spec)
}

/// The one that applies every stack's own.
pub fn kustomization(cluster: &Cluster) -> Value {
    let prefix = if cluster.path_prefix.is_empty() { String::new() } else { format!("{}/", cluster.path_prefix) };
    let spec = json!({
        "interval": "10m",
        "retryInterval": "1m",
        "path": format!("./{prefix}clusters/{}/countersign", cluster.name),
        "prune": true,
        "sourceRef": {"kind": "GitRepository", "name": cluster.flux.source},
    });
    object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", &own_name(cluster), &cluster.flux, spec)
}

/// Where events go, and which. Everything of one namespace is asked for, since stacks come and go; what is not ours is
/// dropped on arrival.
pub fn events(cluster: &Cluster, public_url: &PublicUrl) -> [Value; 2] {
    const API: &str = "notification.toolkit.fluxcd.io/v1beta3";
    let name = own_name(cluster);
    let provider = json!({
        "type": "generic-hmac",
        "address": format!("{}/api/v1/hooks/flux/{}", public_url.origin(), cluster.name),
        "secretRef": {"name": secret::hook(cluster)},
    });
    let alert = json!({
        "providerRef": {"name": name},
        "eventSeverity": "info",
        "eventSources": [
            {"kind": "GitRepository", "name": cluster.flux.source},
            {"kind": "Kustomization", "name": "*"},
        ],
    });
    [object(API, "Provider", &name, &cluster.flux, provider), object(API, "Alert", &name, &cluster.flux, alert)]
}

/// The head of the branch must be signed by one of the keys in this Secret.
pub fn verify(cluster: &Cluster) -> Value {
    json!({"mode": "HEAD", "secretRef": {"name": secret::signers(cluster)}})
}

fn object(api: &str, kind: &str, name: &str, flux: &FluxNames, spec: Value) -> Value {
    json!({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": flux.namespace}, "spec": spec})
}
