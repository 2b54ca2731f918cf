//! An addon's files: where the chart comes from, the HelmRelease, and its sealed values if it has secrets.

use serde_json::{Map, Value, json};

use super::{COMPONENT_LABEL, ComponentFiles, RELEASE_GROUP, STACK_LABEL};
use crate::object::ObjectKey;
use crate::repository::Tree;
use crate::sealing::{Content, Field, Leaf, SealRequest, SealedFiles, ValuesTree};
use crate::stack::{Addon, Component, Stack};
use crate::yaml::emit;
use crate::yaml::merge::merge;

const SOURCE: &str = "source.toolkit.fluxcd.io/v1";
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// Fields of HelmRelease's spec that the component decides and `release` may not set.
pub const RESERVED_RELEASE_FIELDS: &[&str] =
    &["chart", "chartRef", "dependsOn", "kubeConfig", "storageNamespace", "targetNamespace", "values", "valuesFrom"];

/// The sealed values of an addon, if any of its values is secret.
pub fn request(stack: &Stack, tree: &Tree, component: &Component, values: &ValuesTree) -> Option<SealRequest> {
    if let ValuesTree::Plain(_) = values {
        return None;
    }
    let (_, secret) = split(values);
    let namespace = component.namespace.as_deref()?;
    let name = format!("{}-values", component.id);
    let header = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            // A helm-controller that watches it reconciles at once; the name alone makes sure that it does at all.
            "labels": {STACK_LABEL: stack.id, COMPONENT_LABEL: component.id, "reconcile.fluxcd.io/watch": "Enabled"},
            "annotations": {"kustomize.toolkit.fluxcd.io/substitute": "disabled"},
        },
        "type": "Opaque",
    });
    let leaf = Leaf { field: Field::StringData, key: "values.yaml".into(), content: Content::Values(secret?), base64: false };
    let path = format!("{}{name}.enc.yaml", tree.component(&stack.id, &component.id));
    Some(SealRequest {
        path,
        stack: stack.id.to_string(),
        component: component.id.to_string(),
        header,
        leaves: vec![leaf],
        suffix_name: true,
    })
}

/// The values that may be read, and those that are sealed. Lists replace each other in Helm, so a list with a secret
/// in it is sealed as a whole.
pub fn split(tree: &ValuesTree) -> (Option<Value>, Option<ValuesTree>) {
    match tree {
        ValuesTree::Plain(value) => (Some(value.clone()), None),
        ValuesTree::Text(_) | ValuesTree::List(_) => (None, Some(tree.clone())),
        ValuesTree::Map(entries) => {
            let (mut plain, mut secret) = (Map::new(), Vec::new());
            for (key, entry) in entries {
                let (readable, sealed) = split(entry);
                plain.extend(readable.map(|value| (key.clone(), value)));
                secret.extend(sealed.map(|tree| (key.clone(), tree)));
            }
            ((!plain.is_empty()).then_some(Value::Object(plain)), (!secret.is_empty()).then_some(ValuesTree::Map(secret)))
        }
    }
}

/// The files; absent while the namespace or a sealed file is missing.
pub fn files(
    stack: &Stack,
    tree: &Tree,
    component: &Component,
    addon: &Addon,
    values: &ValuesTree,
    sealed: &SealedFiles,
) -> Option<ComponentFiles> {
    let namespace = component.namespace.as_deref()?;
    let request = request(stack, tree, component, values);
    let sealed = match &request {
        Some(request) => Some(sealed.of(request)?),
        None => None,
    };
    let labels = json!({STACK_LABEL: stack.id, COMPONENT_LABEL: component.id});
    let source = source(component, addon, namespace, &labels);
    let release = release(component, addon, namespace, &labels, &source, split(values).0, sealed.map(|sealed| sealed.name.as_str()));

    let mut objects: Vec<ObjectKey> = [&source, &release].into_iter().filter_map(ObjectKey::of).collect();
    objects.push(ObjectKey::new(RELEASE_GROUP, "Release", Some(namespace), addon.release_name(component)));
    let mut files =
        vec![("source.yaml".to_owned(), emit::emit(&source).into_bytes()), ("release.yaml".to_owned(), emit::emit(&release).into_bytes())];
    if let Some(sealed) = sealed {
        let name = sealed.path.rsplit('/').next().unwrap_or(&sealed.path).to_owned();
        objects.push(ObjectKey::new("", "Secret", Some(namespace), &sealed.name));
        files.push((name, sealed.bytes.clone()));
    }
    Some(ComponentFiles { files, objects, sealed: sealed.is_some() })
}

fn source(component: &Component, addon: &Addon, namespace: &str, labels: &Value) -> Value {
    let chart = &addon.chart;
    if chart.repository.starts_with("oci://") {
        // A changed tag alone would leave the HelmRelease ready with the old chart; a changed name does not.
        let name = format!("{}-{}", component.id, slug(&chart.version));
        return json!({
            "apiVersion": SOURCE,
            "kind": "OCIRepository",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {
                "interval": "1h",
                "url": format!("{}/{}", chart.repository.trim_end_matches('/'), chart.name),
                // Helm writes the plus of build metadata as an underscore in tags.
                "ref": {"tag": chart.version.replace('+', "_")},
                "layerSelector": {"mediaType": CHART_LAYER, "operation": "copy"},
            },
        });
    }
    json!({
        "apiVersion": SOURCE,
        "kind": "HelmRepository",
        "metadata": {"name": component.id, "namespace": namespace, "labels": labels},
        "spec": {"interval": "1h", "url": chart.repository},
    })
}

/// A version as part of an object's name.
fn slug(version: &str) -> String {
    let plain: String = version.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    plain.trim_matches('-').to_owned()
}

fn release(
    component: &Component,
    addon: &Addon,
    namespace: &str,
    labels: &Value,
    source: &Value,
    values: Option<Value>,
    sealed: Option<&str>,
) -> Value {
    let mut spec = Map::new();
    spec.insert("interval".into(), "30m".into());
    if let Some(timeout) = &component.timeout {
        spec.insert("timeout".into(), timeout.as_str().into());
    }
    spec.insert("releaseName".into(), addon.release_name(component).into());
    let source_name = source.pointer("/metadata/name").cloned().unwrap_or_default();
    if source.get("kind").is_some_and(|kind| kind == "OCIRepository") {
        spec.insert("chartRef".into(), json!({"kind": "OCIRepository", "name": source_name}));
    } else {
        let chart = json!({"chart": addon.chart.name, "version": addon.chart.version, "sourceRef": {"kind": "HelmRepository", "name": source_name}});
        spec.insert("chart".into(), json!({"spec": chart}));
    }
    spec.insert("install".into(), json!({"crds": "CreateReplace", "remediation": {"retries": 3}}));
    spec.insert("upgrade".into(), json!({"crds": "CreateReplace", "remediation": {"retries": 3, "remediateLastFailure": true}}));
    for (field, value) in &addon.release {
        if !RESERVED_RELEASE_FIELDS.contains(&field.as_str()) {
            merge(spec.entry(field.as_str()).or_insert(Value::Null), value);
        }
    }
    if let Some(name) = sealed {
        spec.insert("valuesFrom".into(), json!([{"kind": "Secret", "name": name}]));
    }
    if let Some(values) = values.filter(|values| values.as_object().is_none_or(|map| !map.is_empty())) {
        spec.insert("values".into(), values);
    }
    json!({
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": component.id, "namespace": namespace, "labels": labels},
        "spec": spec,
    })
}
