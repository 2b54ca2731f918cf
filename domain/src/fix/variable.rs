//! A variable that nobody declares: the one that is meant, or a declaration of it.

use serde_json::Value;

use super::{Proposal, changes, written};
use crate::change::Change;
use crate::expression::{self, Piece};
use crate::finding::Finding;
use crate::guard::Context;
use crate::resolve;
use crate::variable::{Declaration, VariableType};

pub fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Proposal> {
    let Some((component, document, path)) = written::place(context.stack, finding) else { return Vec::new() };
    let Some(value) = written::document(component, document) else { return Vec::new() };
    let Some(raw) = path.get(&value).and_then(Value::as_str) else { return Vec::new() };
    let declared = &context.stack.variables;
    let is_declared = |name: &str| declared.iter().any(|one| one.name == name);
    // One scalar may use several: the finding names the one that it means.
    let unknown = expression::parse(raw).unwrap_or_default().into_iter().find_map(|piece| match piece {
        Piece::Variable(name) if !is_declared(name) && finding.reason.contains(&format!("`{name}`")) => Some(name),
        _ => None,
    });
    let Some(name) = unknown else { return Vec::new() };
    let mut fixes = Vec::new();
    if let Some(meant) = declared.iter().find(|one| resolve::near(&one.name, name)) {
        let value = Value::String(renamed(raw, name, &meant.name));
        let path = written::for_change(component, document, &path);
        fixes.push(changes(format!("Use {}", meant.name), vec![Change::SetValue { component: component.id.clone(), path, value }]));
    }
    let declaration = Declaration { name: name.to_owned(), kind: VariableType::String, description: None, default: None, required: true };
    fixes.push(changes(format!("Declare {name}"), vec![Change::DeclareVariable { declaration }]));
    fixes
}

/// The scalar with one variable for another; whatever else stands in it stays as it is written.
fn renamed(raw: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(start) = rest.find("${{") {
        let Some(end) = rest[start..].find("}}") else { break };
        let inner = &rest[start..start + end];
        let is_it = inner.trim_start_matches("${{").trim() == format!("vars.{from}");
        out.push_str(&rest[..start]);
        out.push_str(&if is_it { inner.replacen(from, to, 1) } else { inner.to_owned() });
        rest = &rest[start + end..];
    }
    out + rest
}
