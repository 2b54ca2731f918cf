//! Objects of a cluster as plans see them: what each is called and where it lives.

pub mod scope;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What makes two objects the same one: group, kind, namespace and name. Versions of a group share their objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectKey {
    /// Empty: the core group.
    pub group: String,
    pub kind: String,
    /// Absent: the object belongs to no namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
}

impl ObjectKey {
    pub fn new(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectKey {
        ObjectKey { group: group.to_owned(), kind: kind.to_owned(), namespace: namespace.map(str::to_owned), name: name.to_owned() }
    }

    /// The key of an object as it is written, if it is one.
    pub fn of(object: &Value) -> Option<ObjectKey> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let group = group_of(text("/apiVersion")?);
        Some(ObjectKey::new(group, text("/kind")?, text("/metadata/namespace"), text("/metadata/name")?))
    }

    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

/// `cert-manager.io/v1` → `cert-manager.io`, `v1` → the empty group.
pub fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use serde_json::json;

    #[test]
    fn versions_of_a_group_name_the_same_object() {
        let object = |version: &str| json!({"apiVersion": version, "kind": "Ingress", "metadata": {"name": "web", "namespace": "shop"}});
        let key = ObjectKey::of(&object("networking.k8s.io/v1")).unwrap();
        assert_eq!(Some(&key), ObjectKey::of(&object("networking.k8s.io/v1beta1")).as_ref());
        assert_eq!(key.to_string(), "Ingress shop/web");
        assert_eq!(ObjectKey::of(&object("v1")).unwrap().group, "");
    }

    #[test]
    fn what_has_no_kind_or_name_is_no_object() {
        assert_eq!(ObjectKey::of(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"generateName": "x-"}})), None);
        assert_eq!(ObjectKey::of(&json!({"kind": "Secret", "metadata": {"name": "x"}})), None);
    }
}
