//! Renders a resolved stack into the files of the repository; the same input gives the same bytes.

mod addon;
mod flux;
mod health;
mod manifest;
mod namespace;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cluster::{Cluster, Engine};
use crate::name::Name;
use crate::object::ObjectKey;
use crate::repository::Tree;
use crate::resolve::{Resolution, ResolvedComponent, ResolvedContent};
use crate::sealing::{SealRequest, SealedFiles};
use crate::stack::{Component, Content, Stack, source};
use crate::yaml::emit;

pub use addon::RESERVED_RELEASE_FIELDS;
pub(crate) use addon::split as split_values;
pub use namespace::is_reserved as is_reserved_namespace;

pub const STACK_LABEL: &str = "countersign.dev/stack";
pub const COMPONENT_LABEL: &str = "countersign.dev/component";
/// A kind of object of our own making: one Helm release in its namespace, whatever the HelmRelease is called.
pub const RELEASE_GROUP: &str = "helm.sh";

/// The files of a stack, and what is in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// By path, which carries the binding's prefix.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Of [`files`](Self::files), those that other stacks write too, with the same bytes.
    pub shared: BTreeSet<String>,
    pub objects: Vec<RenderedObject>,
    /// What the shared files hold: objects that no stack owns.
    pub common: BTreeSet<ObjectKey>,
    /// Components without files here: findings, or a sealed file that is still missing, say why.
    pub skipped: BTreeSet<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedObject {
    pub key: ObjectKey,
    /// Absent for objects of the stack as a whole.
    pub component: Option<Name>,
}

/// What the vault has to seal before [`render`] can put it in place; in the order of the components.
pub fn sealing_requests(stack: &Stack, cluster: &Cluster, resolution: &Resolution<'_>) -> Vec<SealRequest> {
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    resolution.components.iter().flat_map(|resolved| requests_of(stack, &tree, resolved)).collect()
}

fn requests_of(stack: &Stack, tree: &Tree, resolved: &ResolvedComponent<'_>) -> Vec<SealRequest> {
    match &resolved.content {
        Some(ResolvedContent::Addon { values }) => addon::request(stack, tree, resolved.component, values).into_iter().collect(),
        Some(ResolvedContent::Manifest { objects }) => manifest::requests(stack, tree, resolved.component, objects),
        None => Vec::new(),
    }
}

/// The whole tree of a stack.
pub fn render(stack: &Stack, cluster: &Cluster, resolution: &Resolution<'_>, sealed: &SealedFiles) -> Rendered {
    match cluster.engine {
        Engine::Flux => render_flux(stack, cluster, resolution, sealed),
    }
}

fn render_flux(stack: &Stack, cluster: &Cluster, resolution: &Resolution<'_>, sealed: &SealedFiles) -> Rendered {
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    let mut out = frame(stack, cluster);

    let own = namespace::own(resolution);
    let mut namespaces = BTreeSet::new();
    for resolved in &resolution.components {
        let component = resolved.component;
        let needs = namespace::needed(cluster, &own, resolved);
        let folder = tree.component(&stack.id, &component.id);
        let files = match (&resolved.content, &component.content) {
            (Some(ResolvedContent::Addon { values }), Content::Addon(addon)) => {
                addon::files(stack, &tree, component, addon, values, sealed)
            }
            (Some(ResolvedContent::Manifest { objects }), Content::Manifest(_)) => {
                manifest::files(stack, &tree, component, objects, sealed)
            }
            _ => None,
        };
        let Some(files) = files else {
            out.skipped.insert(component.id.clone());
            continue;
        };
        let names: Vec<&str> = files.files.iter().map(|(name, _)| name.as_str()).collect();
        out.put(format!("{folder}kustomization.yaml"), flux::kustomize(&names));
        for key in files.objects {
            out.objects.push(RenderedObject { key, component: Some(component.id.clone()) });
        }
        let flux = flux::component(&flux::Around { stack, cluster, tree: &tree }, component, &resolved.content, &needs, files.sealed);
        out.object(&flux, Some(component));
        out.put(tree.flux_of(&stack.id, &component.id), emit::emit(&flux));
        for (name, bytes) in files.files {
            out.files.insert(format!("{folder}{name}"), bytes);
        }
        namespaces.extend(needs);
    }

    namespace::files(cluster, &tree, &namespaces, &mut out);
    out
}

/// What holds a stack together: its source, the list of its components, and what hands it to Flux. Nothing in it comes
/// from variables, secrets or charts.
pub fn frame(stack: &Stack, cluster: &Cluster) -> Rendered {
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    let around = flux::Around { stack, cluster, tree: &tree };
    let mut out = Rendered::default();
    out.put(tree.stack_yaml(&stack.id), source::emit(stack));
    for gone in &stack.let_go {
        let object = flux::let_go(&around, &gone.component);
        out.object(&object, None);
        out.put(tree.flux_of(&stack.id, &gone.component), emit::emit(&object));
    }
    let ids = stack.components.iter().map(|component| &component.id).chain(stack.let_go.iter().map(|gone| &gone.component));
    let mut listed: Vec<String> = ids.map(|id| format!("{id}.yaml")).collect();
    listed.sort();
    out.put(format!("{}kustomization.yaml", tree.flux(&stack.id)), flux::kustomize(&listed.iter().map(String::as_str).collect::<Vec<_>>()));
    flux::stack_entry(&around, &mut out);
    out
}

/// The files of one component, by name inside its folder.
struct ComponentFiles {
    files: Vec<(String, Vec<u8>)>,
    objects: Vec<ObjectKey>,
    /// Whether one of them is sealed.
    sealed: bool,
}

impl Rendered {
    fn put(&mut self, path: String, text: String) {
        self.files.insert(path, text.into_bytes());
    }

    fn object(&mut self, object: &Value, component: Option<&Component>) {
        if let Some(key) = ObjectKey::of(object) {
            self.objects.push(RenderedObject { key, component: component.map(|component| component.id.clone()) });
        }
    }

    /// All keys, sorted, each once.
    pub fn keys(&self) -> Vec<ObjectKey> {
        let keys: BTreeSet<&ObjectKey> = self.objects.iter().map(|object| &object.key).chain(&self.common).collect();
        keys.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests;
