//! Plain objects become components: those of one application together, definitions and namespaces ahead of what needs them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Set, kustomization, reference};
use crate::engine::{COMPONENT_LABEL, STACK_LABEL};
use crate::object::scope::{self, Scope};
use crate::stack::{Content, Manifest};
use crate::yaml::path::ValuePath;
use crate::yaml::read::MAX_BYTES;

/// Kinds that only serve what refers to them.
const PASSIVE: &[&str] = &["ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount", "Role", "ClusterRole", "Service"];

/// Where a text must end so that a component's text stays under its limit.
const FULL: usize = MAX_BYTES - (64 << 10);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// One of our own, by its label.
    Ours(String),
    Definitions(String),
    Namespace(String),
    Application {
        namespace: String,
        name: String,
    },
}

#[derive(Default)]
struct Group {
    members: Vec<usize>,
}

/// What invented edges are drawn by, once those are drawn that people drew.
pub struct Drawn {
    edges: Vec<(usize, usize)>,
}

pub fn read(set: &mut Set<'_>, objects: &[usize]) -> Drawn {
    let documents = set.documents;
    let mut order: Vec<Key> = Vec::new();
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    let used = used_namespaces(set, objects);
    for &index in objects {
        if marker(set, index) || bare_namespace(set, index, &used) {
            continue;
        }
        let key = key(set, index);
        if !groups.contains_key(&key) {
            order.push(key.clone());
        }
        groups.entry(key).or_default().members.push(index);
    }
    join(set, &mut groups);
    order.retain(|key| groups.contains_key(key));

    // Definitions and namespaces first: that is how people read a stack.
    order.sort_by_key(|key| match key {
        Key::Namespace(_) => 0,
        Key::Definitions(_) => 1,
        Key::Ours(_) | Key::Application { .. } => 2,
    });
    let mut edges = Vec::new();
    for key in &order {
        let twice = order.iter().filter(|other| same_name(key, other)).count() > 1;
        let Some(group) = groups.get(key) else { continue };
        component(set, key, &group.members, twice, &mut edges);
    }
    for (index, document) in documents.iter().enumerate() {
        let Some(component) = set.became.get(&index).copied() else { continue };
        edges.extend(needs(set, index, document).into_iter().map(|on| (component, on)));
    }
    Drawn { edges }
}

/// Edges that follow from what objects name, as far as they close no cycle.
pub fn edges(set: &mut Set<'_>, drawn: &Drawn) {
    let ids: BTreeMap<String, usize> =
        set.sketch.stack.components.iter().enumerate().map(|(place, component)| (component.id.to_string(), place)).collect();
    let mut waits: Vec<Vec<usize>> = set
        .sketch
        .stack
        .components
        .iter()
        .map(|component| component.depends_on.iter().filter_map(|id| ids.get(id.as_str()).copied()).collect())
        .collect();
    let mut steps = STEPS;
    for (component, on) in &drawn.edges {
        if component == on || waits[*component].contains(on) {
            continue;
        }
        if steps == 0 {
            set.sketch.is_full = true;
            return;
        }
        if !reaches(&waits, *on, *component, &mut steps) {
            waits[*component].push(*on);
            set.sketch.connect(*component, *on);
        }
    }
}

/// How long cycles are looked for: thousands of edges among thousands of components take less.
const STEPS: usize = 50_000_000;

fn reaches(waits: &[Vec<usize>], from: usize, to: usize, steps: &mut usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            *steps = steps.saturating_sub(1 + waits[at].len());
            open.extend(&waits[at]);
        }
    }
    false
}

fn namespace_of(set: &Set<'_>, index: usize) -> String {
    let document = &set.documents[index];
    let own = document.namespace();
    if own.is_empty() { kustomization::namespace_of(set, index).unwrap_or_default() } else { own.to_owned() }
}

/// The namespaces in which something of this import lives.
fn used_namespaces(set: &Set<'_>, objects: &[usize]) -> BTreeSet<String> {
    let mut used: BTreeSet<String> = set.sketch.stack.components.iter().filter_map(|component| component.namespace.clone()).collect();
    used.extend(objects.iter().map(|index| namespace_of(set, *index)).filter(|namespace| !namespace.is_empty()));
    used
}

/// The object by which our stacks wait for each other.
fn marker(set: &mut Set<'_>, index: usize) -> bool {
    let document = &set.documents[index];
    let label = |label: &str| document.peek_text(&format!("metadata.labels.\"{label}\"")).is_some();
    let is_marker = document.is("", "ConfigMap") && document.name().ends_with("--ready") && label(STACK_LABEL) && !label(COMPONENT_LABEL);
    if is_marker {
        let reason = "It marks a stack as ready; Countersign writes it itself.";
        document.change(&mut set.notes, "", reason, "Nothing is to be done.");
    }
    is_marker
}

/// A Namespace that says nothing but its name comes by itself with the component that lives in it.
fn bare_namespace(set: &mut Set<'_>, index: usize, used: &BTreeSet<String>) -> bool {
    let document = &set.documents[index];
    if !document.is("", "Namespace") || !used.contains(document.name()) {
        return false;
    }
    let kept = |at: &str, ours: &[&str]| {
        let map = document.peek(at).and_then(Value::as_object);
        map.is_some_and(|map| map.keys().any(|key| !ours.iter().any(|own| key.starts_with(own))))
    };
    let own = kept("metadata.labels", &["kubernetes.io/metadata.name", "kustomize.toolkit.fluxcd.io/"])
        || kept("metadata.annotations", &["kustomize.toolkit.fluxcd.io/", "kubectl.kubernetes.io/"])
        || document.peek("spec.finalizers").is_some_and(|value| *value != serde_json::json!(["kubernetes"]));
    if own {
        return false;
    }
    let reason = "Countersign writes the namespaces of its components itself, and never removes one.";
    document.change(&mut set.notes, "", reason, "Nothing is to be done.");
    true
}

fn key(set: &Set<'_>, index: usize) -> Key {
    let document = &set.documents[index];
    if let Some(component) = kustomization::component_of(set, set.owners[index]) {
        return Key::Ours(component);
    }
    if document.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        return Key::Definitions(document.peek_text("spec.group").unwrap_or(document.name()).to_owned());
    }
    if document.is("", "Namespace") {
        return Key::Namespace(document.name().to_owned());
    }
    let label = |label: &str| document.peek_text(&format!("metadata.labels.\"{label}\""));
    let labels = ["app.kubernetes.io/instance", "app.kubernetes.io/name", "app", "k8s-app"];
    let name = labels.into_iter().find_map(label).unwrap_or(document.name()).to_owned();
    let cluster_wide = scope::of(document.group(), document.kind()) == Scope::Cluster;
    Key::Application { namespace: if cluster_wide { String::new() } else { namespace_of(set, index) }, name }
}

/// What only serves one other group joins it; cluster-wide objects join the application of their name.
fn join(set: &Set<'_>, groups: &mut BTreeMap<Key, Group>) {
    let wide: Vec<Key> =
        groups.keys().filter(|key| matches!(key, Key::Application { namespace, .. } if namespace.is_empty())).cloned().collect();
    for key in wide {
        let mut same = groups.keys().filter(|other| **other != key && same_name(&key, other)).cloned();
        if let (Some(other), None) = (same.next(), same.next()) {
            merge(groups, &key, &other);
        }
    }
    let mut places: BTreeMap<(String, String), Vec<(String, Key)>> = BTreeMap::new();
    for (key, group) in groups.iter() {
        for index in &group.members {
            let document = &set.documents[*index];
            let at = (document.kind().to_owned(), document.name().to_owned());
            places.entry(at).or_default().push((namespace_of(set, *index), key.clone()));
        }
    }
    let mut referred: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    for (key, group) in groups.iter() {
        for index in &group.members {
            let own = namespace_of(set, *index);
            for one in reference::references(&set.documents[*index].value) {
                let wanted = one.namespace.unwrap_or_else(|| own.clone());
                let found = places.get(&(one.kind, one.name)).into_iter().flatten();
                for (namespace, other) in found {
                    if (*namespace == wanted || namespace.is_empty()) && other != key {
                        referred.entry(other.clone()).or_default().insert(key.clone());
                    }
                }
            }
        }
    }
    for (served, by) in referred {
        let passive =
            groups.get(&served).is_some_and(|group| group.members.iter().all(|index| PASSIVE.contains(&set.documents[*index].kind())));
        let mut by = by.into_iter();
        if let (true, Some(other), None) = (passive && matches!(served, Key::Application { .. }), by.next(), by.next())
            && groups.contains_key(&other)
            && matches!(other, Key::Application { .. })
        {
            merge(groups, &served, &other);
        }
    }
}

fn merge(groups: &mut BTreeMap<Key, Group>, from: &Key, to: &Key) {
    let Some(moved) = groups.remove(from) else { return };
    let group = groups.entry(to.clone()).or_default();
    group.members.extend(moved.members);
    // As they stood in the files.
    group.members.sort_unstable();
}

fn same_name(one: &Key, other: &Key) -> bool {
    match (one, other) {
        (Key::Application { name: one, .. }, Key::Application { name: other, .. }) => one == other,
        _ => false,
    }
}

fn component(set: &mut Set<'_>, key: &Key, members: &[usize], twice: bool, edges: &mut Vec<(usize, usize)>) {
    let wanted = match key {
        Key::Ours(name) => name.clone(),
        Key::Definitions(group) => format!("crds-{group}"),
        Key::Namespace(name) => format!("namespace-{name}"),
        Key::Application { namespace, name } if twice && !namespace.is_empty() => format!("{name}-{namespace}"),
        Key::Application { name, .. } => name.clone(),
    };
    let mut parts: Vec<(String, Vec<usize>)> = Vec::new();
    for &index in members {
        let document = &set.documents[index];
        let owner = document.name().to_owned();
        document.take_whole();
        let (text, value) = (document.text.clone(), document.value.clone());
        let mut text = set.polish(index, &ValuePath::root(), &owner, &text, &value, true);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        match parts.last_mut() {
            Some((whole, held)) if whole.len() + text.len() < FULL => {
                whole.push_str("---\n");
                whole.push_str(&text);
                held.push(index);
            }
            _ => parts.push((text, vec![index])),
        }
    }
    let mut before = None;
    for (text, held) in parts {
        let name = set.sketch.name(&wanted);
        let lacks = |index: &usize| set.documents[*index].namespace().is_empty();
        let namespace = held.iter().filter(|index| lacks(index)).find_map(|index| kustomization::namespace_of(set, *index));
        let made = set.sketch.add(name, namespace, Content::Manifest(Manifest { text }));
        set.became.extend(held.iter().map(|index| (*index, made)));
        edges.extend(before.map(|before| (made, before)));
        before = Some(made);
    }
}

/// The components that a document's own waits for.
fn needs(set: &Set<'_>, index: usize, document: &crate::exchange::document::Document) -> Vec<usize> {
    let mut needs = Vec::new();
    let own = set.became.get(&index).copied();
    // A chart lives where its component says, whatever object stood for it.
    let namespace = match own.map(|own| &set.sketch.stack.components[own]) {
        Some(component) if matches!(component.content, Content::Addon(_)) => component.namespace.clone().unwrap_or_default(),
        _ => namespace_of(set, index),
    };
    let find = |kind: &str, name: &str| set.index.get(&(kind.to_owned(), name.to_owned())).map(Vec::as_slice).unwrap_or_default();
    if !namespace.is_empty() {
        needs.extend(find("Namespace", &namespace).iter().filter_map(|index| set.became.get(index)));
    }
    if let Some(definitions) = set.definitions.get(&(document.group().to_owned(), document.kind().to_owned())) {
        needs.extend(definitions.iter().filter_map(|index| set.became.get(index)));
    }
    for one in reference::references(&document.value) {
        let wanted = one.namespace.clone().unwrap_or_else(|| namespace.clone());
        for index in find(&one.kind, &one.name) {
            let other = namespace_of(set, *index);
            if other == wanted || other.is_empty() {
                needs.extend(set.became.get(index));
            }
        }
    }
    needs
}
