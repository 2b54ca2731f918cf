//! What a plan read of its surroundings: the head of the branch, other stacks, foreign files.
//!
//! The facts that guards relied on are pinned in the plan, so that a head which moved elsewhere
//! leaves it standing and one that moved under its feet does not.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::FileDigest;
use crate::engine::RELEASE_GROUP;
use crate::name::Name;
use crate::object::ObjectKey;
use crate::stack::LetGo;
use crate::text::hex;
use crate::yaml::read;

/// The head of the branch as planning needs it. Paths carry the binding's prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The files with their bytes: all below the subject's owned paths, and the shared ones.
    pub files: BTreeMap<String, HeadFile>,
    /// Objects in every other YAML file of the tree.
    pub others: Vec<OtherFile>,
    /// The other stacks of this cluster.
    pub stacks: Vec<OtherStack>,
    /// What other stacks of this cluster let go of.
    pub left_running: Vec<LeftRunning>,
    /// Owned paths whose last change was no entry of ours.
    pub foreign_changes: Vec<String>,
}

/// Something that runs on in the cluster without the stack that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftRunning {
    pub by: Name,
    pub gone: LetGo,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadFile {
    /// Git's: `100644`, `100755`, `120000`.
    pub mode: String,
    pub bytes: Vec<u8>,
}

/// A file that this plan does not own, with the objects in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFile {
    pub path: String,
    /// The stack it belongs to; absent: nobody's that we know.
    pub stack: Option<Name>,
    pub objects: Vec<ObjectKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OtherStack {
    pub id: Name,
    pub depends_on: Vec<Name>,
}

/// The surroundings that the guards read, as the plan pins them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// SHA-256 of `countersign.yaml`; absent: there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<String>,
    /// The stacks that this one waits for directly.
    pub depends_on: Vec<Name>,
    /// The stacks that this one waits for, directly or through others, as they stood.
    pub stacks: Vec<OtherStack>,
    /// The objects that this plan brings, sorted.
    pub objects: Vec<ObjectKey>,
    /// Which of them stand elsewhere in the tree too.
    pub elsewhere: Vec<Elsewhere>,
    /// Of a removal: the stacks that wait for this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed_by: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    pub object: ObjectKey,
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Name>,
}

impl HeadFile {
    pub fn new(mode: impl Into<String>, bytes: impl Into<Vec<u8>>) -> HeadFile {
        HeadFile { mode: mode.into(), bytes: bytes.into() }
    }

    pub fn digest(&self) -> FileDigest {
        digest_of(&self.mode, &self.bytes)
    }
}

pub fn digest_of(mode: &str, bytes: &[u8]) -> FileDigest {
    FileDigest { mode: mode.to_owned(), sha256: hex(&Sha256::digest(bytes)), size: bytes.len() as u64 }
}

/// The facts about `objects` of a stack that waits for `depends_on`, at a head.
pub fn read_off(head: &Head, binding_path: &str, depends_on: &[Name], objects: &[ObjectKey]) -> Facts {
    let mine: BTreeSet<&ObjectKey> = objects.iter().collect();
    let mut elsewhere: Vec<Elsewhere> = head
        .others
        .iter()
        .flat_map(|file| file.objects.iter().map(move |object| (file, object)))
        .filter(|(_, object)| mine.contains(object))
        .map(|(file, object)| Elsewhere { object: object.clone(), path: file.path.clone(), stack: file.stack.clone() })
        .collect();
    elsewhere.sort();
    elsewhere.dedup();
    Facts {
        binding: head.files.get(binding_path).map(|file| hex(&Sha256::digest(&file.bytes))),
        depends_on: depends_on.to_vec(),
        stacks: reachable(head, depends_on),
        objects: mine.into_iter().cloned().collect(),
        elsewhere,
        needed_by: Vec::new(),
    }
}

/// The stacks that wait for this one themselves.
pub fn needed_by(head: &Head, stack: &Name) -> Vec<Name> {
    head.stacks.iter().filter(|other| other.depends_on.contains(stack)).map(|other| other.id.clone()).collect()
}

/// The stacks reached from `depends_on`, sorted by id.
fn reachable(head: &Head, depends_on: &[Name]) -> Vec<OtherStack> {
    let mut found: BTreeMap<&Name, &OtherStack> = BTreeMap::new();
    let mut open: Vec<&Name> = depends_on.iter().collect();
    while let Some(id) = open.pop() {
        if found.contains_key(id) {
            continue;
        }
        if let Some(stack) = head.stacks.iter().find(|stack| stack.id == *id) {
            found.insert(&stack.id, stack);
            open.extend(&stack.depends_on);
        }
    }
    found.into_values().cloned().collect()
}

/// The objects that a YAML file of the tree holds; what is no object, or no YAML, holds none.
pub fn objects_in(path: &str, bytes: &[u8]) -> Vec<ObjectKey> {
    if !(path.ends_with(".yaml") || path.ends_with(".yml")) {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let Ok(documents) = read::documents(text) else { return Vec::new() };
    let mut objects = Vec::new();
    for document in &documents {
        match document.value.get("items").and_then(|items| items.as_array()) {
            Some(items) if document.value.get("kind").and_then(|kind| kind.as_str()).is_some_and(|kind| kind.ends_with("List")) => {
                objects.extend(items.iter().filter_map(ObjectKey::of));
            }
            _ => objects.extend(ObjectKey::of(&document.value)),
        }
    }
    // kustomize's own files describe a build and are never applied.
    objects.retain(|object| object.group != "kustomize.config.k8s.io");
    objects.extend(documents.iter().filter_map(|document| release(&document.value)));
    objects
}

/// The Helm release that a HelmRelease makes: two of them may not share one, whatever they are called themselves.
fn release(object: &Value) -> Option<ObjectKey> {
    let key = ObjectKey::of(object).filter(|key| key.is("helm.toolkit.fluxcd.io", "HelmRelease"))?;
    let spec = |field: &str| object.pointer(field).and_then(Value::as_str);
    let namespace = spec("/spec/targetNamespace").or(key.namespace.as_deref());
    let default = || match spec("/spec/targetNamespace") {
        Some(target) => format!("{target}-{}", key.name),
        None => key.name.clone(),
    };
    let name = spec("/spec/releaseName").map_or_else(default, str::to_owned);
    Some(ObjectKey::new(RELEASE_GROUP, "Release", namespace, &name))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn other(id: &str, depends_on: &[&str]) -> OtherStack {
        OtherStack { id: name(id), depends_on: depends_on.iter().map(|id| name(id)).collect() }
    }

    #[test]
    fn a_file_yields_its_objects_and_the_items_of_lists() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: x}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: k}\n";
        let found: Vec<String> = objects_in("apps/x.yaml", text.as_bytes()).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["Secret x/a", "ConfigMap b"]);
        assert!(objects_in("README.md", text.as_bytes()).is_empty());
        assert!(objects_in("broken.yaml", b"a: [").is_empty());
    }

    #[test]
    fn a_helm_release_counts_by_the_name_that_helm_knows() {
        let release = |spec: &str| {
            let text =
                format!("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: a, namespace: x}}\nspec: {spec}\n");
            objects_in("a.yaml", text.as_bytes())[1].to_string()
        };
        assert_eq!(release("{interval: 1h}"), "Release x/a");
        assert_eq!(release("{releaseName: b}"), "Release x/b");
        assert_eq!(release("{targetNamespace: other}"), "Release other/other-a");
    }

    #[test]
    fn facts_hold_what_concerns_the_plan_and_nothing_else() {
        let secret = ObjectKey::new("", "Secret", Some("x"), "a");
        let unrelated = ObjectKey::new("", "Secret", Some("x"), "b");
        let head = Head {
            others: vec![OtherFile { path: "apps/x.yaml".into(), stack: None, objects: vec![secret.clone(), unrelated] }],
            stacks: vec![other("storage", &["base"]), other("base", &[]), other("shop", &["storage"])],
            ..Head::default()
        };
        let facts = read_off(&head, "countersign.yaml", &[name("storage")], std::slice::from_ref(&secret));
        assert_eq!(facts.elsewhere, [Elsewhere { object: secret, path: "apps/x.yaml".into(), stack: None }]);
        assert_eq!(facts.stacks, [other("base", &[]), other("storage", &["base"])]);
    }
}
