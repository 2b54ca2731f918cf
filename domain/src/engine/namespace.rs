//! Namespaces: one file each, shared by the stacks of a cluster, added when first needed and never removed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Rendered, flux};
use crate::cluster::Cluster;
use crate::object::ObjectKey;
use crate::repository::Tree;
use crate::resolve::{Resolution, ResolvedComponent, ResolvedContent};
use crate::yaml::emit;

/// Namespaces that belong to Kubernetes or to Flux itself: never written, never waited for.
pub fn is_reserved(cluster: &Cluster, namespace: &str) -> bool {
    namespace.starts_with("kube-") || namespace == "default" || namespace == cluster.flux.namespace
}

/// The namespaces that a component needs and that are ours to write.
pub fn needed(cluster: &Cluster, own: &BTreeSet<&str>, resolved: &ResolvedComponent<'_>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = match &resolved.content {
        Some(ResolvedContent::Manifest { objects }) => objects.iter().filter_map(|object| object.key.namespace.clone()).collect(),
        Some(ResolvedContent::Addon { .. }) => resolved.component.namespace.iter().cloned().collect(),
        None => BTreeSet::new(),
    };
    names.retain(|name| !is_reserved(cluster, name) && !own.contains(name.as_str()));
    names
}

/// The Namespaces that manifests of the stack bring themselves.
pub fn own<'a>(resolution: &'a Resolution<'_>) -> BTreeSet<&'a str> {
    resolution.objects().filter(|(_, object)| object.key.is("", "Namespace")).map(|(_, object)| object.key.name.as_str()).collect()
}

pub fn files(cluster: &Cluster, tree: &Tree, namespaces: &BTreeSet<String>, out: &mut Rendered) {
    if namespaces.is_empty() {
        return;
    }
    share(tree.namespaces_entry(), &flux::namespaces(cluster, tree), out);
    for name in namespaces {
        // A Namespace may have been there before us: `ssa: Merge` leaves labels that others set on it.
        let annotations = json!({"kustomize.toolkit.fluxcd.io/prune": "disabled", "kustomize.toolkit.fluxcd.io/ssa": "Merge"});
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "annotations": annotations}});
        share(tree.namespace(name), &object, out);
    }
}

fn share(path: String, object: &Value, out: &mut Rendered) {
    out.shared.insert(path.clone());
    out.common.extend(ObjectKey::of(object));
    out.put(path, emit::emit(object));
}
