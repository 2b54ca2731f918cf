//! Custom resources whose definition nobody brings, or whose component does not wait for what brings it.

use std::collections::BTreeSet;

use super::{Context, Guard, Told};
use crate::catalog::{Chart, known};
use crate::change::Change;
use crate::finding::Finding;
use crate::fix::{self, Mend, Proposal};
use crate::name::Name;
use crate::resolve::{ResolvedComponent, ResolvedContent, text};
use crate::sealing::ValuesTree;
use crate::stack::{Addon, Component, Content, graph};
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::read;

pub const GUARD: Guard = Guard {
    name: "custom_resources",
    passes: "Every custom resource waits for what defines it.",
    needs_head: false,
    check: |context| told(context).into_iter().map(|told| told.finding).collect(),
    #[cfg(test)]
    examples: || {
        let scene = crate::fix::tests::issuer(&["cert-manager"]);
        (scene.clone().waits("m", "cert-manager"), scene)
    },
};

/// So many ways are offered where there are several.
const MOST: usize = 3;

/// A kind that a component holds objects of, with where the first of them stands.
struct Resource<'a> {
    component: &'a Component,
    group: &'a str,
    kind: &'a str,
    line: Option<usize>,
}

/// A component that could bring a kind.
struct Bringer<'a> {
    component: &'a Component,
    /// What has to be set to true in its values before it does.
    off: Option<ValuePath>,
}

pub(crate) fn told(context: &Context<'_>) -> Vec<Told> {
    let charts = context.stack.components.iter().map(|component| match &component.content {
        Content::Addon(addon) => context.known.chart(&addon.chart),
        Content::Manifest(_) => None,
    });
    let charts: Vec<Option<&Chart>> = charts.collect();
    resources(context).iter().filter_map(|resource| look(context, &charts, resource)).collect()
}

fn resources<'a>(context: &'a Context<'_>) -> Vec<Resource<'a>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (component, object) in context.resolution.objects() {
        let (group, kind) = (object.key.group.as_str(), object.key.kind.as_str());
        if known::is_custom(group) && seen.insert((&component.id, group, kind)) {
            let line = read::line_in(component.text(), object.document, &object.within.key("kind"));
            found.push(Resource { component, group, kind, line });
        }
    }
    found
}

fn look(context: &Context<'_>, known_charts: &[Option<&Chart>], resource: &Resource<'_>) -> Option<Told> {
    let Resource { component, group, kind, .. } = *resource;
    let bringers = bringers(context, known_charts, resource);
    if bringers.iter().any(|one| one.component.id == component.id) {
        return None;
    }
    let before = graph::awaited(context.stack, &component.id);
    let awaited = |one: &&Bringer<'_>| before.contains(&one.component.id);
    if bringers.iter().any(|one| one.off.is_none() && before.contains(&one.component.id)) {
        return None;
    }
    if let Some(one) = bringers.iter().find(awaited).or(bringers.first()).filter(|one| one.off.is_some()) {
        return Some(switched_off(context, resource, one, before.contains(&one.component.id)));
    }
    if let Some(first) = bringers.first() {
        let reason = format!(
            "{} ({group}) is defined by {}, and {} does not wait for it: on a fresh cluster it is applied too early.",
            kind, first.component.name, component.name
        );
        let fixes = bringers.iter().filter_map(|one| edge(context, component, one.component)).take(MOST).collect();
        return Some(Told { finding: at(resource, "crd_not_awaited", reason).hint("Draw the edge."), fixes });
    }
    if known::holds(&context.known.elsewhere, group, kind) || group.ends_with(".k8s.io") || context.known.catalog.is_empty() {
        return None;
    }
    let charts: Vec<&Chart> = context.known.catalog.iter().filter(|chart| chart.brings(group, kind)).collect();
    let is_closed = |(one, chart): (&Component, &Option<&Chart>)| {
        matches!(one.content, Content::Addon(_)) && chart.is_none() && !context.known.opened.contains_key(one.id.as_str())
    };
    // Who knows what a chart brings that nobody opened.
    if charts.is_empty() && context.stack.components.iter().zip(known_charts).any(is_closed) {
        return None;
    }
    let reason = format!("Nothing in the stacks of this cluster is known to define {kind} ({group}), so it cannot be applied.");
    let finding = at(resource, "crd_missing", reason).hint("Add what brings it. Where the cluster has it already, all is well.");
    let fixes = charts.into_iter().take(MOST).filter_map(|chart| add(context, component, chart)).collect();
    Some(Told { finding, fixes })
}

fn at(resource: &Resource<'_>, code: &str, reason: String) -> Finding {
    let finding = Finding::warn(code, reason).component(&resource.component.id);
    match resource.line {
        Some(line) => finding.line(line),
        None => finding,
    }
}

/// The components of the stack that define a kind.
fn bringers<'a>(context: &'a Context<'_>, charts: &[Option<&Chart>], resource: &Resource<'_>) -> Vec<Bringer<'a>> {
    let Resource { group, kind, .. } = *resource;
    let brings = |(resolved, chart): (&ResolvedComponent<'a>, &Option<&Chart>)| {
        let component = resolved.component;
        if let Some(ResolvedContent::Manifest { objects }) = &resolved.content {
            let defines = objects.iter().filter(|object| object.key.is("apiextensions.k8s.io", "CustomResourceDefinition"));
            let is_it =
                |tree: &ValuesTree| text(tree, &["spec", "group"]) == Some(group) && text(tree, &["spec", "names", "kind"]) == Some(kind);
            return defines.map(|object| &object.tree).any(is_it).then_some(Bringer { component, off: None });
        }
        match (chart.filter(|chart| chart.brings(group, kind)), &resolved.content) {
            (Some(chart), Some(ResolvedContent::Addon { values })) => Some(Bringer { component, off: off(chart, values) }),
            // Its values cannot be read: another finding says so.
            (Some(_), _) => Some(Bringer { component, off: None }),
            (None, _) => {
                let opened = context.known.opened.get(component.id.as_str()).is_some_and(|all| known::holds(all, group, kind));
                opened.then_some(Bringer { component, off: None })
            }
        }
    };
    context.resolution.components.iter().zip(charts).filter_map(brings).collect()
}

/// What would have to be true in the values, where none of it is.
fn off(chart: &Chart, values: &ValuesTree) -> Option<ValuePath> {
    let is_on = |path: &ValuePath| fix::at(values, path.segments()).is_some_and(|value| value.as_bool() == Some(true));
    let switches = &chart.fields.crds;
    if switches.iter().any(is_on) { None } else { switches.first().cloned() }
}

fn switched_off(context: &Context<'_>, resource: &Resource<'_>, one: &Bringer<'_>, is_awaited: bool) -> Told {
    let path = one.off.clone().unwrap_or_default();
    let name = &one.component.name;
    let reason = format!("{} ({}) is defined by {name} only where its `{path}` is true, and it is not.", resource.kind, resource.group);
    let mut changes = vec![Change::SetValue { component: one.component.id.clone(), path: path.clone(), value: true.into() }];
    if !is_awaited && let Some(connect) = connect(context, resource.component, one.component) {
        changes.push(connect);
    }
    let fixes = vec![(format!("Set {path} of {name}"), Mend::Changes { changes })];
    Told { finding: at(resource, "crd_missing", reason).hint(format!("Set `{path}: true` in the values of {name}.")), fixes }
}

/// The edge, where it closes no cycle.
fn connect(context: &Context<'_>, component: &Component, on: &Component) -> Option<Change> {
    let fits = graph::would_cycle(context.stack, &component.id, &on.id).is_none() && !component.depends_on.contains(&on.id);
    fits.then(|| Change::Connect { component: component.id.clone(), on: on.id.clone() })
}

pub(super) fn edge(context: &Context<'_>, component: &Component, on: &Component) -> Option<Proposal> {
    let change = connect(context, component, on)?;
    Some((format!("Add edge from {}", on.name), Mend::Changes { changes: vec![change] }))
}

/// The catalog's chart as a new component, and the edge from it.
fn add(context: &Context<'_>, component: &Component, chart: &Chart) -> Option<Proposal> {
    let is_free = |id: &Name| context.stack.components.iter().all(|one| one.id != *id && one.name != *id);
    let numbered = (2..100).filter_map(|number| Name::new(&format!("{}-{number}", chart.name)).ok());
    let id = std::iter::once(chart.name.clone()).chain(numbered).find(is_free)?;
    let values = match chart.fields.crds.first().map(ValuePath::segments) {
        Some([]) | None => String::new(),
        Some(path) => {
            let keys = path.iter().filter_map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                Segment::Index(_) => None,
            });
            let lines: Vec<String> = keys.enumerate().map(|(depth, key)| format!("{}{key}:", "  ".repeat(depth))).collect();
            format!("{} true\n", lines.join("\n"))
        }
    };
    let addon = Addon { chart: chart.chart.clone(), release: serde_json::Map::new(), values };
    let new = Component { namespace: Some(chart.namespace.clone()), ..Component::new(id.clone(), Content::Addon(addon)) };
    let changes = vec![Change::AddComponent { component: new }, Change::Connect { component: component.id.clone(), on: id.clone() }];
    Some((format!("Add {id}, with an edge"), Mend::Changes { changes }))
}
