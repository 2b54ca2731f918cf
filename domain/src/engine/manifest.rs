//! A manifest's files: the objects in their order, and every Secret with data sealed in a file of its own.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ComponentFiles;
use crate::repository::Tree;
use crate::resolve::{self, ResolvedObject};
use crate::sealing::{Content, Field, Leaf, Piece, SealRequest, SealedFiles, Text, ValuesTree};
use crate::stack::{Component, Stack};
use crate::yaml::emit;

const FILE: &str = "manifest.yaml";

pub fn requests(stack: &Stack, tree: &Tree, component: &Component, objects: &[ResolvedObject]) -> Vec<SealRequest> {
    let folder = tree.component(&stack.id, &component.id);
    let mut taken = BTreeSet::new();
    let sealable = objects.iter().filter(|object| is_sealed(object));
    sealable
        .map(|object| {
            let name = &object.key.name;
            let mut stem = name.clone();
            if !taken.insert(stem.clone()) {
                stem = format!("{name}.{}", object.key.namespace.as_deref().unwrap_or_default());
                taken.insert(stem.clone());
            }
            SealRequest {
                path: format!("{folder}{stem}.enc.yaml"),
                stack: stack.id.to_string(),
                component: component.id.to_string(),
                header: header(&object.tree),
                leaves: leaves(object),
                suffix_name: false,
            }
        })
        .collect()
}

/// The files; absent while a sealed file is missing.
pub fn files(
    stack: &Stack,
    tree: &Tree,
    component: &Component,
    objects: &[ResolvedObject],
    sealed: &SealedFiles,
) -> Option<ComponentFiles> {
    let mut files = Vec::new();
    let plain: Vec<&Value> = objects
        .iter()
        .filter(|object| !is_sealed(object))
        .filter_map(|object| match &object.tree {
            ValuesTree::Plain(value) => Some(value),
            _ => None,
        })
        .collect();
    if !plain.is_empty() {
        files.push((FILE.to_owned(), emit::emit_documents(plain).into_bytes()));
    }
    let requests = requests(stack, tree, component, objects);
    for request in &requests {
        let sealed = sealed.of(request)?;
        let name = sealed.path.rsplit('/').next().unwrap_or(&sealed.path).to_owned();
        files.push((name, sealed.bytes.clone()));
    }
    let keys = objects.iter().map(|object| object.key.clone()).collect();
    Some(ComponentFiles { files, objects: keys, sealed: !requests.is_empty() })
}

/// Whether an object is a Secret with anything in it.
pub fn is_sealed(object: &ResolvedObject) -> bool {
    object.key.is("", "Secret") && !leaves(object).is_empty()
}

/// All of the Secret but its data.
fn header(tree: &ValuesTree) -> Value {
    let mut header: Map<String, Value> = match tree {
        ValuesTree::Plain(Value::Object(object)) => object.clone(),
        ValuesTree::Map(entries) => {
            let plain = entries.iter().filter_map(|(key, entry)| match entry {
                ValuesTree::Plain(value) => Some((key.clone(), value.clone())),
                _ => None,
            });
            plain.collect()
        }
        _ => Map::new(),
    };
    header.retain(|key, _| key != "data" && key != "stringData");
    if let Some(metadata) = header.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = metadata.entry("annotations").or_insert(Value::Null);
        if annotations.is_null() {
            *annotations = json!({});
        }
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert("kustomize.toolkit.fluxcd.io/substitute".into(), "disabled".into());
        }
    }
    Value::Object(header)
}

fn leaves(object: &ResolvedObject) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for field in [Field::Data, Field::StringData] {
        for (key, entry) in resolve::entries(&object.tree, field.as_str()) {
            let text = match &entry {
                ValuesTree::Text(text) => text.clone(),
                ValuesTree::Plain(Value::String(text)) => Text(vec![Piece::Text(text.clone())]),
                ValuesTree::Plain(value @ (Value::Number(_) | Value::Bool(_))) => Text(vec![Piece::Text(value.to_string())]),
                _ => continue,
            };
            let base64 = field == Field::Data && object.encode.contains(&key);
            leaves.push(Leaf { field, key, content: Content::Text(text), base64 });
        }
    }
    leaves
}
