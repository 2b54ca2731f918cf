//! Reads objects: those of Flux and Argo CD become addons and edges, all others manifests.

mod application;
mod bases;
mod group;
mod kustomization;
mod place;
mod reference;
mod release;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::note::Note;
use super::polish::Polish;
use super::sketch::Sketch;
use super::{Format, Imported, explain};
use crate::engine::{COMPONENT_LABEL, STACK_LABEL};
use crate::name::Name;
use crate::object::ObjectKey;
use crate::yaml::path::ValuePath;

/// All documents of an import while they are read.
struct Set<'a> {
    documents: &'a [Document],
    sketch: Sketch,
    notes: Vec<Note>,
    /// Names of Secrets, so that a value that is one is known to refer to it.
    secrets: BTreeSet<String>,
    /// By document, the Flux Kustomization under whose path it stands.
    owners: Vec<Option<usize>>,
    /// By Flux Kustomization, what it puts in the place of `${name}`.
    substitutes: BTreeMap<usize, BTreeMap<String, String>>,
    /// By document, the component that it became.
    became: BTreeMap<usize, usize>,
    /// By kind and name, the documents.
    index: BTreeMap<(String, String), Vec<usize>>,
    /// By group and kind of what they define, the definitions.
    definitions: BTreeMap<(String, String), Vec<usize>>,
    /// Bytes that references brought.
    spent: usize,
}

/// What a document is to this import.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Release,
    Application,
    /// Where charts come from.
    Source,
    Kustomization,
    /// kustomize's own file.
    List,
    /// Something that only another tool makes sense of.
    Foreign,
    Object,
    Nothing,
}

pub fn import(documents: Vec<Document>, wanted: Option<Format>, name: Option<&Name>, notes: Vec<Note>) -> Imported {
    let roles: Vec<Role> = documents.iter().map(|document| role(document, wanted)).collect();
    let of = |role: Role| (0..documents.len()).filter(|index| roles[*index] == role).collect::<Vec<_>>();
    let format = wanted.unwrap_or(if !of(Role::Application).is_empty() {
        Format::ArgoCd
    } else if [Role::Release, Role::Kustomization, Role::Source].into_iter().any(|role| !of(role).is_empty()) {
        Format::Flux
    } else {
        Format::Manifests
    });
    let title = name.map_or_else(|| title(&documents), ToString::to_string);
    let secrets = documents.iter().filter(|document| document.is("", "Secret")).map(|document| document.name().to_owned()).collect();
    let mut set = Set {
        documents: &documents,
        sketch: Sketch::new(&title),
        notes,
        secrets,
        owners: vec![None; documents.len()],
        substitutes: BTreeMap::new(),
        became: BTreeMap::new(),
        index: BTreeMap::new(),
        definitions: BTreeMap::new(),
        spent: 0,
    };
    for (index, document) in documents.iter().enumerate() {
        set.index.entry((document.kind().to_owned(), document.name().to_owned())).or_default().push(index);
        if document.is("apiextensions.k8s.io", "CustomResourceDefinition") {
            let defined = ["spec.group", "spec.names.kind"].map(|at| document.peek_text(at).unwrap_or_default().to_owned());
            let [group, kind] = defined;
            set.definitions.entry((group, kind)).or_default().push(index);
        }
    }
    for index in of(Role::Nothing) {
        let reason = "This is no object of Kubernetes: it lacks apiVersion, kind or metadata.name.";
        documents[index].lose(&mut set.notes, "", reason, "Import it by itself, if it is something else that can be read here.");
    }
    let kustomizations = of(Role::Kustomization);
    let objects = set.once(&of(Role::Object));
    kustomization::own(&mut set, &kustomizations);
    let sources = source::Sources::of(&documents, &of(Role::Source));
    let releases = release::read(&mut set, &set_once(&documents, &of(Role::Release)), &sources);
    application::read(&mut set, &of(Role::Application));
    let drawn = group::read(&mut set, &objects);
    release::edges(&mut set, &releases);
    kustomization::edges(&mut set, &kustomizations);
    group::edges(&mut set, &drawn);
    bases::tell(&mut set, &of(Role::List));
    for index in of(Role::Source) {
        sources.tell(&mut set, index);
    }
    for index in of(Role::Foreign) {
        foreign(&mut set, index);
    }
    kustomization::declare(&mut set);
    in_order(&mut set);
    if set.sketch.is_full {
        let reason = "Not every edge is drawn: there would be more than fifty thousand of them.";
        set.notes.push(Note::lost("", "", reason, "Import it in parts, each a stack that waits for another as a whole."));
    }
    let Set { sketch, notes, .. } = set;
    Imported { format, stacks: vec![sketch.stack], notes }
}

/// Components stand as their first documents do.
fn in_order(set: &mut Set<'_>) {
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    for (document, component) in &set.became {
        first.entry(*component).or_insert(*document);
    }
    let components = std::mem::take(&mut set.sketch.stack.components);
    let mut placed: Vec<_> = components.into_iter().enumerate().collect();
    placed.sort_by_key(|(place, _)| (first.get(place).copied().unwrap_or(usize::MAX), *place));
    set.sketch.stack.components = placed.into_iter().map(|(_, component)| component).collect();
}

fn role(document: &Document, wanted: Option<Format>) -> Role {
    let flux = wanted.is_none_or(|format| format == Format::Flux);
    let argo = wanted.is_none_or(|format| format == Format::ArgoCd);
    match (document.group(), document.kind()) {
        ("kustomize.config.k8s.io", _) => return Role::List,
        ("", "") if document.peek("resources").is_some() && document.file.ends_with("kustomization.yaml") => return Role::List,
        _ => {}
    }
    if document.key().is_none() {
        return Role::Nothing;
    }
    match (document.group(), document.kind()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") if flux => Role::Release,
        ("kustomize.toolkit.fluxcd.io", "Kustomization") if flux => Role::Kustomization,
        ("source.toolkit.fluxcd.io", "HelmRepository" | "OCIRepository" | "HelmChart") if flux => Role::Source,
        ("source.toolkit.fluxcd.io", _) if flux => Role::Foreign,
        ("argoproj.io", "Application") if argo => Role::Application,
        ("argoproj.io", "ApplicationSet" | "AppProject") if argo => Role::Foreign,
        _ => Role::Object,
    }
}

/// What the stack is called where nobody says: after our own labels, or the first file.
fn title(documents: &[Document]) -> String {
    let label = format!("metadata.labels.\"{STACK_LABEL}\"");
    if let Some(name) = documents.iter().find_map(|document| document.peek_text(&label)) {
        return name.to_owned();
    }
    let stem = |file: &str| file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default().to_owned();
    let names: BTreeSet<&str> = documents.iter().map(|document| document.file.as_str()).collect();
    let folder = documents.first().and_then(|document| document.file.split('/').rev().nth(1)).unwrap_or_default();
    let title = if names.len() == 1 { names.first().map(|file| stem(file)).unwrap_or_default() } else { folder.to_owned() };
    if title.is_empty() || title == "pasted" { "imported".to_owned() } else { title }
}

/// Without those that stand twice with the same content.
fn set_once(documents: &[Document], indices: &[usize]) -> Vec<usize> {
    let mut seen: BTreeMap<ObjectKey, usize> = BTreeMap::new();
    let mut once = Vec::new();
    for &index in indices {
        let Some(key) = documents[index].key() else { continue };
        match seen.get(&key) {
            Some(first) if documents[*first].value == documents[index].value => documents[index].take_whole(),
            _ => {
                seen.entry(key).or_insert(index);
                once.push(index);
            }
        }
    }
    once
}

/// The same text brought again and again would grow without end.
const TOO_MUCH: &str = "What is brought by references is more than a stack may hold.";

impl Set<'_> {
    /// Whether so many bytes more may be brought by references.
    fn spend(&mut self, bytes: usize) -> bool {
        self.spent = self.spent.saturating_add(bytes);
        self.spent <= crate::stack::source::MAX_BYTES
    }

    fn once(&mut self, indices: &[usize]) -> Vec<usize> {
        set_once(self.documents, indices)
    }

    /// What Flux puts into a document, unless that says that it must not.
    fn substitutes_of(&self, index: usize) -> Option<&BTreeMap<String, String>> {
        let own = |map: &str| self.documents[index].peek_text(&format!("metadata.{map}.\"kustomize.toolkit.fluxcd.io/substitute\""));
        let off = [own("annotations"), own("labels")].contains(&Some("disabled"));
        self.owners[index].filter(|_| !off).and_then(|owner| self.substitutes.get(&owner))
    }

    /// Text of a document, ready for a component.
    fn polish(&mut self, index: usize, at: &ValuePath, owner: &str, text: &str, value: &serde_json::Value, is_object: bool) -> String {
        let substitute = self.substitutes_of(index).cloned();
        let secrets = std::mem::take(&mut self.secrets);
        let about = Polish {
            document: &self.documents[index],
            at: at.clone(),
            owner,
            known: &secrets,
            substitute: substitute.as_ref(),
            is_object,
            ours: false,
        };
        let text = super::polish::polish(&mut self.sketch, &mut self.notes, &about, text, value);
        self.secrets = secrets;
        text
    }

    /// Values that stand in a document as text, or that are put together of it: all is told at that one place.
    fn polish_inner(&mut self, index: usize, at: &ValuePath, owner: &str, text: &str, value: &serde_json::Value) -> String {
        let documents = self.documents;
        let document = &documents[index];
        let inner = Document::new(&document.file, 1, text.to_owned(), value.clone());
        let about = Polish {
            document: &inner,
            at: ValuePath::root(),
            owner,
            known: &self.secrets,
            substitute: None,
            is_object: false,
            ours: false,
        };
        let mut told = Vec::new();
        let text = super::polish::polish(&mut self.sketch, &mut told, &about, text, value);
        let (line, object) = (Some(document.line_of(at)), document.label());
        self.notes.extend(told.into_iter().map(|note| Note { line, object: object.clone(), path: format!("{at}: {}", note.path), ..note }));
        text
    }

    /// A component's name: our own label's, or as near as can be to what it was called.
    fn name(&mut self, index: usize, wanted: &str) -> Name {
        let label = self.documents[index].peek_text(&format!("metadata.labels.\"{COMPONENT_LABEL}\"")).map(str::to_owned);
        let name = self.sketch.name(label.as_deref().unwrap_or(wanted));
        let labels = [STACK_LABEL, COMPONENT_LABEL].map(|label| format!("metadata.labels.\"{label}\""));
        if label.is_some() {
            for label in &labels {
                self.documents[index].take(label);
            }
        }
        name
    }
}

fn foreign(set: &mut Set<'_>, index: usize) {
    let document = &set.documents[index];
    let (reason, hint) = match document.kind() {
        "ApplicationSet" => (
            "It makes Applications, and each of them would be read; what it makes is not known here.",
            "Import the Applications themselves, as `argocd app get -o yaml` prints them.",
        ),
        "AppProject" => ("Projects of Argo CD limit who may deploy where; here roles on clusters do.", "Grant the roles that are wanted."),
        "GitRepository" => (
            "Countersign writes to the repository that the cluster is bound to, and Flux follows that.",
            "Import the files in this repository themselves.",
        ),
        _ => ("A stack has no such source.", "Bring what it held as a chart or as a manifest."),
    };
    document.lose(&mut set.notes, "", reason, hint);
}

/// Tells what is left of a document that became something.
fn rest(set: &mut Set<'_>, index: usize, words: fn(&ValuePath) -> explain::Words) {
    set.documents[index].tell_rest(&mut set.notes, words);
}

/// Labels that Countersign itself wrote, and writes again.
fn own_labels(document: &Document) {
    for label in [STACK_LABEL, COMPONENT_LABEL] {
        document.take(&format!("metadata.labels.\"{label}\""));
    }
}
