//! Writes `stack.yaml`: one order, one indentation, texts as literal blocks.

use serde_json::{Map, Value, json};

use super::API_VERSION;
use crate::stack::{Component, Content, LetGo, Point, Stack};
use crate::variable::Declaration;
use crate::yaml::emit;

/// The written form. The same stack always gives the same bytes, and [`super::parse`] gives the stack back.
pub fn emit(stack: &Stack) -> String {
    let mut out = emit::emit(&head(stack));
    if stack.components.is_empty() {
        return out;
    }
    // The spec may still be empty (`spec: {}`), then it opens here.
    if let Some(before) = out.strip_suffix("spec: {}\n").map(str::len) {
        out.truncate(before);
        out.push_str("spec:\n");
    }
    out.push_str("  components:\n");
    for component in &stack.components {
        write_component(&mut out, component);
    }
    out
}

fn head(stack: &Stack) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".into(), json!(stack.name));
    if stack.id != stack.name {
        metadata.insert("id".into(), json!(stack.id));
    }
    if !stack.annotations.is_empty() {
        metadata.insert("annotations".into(), json!(stack.annotations));
    }
    let mut spec = Map::new();
    if let Some(description) = &stack.description {
        spec.insert("description".into(), json!(description));
    }
    if !stack.depends_on.is_empty() {
        spec.insert("dependsOn".into(), json!(stack.depends_on));
    }
    if !stack.variables.is_empty() {
        let variables: Map<String, Value> = stack.variables.iter().map(|variable| (variable.name.clone(), declaration(variable))).collect();
        spec.insert("variables".into(), Value::Object(variables));
    }
    if !stack.let_go.is_empty() {
        spec.insert("letGo".into(), stack.let_go.iter().map(let_go).collect());
    }
    json!({"apiVersion": API_VERSION, "kind": "Stack", "metadata": metadata, "spec": spec})
}

fn let_go(gone: &LetGo) -> Value {
    let mut out = Map::new();
    out.insert("component".into(), json!(gone.component));
    for (key, value) in [("namespace", &gone.namespace), ("release", &gone.release), ("chart", &gone.chart)] {
        out.extend(value.as_ref().map(|value| (key.to_owned(), json!(value))));
    }
    Value::Object(out)
}

fn declaration(variable: &Declaration) -> Value {
    let mut out = Map::new();
    out.insert("type".into(), json!(variable.kind));
    if let Some(description) = &variable.description {
        out.insert("description".into(), json!(description));
    }
    if let Some(default) = variable.default.as_ref().filter(|default| !default.is_null()) {
        out.insert("default".into(), default.clone());
    }
    if variable.required {
        out.insert("required".into(), json!(true));
    }
    Value::Object(out)
}

fn write_component(out: &mut String, component: &Component) {
    let mut head = Map::new();
    head.insert("name".into(), json!(component.name));
    if component.id != component.name {
        head.insert("id".into(), json!(component.id));
    }
    if let Some(namespace) = &component.namespace {
        head.insert("namespace".into(), json!(namespace));
    }
    if !component.depends_on.is_empty() {
        head.insert("dependsOn".into(), json!(component.depends_on));
    }
    if let Some(timeout) = &component.timeout {
        head.insert("timeout".into(), json!(timeout));
    }
    if let Some(Point { x, y }) = component.layout {
        head.insert("layout".into(), json!({"x": number(x), "y": number(y)}));
    }
    if let Content::Addon(addon) = &component.content {
        let mut fields = Map::new();
        fields.insert("chart".into(), json!(addon.chart));
        if !addon.release.is_empty() {
            fields.insert("release".into(), Value::Object(addon.release.clone()));
        }
        head.insert("addon".into(), Value::Object(fields));
    }
    for (index, line) in emit::emit(&Value::Object(head)).lines().enumerate() {
        let lead = if index == 0 { "    - " } else { "      " };
        out.push_str(if line.is_empty() { "" } else { lead });
        out.push_str(line);
        out.push('\n');
    }
    match &component.content {
        Content::Addon(addon) if addon.values.is_empty() => {}
        Content::Addon(addon) => long_text(out, "        values:", &addon.values, 10),
        Content::Manifest(manifest) => long_text(out, "      manifest:", &manifest.text, 8),
    }
}

/// Whole numbers without a point: positions are pixels.
fn number(number: f64) -> Value {
    let whole = number as i64;
    if whole as f64 == number && whole.abs() < 1 << 53 { json!(whole) } else { json!(number) }
}

/// A text as a literal block at `indent` columns, or quoted where a block could not hold every byte.
fn long_text(out: &mut String, key: &str, text: &str, indent: usize) {
    out.push_str(key);
    let Some(header) = block_header(text) else {
        out.push(' ');
        out.push_str(&emit::flow(&Value::String(text.to_owned())));
        out.push('\n');
        return;
    };
    out.push_str(&header);
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
    out.push('\n');
}

/// ` |`, with the indentation stated where the first line starts with white space.
fn block_header(text: &str) -> Option<String> {
    let first = text.split('\n').find(|line| !line.is_empty())?;
    let last = text.strip_suffix('\n').unwrap_or(text).rsplit('\n').next()?;
    let printable = text.chars().all(|c| {
        c == '\n' || c == '\t' || !(c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
    });
    // White space alone at the end would be taken for the end.
    if !printable || last.trim().is_empty() || text.starts_with('\n') {
        return None;
    }
    let stated = if first.starts_with([' ', '\t']) { "2" } else { "" };
    let chomp = if text.ends_with('\n') { "" } else { "-" };
    Some(format!(" |{stated}{chomp}"))
}
