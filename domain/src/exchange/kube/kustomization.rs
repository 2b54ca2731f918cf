//! Flux Kustomizations: edges between what stands under their paths, and what they put into it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Set, own_labels, rest};
use crate::engine::{COMPONENT_LABEL, STACK_LABEL};
use crate::exchange::document::{Document, path};
use crate::exchange::explain;
use crate::exchange::note::Kind;
use crate::name::Name;
use crate::stack::field;

/// Finds out which documents each of them applies, by path.
pub fn own(set: &mut Set<'_>, indices: &[usize]) {
    let documents = set.documents;
    let folders: Vec<(usize, String)> = indices
        .iter()
        .map(|index| (*index, folder(documents[*index].peek_text("spec.path").unwrap_or_default())))
        .filter(|(_, folder)| !folder.is_empty())
        .collect();
    for (at, document) in documents.iter().enumerate() {
        let file = document.file.trim_start_matches("./").trim_start_matches('/');
        let fits = |folder: &str| file.starts_with(folder) || file.contains(&format!("/{folder}"));
        // The deepest folder is the nearest.
        let owner = folders.iter().filter(|(index, folder)| *index != at && fits(folder)).max_by_key(|(_, folder)| folder.len());
        set.owners[at] = owner.map(|(index, _)| *index);
    }
    for &index in indices {
        let document = &documents[index];
        let owns = set.owners.contains(&Some(index));
        if !owns {
            continue;
        }
        if let Some(Value::Object(map)) = document.peek("spec.postBuild.substitute") {
            let values: BTreeMap<String, String> = map
                .iter()
                .filter_map(|(name, value)| {
                    document.take_at(&path("spec.postBuild.substitute").key(name.as_str()));
                    Some((name.clone(), crate::exchange::document::scalar(value)?))
                })
                .collect();
            for (name, value) in values.iter().filter(|(name, _)| !crate::variable::is_name(name)) {
                let _ = value;
                let at = path("spec.postBuild.substitute").key(name.as_str());
                document.tell(
                    &mut set.notes,
                    Kind::Lost,
                    &at,
                    "This can be no name of a variable.",
                    "Declare a variable under another name.",
                );
            }
            set.substitutes.insert(index, values);
        } else if document.peek("spec.postBuild").is_some() {
            set.substitutes.insert(index, BTreeMap::new());
        }
    }
}

/// What they would put in, also where nothing uses it: whoever edits may have counted on it.
pub fn declare(set: &mut Set<'_>) {
    for values in std::mem::take(&mut set.substitutes).into_values() {
        for (name, value) in values.into_iter().filter(|(name, _)| crate::variable::is_name(name)) {
            set.sketch.declare(&name, "What Flux put in by postBuild.", Some(value.into()));
        }
    }
}

/// `./infra/controllers/` → `infra/controllers/`
fn folder(text: &str) -> String {
    let plain = text.trim().trim_start_matches("./").trim_matches('/');
    if plain.is_empty() || plain == "." { String::new() } else { format!("{plain}/") }
}

/// The component that a Kustomization of ours applies.
pub fn component_of(set: &Set<'_>, owner: Option<usize>) -> Option<String> {
    let label = format!("metadata.labels.\"{COMPONENT_LABEL}\"");
    set.documents[owner?].peek_text(&label).map(str::to_owned)
}

/// `targetNamespace` of the Kustomization that applies a document.
pub fn namespace_of(set: &Set<'_>, index: usize) -> Option<String> {
    let owner = &set.documents[set.owners[index]?];
    owner.peek_text("spec.targetNamespace").filter(|text| field::namespace(text).is_ok()).map(str::to_owned)
}

/// Draws the edges between their components, and tells what is left of them.
pub fn edges(set: &mut Set<'_>, indices: &[usize]) {
    let documents = set.documents;
    let mut components: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (document, component) in &set.became {
        if let Some(owner) = set.owners[*document] {
            components.entry(owner).or_default().insert(*component);
        }
    }
    let by_name: BTreeMap<&str, usize> = indices.iter().map(|index| (documents[*index].name(), *index)).collect();
    let mut known: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for &index in indices {
        let document = &documents[index];
        let own = components.get(&index).cloned().unwrap_or_default();
        if own.is_empty() && (set.owners.contains(&Some(index)) || is_frame(document)) {
            let reason = "Countersign writes all that it applies itself.";
            document.change(&mut set.notes, "", reason, "Nothing is to be done.");
            continue;
        }
        let mut connected = BTreeSet::new();
        for entry in 0..document.list("spec.dependsOn").len() {
            let at = path("spec.dependsOn").index(entry);
            let name = at.key("name").get(&document.value).and_then(Value::as_str).unwrap_or_default();
            match by_name.get(name) {
                Some(on) => {
                    let others = known.entry(*on).or_insert_with(|| behind(*on, &by_name, documents, &components)).clone();
                    if connected.insert(*on) {
                        connect(set, &own, &others);
                    }
                    document.take_at(&at.key("name"));
                    document.take_at(&at.key("namespace"));
                    if own.is_empty() || others.is_empty() {
                        frame(set, index, &at);
                    }
                }
                None => other_stack(set, index, &at, name),
            }
        }
        identity(set, index, own.len());
        if let ([component], Some(timeout)) = (own.iter().copied().collect::<Vec<_>>().as_slice(), document.peek_text("spec.timeout")) {
            let component = &mut set.sketch.stack.components[*component];
            if component.timeout.is_none() && field::timeout(timeout).is_ok() && timeout != "10m" {
                component.timeout = Some(timeout.to_owned());
            }
            document.take("spec.timeout");
        }
        if !own.is_empty() {
            let reason = "Countersign puts each component into a folder of its own.";
            if document.peek("spec.path").is_some() {
                document.change(&mut set.notes, "spec.path", reason, "Nothing is to be done.");
            }
            if document.peek_text("spec.targetNamespace").is_some_and(|text| field::namespace(text).is_ok()) {
                let reason = "It is the namespace of the components under its path that state none.";
                document.change(&mut set.notes, "spec.targetNamespace", reason, "Look at those that state another.");
            }
        } else if document.peek("spec.path").is_some() {
            let reason = "No file of this import stands under its path, so what it applies is not here.";
            document.lose(&mut set.notes, "spec.path", reason, "Import those files together with this one, with their folders.");
        }
        rest(set, index, explain::kustomization);
    }
}

/// One of ours that holds a stack together, and no component.
fn is_frame(document: &Document) -> bool {
    let has = |label: &str| document.peek_text(&format!("metadata.labels.\"{label}\"")).is_some();
    has(STACK_LABEL) && !has(COMPONENT_LABEL)
}

/// The components that a Kustomization stands for: its own, or those of what it waits for itself.
fn behind(
    index: usize,
    by_name: &BTreeMap<&str, usize>,
    documents: &[Document],
    components: &BTreeMap<usize, BTreeSet<usize>>,
) -> BTreeSet<usize> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut open = vec![index];
    while let Some(index) = open.pop() {
        if !seen.insert(index) {
            continue;
        }
        match components.get(&index) {
            Some(own) => found.extend(own),
            None => {
                let waits = documents[index].list("spec.dependsOn").iter();
                open.extend(waits.filter_map(|one| by_name.get(one.get("name")?.as_str()?)));
            }
        }
    }
    found
}

/// What comes first of the one waits for what comes last of the other.
fn connect(set: &mut Set<'_>, own: &BTreeSet<usize>, others: &BTreeSet<usize>) {
    if set.sketch.is_full {
        return;
    }
    let components = &set.sketch.stack.components;
    let names: BTreeSet<&Name> = own.iter().map(|index| &components[*index].id).collect();
    let awaited: BTreeSet<&Name> = others.iter().flat_map(|other| &components[*other].depends_on).collect();
    let first: Vec<usize> =
        own.iter().copied().filter(|index| !components[*index].depends_on.iter().any(|on| names.contains(on))).collect();
    let last: Vec<usize> = others.iter().copied().filter(|other| !awaited.contains(&components[*other].id)).collect();
    for (component, on) in first.iter().flat_map(|component| last.iter().map(move |on| (*component, *on))) {
        set.sketch.connect(component, on);
        if set.sketch.is_full {
            return;
        }
    }
}

/// Something that Countersign draws itself: namespaces, and the marker of a stack.
fn frame(set: &mut Set<'_>, index: usize, at: &crate::yaml::path::ValuePath) {
    let document = &set.documents[index];
    let reason = "Nothing of this import is on one end of it.";
    document.tell(&mut set.notes, Kind::Changed, at, reason, "Draw an edge, if one is missing.");
}

/// `<stack>--ready` is how Countersign has one stack wait for another.
fn other_stack(set: &mut Set<'_>, index: usize, at: &crate::yaml::path::ValuePath, name: &str) {
    let document = &set.documents[index];
    let own = document.peek_text(&format!("metadata.labels.\"{STACK_LABEL}\"")).is_some();
    if let Some(stack) = name.strip_suffix("--ready").filter(|_| own).and_then(|stack| Name::new(stack).ok()) {
        document.take_at(at);
        if !set.sketch.stack.depends_on.contains(&stack) {
            set.sketch.stack.depends_on.push(stack);
        }
    } else if own && name.ends_with("--namespaces") {
        document.tell(&mut set.notes, Kind::Changed, at, "Countersign waits for namespaces by itself.", "Nothing is to be done.");
    } else {
        let reason = format!("`{}` is not in this import, so nothing waits for it.", crate::visible::one_line(name));
        document.tell(&mut set.notes, Kind::Lost, at, reason, "Draw the edge, once that component is there.");
    }
}

/// Countersign writes one Kustomization for each component itself.
fn identity(set: &mut Set<'_>, index: usize, components: usize) {
    let document = &set.documents[index];
    if components > 0 {
        for field in ["apiVersion", "kind", "metadata.namespace", "metadata.name"] {
            document.take(field);
        }
    }
    let own = document.peek_text(&format!("metadata.labels.\"{STACK_LABEL}\"")).is_some();
    own_labels(document);
    if own {
        for annotation in ["stack", "component"] {
            document.take(&format!("metadata.annotations.\"event.toolkit.fluxcd.io/{annotation}\""));
        }
    }
}
