//! What a plan does to each component and object, read off the files before and after.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facts::Head;
use super::{Does, FileChange};
use crate::engine::Rendered;
use crate::name::Name;
use crate::object::ObjectKey;
use crate::repository::Tree;
use crate::stack::Stack;
use crate::yaml::read;

/// The difference between the head and a rendering.
#[derive(Debug, Default)]
pub struct Delta {
    /// By component id, those that are gone too.
    pub does: BTreeMap<String, Does>,
    /// Objects that the plan takes away, with what they were.
    pub removed: Vec<Was>,
    /// Objects that stay and change.
    pub changed: Vec<Changed>,
    /// Objects that are new.
    pub added: Vec<Was>,
    /// Objects that another component takes over.
    pub moved: Vec<(ObjectKey, String, String)>,
}

#[derive(Debug, Clone)]
pub struct Was {
    pub key: ObjectKey,
    pub component: String,
    pub object: Value,
}

#[derive(Debug, Clone)]
pub struct Changed {
    pub key: ObjectKey,
    pub component: String,
    pub before: Value,
    pub after: Value,
}

impl Delta {
    pub fn of(stack: &Stack, tree: &Tree, head: &Head, rendered: &Rendered) -> Delta {
        let folder = format!("{}components/", tree.stack(&stack.id));
        let flux = tree.flux(&stack.id);
        let component_of = |path: &str| -> Option<String> {
            match path.strip_prefix(&folder) {
                Some(rest) => Some(rest.split_once('/')?.0.to_owned()),
                None => path.strip_prefix(&flux)?.strip_suffix(".yaml").filter(|id| *id != "kustomization").map(str::to_owned),
            }
        };
        let let_go: BTreeSet<&str> = stack.let_go.iter().map(|gone| gone.component.as_str()).collect();
        let mut stood = BTreeSet::new();
        let mut before_ids = BTreeSet::new();
        let mut after_ids = BTreeSet::new();
        let mut touched = BTreeSet::new();
        let mut before = BTreeMap::new();
        let mut after = BTreeMap::new();
        for (path, file) in &head.files {
            let Some(component) = component_of(path) else { continue };
            before_ids.insert(component.clone());
            if path.starts_with(&folder) {
                stood.insert(component.clone());
            }
            if rendered.files.get(path) != Some(&file.bytes) {
                touched.insert(component.clone());
                if path.starts_with(&folder) {
                    collect(&component, path, &file.bytes, &mut before);
                }
            }
        }
        for (path, bytes) in &rendered.files {
            let Some(component) = component_of(path) else { continue };
            after_ids.insert(component.clone());
            if head.files.get(path).is_none_or(|file| file.bytes != *bytes) {
                touched.insert(component.clone());
                if path.starts_with(&folder) {
                    collect(&component, path, bytes, &mut after);
                }
            }
        }
        // What stands for a component let go of says nothing once its files are gone.
        let told = before_ids.union(&after_ids).filter(|id| stood.contains(*id) || !let_go.contains(id.as_str()));
        let does = told.map(|id| {
            let does = match (before_ids.contains(id), after_ids.contains(id)) {
                _ if let_go.contains(id.as_str()) => Does::LetGo,
                (false, _) => Does::Add,
                (true, false) => Does::Remove,
                (true, true) if touched.contains(id) => Does::Change,
                (true, true) => Does::Nothing,
            };
            (id.clone(), does)
        });
        let mut delta = Delta { does: does.collect(), ..Delta::default() };
        delta.pair(before, after);
        delta
    }

    fn pair(&mut self, before: Objects, mut after: Objects) {
        for (key, (component, was)) in before {
            match after.remove(&key) {
                None => self.removed.push(Was { key, component, object: was }),
                Some((to, now)) => {
                    if to != component {
                        self.moved.push((key.clone(), component, to.clone()));
                    }
                    if now != was {
                        self.changed.push(Changed { key, component: to, before: was, after: now });
                    }
                }
            }
        }
        self.added = after.into_iter().map(|(key, (component, object))| Was { key, component, object }).collect();
    }

    pub fn does(&self, component: &Name) -> Does {
        self.does.get(component.as_str()).copied().unwrap_or(Does::Nothing)
    }

    /// The ids of the components that something happens to.
    pub fn that(&self, does: Does) -> impl Iterator<Item = &str> {
        self.does.iter().filter(move |(_, its)| **its == does).map(|(id, _)| id.as_str())
    }
}

type Objects = BTreeMap<ObjectKey, (String, Value)>;

fn collect(component: &str, path: &str, bytes: &[u8], into: &mut Objects) {
    if path.ends_with("/kustomization.yaml") {
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for document in read::documents(text).unwrap_or_default() {
        if let Some(key) = ObjectKey::of(&document.value) {
            into.insert(key, (component.to_owned(), document.value));
        }
    }
}

/// Every file of the subject with its digests, sorted by path.
pub fn files(stack: &Stack, tree: &Tree, head: &Head, rendered: &Rendered) -> Vec<FileChange> {
    let (folder, entry) = (tree.stack(&stack.id), tree.stack_entry(&stack.id));
    let mine = |path: &str| path.starts_with(&folder) || path == entry;
    let paths: BTreeSet<&String> = head.files.keys().filter(|path| mine(path)).chain(rendered.files.keys()).collect();
    paths
        .into_iter()
        .map(|path| {
            let (before, after) = (head.files.get(path), rendered.files.get(path));
            super::diff::file(path, before, after.map(Vec::as_slice), rendered.shared.contains(path))
        })
        .collect()
}
