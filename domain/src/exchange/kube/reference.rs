//! What objects name in each other: a workload its ConfigMaps, a binding its role, a chart its Secret.

use serde_json::Value;

/// Kind and name, and a namespace where one is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub kind: String,
    pub name: String,
    pub namespace: Option<String>,
}

/// By key, the kind that an object below it names with one of its own keys.
const MAPS: &[(&str, &str, &str)] = &[
    ("configMapRef", "ConfigMap", "name"),
    ("configMapKeyRef", "ConfigMap", "name"),
    ("configMap", "ConfigMap", "name"),
    ("secretRef", "Secret", "name"),
    ("secretKeyRef", "Secret", "name"),
    ("secret", "Secret", "secretName"),
    ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
    ("service", "Service", "name"),
];

const TEXTS: &[(&str, &str)] = &[
    ("serviceAccountName", "ServiceAccount"),
    ("secretName", "Secret"),
    ("existingSecret", "Secret"),
    ("existingSecretName", "Secret"),
    ("existingClaim", "PersistentVolumeClaim"),
    ("serviceName", "Service"),
];

pub fn references(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    walk(value, &mut found);
    found.sort();
    found.dedup();
    found
}

fn walk(value: &Value, found: &mut Vec<Reference>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
        Value::Object(map) => {
            for (key, value) in map {
                entry(key, value, found);
                walk(value, found);
            }
        }
        _ => {}
    }
}

fn entry(key: &str, value: &Value, found: &mut Vec<Reference>) {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut push = |kind: &str, name: Option<String>, namespace: Option<String>| {
        found.extend(name.map(|name| Reference { kind: kind.to_owned(), name, namespace }));
    };
    for (_, kind, field) in MAPS.iter().filter(|(map, ..)| *map == key) {
        push(kind, text(value, field), None);
    }
    for (_, kind) in TEXTS.iter().filter(|(name, _)| *name == key) {
        push(kind, value.as_str().map(str::to_owned), None);
    }
    match key {
        "scaleTargetRef" | "roleRef" | "targetRef" => {
            if let Some(kind) = text(value, "kind") {
                push(&kind, text(value, "name"), None);
            }
        }
        "subjects" | "imagePullSecrets" => {
            for item in value.as_array().into_iter().flatten() {
                let kind = if key == "subjects" { text(item, "kind") } else { Some("Secret".to_owned()) };
                if let Some(kind) = kind {
                    push(&kind, text(item, "name"), text(item, "namespace"));
                }
            }
        }
        _ => {}
    }
}
