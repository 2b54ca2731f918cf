//! What is applied once in a cluster so that Flux follows its repository.

use domain::api::cluster::{Bootstrap, Step};
use domain::cluster::FluxNames;
use domain::yaml::emit;
use serde_json::json;

use crate::store;

/// Puts the age identity, pasted on standard input, into the Secret that Flux decrypts with.
pub fn decryption_secret_command(flux: &FluxNames) -> String {
    format!(
        "kubectl create secret generic {} --namespace {} --from-file=identity.agekey=/dev/stdin",
        flux.decryption_secret, flux.namespace
    )
}

pub fn of(cluster: &store::cluster::Cluster) -> Bootstrap {
    let flux = &cluster.flux;
    let prefix = if cluster.path_prefix.is_empty() { String::new() } else { format!("{}/", cluster.path_prefix) };
    let is_ssh = cluster.url.starts_with("ssh://");
    let secret = format!("{}-git", flux.source);
    let mut source = json!({
        "interval": "1m",
        "url": cluster.url,
        "ref": {"branch": cluster.branch},
    });
    if !cluster.embedded {
        source["secretRef"] = json!({"name": secret});
    }
    let git_repository = json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": flux.source, "namespace": flux.namespace},
        "spec": source,
    });
    let kustomization = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": format!("{}--countersign", cluster.name), "namespace": flux.namespace},
        "spec": {
            "interval": "10m",
            "retryInterval": "1m",
            "path": format!("./{prefix}clusters/{}/countersign", cluster.name),
            "prune": true,
            "sourceRef": {"kind": "GitRepository", "name": flux.source},
        },
    });
    let mut steps = vec![Step {
        what: String::from("Give Flux the cluster's age identity (paste it, then press Ctrl+D)"),
        command: decryption_secret_command(flux),
    }];
    if is_ssh {
        steps.push(Step {
            what: String::from("Give Flux a read-only key for the repository"),
            command: format!("flux create secret git {secret} --namespace {} --url={}", flux.namespace, cluster.url),
        });
    }
    steps.push(Step { what: String::from("Apply the manifests below"), command: String::from("kubectl apply -f countersign.yaml") });
    Bootstrap { manifests: emit::emit_documents([&git_repository, &kustomization]), steps }
}
