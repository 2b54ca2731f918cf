//! Resolves a manifest: its documents become objects, each with its namespace.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Place, ResolvedContent, ResolvedObject, Scope};
use crate::expression;
use crate::finding::Finding;
use crate::object::scope::{self, Scope as Reach};
use crate::object::{ObjectKey, group_of};
use crate::sealing::ValuesTree;
use crate::stack::{Component, Manifest};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

impl Scope<'_> {
    pub(super) fn manifest(&mut self, component: &Component, manifest: &Manifest) -> Option<ResolvedContent> {
        let documents = match read::documents(&manifest.text) {
            Ok(documents) => documents,
            Err(error) => {
                self.invalid_yaml(component, &error);
                return None;
            }
        };
        let dynamic = expression::is_in(&manifest.text);
        let mut trees = Vec::new();
        for (document, read) in documents.into_iter().enumerate() {
            let place = Place { component, document };
            for (within, value) in items(read.value) {
                let encode = if dynamic { encoded(&value) } else { BTreeSet::new() };
                let tree = if dynamic { self.tree(&place, &within, value) } else { ValuesTree::Plain(value) };
                trees.push(Raw { document, within, tree, encode });
            }
        }
        if trees.is_empty() {
            let reason = format!("The manifest of {} holds no object.", component.name);
            self.findings.push(
                Finding::block("invalid_object", reason).component(&component.id).hint("Write an object into it, or remove the component."),
            );
            return None;
        }
        let defined = own_kinds(&trees);
        let objects = trees.into_iter().filter_map(|raw| self.object(component, raw, &defined)).collect();
        Some(ResolvedContent::Manifest { objects })
    }

    /// What the data of a Secret must be, so that it can be sealed and applied.
    fn secret_data(&mut self, place: &Place<'_>, object: &ResolvedObject) {
        for field in ["data", "stringData"] {
            for (key, entry) in entries(&object.tree, field) {
                let path = object.within.key(field).key(key.as_str());
                let reason = match &entry {
                    ValuesTree::List(_) | ValuesTree::Map(_) | ValuesTree::Plain(Value::Array(_) | Value::Object(_)) => {
                        "A Secret holds texts; this is a list or a map. Write it as one text (`|`).".to_owned()
                    }
                    ValuesTree::Plain(Value::String(text)) if field == "data" && !object.encode.contains(&key) && !is_base64(text) => {
                        format!("`{key}` under `data` is no base64. Write plain text under `stringData`.")
                    }
                    _ => continue,
                };
                self.report(place, &path, Finding::block("invalid_object", reason));
            }
        }
    }

    fn object(&mut self, component: &Component, raw: Raw, defined: &[Defined]) -> Option<ResolvedObject> {
        let Raw { document, within, mut tree, encode } = raw;
        let place = Place { component, document };
        if let Err(reason) = check(&tree) {
            self.report(&place, &within, Finding::block("invalid_object", reason));
            return None;
        }
        let (group, kind) = (group_of(text(&tree, &["apiVersion"])?).to_owned(), text(&tree, &["kind"])?.to_owned());
        let stated = text(&tree, &["metadata", "namespace"]).map(str::to_owned);
        let reach = match scope::of(&group, &kind) {
            Reach::Unknown => defined.iter().find(|one| one.group == group && one.kind == kind).map_or(Reach::Unknown, |one| one.reach),
            known => known,
        };
        match (reach, &stated, &component.namespace) {
            (Reach::Namespaced, None, Some(namespace)) => fill(&mut tree, namespace),
            (Reach::Namespaced, None, None) => {
                let reason = format!(
                    "{kind} {} lives in a namespace, and neither it nor the component names one.",
                    text(&tree, &["metadata", "name"])?
                );
                self.report(
                    &place,
                    &within,
                    Finding::block("namespace_missing", reason).hint("Set the component's namespace, or write metadata.namespace."),
                );
            }
            (Reach::Unknown, None, Some(namespace)) => {
                let reason =
                    format!("Countersign does not know whether {kind} ({group}) lives in a namespace, so `{namespace}` is not filled in.");
                let hint = "If it does, write metadata.namespace; if it does not, all is well.";
                self.report(&place, &within, Finding::warn("namespace_unknown", reason).hint(hint));
            }
            (Reach::Cluster, Some(namespace), _) => {
                let reason = format!("{kind} belongs to the whole cluster; its metadata.namespace `{namespace}` means nothing.");
                self.report(
                    &place,
                    &within.key("metadata").key("namespace"),
                    Finding::warn("namespace_unknown", reason).hint("Remove metadata.namespace."),
                );
            }
            _ => {}
        }
        let namespace = if reach == Reach::Cluster { None } else { text(&tree, &["metadata", "namespace"]) };
        let key = ObjectKey::new(&group, &kind, namespace, text(&tree, &["metadata", "name"])?);
        let object = ResolvedObject { key, tree, document, within, encode };
        if object.key.is("", "Secret") {
            self.secret_data(&place, &object);
        }
        Some(object)
    }
}

/// An object before its namespace is known.
struct Raw {
    document: usize,
    within: ValuePath,
    tree: ValuesTree,
    encode: BTreeSet<String>,
}

/// The keys under `data` that hold an expression.
fn encoded(object: &Value) -> BTreeSet<String> {
    let holds = |value: &Value| {
        let pieces = value.as_str().and_then(|text| expression::parse(text).ok()).unwrap_or_default();
        pieces.iter().any(|piece| !matches!(piece, expression::Piece::Text(_)))
    };
    let data = object.get("data").and_then(Value::as_object).into_iter().flatten();
    data.filter(|(_, value)| holds(value)).map(|(key, _)| key.clone()).collect()
}

/// The entries of a map at the top of an object, such as a Secret's `data`.
pub fn entries(tree: &ValuesTree, field: &str) -> Vec<(String, ValuesTree)> {
    let plain = |value: &Value| -> Vec<(String, ValuesTree)> {
        value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), ValuesTree::Plain(value.clone()))).collect()
    };
    match tree {
        ValuesTree::Plain(object) => object.get(field).map(plain).unwrap_or_default(),
        ValuesTree::Map(entries) => match entries.iter().find(|(key, _)| key == field) {
            Some((_, ValuesTree::Map(entries))) => entries.clone(),
            Some((_, ValuesTree::Plain(value))) => plain(value),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The objects of a document: itself, or the items of a List.
fn items(value: Value) -> Vec<(ValuePath, Value)> {
    let root = ValuePath::root();
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match value {
        Value::Object(mut members) if is_list && members.get("items").is_some_and(Value::is_array) => {
            let Some(Value::Array(items)) = members.remove("items") else { return Vec::new() };
            let below = root.key("items");
            items.into_iter().enumerate().map(|(index, item)| (below.index(index), item)).collect()
        }
        value => vec![(root, value)],
    }
}

/// What an object needs to be one; the error is a sentence.
fn check(tree: &ValuesTree) -> Result<(), String> {
    for path in [&["apiVersion"][..], &["kind"], &["metadata", "name"]] {
        if text(tree, path).is_none_or(str::is_empty) {
            let generated = path.len() == 2 && text(tree, &["metadata", "generateName"]).is_some();
            return Err(if generated {
                "This object has generateName; Flux applies objects by name, so give it a metadata.name.".to_owned()
            } else {
                format!("This object has no {}, which every object of Kubernetes has.", path.join("."))
            });
        }
    }
    let (version, kind) = (text(tree, &["apiVersion"]).unwrap_or_default(), text(tree, &["kind"]).unwrap_or_default());
    if group_of(version) == "kustomize.config.k8s.io" {
        return Err(format!("{kind} of kustomize.config.k8s.io is a file of kustomize and no object of a cluster."));
    }
    let name = text(tree, &["metadata", "name"]).unwrap_or_default();
    if name.len() > 253
        || name.contains(['/', '%'])
        || name.chars().any(|c| c.is_whitespace() || c.is_control())
        || name == "."
        || name == ".."
    {
        return Err(format!("`{}` is no name for an object.", crate::visible::one_line(name)));
    }
    if kind == "Secret" && version == "v1" && !is_dns_name(name) {
        return Err(format!("`{name}` is no name for a Secret: a-z, 0-9, `-` and `.` only."));
    }
    match text(tree, &["metadata", "namespace"]) {
        Some(namespace) if !is_label(namespace) => {
            Err(format!("`{}` is no name for a namespace: a-z, 0-9 and inner hyphens, at most 63.", crate::visible::one_line(namespace)))
        }
        _ => Ok(()),
    }
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    let joined: String = text.split(['\n', '\r']).collect();
    base64::engine::general_purpose::STANDARD.decode(joined).is_ok()
}

/// A DNS label, as namespaces are.
pub fn is_label(text: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    text.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

fn is_dns_name(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The string at a path of keys.
pub fn text<'a>(tree: &'a ValuesTree, path: &[&str]) -> Option<&'a str> {
    match (tree, path) {
        (ValuesTree::Plain(value), path) => path.iter().try_fold(value, |value, key| value.get(key))?.as_str(),
        (ValuesTree::Map(entries), [key, rest @ ..]) => text(&entries.iter().find(|(name, _)| name == key)?.1, rest),
        _ => None,
    }
}

/// Writes `metadata.namespace`, right behind the name.
fn fill(tree: &mut ValuesTree, namespace: &str) {
    let value = Value::String(namespace.to_owned());
    match tree {
        ValuesTree::Plain(object) => {
            if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
                fill_plain(metadata, value);
            }
        }
        ValuesTree::Map(entries) => match entries.iter_mut().find(|(key, _)| key == "metadata") {
            Some((_, ValuesTree::Map(metadata))) => {
                metadata.retain(|(key, _)| key != "namespace");
                let at = metadata.iter().position(|(key, _)| key == "name").map_or(0, |at| at + 1);
                metadata.insert(at, ("namespace".to_owned(), ValuesTree::Plain(value)));
            }
            Some((_, ValuesTree::Plain(metadata))) => {
                if let Some(metadata) = metadata.as_object_mut() {
                    fill_plain(metadata, value);
                }
            }
            _ => {}
        },
        _ => {}
    }
}

fn fill_plain(metadata: &mut serde_json::Map<String, Value>, namespace: Value) {
    metadata.shift_remove("namespace");
    let at = metadata.keys().position(|key| key == "name").map_or(0, |at| at + 1);
    metadata.shift_insert(at, "namespace".to_owned(), namespace);
}

/// A kind that a CustomResourceDefinition of the same manifest defines.
struct Defined {
    group: String,
    kind: String,
    reach: Reach,
}

fn own_kinds(raw: &[Raw]) -> Vec<Defined> {
    let definition = |tree: &ValuesTree| {
        (text(tree, &["kind"])? == "CustomResourceDefinition").then_some(())?;
        let reach = match text(tree, &["spec", "scope"])? {
            "Namespaced" => Reach::Namespaced,
            "Cluster" => Reach::Cluster,
            _ => return None,
        };
        Some(Defined { group: text(tree, &["spec", "group"])?.to_owned(), kind: text(tree, &["spec", "names", "kind"])?.to_owned(), reach })
    };
    raw.iter().filter_map(|raw| definition(&raw.tree)).collect()
}
