//! What changes in meaning: the values of each component before and after, by their paths.
//!
//! Values stand as they reach the cluster. A sealed value stands as its expression, before and after.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::build::Authorship;
use super::delta::Delta;
use super::diff::{self, Difference};
use super::facts::Head;
use super::{Does, ValueChange};
use crate::engine::Rendered;
use crate::expression::{self, Piece};
use crate::guard;
use crate::name::Name;
use crate::object::ObjectKey;
use crate::repository::Tree;
use crate::stack::{Component, Content, Stack};
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::read;

/// A stack as the record has it, and where its files are.
pub struct Sides<'a> {
    pub tree: &'a Tree,
    pub head: &'a Head,
    pub rendered: &'a Rendered,
    /// The stack at the head, where `stack.yaml` can be read.
    pub before: Option<&'a Stack>,
    pub after: &'a Stack,
}

/// The changes of every component that something happens to, in the order of the stack; those that are gone last.
pub fn changes<'a>(sides: &Sides<'a>, delta: &Delta, authorship: &[Authorship]) -> Vec<ValueChange> {
    let mut out = stack_fields(sides);
    let by_id = |stack: &'a Stack| -> BTreeMap<&'a Name, &'a Component> {
        stack.components.iter().map(|component| (&component.id, component)).collect()
    };
    let (old, new) = (sides.before.map(by_id).unwrap_or_default(), by_id(sides.after));
    let gone = sides.before.iter().flat_map(|before| &before.components).filter(|component| !new.contains_key(&component.id));
    for component in sides.after.components.iter().chain(gone) {
        let (was, now) = (old.get(&component.id).copied(), new.get(&component.id).copied());
        let quiet = was == now && delta.does(&component.id) == Does::Nothing;
        if quiet || sides.rendered.skipped.contains(&component.id) {
            continue;
        }
        component_changes(sides, component, was, now, &mut out);
    }
    for change in &mut out {
        change.by = writers_of(change, authorship);
        hide_plaintext(change);
    }
    out
}

fn component_changes(
    sides: &Sides<'_>,
    component: &Component,
    was: Option<&Component>,
    now: Option<&Component>,
    out: &mut Vec<ValueChange>,
) {
    let id = component.id.as_str();
    for one in diff::values(fields(was).as_ref(), fields(now).as_ref()) {
        out.push(change(id, in_brackets(&one), one.before, one.after, None));
    }
    let texts = |side: Option<&Component>| side.map(|component| read::documents(component.text()).unwrap_or_default()).unwrap_or_default();
    let (old_text, new_text) = (texts(was), texts(now));
    let folder = sides.tree.component(&sides.after.id, &component.id);
    let old = documents(
        &folder,
        |path| sides.head.files.get(path).map(|file| file.bytes.as_slice()),
        sides.head.files.range(folder.clone()..).map(|(path, _)| path),
    );
    let new = documents(
        &folder,
        |path| sides.rendered.files.get(path).map(Vec::as_slice),
        sides.rendered.files.range(folder.clone()..).map(|(path, _)| path),
    );

    let release = |side: &Objects| {
        side.iter().find(|(key, _)| key.kind == "HelmRelease").and_then(|(_, object)| object.pointer("/spec/values").cloned())
    };
    let is_addon = |component: Option<&Component>| component.is_some_and(|component| matches!(component.content, Content::Addon(_)));
    if is_addon(now) || is_addon(was) {
        let side = |objects: &Objects, text: &[read::Document], present: bool| {
            present.then(|| {
                overlay(release(objects).unwrap_or_else(|| Value::Object(Map::new())), text.first().map(|document| &document.value))
            })
        };
        let before = side(&old, &old_text, is_addon(was));
        let after = side(&new, &new_text, is_addon(now));
        let template = new_text.first().map(|document| &document.value);
        for one in diff::values(before.as_ref(), after.as_ref()) {
            let from = template.and_then(|template| template_at(template, &one.path));
            out.push(change(id, one.path.to_string(), one.before, one.after, from));
        }
    }
    if !is_addon(now) || !is_addon(was) {
        manifest_changes(id, &with_secrets(old, &old_text), &with_secrets(new, &new_text), &new_text, out);
    }
}

type Objects = BTreeMap<ObjectKey, Value>;

/// The objects in a component's folder, sealed data left out.
fn documents<'a>(folder: &str, bytes: impl Fn(&str) -> Option<&'a [u8]>, paths: impl Iterator<Item = &'a String>) -> Objects {
    let mut objects = Objects::new();
    for path in paths.take_while(|path| path.starts_with(folder)).filter(|path| !path.ends_with("/kustomization.yaml")) {
        let Some(text) = bytes(path).and_then(|bytes| std::str::from_utf8(bytes).ok()) else { continue };
        for document in read::documents(text).unwrap_or_default() {
            let mut object = document.value;
            if let Some(key) = ObjectKey::of(&object) {
                if object.get("sops").is_some() {
                    for hidden in ["sops", "data", "stringData"] {
                        object.as_object_mut().map(|map| map.shift_remove(hidden));
                    }
                }
                objects.insert(key, object);
            }
        }
    }
    objects
}

/// Manifests' Secrets get their data back as the author wrote it where that is an expression.
fn with_secrets(mut objects: Objects, text: &[read::Document]) -> Objects {
    objects.retain(|key, _| !key.group.ends_with("toolkit.fluxcd.io"));
    for document in text {
        let Some(name) = document.value.pointer("/metadata/name").and_then(Value::as_str) else { continue };
        if document.value.get("kind").is_none_or(|kind| kind != "Secret") {
            continue;
        }
        for (key, object) in objects.iter_mut().filter(|(key, _)| key.is("", "Secret") && key.name == name) {
            let _ = key;
            for field in ["data", "stringData"] {
                let Some(entries) = document.value.get(field).and_then(Value::as_object) else { continue };
                let shown: Map<String, Value> = entries
                    .iter()
                    .map(|(key, value)| (key.clone(), if holds_secret(value) { value.clone() } else { Value::from("(sealed)") }))
                    .collect();
                if let Some(map) = object.as_object_mut() {
                    map.insert(field.to_owned(), Value::Object(shown));
                }
            }
        }
    }
    objects
}

fn manifest_changes(id: &str, old: &Objects, new: &Objects, text: &[read::Document], out: &mut Vec<ValueChange>) {
    let keys: std::collections::BTreeSet<&ObjectKey> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let template = text.iter().map(|document| &document.value).find(|value| {
            value.get("kind").is_some_and(|kind| kind == key.kind.as_str())
                && value.pointer("/metadata/name").is_some_and(|name| name == key.name.as_str())
        });
        match (old.get(key), new.get(key)) {
            // A whole object that comes or goes is one line; its content stands in the files.
            (None, Some(_)) => out.push(change(id, key.to_string(), None, Some(Value::from("new object")), None)),
            (Some(_), None) => out.push(change(id, key.to_string(), Some(Value::from("object")), None, None)),
            (old, new) => {
                for one in diff::values(old, new) {
                    let from = template.and_then(|template| template_at(template, &one.path));
                    out.push(change(id, format!("{key}: {}", one.path), one.before, one.after, from));
                }
            }
        }
    }
}

fn change(component: &str, path: String, before: Option<Value>, after: Option<Value>, template: Option<String>) -> ValueChange {
    ValueChange {
        component: Some(component.to_owned()),
        path,
        before: before.as_ref().map(diff::shown),
        after: after.as_ref().map(diff::shown),
        template,
        by: Vec::new(),
    }
}

/// A component's own fields, by the names that people know.
fn fields(component: Option<&Component>) -> Option<Value> {
    let component = component?;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    if component.name != component.id {
        put("name", component.name.as_str().into());
    }
    if let Some(namespace) = &component.namespace {
        put("namespace", namespace.as_str().into());
    }
    if !component.depends_on.is_empty() {
        put("waits for", component.depends_on.iter().map(|on| Value::from(on.as_str())).collect());
    }
    if let Some(timeout) = &component.timeout {
        put("timeout", timeout.as_str().into());
    }
    if let Content::Addon(addon) = &component.content {
        put("chart", addon.chart.name.as_str().into());
        put("chart repository", addon.chart.repository.as_str().into());
        put("chart version", addon.chart.version.as_str().into());
        if !addon.release.is_empty() {
            put("release", Value::Object(addon.release.clone()));
        }
    }
    Some(Value::Object(fields))
}

/// A field's own name, without the quotes that a path would need.
fn in_brackets(one: &Difference) -> String {
    match one.path.segments() {
        [Segment::Key(field)] => format!("({field})"),
        [Segment::Key(field), ..] => format!("({field}{})", one.path.to_string().trim_start_matches(field.as_str())),
        _ => format!("({})", one.path),
    }
}

fn stack_fields(sides: &Sides<'_>) -> Vec<ValueChange> {
    let fields = |stack: &Stack| {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
        put("name", stack.name.as_str().into());
        if let Some(description) = &stack.description {
            put("description", description.as_str().into());
        }
        if !stack.depends_on.is_empty() {
            put("waits for", stack.depends_on.iter().map(|on| Value::from(on.as_str())).collect());
        }
        for one in &stack.variables {
            let need = if one.required { ", required" } else { "" };
            let default = one.default.as_ref().map(|value| format!(", default {value}")).unwrap_or_default();
            put(&format!("variable {}", one.name), format!("{}{need}{default}", one.kind.as_str()).into());
        }
        Value::Object(fields)
    };
    // A new stack is new as a whole; its fields stand in stack.yaml.
    let Some(before) = sides.before else { return Vec::new() };
    diff::values(Some(&fields(before)), Some(&fields(sides.after)))
        .into_iter()
        .map(|one| ValueChange { component: None, ..change("", in_brackets(&one), one.before, one.after, None) })
        .collect()
}

/// Puts the expressions with secrets over the values that may be read.
fn overlay(mut readable: Value, template: Option<&Value>) -> Value {
    if let Some(template) = template.filter(|template| holds_secret(template)) {
        lay(&mut readable, template);
    }
    readable
}

fn lay(readable: &mut Value, template: &Value) {
    match template {
        Value::Object(members) => {
            if !readable.is_object() {
                *readable = Value::Object(Map::new());
            }
            let Some(map) = readable.as_object_mut() else { return };
            for (key, member) in members.iter().filter(|(_, member)| holds_secret(member)) {
                lay(map.entry(key.as_str()).or_insert(Value::Null), member);
            }
        }
        // A list with a secret in it is sealed as a whole.
        other => *readable = other.clone(),
    }
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            expression::is_in(text) && expression::parse(text).unwrap_or_default().iter().any(|piece| matches!(piece, Piece::Secret(_)))
        }
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(members) => members.values().any(holds_secret),
        _ => false,
    }
}

/// The expression that stands at a path or above it.
fn template_at(template: &Value, path: &ValuePath) -> Option<String> {
    let mut value = template;
    for segment in path.segments() {
        let next = match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.get(index),
        };
        match next {
            Some(next) => value = next,
            None => break,
        }
    }
    value.as_str().filter(|text| expression::is_in(text)).map(str::to_owned)
}

/// A literal that a guard takes for a secret is not repeated here: the plan is blocked, and then read by many.
fn hide_plaintext(change: &mut ValueChange) {
    let key = ValuePath::parse(change.path.rsplit(": ").next().unwrap_or_default()).unwrap_or_default();
    let named = matches!(key.segments().last(), Some(Segment::Key(key)) if guard::names_a_secret(key));
    for side in [&mut change.before, &mut change.after].into_iter().flatten() {
        let is_text = side.starts_with('"') && side != "\"\"" && !expression::is_in(side);
        if is_text && named || guard::looks_like_a_credential(side) {
            *side = "(hidden: looks like a secret)".to_owned();
        }
    }
}

fn writers_of(change: &ValueChange, authorship: &[Authorship]) -> Vec<String> {
    let touches = |author: &&Authorship| {
        let same = author.component.as_ref().map(|component| component.as_str()) == change.component.as_deref();
        let path = match &author.path {
            None => true,
            Some(path) => ValuePath::parse(&change.path).is_ok_and(|changed| changed.starts_with(path) || path.starts_with(&changed)),
        };
        same && path
    };
    let mut ids: Vec<String> = authorship.iter().filter(touches).map(|author| author.writer.id.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}
