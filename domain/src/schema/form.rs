//! The fields that most people set, found in a text: of a chart by its catalog file, of objects by their kind.

use serde_json::Value;

use super::notes::Notes;
use crate::api::assist::{FieldKind, FormField};
use crate::catalog::WellKnown;
use crate::expression;
use crate::object::group_of;
use crate::yaml::emit;
use crate::yaml::path::{Segment, ValuePath};

/// Requested and limited, each for processor and memory.
const RESOURCES: &[(&str, &[&str])] = &[
    ("CPU requested", &["requests", "cpu"]),
    ("Memory requested", &["requests", "memory"]),
    ("CPU limit", &["limits", "cpu"]),
    ("Memory limit", &["limits", "memory"]),
];

/// Of a chart's values.
pub fn of_values(own: &Value, known: &WellKnown, notes: Option<&Notes>) -> Vec<FormField> {
    let mut fields = Vec::new();
    let mut add = |label: &str, path: &ValuePath, kind: FieldKind| fields.push(field(own, notes, (label, String::new()), 0, path, kind));
    for path in &known.hosts {
        for path in scalars(own, notes, path, &["host", "name"]) {
            add("Host", &path, FieldKind::Text);
        }
    }
    for path in &known.replicas {
        add("Replicas", path, FieldKind::Number);
    }
    for path in &known.sizes {
        add("Size", path, FieldKind::Text);
    }
    for path in &known.storage_classes {
        add("Storage class", path, FieldKind::Text);
    }
    for path in &known.resources {
        for (label, below) in RESOURCES {
            add(label, &below.iter().fold(path.clone(), |path, key| path.key(*key)), FieldKind::Text);
        }
    }
    // Where several parts of a chart have the same field, its place tells them apart.
    let twice = |label: &str, all: &[FormField]| all.iter().filter(|one| one.label == label).count() > 1;
    let all = fields.clone();
    for field in &mut fields {
        if twice(&field.label, &all) {
            field.group =
                field.path.segments().first().map(|segment| ValuePath::of(std::slice::from_ref(segment)).to_string()).unwrap_or_default();
        }
    }
    fields
}

/// A path to a scalar, or to the first of the list that holds them.
fn scalars(own: &Value, notes: Option<&Notes>, path: &ValuePath, inner: &[&str]) -> Vec<ValuePath> {
    let found = path.get(own).or_else(|| notes.and_then(|notes| notes.default_at(path.segments())));
    match found {
        Some(Value::Array(items)) => {
            let one = |index: usize| {
                let at = path.index(index);
                match items.get(index) {
                    Some(Value::Object(map)) => inner.iter().find(|key| map.contains_key(**key)).map(|key| at.key(*key)),
                    Some(Value::Array(_)) => None,
                    _ => Some(at),
                }
            };
            (0..items.len().clamp(1, 8)).filter_map(one).collect()
        }
        Some(Value::Object(_)) => Vec::new(),
        _ => vec![path.clone()],
    }
}

/// Of the objects of a manifest, one after another.
pub fn of_objects(documents: &[Value]) -> Vec<FormField> {
    let mut fields = Vec::new();
    for (document, object) in documents.iter().enumerate() {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (group, kind) = (group_of(text("/apiVersion")), text("/kind"));
        let title = format!("{kind} {}", text("/metadata/name")).trim().to_owned();
        let mut add =
            |label: &str, path: &ValuePath, kind: FieldKind| fields.push(field(object, None, (label, title.clone()), document, path, kind));
        let at = |path: &str| ValuePath::parse(path).unwrap_or_default();
        let each = |path: &ValuePath| {
            (0..path.get(object).and_then(Value::as_array).map_or(0, Vec::len)).map(|index| path.index(index)).collect::<Vec<_>>()
        };
        match (group, kind) {
            ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") => add("Replicas", &at("spec.replicas"), FieldKind::Number),
            ("networking.k8s.io", "Ingress") => {
                each(&at("spec.rules")).iter().for_each(|rule| add("Host", &rule.key("host"), FieldKind::Text))
            }
            ("gateway.networking.k8s.io", "HTTPRoute") => {
                each(&at("spec.hostnames")).iter().for_each(|host| add("Host", host, FieldKind::Text))
            }
            ("", "PersistentVolumeClaim") => {
                add("Size", &at("spec.resources.requests.storage"), FieldKind::Text);
                add("Storage class", &at("spec.storageClassName"), FieldKind::Text);
            }
            ("autoscaling", "HorizontalPodAutoscaler") => {
                add("Fewest replicas", &at("spec.minReplicas"), FieldKind::Number);
                add("Most replicas", &at("spec.maxReplicas"), FieldKind::Number);
            }
            _ => {}
        }
        for claim in each(&at("spec.volumeClaimTemplates")) {
            add("Size", &claim.key("spec").key("resources").key("requests").key("storage"), FieldKind::Text);
        }
        let pod = match (group, kind) {
            ("apps", "Deployment" | "StatefulSet" | "ReplicaSet" | "DaemonSet") | ("batch", "Job") => at("spec.template.spec.containers"),
            ("batch", "CronJob") => at("spec.jobTemplate.spec.template.spec.containers"),
            ("", "Pod") => at("spec.containers"),
            _ => continue,
        };
        for container in each(&pod) {
            add("Image", &container.key("image"), FieldKind::Text);
            for (label, below) in RESOURCES {
                add(label, &below.iter().fold(container.key("resources"), |path, key| path.key(*key)), FieldKind::Text);
            }
        }
    }
    fields
}

fn field(
    own: &Value,
    notes: Option<&Notes>,
    (label, group): (&str, String),
    document: usize,
    path: &ValuePath,
    kind: FieldKind,
) -> FormField {
    let shown = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(emit::flow(other)),
    };
    let value = path.get(own).and_then(shown);
    FormField {
        label: label.to_owned(),
        group,
        document,
        path: path.clone(),
        kind,
        is_expression: value.as_deref().is_some_and(expression::is_in),
        value,
        default: notes.and_then(|notes| notes.default_at(path.segments())).and_then(shown).filter(|default| !default.is_empty()),
    }
}

/// What to write so that a value stands at a path: Helm replaces lists whole, so a list that only the chart has is taken
/// over with its other entries.
pub fn step(own: &Value, notes: Option<&Notes>, path: &ValuePath, value: &Value) -> (ValuePath, Value) {
    let segments = path.segments();
    let Some(at) = segments.iter().position(|segment| matches!(segment, Segment::Index(_))) else { return (path.clone(), value.clone()) };
    let (list, inner) = (ValuePath::of(&segments[..at]), ValuePath::of(&segments[at..]));
    let theirs =
        notes.and_then(|notes| notes.default_at(list.segments())).filter(|theirs| theirs.as_array().is_some_and(|items| !items.is_empty()));
    let (None, Some(theirs)) = (list.get(own), theirs) else { return (path.clone(), value.clone()) };
    let mut whole = theirs.clone();
    match crate::yaml::edit::place(&mut whole, &inner, value) {
        Ok(()) => (list, whole),
        Err(_) => (path.clone(), value.clone()),
    }
}

/// What somebody typed into a field, as the value it means there.
pub fn typed(text: &str, kind: FieldKind) -> Value {
    match kind {
        FieldKind::Number => text.trim().parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
        FieldKind::Text => Value::String(text.to_owned()),
    }
}
