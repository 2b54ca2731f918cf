//! Fixes: what mends a finding, ready to be applied to the draft as one edit.
//!
//! They belong to the answer of a check and are no part of a plan: what is signed says what is wrong, not what one could do.

mod claim;
mod namespace;
pub mod secret;
mod variable;
mod version;
pub(crate) mod written;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::Change;
use crate::change::apply::apply_all;
use crate::finding::{Finding, Level};
use crate::guard::{self, Context, Told};
use crate::name::Name;
use crate::sealing::ValuesTree;
use crate::stack::Stack;
use crate::yaml::path::{Segment, ValuePath};

/// One way to mend a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The place of its finding in the list of findings, from 0. Several fixes of one finding stand with the best first.
    pub finding: usize,
    /// What it does, in a few words: `Add edge from cert-manager`.
    pub title: String,
    pub mend: Mend,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mend {
    /// These, as one edit.
    Changes { changes: Vec<Change> },
    /// The literal goes to the vault, under a name that a person confirms, and `${{ secrets.NAME }}` takes its place. The
    /// value itself stands nowhere in here.
    MoveToSecret {
        component: Name,
        /// As changes name it.
        path: ValuePath,
        /// A name that nothing has yet.
        name: String,
    },
}

/// A title, and what it does.
pub(crate) type Proposal = (String, Mend);

pub(crate) fn changes(title: impl Into<String>, changes: Vec<Change>) -> Proposal {
    (title.into(), Mend::Changes { changes })
}

/// What mends these findings, in their order. A fix that the draft would refuse is none.
pub(crate) fn fixes(context: &Context<'_>, findings: &[Finding]) -> Vec<Fix> {
    let told = told(context, findings);
    let mut fixes = Vec::new();
    for (index, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.level > Level::Pass) {
        let own = match told.iter().find(|told| told.finding == *finding) {
            Some(told) => told.fixes.clone(),
            None => of(context, finding),
        };
        let fits = own.into_iter().filter(|(_, mend)| fits(context.stack, mend));
        fixes.extend(fits.map(|(title, mend)| Fix { finding: index, title, mend }));
    }
    fixes
}

/// What guards tell together with its fixes; asked only where they found something.
fn told(context: &Context<'_>, findings: &[Finding]) -> Vec<Told> {
    let is_there = |codes: &[&str]| findings.iter().any(|finding| codes.contains(&finding.code.as_str()));
    let mut told = Vec::new();
    if is_there(&["crd_missing", "crd_not_awaited"]) {
        told.extend(guard::custom_resources(context));
    }
    if is_there(&["need_not_awaited"]) {
        told.extend(guard::needs(context));
    }
    if is_there(&["host_twice"]) {
        told.extend(guard::hosts(context));
    }
    told
}

fn of(context: &Context<'_>, finding: &Finding) -> Vec<Proposal> {
    let fix = match finding.code.as_str() {
        "claim_shrinks" => claim::fix(context, finding),
        "plaintext_secret" | "literal_in_secret" => secret::fix(context, finding),
        "namespace_missing" => namespace::fix(context, finding),
        "floating_version" => version::fix(context, finding),
        "undeclared_variable" => return variable::fixes(context, finding),
        _ => None,
    };
    fix.into_iter().collect()
}

fn fits(stack: &Stack, mend: &Mend) -> bool {
    match mend {
        Mend::Changes { changes } => apply_all(&mut stack.clone(), changes).is_ok(),
        Mend::MoveToSecret { .. } => true,
    }
}

/// The plain value at a path of a tree.
pub(crate) fn at<'a>(tree: &'a ValuesTree, path: &[Segment]) -> Option<&'a Value> {
    match (tree, path) {
        (ValuesTree::Plain(value), path) => ValuePath::of(path).get(value),
        (ValuesTree::Map(entries), [Segment::Key(key), rest @ ..]) => at(&entries.iter().find(|(name, _)| name == key)?.1, rest),
        (ValuesTree::List(items), [Segment::Index(index), rest @ ..]) => at(items.get(*index)?, rest),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
