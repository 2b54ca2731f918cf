//! What a text may say: completions, explanations and problems from a JSON Schema, from a chart's commented values, and
//! from what stands around the caret.
//!
//! Schemas come from others. Only what they hold themselves is followed (`#/…`), so deep and so often, and no further.

pub mod form;
pub mod judge;
pub mod notes;
pub mod offer;
pub mod scan;
pub mod whole;

use serde_json::Value;

use crate::yaml::path::Segment;
use notes::Notes;

/// How many references and alternatives may stand inside each other.
const MAX_DEPTH: usize = 24;
/// How many alternatives of one place are looked at.
const MAX_BRANCHES: usize = 64;

/// What is known of one document.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// Absent: only the notes speak.
    pub schema: Option<&'a Value>,
    /// Where `#/…` leads; for most schemas the schema itself.
    pub root: &'a Value,
    /// A chart's own values, with their comments.
    pub notes: Option<&'a Notes>,
    /// Objects of a cluster: a field that the schema does not name is refused.
    pub strict: bool,
    /// Whether a text matches a pattern; a pattern that cannot be read matches everything.
    pub matches: fn(&str, &str) -> bool,
}

impl<'a> Book<'a> {
    /// Every schema that has a say at a path.
    pub fn at(&self, path: &[Segment]) -> Vec<&'a Value> {
        let mut here = Vec::new();
        if let Some(schema) = self.schema {
            self.spread(schema, 0, &mut here);
        }
        for segment in path {
            let mut next = Vec::new();
            for schema in here {
                if let Some(below) = self.below(schema, segment) {
                    self.spread(below, 0, &mut next);
                }
            }
            here = next;
        }
        here
    }

    fn below(&self, schema: &'a Value, segment: &Segment) -> Option<&'a Value> {
        match segment {
            Segment::Key(key) => schema.get("properties").and_then(|all| all.get(key)).or_else(|| {
                let patterns = schema.get("patternProperties").and_then(Value::as_object);
                let fits = patterns.into_iter().flatten().find(|(pattern, _)| (self.matches)(pattern, key)).map(|(_, below)| below);
                fits.or_else(|| schema.get("additionalProperties").filter(|below| below.is_object()))
            }),
            Segment::Index(index) => match schema.get("items")? {
                Value::Array(each) => each.get(*index),
                items => Some(items),
            },
        }
    }

    /// A schema with its references followed and its alternatives side by side.
    fn spread(&self, schema: &'a Value, depth: usize, found: &mut Vec<&'a Value>) {
        if depth > MAX_DEPTH || found.len() >= MAX_BRANCHES {
            return;
        }
        found.push(schema);
        if let Some(target) = self.target(schema) {
            self.spread(target, depth + 1, found);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for one in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.spread(one, depth + 1, found);
            }
        }
        for key in ["then", "else"] {
            if let Some(one) = schema.get(key) {
                self.spread(one, depth + 1, found);
            }
        }
    }

    /// Where a `$ref` of a schema leads, if that is inside.
    pub fn target(&self, schema: &Value) -> Option<&'a Value> {
        let to = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        self.root.pointer(&to.replace("%24", "$"))
    }
}

/// The types that schemas allow, in words: `whole number or text`.
pub fn types(schemas: &[&Value]) -> Option<String> {
    let mut words: Vec<&'static str> = Vec::new();
    let mut add = |word: &'static str| {
        if !words.contains(&word) {
            words.push(word);
        }
    };
    for schema in schemas {
        if schema.get("x-kubernetes-int-or-string").is_some_and(|yes| *yes == Value::Bool(true)) {
            add(if schema.get("title").is_some_and(|title| title == "quantity") { "quantity" } else { "number or text" });
        }
        match schema.get("type") {
            Some(Value::String(kind)) => add(word(kind)),
            Some(Value::Array(kinds)) => {
                kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").for_each(|kind| add(word(kind)))
            }
            _ => {}
        }
    }
    (!words.is_empty()).then(|| words.join(" or "))
}

/// A type of JSON Schema as people say it.
pub fn word(kind: &str) -> &'static str {
    match kind {
        "object" => "map",
        "array" => "list",
        "string" => "text",
        "integer" => "whole number",
        "number" => "number",
        "boolean" => "true or false",
        _ => "null",
    }
}

/// The type of a value as people say it.
pub fn word_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "whole number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "map",
    }
}

#[cfg(test)]
mod tests;
