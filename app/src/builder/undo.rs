//! The way back from a change, as changes.

use domain::change::Change;
use domain::change::apply::apply;
use domain::name::Name;
use domain::stack::{Component, Content, Stack};

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub undo: Vec<Change>,
    pub redo: Vec<Change>,
}

impl Step {
    /// Whether it changes one of these components.
    pub fn concerns(&self, is_one: impl Fn(&Name) -> bool) -> bool {
        self.undo.iter().any(|change| match change {
            Change::AddComponent { component } => is_one(&component.id),
            Change::Connect { component, on } | Change::Disconnect { component, on } => is_one(component) || is_one(on),
            Change::RemoveComponent { component }
            | Change::LetGo { component }
            | Change::RenameComponent { component, .. }
            | Change::SetValuesText { component, .. }
            | Change::SetManifestText { component, .. }
            | Change::SetValue { component, .. }
            | Change::UnsetValue { component, .. }
            | Change::SetNamespace { component, .. }
            | Change::SetChartSource { component, .. }
            | Change::SetChartVersion { component, .. }
            | Change::SetReleaseName { component, .. }
            | Change::SetTimeout { component, .. }
            | Change::SetLayout { component, .. } => is_one(component),
            Change::DeclareVariable { .. }
            | Change::RetypeVariable { .. }
            | Change::UndeclareVariable { .. }
            | Change::SetDescription { .. }
            | Change::RenameStack { .. }
            | Change::SetStackDependsOn { .. } => false,
        })
    }
}

/// What leads back to `before` once `changes` hold.
pub fn back(before: &Stack, changes: &[Change]) -> Vec<Change> {
    let mut stack = before.clone();
    let mut ways = Vec::new();
    for change in changes {
        ways.push(back_one(&stack, change));
        if apply(&mut stack, change).is_err() {
            ways.pop();
        }
    }
    ways.into_iter().rev().flatten().collect()
}

fn back_one(stack: &Stack, change: &Change) -> Vec<Change> {
    let of = |id: &Name| stack.component(id.as_str());
    match change {
        Change::AddComponent { component } => vec![Change::RemoveComponent { component: component.id.clone() }],
        // Brought back, it is let go no more.
        Change::RemoveComponent { component } | Change::LetGo { component } => {
            of(component).map(|found| restore(stack, found)).unwrap_or_default()
        }
        Change::RenameComponent { component, .. } => of(component)
            .map(|found| Change::RenameComponent { component: component.clone(), name: found.name.clone() })
            .into_iter()
            .collect(),
        Change::SetValuesText { component, .. }
        | Change::SetManifestText { component, .. }
        | Change::SetValue { component, .. }
        | Change::UnsetValue { component, .. } => of(component).map(text).into_iter().collect(),
        Change::SetNamespace { component, .. } => of(component)
            .map(|found| Change::SetNamespace { component: component.clone(), namespace: found.namespace.clone() })
            .into_iter()
            .collect(),
        Change::SetChartSource { component, .. } => match of(component).map(|found| &found.content) {
            Some(Content::Addon(addon)) => {
                let (repository, name) = (addon.chart.repository.clone(), addon.chart.name.clone());
                vec![Change::SetChartSource { component: component.clone(), repository, name }]
            }
            _ => Vec::new(),
        },
        Change::SetChartVersion { component, .. } => match of(component).map(|found| &found.content) {
            Some(Content::Addon(addon)) => {
                vec![Change::SetChartVersion { component: component.clone(), version: addon.chart.version.clone() }]
            }
            _ => Vec::new(),
        },
        Change::SetReleaseName { component, .. } => match of(component).map(|found| &found.content) {
            Some(Content::Addon(addon)) => {
                let release_name = addon.release.get("releaseName").and_then(|name| name.as_str()).map(str::to_owned);
                vec![Change::SetReleaseName { component: component.clone(), release_name }]
            }
            _ => Vec::new(),
        },
        Change::SetTimeout { component, .. } => of(component)
            .map(|found| Change::SetTimeout { component: component.clone(), timeout: found.timeout.clone() })
            .into_iter()
            .collect(),
        Change::Connect { component, on } => vec![Change::Disconnect { component: component.clone(), on: on.clone() }],
        Change::Disconnect { component, on } => vec![Change::Connect { component: component.clone(), on: on.clone() }],
        Change::DeclareVariable { declaration } => vec![Change::UndeclareVariable { name: declaration.name.clone() }],
        Change::RetypeVariable { name, .. } => stack
            .variables
            .iter()
            .find(|declaration| declaration.name == *name)
            .map(|declaration| Change::RetypeVariable { name: name.clone(), kind: declaration.kind })
            .into_iter()
            .collect(),
        Change::UndeclareVariable { name } => stack
            .variables
            .iter()
            .find(|declaration| declaration.name == *name)
            .map(|declaration| Change::DeclareVariable { declaration: declaration.clone() })
            .into_iter()
            .collect(),
        Change::SetDescription { .. } => vec![Change::SetDescription { description: stack.description.clone() }],
        Change::RenameStack { .. } => vec![Change::RenameStack { name: stack.name.clone() }],
        Change::SetStackDependsOn { .. } => vec![Change::SetStackDependsOn { depends_on: stack.depends_on.clone() }],
        Change::SetLayout { component, .. } => {
            of(component).map(|found| Change::SetLayout { component: component.clone(), layout: found.layout }).into_iter().collect()
        }
    }
}

fn text(found: &Component) -> Change {
    let (component, text) = (found.id.clone(), found.text().to_owned());
    match found.content {
        Content::Addon(_) => Change::SetValuesText { component, text },
        Content::Manifest(_) => Change::SetManifestText { component, text },
    }
}

/// A component with the edges to it: they went with it.
pub fn restore(stack: &Stack, found: &Component) -> Vec<Change> {
    let waiting = stack.components.iter().filter(|other| other.depends_on.contains(&found.id));
    let edges = waiting.map(|other| Change::Connect { component: other.id.clone(), on: found.id.clone() });
    std::iter::once(Change::AddComponent { component: found.clone() }).chain(edges).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::change::apply::apply_all;
    use domain::stack::Manifest;

    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn manifest(id: &str, on: &[&str]) -> Component {
        let content = Content::Manifest(Manifest { text: format!("kind: {id}\n") });
        Component { depends_on: on.iter().map(|on| name(on)).collect(), ..Component::new(name(id), content) }
    }

    fn sorted(mut stack: Stack) -> Stack {
        stack.components.sort_by(|a, b| a.id.cmp(&b.id));
        stack
    }

    #[test]
    fn every_step_leads_back_and_a_removed_component_gets_its_edges_again() {
        let mut before = Stack::new(name("web"));
        before.components = vec![manifest("a", &[]), manifest("b", &["a"]), manifest("c", &["b"])];
        let lists = [
            vec![Change::RemoveComponent { component: name("b") }],
            vec![Change::LetGo { component: name("b") }],
            vec![Change::RemoveComponent { component: name("b") }, Change::RemoveComponent { component: name("a") }],
            vec![Change::AddComponent { component: manifest("d", &["c"]) }, Change::Connect { component: name("d"), on: name("a") }],
            vec![
                Change::SetManifestText { component: name("a"), text: "x".into() },
                Change::SetManifestText { component: name("a"), text: "y".into() },
            ],
            vec![
                Change::RenameComponent { component: name("a"), name: name("z") },
                Change::Disconnect { component: name("b"), on: name("a") },
            ],
        ];
        for changes in lists {
            let mut stack = before.clone();
            apply_all(&mut stack, &changes).unwrap();
            assert_ne!(stack, before);
            apply_all(&mut stack, &back(&before, &changes)).unwrap();
            assert_eq!(sorted(stack), sorted(before.clone()), "{changes:?}");
        }
    }
}
