//! `stack.yaml`: the written form of a stack, read strictly and written canonically.
//!
//! Values and manifests stand as literal blocks, byte for byte with their comments. What is not
//! known is refused with its path, so a misspelt field never silently does nothing.

mod write;

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Addon, Chart, Component, Content, LetGo, Manifest, Point, Stack, field};
use crate::name::Name;
use crate::variable::{Declaration, VariableType, is_name};
use crate::yaml::fields::{Complaints, Fields, header};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

pub use crate::yaml::fields::SourceError;
pub use write::emit;

pub const API_VERSION: &str = "countersign.dev/v1alpha1";
/// The most bytes that a written stack has.
pub const MAX_BYTES: usize = 16 << 20;

/// The stack, or everything that is wrong with the text.
pub fn parse(text: &str) -> Result<Stack, Vec<SourceError>> {
    let document = read::own_file(text, MAX_BYTES).map_err(|error| vec![SourceError::from(error)])?;
    let mut complaints = Complaints::default();
    let stack = stack(&mut complaints, &document);
    complaints.finish(text)?;
    stack.ok_or_else(|| vec![SourceError { path: String::new(), message: "this is no stack".into(), line: Some(1) }])
}

fn stack(complaints: &mut Complaints, document: &Value) -> Option<Stack> {
    let root = Fields::of(complaints, ValuePath::root(), document, &["apiVersion", "kind", "metadata", "spec"]);
    header(complaints, &root, "Stack");
    let metadata = root.required_fields(complaints, "metadata", &["name", "id", "annotations"]);
    let name = metadata.required_parsed(complaints, "name", Name::new);
    let id = metadata.parsed(complaints, "id", Name::new);
    let annotations = annotations(complaints, &metadata);

    let empty = Value::Object(serde_json::Map::new());
    let spec = Fields::of(
        complaints,
        root.at("spec"),
        root.get("spec").unwrap_or(&empty),
        &["description", "dependsOn", "variables", "components", "letGo"],
    );
    let description = spec.text(complaints, "description");
    let depends_on = names(complaints, &spec, "dependsOn");
    let variables = variables(complaints, &spec);
    let components = components(complaints, &spec);
    let let_go = let_go(complaints, &spec, &components);
    let name = name?;
    Some(Stack { id: id.unwrap_or_else(|| name.clone()), name, annotations, description, depends_on, variables, components, let_go })
}

/// The one open bag: texts under any key.
pub(crate) fn annotations(complaints: &mut Complaints, metadata: &Fields<'_>) -> BTreeMap<String, String> {
    let Some(value) = metadata.get("annotations") else { return BTreeMap::new() };
    let path = metadata.at("annotations");
    let map = complaints.map(&path, value);
    map.iter().filter_map(|(key, value)| Some((key.clone(), complaints.text(&path.key(key.as_str()), value)?))).collect()
}

fn names(complaints: &mut Complaints, fields: &Fields<'_>, key: &str) -> Vec<Name> {
    let Some(value) = fields.get(key) else { return Vec::new() };
    let names = complaints.each(&fields.at(key), value, Name::new);
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            complaints.add(&fields.at(key).index(index), format!("`{name}` stands here twice"));
        }
    }
    names
}

fn variables(complaints: &mut Complaints, spec: &Fields<'_>) -> Vec<Declaration> {
    let Some(value) = spec.get("variables") else { return Vec::new() };
    let path = spec.at("variables");
    let map = complaints.map(&path, value);
    map.iter().filter_map(|(name, value)| variable(complaints, path.key(name.as_str()), name, value)).collect()
}

fn variable(complaints: &mut Complaints, path: ValuePath, name: &str, value: &Value) -> Option<Declaration> {
    if !is_name(name) {
        complaints.add(&path, "a variable's name is made of letters, digits and _ and starts with no digit");
    }
    let fields = Fields::of(complaints, path, value, &["type", "description", "default", "required"]);
    let kind = fields.required_parsed(complaints, "type", |text| {
        VariableType::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or("string, number, bool, list or map belongs here")
    });
    let description = fields.text(complaints, "description");
    let required = fields.get("required").and_then(|value| complaints.bool(&fields.at("required"), value)).unwrap_or(false);
    let default = fields.get("default").cloned();
    let kind = kind?;
    if let Some(default) = &default
        && !kind.holds(default)
    {
        let quotes = if kind == VariableType::String && !default.is_array() && !default.is_object() { "; put it in quotes" } else { "" };
        complaints.add(&fields.at("default"), format!("the default is no {}{quotes}", kind.as_str()));
    }
    Some(Declaration { name: name.to_owned(), kind, description, default, required })
}

fn components(complaints: &mut Complaints, spec: &Fields<'_>) -> Vec<Component> {
    let Some(value) = spec.get("components") else { return Vec::new() };
    let path = spec.at("components");
    let items = complaints.list(&path, value).iter().enumerate();
    let read: Vec<(usize, Component)> =
        items.filter_map(|(index, value)| Some((index, component(complaints, path.index(index), value)?))).collect();
    let (mut ids, mut shown) = (HashMap::new(), HashMap::new());
    for (index, component) in &read {
        let at = path.index(*index);
        let same_id = ids.insert(component.id.as_str(), *index);
        let same_name = shown.insert(component.name.as_str(), *index);
        if let Some(first) = same_id {
            let field = if component.id == component.name { "name" } else { "id" };
            complaints.add(&at.key(field), format!("the id `{}` is taken by {}", component.id, path.index(first)));
        } else if let Some(first) = same_name {
            complaints.add(&at.key("name"), format!("the name `{}` is taken by {}", component.name, path.index(first)));
        }
    }
    read.into_iter().map(|(_, component)| component).collect()
}

fn let_go(complaints: &mut Complaints, spec: &Fields<'_>, components: &[Component]) -> Vec<LetGo> {
    let Some(value) = spec.get("letGo") else { return Vec::new() };
    let path = spec.at("letGo");
    let mut read: Vec<LetGo> = Vec::new();
    for (index, value) in complaints.list(&path, value).iter().enumerate() {
        let fields = Fields::of(complaints, path.index(index), value, &["component", "namespace", "release", "chart"]);
        let component = fields.required_parsed(complaints, "component", Name::new);
        let namespace = fields.parsed(complaints, "namespace", |text| field::namespace(text).map(|()| text.to_owned()));
        let release = fields.parsed(complaints, "release", |text| field::release_name(text).map(|()| text.to_owned()));
        let chart = fields.parsed(complaints, "chart", |text| field::chart_name(text).map(|()| text.to_owned()));
        let Some(component) = component else { continue };
        if components.iter().any(|own| own.id == component) {
            complaints.add(&fields.at("component"), format!("`{component}` is a component of this stack; it cannot be let go as well"));
        } else if read.iter().any(|other| other.component == component) {
            complaints.add(&fields.at("component"), format!("`{component}` stands here twice"));
        }
        read.push(LetGo { component, namespace, release, chart });
    }
    read
}

fn component(complaints: &mut Complaints, path: ValuePath, value: &Value) -> Option<Component> {
    const KNOWN: [&str; 8] = ["name", "id", "namespace", "dependsOn", "timeout", "layout", "addon", "manifest"];
    let fields = Fields::of(complaints, path, value, &KNOWN);
    let name = fields.required_parsed(complaints, "name", Name::new);
    let id = fields.parsed(complaints, "id", Name::new);
    let namespace = fields.parsed(complaints, "namespace", |text| field::namespace(text).map(|()| text.to_owned()));
    let timeout = fields.parsed(complaints, "timeout", |text| field::timeout(text).map(|()| text.to_owned()));
    let depends_on = names(complaints, &fields, "dependsOn");
    let layout = layout(complaints, &fields);
    let content = match (fields.get("addon"), fields.get("manifest")) {
        (Some(value), None) => addon(complaints, fields.at("addon"), value).map(Content::Addon),
        (None, Some(value)) => long_text(complaints, &fields.at("manifest"), value).map(|text| Content::Manifest(Manifest { text })),
        (None, None) => {
            complaints.add(&fields.path, "either addon or manifest is needed");
            None
        }
        (Some(_), Some(_)) => {
            complaints.add(&fields.at("manifest"), "a component is either an addon or a manifest; make this one a component of its own");
            None
        }
    };
    let name = name?;
    Some(Component { id: id.unwrap_or_else(|| name.clone()), name, namespace, depends_on, timeout, layout, content: content? })
}

fn layout(complaints: &mut Complaints, component: &Fields<'_>) -> Option<Point> {
    let value = component.get("layout")?;
    let fields = Fields::of(complaints, component.at("layout"), value, &["x", "y"]);
    let mut number = |key: &str| {
        let value = fields.required(complaints, key)?;
        let number = value.as_f64();
        if number.is_none() {
            complaints.add(&fields.at(key), "a number belongs here");
        }
        number
    };
    let (x, y) = (number("x"), number("y"));
    Some(Point { x: x?, y: y? })
}

fn addon(complaints: &mut Complaints, path: ValuePath, value: &Value) -> Option<Addon> {
    let fields = Fields::of(complaints, path, value, &["chart", "release", "values"]);
    let chart = fields.required(complaints, "chart").and_then(|value| chart(complaints, fields.at("chart"), value));
    let release = fields.get("release").map(|value| complaints.map(&fields.at("release"), value)).unwrap_or_default();
    if let Some(name) = release.get("releaseName") {
        let path = fields.at("release").key("releaseName");
        if let Some(name) = complaints.text(&path, name) {
            complaints.hold(&path, field::release_name(&name));
        }
    }
    let values = match fields.get("values") {
        Some(value) => long_text(complaints, &fields.at("values"), value),
        None => Some(String::new()),
    };
    Some(Addon { chart: chart?, release, values: values? })
}

fn chart(complaints: &mut Complaints, path: ValuePath, value: &Value) -> Option<Chart> {
    let fields = Fields::of(complaints, path, value, &["repository", "name", "version"]);
    let mut held = |key: &str, rule: fn(&str) -> Result<(), String>| {
        fields.required_parsed(complaints, key, |text| rule(text).map(|()| text.to_owned()))
    };
    let repository = held("repository", field::chart_repository);
    let name = held("name", field::chart_name);
    let version = held("version", field::chart_version);
    Some(Chart { repository: repository?, name: name?, version: version? })
}

/// Values or a manifest: YAML as text, behind a `|`.
fn long_text(complaints: &mut Complaints, path: &ValuePath, value: &Value) -> Option<String> {
    if value.is_object() || value.is_array() {
        complaints.add(path, "YAML belongs here as text: write `|` behind the colon");
        return None;
    }
    let text = complaints.text(path, value)?;
    if text.len() > read::MAX_BYTES {
        complaints.add(path, format!("{} bytes are more than the limit of {}", text.len(), read::MAX_BYTES));
    }
    Some(text)
}

#[cfg(test)]
mod tests;
