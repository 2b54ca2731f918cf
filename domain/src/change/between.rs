//! The changes that lead from one content to another, as deep down as they can be told: how a rebase enters the history.
//!
//! A release field that no change can set makes a component go and come back; annotations and the order of what is
//! declared are no changes.

use serde_json::Value;

use super::Change;
use super::apply::apply;
use crate::name::Name;
use crate::stack::{Addon, Component, Content, Stack};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

/// More single values than this are told as one text.
const VALUES: usize = 200;

pub fn between(before: &Stack, after: &Stack) -> Vec<Change> {
    let mut told = Told { stack: before.clone(), changes: Vec::new() };
    if before.name != after.name {
        told.add(Change::RenameStack { name: after.name.clone() });
    }
    if before.description != after.description {
        told.add(Change::SetDescription { description: after.description.clone() });
    }
    if before.depends_on != after.depends_on {
        told.add(Change::SetStackDependsOn { depends_on: after.depends_on.clone() });
    }
    variables(&mut told, before, after);
    for component in &before.components {
        let stays = after.component(component.id.as_str()).is_some_and(|now| can_become(component, now));
        if !stays {
            let component = component.id.clone();
            let runs_on = after.let_go.iter().any(|gone| gone.component == component);
            told.add(if runs_on { Change::LetGo { component } } else { Change::RemoveComponent { component } });
        }
    }
    for component in &after.components {
        match told.stack.component(component.id.as_str()).cloned() {
            Some(was) => fields(&mut told, &was, component),
            None => told.add(Change::AddComponent { component: Component { depends_on: Vec::new(), ..component.clone() } }),
        }
    }
    edges(&mut told, after);
    told.changes
}

/// What was told so far, and what it makes of the stack.
pub(super) struct Told {
    pub(super) stack: Stack,
    pub(super) changes: Vec<Change>,
}

impl Told {
    /// A change that cannot hold at this point of the way, such as two names that swap, is told all the same.
    pub(super) fn add(&mut self, change: Change) {
        let _ = apply(&mut self.stack, &change);
        self.changes.push(change);
    }
}

fn variables(told: &mut Told, before: &Stack, after: &Stack) {
    for was in &before.variables {
        if !after.variables.contains(was) {
            told.add(Change::UndeclareVariable { name: was.name.clone() });
        }
    }
    for now in &after.variables {
        if !before.variables.contains(now) {
            told.add(Change::DeclareVariable { declaration: now.clone() });
        }
    }
}

/// Whether single changes lead from one to the other.
fn can_become(was: &Component, now: &Component) -> bool {
    let other_fields = |addon: &Addon| {
        let mut fields = addon.release.clone();
        fields.remove("releaseName");
        fields
    };
    match (&was.content, &now.content) {
        (Content::Addon(was), Content::Addon(now)) => other_fields(was) == other_fields(now),
        (Content::Manifest(_), Content::Manifest(_)) => true,
        _ => false,
    }
}

fn fields(told: &mut Told, was: &Component, now: &Component) {
    let component = now.id.clone();
    if was.name != now.name {
        told.add(Change::RenameComponent { component: component.clone(), name: now.name.clone() });
    }
    if was.namespace != now.namespace {
        told.add(Change::SetNamespace { component: component.clone(), namespace: now.namespace.clone() });
    }
    if was.timeout != now.timeout {
        told.add(Change::SetTimeout { component: component.clone(), timeout: now.timeout.clone() });
    }
    if was.layout != now.layout {
        told.add(Change::SetLayout { component: component.clone(), layout: now.layout });
    }
    if let (Content::Addon(was), Content::Addon(now)) = (&was.content, &now.content) {
        if (&was.chart.repository, &was.chart.name) != (&now.chart.repository, &now.chart.name) {
            let (repository, name) = (now.chart.repository.clone(), now.chart.name.clone());
            told.add(Change::SetChartSource { component: component.clone(), repository, name });
        }
        if was.chart.version != now.chart.version {
            told.add(Change::SetChartVersion { component: component.clone(), version: now.chart.version.clone() });
        }
        let release_name = |addon: &Addon| addon.release.get("releaseName").and_then(Value::as_str).map(str::to_owned);
        if release_name(was) != release_name(now) {
            told.add(Change::SetReleaseName { component: component.clone(), release_name: release_name(now) });
        }
    }
    text(told, was, now);
}

/// Value by value where that gives the very same text, else the text as a whole.
pub(super) fn text(told: &mut Told, was: &Component, now: &Component) {
    if was.text() == now.text() {
        return;
    }
    if let Some(changes) = values(was, now) {
        let mut tried = told.stack.clone();
        let held = changes.iter().all(|change| apply(&mut tried, change).is_ok());
        if held && tried.component(now.id.as_str()).is_some_and(|tried| tried.text() == now.text()) {
            told.stack = tried;
            told.changes.extend(changes);
            return;
        }
    }
    let (component, text) = (now.id.clone(), now.text().to_owned());
    told.add(match now.content {
        Content::Addon(_) => Change::SetValuesText { component, text },
        Content::Manifest(_) => Change::SetManifestText { component, text },
    });
}

fn values(was: &Component, now: &Component) -> Option<Vec<Change>> {
    let read = |component: &Component| read::documents(component.text()).ok();
    let (was, documents) = (read(was)?, read(now)?);
    if was.len() != documents.len() {
        return None;
    }
    let mut changes = Vec::new();
    for (place, (was, document)) in was.iter().zip(&documents).enumerate() {
        let path = match now.content {
            Content::Manifest(_) => ValuePath::root().index(place),
            Content::Addon(_) => ValuePath::root(),
        };
        differences(&now.id, &path, &was.value, &document.value, &mut changes)?;
    }
    Some(changes)
}

/// `None` where single values cannot tell it.
fn differences(component: &Name, path: &ValuePath, was: &Value, now: &Value, changes: &mut Vec<Change>) -> Option<()> {
    if was == now {
        return Some(());
    }
    let (Value::Object(was), Value::Object(now)) = (was, now) else {
        changes.push(Change::SetValue { component: component.clone(), path: path.clone(), value: now.clone() });
        return (changes.len() <= VALUES).then_some(());
    };
    for key in was.keys().filter(|key| !now.contains_key(*key)) {
        changes.push(Change::UnsetValue { component: component.clone(), path: path.key(key.as_str()) });
    }
    for (key, value) in now {
        match was.get(key) {
            Some(was) => differences(component, &path.key(key.as_str()), was, value, changes)?,
            None => changes.push(Change::SetValue { component: component.clone(), path: path.key(key.as_str()), value: value.clone() }),
        }
    }
    (changes.len() <= VALUES).then_some(())
}

/// What goes first, so that no edge closes a cycle on the way.
fn edges(told: &mut Told, after: &Stack) {
    let of = |stack: &Stack, id: &Name| stack.component(id.as_str()).map(|component| component.depends_on.clone()).unwrap_or_default();
    for component in &after.components {
        for on in of(&told.stack, &component.id).into_iter().filter(|on| !component.depends_on.contains(on)) {
            told.add(Change::Disconnect { component: component.id.clone(), on });
        }
    }
    for component in &after.components {
        let drawn = of(&told.stack, &component.id);
        for on in component.depends_on.iter().filter(|on| !drawn.contains(on)) {
            told.add(Change::Connect { component: component.id.clone(), on: on.clone() });
        }
    }
}
