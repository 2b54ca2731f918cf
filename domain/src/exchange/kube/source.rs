//! Where Flux gets charts: HelmRepository, OCIRepository, HelmChart.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::Set;
use crate::exchange::document::Document;
use crate::exchange::explain;

pub struct Sources<'a> {
    found: Vec<(usize, &'a Document)>,
    used: RefCell<BTreeSet<usize>>,
}

impl<'a> Sources<'a> {
    pub fn of(documents: &'a [Document], indices: &[usize]) -> Sources<'a> {
        let mut found: Vec<(usize, &Document)> = indices.iter().map(|index| (*index, &documents[*index])).collect();
        found.sort_by(|(_, one), (_, other)| (one.kind(), one.name()).cmp(&(other.kind(), other.name())));
        Sources { found, used: RefCell::default() }
    }

    /// A source as a release refers to it; the namespace decides between several of one name.
    pub fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<&'a Document> {
        let start = self.found.partition_point(|(_, one)| (one.kind(), one.name()) < (kind, name));
        let same = || self.found[start..].iter().take_while(|(_, one)| one.kind() == kind && one.name() == name);
        // Kustomize sets namespaces that are not written out.
        let fits = |one: &Document| one.namespace() == namespace || one.namespace().is_empty() || namespace.is_empty();
        let (index, found) = same().find(|(_, one)| fits(one))?;
        self.used.borrow_mut().insert(*index);
        Some(found)
    }

    /// What a source held beyond its address, and sources that nothing came from.
    pub fn tell(&self, set: &mut Set<'_>, index: usize) {
        let document = &set.documents[index];
        if !self.used.borrow().contains(&index) {
            let reason = "No chart of this import comes from it; a stack states the source with each chart.";
            return document.lose(&mut set.notes, "", reason, "Name it when you add a chart from it.");
        }
        for identity in ["apiVersion", "kind", "metadata.name", "metadata.namespace"] {
            document.take(identity);
        }
        super::own_labels(document);
        document.tell_rest(&mut set.notes, explain::repository);
    }
}
