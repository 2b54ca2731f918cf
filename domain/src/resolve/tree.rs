//! Values with their expressions resolved: variables put in, secrets left as references.

use serde_json::{Map, Value};

use super::{Place, Scope};
use crate::expression::{self, Piece};
use crate::finding::Finding;
use crate::sealing::{self, Text, ValuesTree};
use crate::variable;
use crate::yaml::path::ValuePath;

impl Scope<'_> {
    /// The tree of `value`, which stands at `path`.
    pub(super) fn tree(&mut self, place: &Place<'_>, path: &ValuePath, value: Value) -> ValuesTree {
        if !expression::stands_in(&value) {
            return ValuesTree::Plain(value);
        }
        match value {
            Value::String(scalar) if expression::is_in(&scalar) => self.scalar(place, path, &scalar),
            Value::Array(items) => {
                let trees = items.into_iter().enumerate().map(|(index, item)| self.tree(place, &path.index(index), item)).collect();
                list(trees)
            }
            Value::Object(members) => {
                let mut trees = Vec::with_capacity(members.len());
                for (key, member) in members {
                    let below = path.key(key.as_str());
                    if expression::is_in(&key) {
                        self.report(place, &below, in_key(&key));
                    }
                    let tree = self.tree(place, &below, member);
                    trees.push((key, tree));
                }
                map(trees)
            }
            plain => ValuesTree::Plain(plain),
        }
    }

    fn scalar(&mut self, place: &Place<'_>, path: &ValuePath, scalar: &str) -> ValuesTree {
        let pieces = match expression::parse(scalar) {
            Ok(pieces) => pieces,
            Err(error) => {
                self.report(place, path, Finding::block("invalid_expression", format!("{error}.")));
                return ValuesTree::Plain(Value::Null);
            }
        };
        for piece in &pieces {
            self.uses.note(piece, place.component.id.as_str());
        }
        if let [Piece::Variable(name)] = pieces.as_slice() {
            return ValuesTree::Plain(self.variable(place, path, name).unwrap_or(Value::Null));
        }
        let mut text = Text::default();
        for piece in pieces {
            match piece {
                Piece::Text(literal) => push(&mut text, literal),
                Piece::Secret(name) => text.0.push(sealing::Piece::Secret(name.to_owned())),
                Piece::Variable(name) => match self.variable(place, path, name) {
                    None | Some(Value::Null) => {}
                    Some(Value::String(value)) => push(&mut text, &value),
                    Some(value @ (Value::Bool(_) | Value::Number(_))) => push(&mut text, &value.to_string()),
                    Some(value) => {
                        let kind = if value.is_array() { "list" } else { "map" };
                        let reason = format!("`{name}` is a {kind}, and a {kind} cannot stand inside a longer text.");
                        let hint = format!("Let the value be exactly `${{{{ vars.{name} }}}}`, or declare a string.");
                        self.report(place, path, Finding::block("ill_typed_variable", reason).hint(hint));
                    }
                },
            }
        }
        match <[sealing::Piece; 1]>::try_from(text.0) {
            Ok([sealing::Piece::Text(literal)]) => ValuesTree::Plain(Value::String(literal)),
            Ok(secret) => ValuesTree::Text(Text(secret.into())),
            Err(pieces) if pieces.is_empty() => ValuesTree::Plain(Value::String(String::new())),
            Err(pieces) => ValuesTree::Text(Text(pieces)),
        }
    }

    /// The value of a variable that is used at `path`; a finding where there is none.
    fn variable(&mut self, place: &Place<'_>, path: &ValuePath, name: &str) -> Option<Value> {
        let Some(declaration) = self.declared.iter().find(|declared| declared.name == name) else {
            let near = self.declared.iter().map(|declared| declared.name.as_str()).find(|declared| near(declared, name));
            let hint = match near {
                Some(near) => format!("Did you mean `{near}`? Otherwise declare `{name}` in the stack."),
                None => format!("Declare `{name}` in the stack, with its type."),
            };
            let finding =
                Finding::block("undeclared_variable", format!("`{name}` is used here and the stack does not declare it.")).hint(hint);
            self.report(place, path, finding);
            return None;
        };
        let Some(resolved) = self.by_name.get(name) else {
            let finding = Finding::block("unresolved_variable", format!("`{name}` has no value for this cluster."))
                .hint("Set it for the cluster, its environment, the organisation or this stack here, or declare a default.");
            self.report(place, path, finding);
            return None;
        };
        // What the guard on variables says once, at its level, is not said again at every use.
        declaration.kind.holds(&resolved.value).then(|| resolved.value.clone())
    }
}

fn push(text: &mut Text, literal: &str) {
    match text.0.last_mut() {
        Some(sealing::Piece::Text(last)) => last.push_str(literal),
        _ if literal.is_empty() => {}
        _ => text.0.push(sealing::Piece::Text(literal.to_owned())),
    }
}

/// A list that holds no secret is plain as a whole.
fn list(trees: Vec<ValuesTree>) -> ValuesTree {
    if trees.iter().all(|tree| matches!(tree, ValuesTree::Plain(_))) {
        return ValuesTree::Plain(Value::Array(trees.into_iter().map(plain).collect()));
    }
    ValuesTree::List(trees)
}

/// A map that holds no secret is plain as a whole.
pub(super) fn map(trees: Vec<(String, ValuesTree)>) -> ValuesTree {
    if trees.iter().all(|(_, tree)| matches!(tree, ValuesTree::Plain(_))) {
        return ValuesTree::Plain(Value::Object(trees.into_iter().map(|(key, tree)| (key, plain(tree))).collect::<Map<_, _>>()));
    }
    ValuesTree::Map(trees)
}

fn plain(tree: ValuesTree) -> Value {
    match tree {
        ValuesTree::Plain(value) => value,
        _ => Value::Null,
    }
}

fn in_key(key: &str) -> Finding {
    Finding::block("expression_in_key", format!("The key `{key}` holds an expression; expressions stand in values alone."))
        .hint("Write the key out, or make the whole map a variable of the type map.")
}

/// Whether one name is a slip of the other: equal but for case and signs, or one letter changed, missing, added or two
/// swapped.
pub fn near(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    let (a, b) = (plain(a), plain(b));
    if a == b {
        return true;
    }
    let (short, long) = if a.len() < b.len() { (a.as_bytes(), b.as_bytes()) } else { (b.as_bytes(), a.as_bytes()) };
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let tail = short[head..].iter().rev().zip(long[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (left, right) = (&short[head..short.len() - tail], &long[head..long.len() - tail]);
    let swapped = matches!((left, right), ([a, b], [c, d]) if a == d && b == c);
    short.len() > 2 && (right.len() <= 1 || swapped)
}

/// A variable's value in words for a finding.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => variable::VariableType::Bool.as_str(),
        Value::Number(_) => variable::VariableType::Number.as_str(),
        Value::String(_) => variable::VariableType::String.as_str(),
        Value::Array(_) => variable::VariableType::List.as_str(),
        Value::Object(_) => variable::VariableType::Map.as_str(),
    }
}
