//! What the page knows and the editor shows: findings by line, names to offer, and what they resolve to.

use domain::api::draft::Check;
use domain::api::secret::SecretState;
use domain::finding::Level;
use domain::name::Name;
use leptos::prelude::With as _;
use serde_json::{Map, Value, json};

use crate::builder::board::Board;
use crate::builder::inspector::level;
use crate::builder::standing;

pub fn findings(check: &Check, id: &Name) -> Value {
    let one = |finding: domain::finding::Finding| {
        let severity = if finding.level == Level::Block { "error" } else { "warning" };
        Some(json!({ "message": finding.reason, "severity": severity, "line": finding.at.line? }))
    };
    standing::open_of(check, id.as_str()).into_iter().filter_map(one).collect()
}

/// Values of variables with where they come from; of secrets only whether there is one.
pub fn facts(board: Board, check: &Check) -> Value {
    let vars: Vec<String> = board.content.with(|stack| stack.variables.iter().map(|declaration| declaration.name.clone()).collect());
    let values: Map<String, Value> = check
        .variables
        .resolved
        .iter()
        .map(|one| {
            let value = one.value.as_str().map_or_else(|| one.value.to_string(), str::to_owned);
            (one.name.clone(), json!([value, level(one.from)]))
        })
        .collect();
    let secrets: Map<String, Value> =
        check.secrets.iter().map(|secret| (secret.name.clone(), json!(secret.state != SecretState::Missing))).collect();
    json!({ "vars": vars, "values": values, "missing": check.variables.missing, "secrets": secrets })
}
