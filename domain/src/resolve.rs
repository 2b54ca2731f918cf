//! Puts values in the place of expressions and reads what comes out as values and objects.
//!
//! Secrets stay references: nothing here knows one. What cannot be resolved is a finding with its
//! path and line, and the component is then left out of rendering.

mod addon;
mod manifest;
mod tree;

pub use manifest::{entries, is_label, text};
pub use tree::kind_of;
pub(crate) use tree::near;

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::Cluster;
use crate::expression::Uses;
use crate::finding::Finding;
use crate::object::ObjectKey;
use crate::sealing::ValuesTree;
use crate::stack::{Component, Content, Stack};
use crate::variable::{self, Declaration, Resolved};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

/// A stack with its expressions resolved for one cluster.
#[derive(Debug)]
pub struct Resolution<'a> {
    pub variables: Vec<Resolved>,
    pub components: Vec<ResolvedComponent<'a>>,
    pub uses: Uses,
    /// What stood in the way, in the order of the components.
    pub findings: Vec<Finding>,
}

#[derive(Debug)]
pub struct ResolvedComponent<'a> {
    pub component: &'a Component,
    /// Absent where findings say why.
    pub content: Option<ResolvedContent>,
}

#[derive(Debug)]
pub enum ResolvedContent {
    Addon { values: ValuesTree },
    Manifest { objects: Vec<ResolvedObject> },
}

/// One object of a manifest, its namespace filled in.
#[derive(Debug)]
pub struct ResolvedObject {
    pub key: ObjectKey,
    pub tree: ValuesTree,
    /// Where it stands in the text: the index of its document, and the path inside (items of a List).
    pub document: usize,
    pub within: ValuePath,
    /// Of a Secret: the keys under `data` that are written as text, because they hold an expression.
    pub encode: BTreeSet<String>,
}

/// Resolves a whole stack.
pub fn resolve<'a>(stack: &'a Stack, cluster: &Cluster) -> Resolution<'a> {
    let variables = variable::resolve(&stack.variables, &cluster.variables);
    let by_name = variables.iter().map(|one| (one.name.as_str(), one)).collect();
    let mut scope = Scope { declared: &stack.variables, by_name, uses: Uses::default(), findings: Vec::new() };
    let components =
        stack.components.iter().map(|component| ResolvedComponent { component, content: scope.component(component) }).collect();
    let Scope { uses, findings, .. } = scope;
    Resolution { variables, components, uses, findings }
}

impl<'a> Resolution<'a> {
    pub fn get(&self, component: &str) -> Option<&ResolvedComponent<'a>> {
        self.components.iter().find(|resolved| resolved.component.id.as_str() == component)
    }

    /// Every object of the manifests, with the component it is in.
    pub fn objects(&self) -> impl Iterator<Item = (&'a Component, &ResolvedObject)> {
        self.components.iter().flat_map(|resolved| {
            let objects = match &resolved.content {
                Some(ResolvedContent::Manifest { objects }) => objects.as_slice(),
                _ => &[],
            };
            objects.iter().map(move |object| (resolved.component, object))
        })
    }
}

struct Scope<'a> {
    declared: &'a [Declaration],
    by_name: BTreeMap<&'a str, &'a Resolved>,
    uses: Uses,
    findings: Vec<Finding>,
}

/// Where resolving stands, for findings.
struct Place<'a> {
    component: &'a Component,
    document: usize,
}

impl Scope<'_> {
    fn component(&mut self, component: &Component) -> Option<ResolvedContent> {
        let before = self.findings.len();
        let content = match &component.content {
            Content::Addon(addon) => self.addon(component, addon),
            Content::Manifest(manifest) => self.manifest(component, manifest),
        };
        // A component with a finding here is not rendered at all: half a component is worse than none.
        let blocked = self.findings[before..].iter().any(|finding| finding.level == crate::finding::Level::Block);
        content.filter(|_| !blocked)
    }

    fn report(&mut self, place: &Place<'_>, path: &ValuePath, finding: Finding) {
        let line = read::line_in(place.component.text(), place.document, path);
        let mut finding = finding.component(&place.component.id);
        if !path.segments().is_empty() {
            finding = finding.path(path);
        }
        self.findings.push(match line {
            Some(line) => finding.line(line),
            None => finding,
        });
    }

    fn invalid_yaml(&mut self, component: &Component, error: &read::YamlError) {
        let reason =
            format!("The {} of {} cannot be read as YAML: {}.", text_of(component), component.name, error.message.trim_end_matches('.'));
        let mut finding = Finding::block("invalid_yaml", reason).component(&component.id).line(error.line);
        if let Some(path) = error.path.as_ref().filter(|path| !path.segments().is_empty()) {
            finding = finding.path(path);
        }
        self.findings.push(finding.hint(format!("Line {}, column {}.", error.line, error.column)));
    }
}

/// How a component's text is called on the page.
pub fn text_of(component: &Component) -> &'static str {
    match component.content {
        Content::Addon(_) => "values",
        Content::Manifest(_) => "manifest",
    }
}

#[cfg(test)]
mod tests;
