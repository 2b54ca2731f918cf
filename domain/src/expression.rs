//! Expressions in values: `${{ vars.NAME }}`, `${{ secrets.NAME }}`, and `$${{` for a literal `${{`.
//!
//! They are found in scalars after YAML has been read, so quoting never changes what they mean.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::stack::Stack;
use crate::variable;
use crate::yaml::read;

const OPEN: &str = "${{";
const ESCAPED: &str = "$${{";
const CLOSE: &str = "}}";

/// Literal text, or a reference to what is put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
    Secret(&'a str),
}

/// Why a scalar's expressions cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    #[error("`{0}` is not closed: an expression ends with `}}}}`, and a literal `${{{{` is written `$${{{{`")]
    Open(String),
    #[error("`{0}` is no expression: write `${{{{ vars.NAME }}}}` or `${{{{ secrets.NAME }}}}`, and `$${{{{` for a literal `${{{{`")]
    Unknown(String),
}

/// Whether a text holds anything that [`parse`] would not leave as it is.
pub fn is_in(text: &str) -> bool {
    text.contains(OPEN)
}

/// The pieces of a scalar, in order; texts next to each other are not joined.
pub fn parse(scalar: &str) -> Result<Vec<Piece<'_>>, ExpressionError> {
    let mut pieces = Vec::new();
    let mut rest = scalar;
    while let Some(at) = rest.find(OPEN) {
        if at > 0 && rest.as_bytes()[at - 1] == b'$' {
            // `$${{`: drop the first dollar.
            text(&mut pieces, &rest[..at - 1]);
            text(&mut pieces, OPEN);
            rest = &rest[at - 1 + ESCAPED.len()..];
            continue;
        }
        text(&mut pieces, &rest[..at]);
        let inner = &rest[at + OPEN.len()..];
        let end = inner.find(CLOSE).ok_or_else(|| ExpressionError::Open(short(&rest[at..])))?;
        let whole = &rest[at..at + OPEN.len() + end + CLOSE.len()];
        pieces.push(reference(inner[..end].trim()).ok_or_else(|| ExpressionError::Unknown(short(whole)))?);
        rest = &inner[end + CLOSE.len()..];
    }
    text(&mut pieces, rest);
    Ok(pieces)
}

fn text<'a>(pieces: &mut Vec<Piece<'a>>, text: &'a str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

fn reference(inner: &str) -> Option<Piece<'_>> {
    let (from, name) = inner.split_once('.')?;
    match from {
        "vars" if variable::is_name(name) => Some(Piece::Variable(name)),
        "secrets" if variable::is_name(name) => Some(Piece::Secret(name)),
        _ => None,
    }
}

fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 60 { line.to_owned() } else { format!("{}…", line.chars().take(60).collect::<String>()) }
}

/// Who uses what: by the name of the variable or secret, the ids of the components that use it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    pub variables: BTreeMap<String, BTreeSet<String>>,
    pub secrets: BTreeMap<String, BTreeSet<String>>,
}

impl Uses {
    pub fn note(&mut self, piece: &Piece<'_>, component: &str) {
        let (map, name) = match piece {
            Piece::Variable(name) => (&mut self.variables, name),
            Piece::Secret(name) => (&mut self.secrets, name),
            Piece::Text(_) => return,
        };
        map.entry((*name).to_owned()).or_default().insert(component.to_owned());
    }
}

/// Whether an expression stands anywhere in a value, keys included.
pub fn stands_in(value: &Value) -> bool {
    match value {
        Value::String(text) => is_in(text),
        Value::Array(items) => items.iter().any(stands_in),
        Value::Object(members) => members.iter().any(|(key, member)| is_in(key) || stands_in(member)),
        _ => false,
    }
}

/// The variables and secrets that a stack uses, as far as its texts can be read.
pub fn uses(stack: &Stack) -> Uses {
    let mut uses = Uses::default();
    for component in &stack.components {
        if !is_in(component.text()) {
            continue;
        }
        for document in read::documents(component.text()).unwrap_or_default() {
            collect(&document.value, component.id.as_str(), &mut uses);
        }
    }
    uses
}

fn collect(value: &Value, component: &str, uses: &mut Uses) {
    match value {
        Value::String(scalar) if is_in(scalar) => {
            for piece in parse(scalar).unwrap_or_default() {
                uses.note(&piece, component);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, component, uses)),
        Value::Object(members) => members.values().for_each(|member| collect(member, component, uses)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::name::Name;
    use crate::stack::{Component, Content, Manifest};
    use Piece::{Secret, Text, Variable};

    #[test]
    fn a_scalar_falls_into_text_and_references() {
        assert_eq!(
            parse("https://${{ vars.domain }}/${{secrets.token}}").unwrap(),
            [Text("https://"), Variable("domain"), Text("/"), Secret("token")]
        );
        assert_eq!(parse("${{ vars.x }}").unwrap(), [Variable("x")]);
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn two_dollars_give_the_literal_and_nothing_else_is_touched() {
        assert_eq!(parse("$${{ vars.x }}").unwrap(), [Text("${{"), Text(" vars.x }}")]);
        assert_eq!(parse("a$$${{b").unwrap(), [Text("a$"), Text("${{"), Text("b")]);
        assert_eq!(parse("$${{${{ vars.x }}").unwrap(), [Text("${{"), Variable("x")]);
        for plain in ["${x}", "$$", "{{ $labels.x }}", "$ {{ vars.x }}", "$$x$${y}"] {
            assert_eq!(parse(plain).unwrap(), [Text(plain)]);
        }
    }

    #[test]
    fn other_words_between_the_braces_are_refused_with_the_text() {
        for bad in ["${{ var.x }}", "${{ vars.1x }}", "${{ vars.a-b }}", "${{ vars.x | upper }}", "${{}}", "${{ secrets. x }}"] {
            assert_eq!(parse(bad), Err(ExpressionError::Unknown(bad.into())), "{bad}");
        }
        assert_eq!(parse("a ${{ vars.x }"), Err(ExpressionError::Open("${{ vars.x }".into())));
        let sentence = ExpressionError::Unknown("${{ x }}".into()).to_string();
        assert!(sentence.contains("`${{ vars.NAME }}`") && sentence.contains("`$${{`"), "{sentence}");
    }

    #[test]
    fn comments_use_nothing() {
        let text = "kind: X # ${{ vars.comment }}\nurl: \"${{ vars.domain }}\"\nlist: ['${{ secrets.token }}']\n";
        let mut stack = Stack::new(Name::new("web").unwrap());
        stack.components.push(Component::new(Name::new("a").unwrap(), Content::Manifest(Manifest { text: text.into() })));
        let uses = uses(&stack);
        assert_eq!(uses.variables.keys().collect::<Vec<_>>(), ["domain"]);
        assert_eq!(uses.secrets["token"].iter().collect::<Vec<_>>(), ["a"]);
    }
}
