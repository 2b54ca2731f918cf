//! What could stand at the caret, and what the word under it means.

use serde_json::Value;

use super::scan::{self, Spot};
use super::{Book, types, word_of};
use crate::api::assist::{Completion, CompletionKind, Hover};
use crate::yaml::emit;
use crate::yaml::path::{Segment, ValuePath};

/// More than anybody reads.
const MAX_OFFERED: usize = 400;

/// What may be written at a spot of a document, and from which byte of the line it replaces what is there.
pub fn completions(book: &Book<'_>, text: &str, line: usize, spot: &Spot, document: usize) -> (usize, Vec<Completion>) {
    match spot {
        Spot::Nowhere => (0, Vec::new()),
        Spot::Value { of, from } => (*from, values(book, of)),
        Spot::Key { inside, from } => {
            let scan = scan::scan(text);
            let taken = scan.paths_of(document, inside, line);
            let indent = " ".repeat(*from);
            // Under a key whose value is a list, an entry begins.
            let is_list = matches!(book.at(inside).iter().find_map(|schema| schema.get("type")), Some(kind) if kind == "array")
                || book.notes.and_then(|notes| notes.default_at(inside)).is_some_and(Value::is_array);
            let mut path = inside.clone();
            let lead = if is_list && !matches!(inside.last(), Some(Segment::Index(_))) {
                path.push(Segment::Index(0));
                "- "
            } else {
                ""
            };
            (*from, keys(book, &path, &taken, lead, &format!("{indent}{}", " ".repeat(lead.len()))))
        }
    }
}

fn keys(book: &Book<'_>, inside: &[Segment], taken: &[&str], lead: &str, indent: &str) -> Vec<Completion> {
    let mut offered: Vec<Completion> = Vec::new();
    let schemas = book.at(inside);
    let required = |key: &str| schemas.iter().any(|schema| list(schema, "required").any(|one| one == key));
    let mut names: Vec<&str> = Vec::new();
    for schema in &schemas {
        names.extend(schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str()));
    }
    if let Some(map) = book.notes.and_then(|notes| notes.map(inside)) {
        names.extend(map.keys().map(String::as_str));
    }
    for name in names {
        if offered.len() >= MAX_OFFERED || taken.contains(&name) || offered.iter().any(|one| one.label == name) {
            continue;
        }
        let mut path = inside.to_vec();
        path.push(Segment::Key(name.to_owned()));
        let about = about(book, &path);
        let below = match about.types.as_deref() {
            Some("map") => format!("\n{indent}  "),
            Some("list") => format!("\n{indent}  - "),
            _ => " ".to_owned(),
        };
        offered.push(Completion {
            label: name.to_owned(),
            insert: format!("{lead}{}:{below}", emit::flow(&Value::String(name.to_owned()))),
            kind: CompletionKind::Key,
            detail: about.detail(required(name)),
            doc: about.doc,
            required: required(name),
        });
    }
    offered
}

fn values(book: &Book<'_>, of: &[Segment]) -> Vec<Completion> {
    let schemas = book.at(of);
    let default = default(book, of, &schemas);
    let mut found: Vec<Value> = Vec::new();
    let mut add = |value: &Value| {
        if !found.contains(value) && found.len() < MAX_OFFERED {
            found.push(value.clone());
        }
    };
    for schema in &schemas {
        if let Some(only) = schema.get("const") {
            add(only);
        }
        list(schema, "enum").for_each(&mut add);
    }
    let is_bool = schemas.iter().any(|schema| schema.get("type").is_some_and(|kind| kind == "boolean"));
    if is_bool || default.as_ref().is_some_and(Value::is_boolean) {
        add(&Value::Bool(true));
        add(&Value::Bool(false));
    }
    if let Some(default) = default.as_ref().filter(|value| is_scalar(value) && !value.is_null() && **value != "") {
        add(default);
    }
    for schema in &schemas {
        list(schema, "examples").filter(|value| is_scalar(value)).for_each(&mut add);
    }
    let one = |value: Value| {
        let text = emit::flow(&value);
        let detail = (default.as_ref() == Some(&value)).then(|| "default".to_owned());
        Completion { label: text.clone(), insert: text, kind: CompletionKind::Value, detail, doc: None, required: false }
    };
    found.into_iter().filter(|value| is_scalar(value) && !value.is_null()).map(one).collect()
}

/// What the key or value under the caret is.
pub fn hover(book: &Book<'_>, text: &str, line: usize, byte: usize) -> Option<Hover> {
    let scan = scan::scan(text);
    let on =
        |entry: &&scan::Entry| entry.line == line && entry.from <= byte && byte <= (entry.value_from + entry.value.len()).max(entry.to);
    let entry = scan.entries.iter().rev().find(on)?;
    let about = about(book, &entry.path);
    let default = about.default.as_ref().map(shown);
    (about.types.is_some() || about.doc.is_some() || default.is_some()).then(|| Hover {
        path: ValuePath::of(&entry.path),
        kind: about.types.unwrap_or_default(),
        default,
        doc: about.doc,
        one_of: about.one_of,
    })
}

struct About {
    types: Option<String>,
    default: Option<Value>,
    doc: Option<String>,
    one_of: Vec<String>,
}

impl About {
    fn detail(&self, required: bool) -> Option<String> {
        let kind = self.types.clone().unwrap_or_default();
        let default =
            self.default.as_ref().filter(|value| is_scalar(value) && !value.is_null()).map(|value| format!("default {}", shown(value)));
        let parts = [Some(kind).filter(|kind| !kind.is_empty()), default, required.then(|| "required".to_owned())];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

fn about(book: &Book<'_>, path: &[Segment]) -> About {
    let schemas = book.at(path);
    let text = |key: &str| schemas.iter().find_map(|schema| schema.get(key)?.as_str()).map(str::to_owned);
    let doc = text("description")
        .or_else(|| book.notes.and_then(|notes| notes.comment(path)).map(str::to_owned))
        .or_else(|| text("title").filter(|title| title != "quantity"));
    let default = default(book, path, &schemas);
    let kind = types(&schemas).or_else(|| default.as_ref().filter(|value| !value.is_null()).map(|value| word_of(value).to_owned()));
    let one_of = schemas.iter().flat_map(|schema| list(schema, "enum")).map(shown).take(20).collect();
    About { types: kind, default, doc: doc.map(|doc| doc.chars().take(1500).collect()), one_of }
}

/// What the chart writes stands before what its schema says.
fn default(book: &Book<'_>, path: &[Segment], schemas: &[&Value]) -> Option<Value> {
    let noted = book.notes.and_then(|notes| notes.default_at(path));
    noted.or_else(|| schemas.iter().find_map(|schema| schema.get("default"))).cloned()
}

fn list<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// A value in few characters.
fn shown(value: &Value) -> String {
    let text = emit::flow(value);
    if text.chars().count() <= 120 { text } else { format!("{}…", text.chars().take(120).collect::<String>()) }
}
