//! A stack as plain Flux: what a deploy writes without its evidence, and what that does not say.

use std::collections::BTreeMap;

use crate::cluster::Cluster;
use crate::engine;
use crate::expression;
use crate::name::Name;
use crate::repository::Tree;
use crate::resolve;
use crate::sealing::SealedFiles;
use crate::stack::Stack;

/// Files by path, and sentences on what of the stack is not in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flux {
    pub files: BTreeMap<String, Vec<u8>>,
    pub lost: Vec<String>,
}

/// `sealed` holds what is encrypted for the cluster; a component without it is left out, and that is said.
pub fn flux(stack: &Stack, cluster: &Cluster, sealed: &SealedFiles) -> Flux {
    let resolution = resolve::resolve(stack, cluster);
    let mut rendered = engine::render(stack, cluster, &resolution, sealed);
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    rendered.files.remove(&tree.stack_yaml(&stack.id));
    let mut lost: Vec<String> = Vec::new();
    for id in &rendered.skipped {
        lost.push(format!(
            "The component `{id}` is left out: a namespace, a variable or a secret of it is missing, or its text cannot be read."
        ));
    }
    lost.extend(unsaid(stack, &cluster.name));
    Flux { files: rendered.files, lost }
}

/// What of a stack its Flux files do not say.
pub fn unsaid(stack: &Stack, cluster: &Name) -> Vec<String> {
    let mut lost = Vec::new();
    let uses = expression::uses(stack);
    for name in uses.variables.keys() {
        lost.push(format!("The variable `{name}` is not in these files: its value for {cluster} stands wherever it is used."));
    }
    for name in uses.secrets.keys() {
        lost.push(format!("The secret `{name}` is readable for {cluster} alone: it is encrypted for that cluster."));
    }
    for declared in stack.variables.iter().filter(|declared| !uses.variables.contains_key(&declared.name)) {
        lost.push(format!("The variable `{}` is not in these files: nothing uses it.", declared.name));
    }
    if stack.description.is_some() {
        lost.push("The stack's description is not in these files.".to_owned());
    }
    if !stack.annotations.is_empty() {
        lost.push("The stack's annotations are not in these files.".to_owned());
    }
    if stack.name != stack.id {
        lost.push(format!("The stack is called `{}` here, and `{}` in these files.", stack.name, stack.id));
    }
    for component in &stack.components {
        if component.name != component.id {
            lost.push(format!("The component `{}` is called `{}` in these files.", component.name, component.id));
        }
        if component.layout.is_some() {
            lost.push(format!("Where `{}` stands on the canvas is not in these files.", component.name));
        }
        if component.text().contains('#') {
            lost.push(format!("Comments in the text of `{}` are not in these files.", component.name));
        }
    }
    for gone in &stack.let_go {
        lost.push(format!("That `{}` was let go of stands in these files as a suspended Kustomization.", gone.component));
    }
    if !stack.components.is_sorted_by_key(|component| &component.id) {
        lost.push("The order in which the components are declared is not in these files.".to_owned());
    }
    lost
}
