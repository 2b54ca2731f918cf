//! Flux's own objects: one Kustomization per component, and two per stack.
//!
//! Every component has its own Kustomization because Flux's `dependsOn` works within one kind only; that is what makes
//! a DAG of charts and manifests exact. `postBuild` and `targetNamespace` are never set: what is written stays as it is.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{COMPONENT_LABEL, Rendered, STACK_LABEL, health};
use crate::cluster::Cluster;
use crate::name::Name;
use crate::repository::Tree;
use crate::resolve::ResolvedContent;
use crate::stack::{Component, Stack};
use crate::yaml::emit;

const API: &str = "kustomize.toolkit.fluxcd.io/v1";
const DEFAULT_TIMEOUT: &str = "10m";

/// What surrounds a component.
pub struct Around<'a> {
    pub stack: &'a Stack,
    pub cluster: &'a Cluster,
    pub tree: &'a Tree,
}

/// kustomize's list of files.
pub fn kustomize(files: &[&str]) -> String {
    emit::emit(&json!({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": files}))
}

pub fn component_name(stack: &Name, component: &Name) -> String {
    format!("{stack}--{component}")
}

/// The Kustomization that applies one component.
pub fn component(
    around: &Around<'_>,
    component: &Component,
    content: &Option<ResolvedContent>,
    namespaces: &BTreeSet<String>,
    sealed: bool,
) -> Value {
    let Around { stack, cluster, tree } = around;
    let mut depends_on = Vec::new();
    // What comes first in the stack waits for the other stacks; everything else waits for it.
    if component.depends_on.is_empty() {
        depends_on.extend(stack.depends_on.iter().map(ready_name));
    }
    depends_on.extend(component.depends_on.iter().map(|on| component_name(&stack.id, on)));
    let mut seen = BTreeSet::new();
    depends_on.retain(|name| seen.insert(name.clone()));
    let namespaces = (!namespaces.is_empty()).then(|| stands(cluster, namespaces));
    let depends_on = namespaces.into_iter().chain(depends_on.into_iter().map(ready)).collect();

    let mut spec =
        spec(cluster, &Tree::flux_path(&tree.component(&stack.id, &component.id)), component.timeout.as_deref().unwrap_or(DEFAULT_TIMEOUT));
    spec.insert("prune".into(), true.into());
    // It is gone once all that it applied is gone, so that whoever removes in order has one object to wait for.
    spec.insert("deletionPolicy".into(), "WaitForTermination".into());
    spec.insert("wait".into(), true.into());
    put_depends_on(&mut spec, depends_on);
    if sealed {
        spec.insert("decryption".into(), json!({"provider": "sops", "secretRef": {"name": cluster.flux.decryption_secret}}));
    }
    let checks = health::checks(content);
    if !checks.is_empty() {
        spec.insert("healthCheckExprs".into(), Value::Array(checks));
    }
    object(metadata(around, &component.id), spec)
}

/// Waits until a Kustomization is ready at the same revision.
fn ready(name: String) -> Value {
    json!({"name": name})
}

/// Waits until the Namespaces stand, and for no more than that: to wait until they were applied at the same revision would
/// cost every component of every commit the half minute after which Flux looks again.
fn stands(cluster: &Cluster, namespaces: &BTreeSet<String>) -> Value {
    let stands = |name: &String| format!("dep.status.inventory.entries.exists(e, e.id == '_{name}__Namespace')");
    let all: Vec<String> = namespaces.iter().map(stands).collect();
    json!({"name": namespaces_name(cluster), "readyExpr": format!("has(dep.status.inventory) && {}", all.join(" && "))})
}

fn metadata(around: &Around<'_>, component: &Name) -> Value {
    let Around { stack, cluster, .. } = around;
    json!({
        "name": component_name(&stack.id, component),
        "namespace": cluster.flux.namespace,
        "labels": {STACK_LABEL: stack.id, COMPONENT_LABEL: component},
        "annotations": {"event.toolkit.fluxcd.io/stack": stack.id, "event.toolkit.fluxcd.io/component": component},
    })
}

/// What stands for a component that the stack let go of. Suspended, it applies nothing, and when it goes itself it takes
/// nothing along; so it may stay for good, and nobody has to know when Flux saw it.
pub fn let_go(around: &Around<'_>, component: &Name) -> Value {
    let Around { stack, cluster, tree } = around;
    let mut spec = spec(cluster, &Tree::flux_path(&tree.component(&stack.id, component)), DEFAULT_TIMEOUT);
    spec.insert("suspend".into(), true.into());
    spec.insert("prune".into(), false.into());
    spec.insert("deletionPolicy".into(), "Orphan".into());
    object(metadata(around, component), spec)
}

/// The file that hands a stack to Flux, and the marker that says all of it is ready.
///
/// Other stacks wait for `<stack>--ready`. It waits by `dependsOn`, which costs nothing, where `wait: true` on
/// `<stack>--stack` would hold one of Flux's few workers all the while, and a few stacks at once would hold them all.
pub fn stack_entry(around: &Around<'_>, out: &mut Rendered) {
    let Around { stack, cluster, tree } = around;
    let labels = json!({STACK_LABEL: stack.id});
    let metadata = |name: String| json!({"name": name, "namespace": cluster.flux.namespace, "labels": labels, "annotations": {"event.toolkit.fluxcd.io/stack": stack.id}});

    let mut applies = spec(cluster, &Tree::flux_path(&tree.flux(&stack.id)), "5m");
    applies.insert("prune".into(), true.into());
    let applies = object(metadata(stack_name(&stack.id)), applies);

    let mut marks = spec(cluster, &Tree::flux_path(&tree.ready(&stack.id)), "5m");
    marks.insert("prune".into(), true.into());
    let waited_for: BTreeSet<&Name> = stack.components.iter().flat_map(|component| &component.depends_on).collect();
    let last = stack.components.iter().filter(|component| !waited_for.contains(&component.id));
    put_depends_on(&mut marks, last.map(|component| ready(component_name(&stack.id, &component.id))).collect());
    let marks = object(metadata(ready_name(&stack.id)), marks);

    let marker = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": ready_name(&stack.id), "namespace": cluster.flux.namespace, "labels": labels}, "data": {"stack": stack.id}});
    for value in [&applies, &marks, &marker] {
        out.object(value, None);
    }
    out.put(tree.stack_entry(&stack.id), emit::emit_documents([&applies, &marks]));
    out.put(format!("{}kustomization.yaml", tree.ready(&stack.id)), kustomize(&["marker.yaml"]));
    out.put(format!("{}marker.yaml", tree.ready(&stack.id)), emit::emit(&marker));
}

/// The Kustomization that applies the Namespaces, and never removes one.
pub fn namespaces(cluster: &Cluster, tree: &Tree) -> Value {
    let mut spec = spec(cluster, &Tree::flux_path(&tree.namespaces()), "5m");
    spec.insert("prune".into(), false.into());
    spec.insert("wait".into(), true.into());
    spec.insert("deletionPolicy".into(), "Orphan".into());
    object(json!({"name": namespaces_name(cluster), "namespace": cluster.flux.namespace}), spec)
}

fn stack_name(stack: &Name) -> String {
    format!("{stack}--stack")
}

fn ready_name(stack: &Name) -> String {
    format!("{stack}--ready")
}

fn namespaces_name(cluster: &Cluster) -> String {
    format!("{}--namespaces", cluster.name)
}

fn spec(cluster: &Cluster, path: &str, timeout: &str) -> Map<String, Value> {
    let mut spec = Map::new();
    spec.insert("interval".into(), "60m".into());
    spec.insert("retryInterval".into(), "1m".into());
    spec.insert("timeout".into(), timeout.into());
    spec.insert("path".into(), path.into());
    spec.insert("sourceRef".into(), json!({"kind": "GitRepository", "name": cluster.flux.source}));
    spec
}

fn put_depends_on(spec: &mut Map<String, Value>, on: Vec<Value>) {
    if !on.is_empty() {
        spec.insert("dependsOn".into(), on.into());
    }
}

fn object(metadata: Value, spec: Map<String, Value>) -> Value {
    json!({"apiVersion": API, "kind": "Kustomization", "metadata": metadata, "spec": spec})
}
