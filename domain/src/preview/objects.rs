//! The objects that a chart made, in an order of their own and without what is secret.

use serde_json::Value;

use crate::object::{ObjectKey, scope};
use crate::yaml::emit;

/// What stands for a value of a Secret. Charts make some up at every rendering, and none of them is anybody's to read.
const NOT_SHOWN: &str = "not shown";

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects(Vec<Object>);

#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Absent where it has no kind or no name; Kubernetes will not take it either.
    pub key: Option<ObjectKey>,
    pub value: Value,
}

impl Objects {
    /// The documents that a chart made for a release in `namespace`: lists opened, namespaces filled in as Helm does,
    /// sorted by what they are called, so that two renderings can be compared.
    pub fn of(documents: impl IntoIterator<Item = Value>, namespace: &str) -> Objects {
        let mut objects = Vec::new();
        for document in documents {
            collect(document, namespace, &mut objects);
        }
        objects.sort_by(|one: &Object, other| one.key.cmp(&other.key));
        Objects(objects)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.0.iter()
    }

    pub fn get(&self, key: &ObjectKey) -> Option<&Value> {
        self.iter().find(|object| object.key.as_ref() == Some(key)).map(|object| &object.value)
    }

    /// As YAML, a document each.
    pub fn text(&self) -> String {
        emit::emit_documents(self.iter().map(|object| &object.value))
    }
}

fn collect(mut document: Value, namespace: &str, into: &mut Vec<Object>) {
    let is_list = document.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    if is_list && let Some(Value::Array(items)) = document.get_mut("items").map(Value::take) {
        items.into_iter().for_each(|item| collect(item, namespace, into));
        return;
    }
    if !document.is_object() {
        return;
    }
    let mut key = ObjectKey::of(&document);
    if let Some(key) = &mut key {
        match scope::of(&key.group, &key.kind) {
            scope::Scope::Cluster => key.namespace = None,
            scope::Scope::Namespaced if key.namespace.is_none() => key.namespace = Some(namespace.to_owned()),
            _ => {}
        }
        if key.is("", "Secret") {
            hide(&mut document);
        }
    }
    into.push(Object { key, value: document });
}

fn hide(secret: &mut Value) {
    for field in ["data", "stringData"] {
        if let Some(Value::Object(entries)) = secret.get_mut(field) {
            entries.values_mut().for_each(|value| *value = Value::from(NOT_SHOWN));
        }
    }
}
