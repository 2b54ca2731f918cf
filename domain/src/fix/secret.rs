//! A literal that is a secret goes to the vault, and an expression takes its place.

use base64::Engine;
use serde_json::Value;

use super::{Mend, Proposal, written};
use crate::change::Change;
use crate::expression;
use crate::finding::Finding;
use crate::guard::{Context, words};
use crate::name::Name;
use crate::object::group_of;
use crate::stack::{Component, Content, Stack};
use crate::yaml::path::{Segment, ValuePath};

pub fn fix(context: &Context<'_>, finding: &Finding) -> Option<Proposal> {
    let (component, document, path) = written::place(context.stack, finding)?;
    let path = written::for_change(component, document, &path);
    literal(context.stack, &component.id, &path).ok()?;
    let name = name(component, &path, |name| context.secrets.contains_key(name) || context.resolution.uses.secrets.contains_key(name));
    Some(("Move to a secret…".to_owned(), Mend::MoveToSecret { component: component.id.clone(), path, name }))
}

/// The value that is to be stored, or why this cannot be done here. Nobody but the vault may be given it.
pub fn literal(stack: &Stack, component: &Name, path: &ValuePath) -> Result<String, &'static str> {
    const GONE: &str = "The text was changed meanwhile: no value stands there any more.";
    let component = stack.component(component.as_str()).ok_or(GONE)?;
    let (document, inner) = written::of_change(component, path);
    let value = written::document(component, document).ok_or(GONE)?;
    let text = inner.get(&value).and_then(Value::as_str).ok_or(GONE)?;
    if expression::is_in(text) {
        return Err("An expression stands there, and no literal value.");
    }
    if let Content::Addon(_) = component.content {
        return Ok(text.to_owned());
    }
    match field(&value, &inner) {
        Some("stringData") => Ok(text.to_owned()),
        Some("data") => {
            let joined: String = text.split(['\n', '\r']).collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(joined).map_err(|_| "What stands there is no base64.")?;
            String::from_utf8(bytes).map_err(|_| "What stands there is no text, and secrets are texts.")
        }
        _ => Err("A secret may stand in `data` and `stringData` of a Secret alone. Write a Secret, and refer to it here."),
    }
}

/// The edit that comes once the vault has it.
pub fn replaced(component: &Name, path: &ValuePath, name: &str) -> Change {
    let value = Value::String(format!("${{{{ secrets.{name} }}}}"));
    Change::SetValue { component: component.clone(), path: path.clone(), value }
}

/// The field of a Secret that a path leads into.
fn field<'a>(document: &Value, path: &'a ValuePath) -> Option<&'a str> {
    let (object, within) = match path.segments() {
        [Segment::Key(items), Segment::Index(index), rest @ ..] if items == "items" => (document.get("items")?.get(index)?, rest),
        rest => (document, rest),
    };
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    match within {
        [Segment::Key(field), Segment::Key(_)] if text("kind") == "Secret" && group_of(text("apiVersion")).is_empty() => Some(field),
        _ => None,
    }
}

/// `grafana_admin_password`: the component, then the key, in small letters.
fn name(component: &Component, path: &ValuePath, is_taken: impl Fn(&str) -> bool) -> String {
    let key = path.segments().iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    let mut parts = words(component.id.as_str());
    let own = words(key.unwrap_or("value"));
    // `grafana_password`, not `grafana_grafana_password`.
    if own.starts_with(&parts) {
        parts.clear();
    }
    parts.extend(own);
    let ascii = |word: &String| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let name = parts.iter().map(ascii).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    let numbered = (2..1_000).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
}
