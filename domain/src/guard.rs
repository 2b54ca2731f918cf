//! Guards: small pure functions that look at a plan and say what a person should know. Adding one is adding a file.

mod bytes;
mod claim;
mod clash;
mod custom;
mod cycle;
mod eyes;
mod foreign;
mod handover;
mod hidden;
mod host;
mod identity;
mod namespace;
mod need;
mod plaintext;
mod reinstall;
mod release;
mod removal;
mod retention;
mod secret;
mod stacks;
mod ungoverned;
mod upgrade;
mod variable;
pub(crate) mod version;
mod yaml;

use std::collections::BTreeMap;

use crate::catalog::known::Known;
use crate::cluster::Cluster;
use crate::engine::Rendered;
use crate::finding::Finding;
use crate::fix::Proposal;
use crate::plan::build::{About, SecretFact};
use crate::plan::delta::Delta;
use crate::plan::{Facts, Head, Policy, ValueChange, Writer};
use crate::preview::Release;
use crate::repository::Tree;
use crate::resolve::Resolution;
use crate::stack::Stack;

pub use claim::{Size, sizes};
pub(crate) use custom::told as custom_resources;
pub use handover::taken_over;
pub(crate) use host::told as hosts;
pub(crate) use need::told as needs;
pub(crate) use plaintext::words;
pub use plaintext::{looks_like_a_credential, may_hold_a_secret, names_a_secret};
pub use reinstall::anew;
pub use removal::{UNINSTALLED, effects, holds_data, lost};
pub use upgrade::left_out;

/// What guards look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub stack: &'a Stack,
    /// The stack as recorded, if it is.
    pub before: Option<&'a Stack>,
    pub cluster: &'a Cluster,
    pub tree: &'a Tree,
    pub resolution: &'a Resolution<'a>,
    pub rendered: &'a Rendered,
    /// Releases that come, go or change, with what their charts make of it.
    pub releases: &'a [Release<'a>],
    pub secrets: &'a BTreeMap<String, SecretFact>,
    /// Absent when rendering offline: guards about the repository then say nothing.
    pub head: Option<&'a Head>,
    pub facts: &'a Facts,
    pub delta: &'a Delta,
    pub values: &'a [ValueChange],
    pub about: Option<&'a About>,
    pub writers: &'a [Writer],
    pub policy: Policy,
    pub known: &'a Known<'a>,
}

/// One guard.
pub struct Guard {
    /// Stable, `snake_case`; the code of its pass.
    pub name: &'static str,
    /// What it says when it has nothing to say.
    pub passes: &'static str,
    /// Whether it looks at the repository.
    pub needs_head: bool,
    pub check: fn(&Context<'_>) -> Vec<Finding>,
    /// A scene that it passes, and one that it does not.
    #[cfg(test)]
    pub examples: fn() -> (tests::Scene, tests::Scene),
}

/// Every guard, in the order in which passes are listed.
pub const ALL: &[Guard] = &[
    identity::GUARD,
    yaml::GUARD,
    bytes::GUARD,
    cycle::GUARD,
    stacks::GUARD,
    variable::GUARD,
    secret::MISSING,
    secret::OUTSIDE,
    plaintext::GUARD,
    version::GUARD,
    release::GUARD,
    ungoverned::GUARD,
    namespace::GUARD,
    clash::GUARD,
    custom::GUARD,
    need::GUARD,
    host::GUARD,
    removal::GUARD,
    reinstall::GUARD,
    handover::GUARD,
    upgrade::GUARD,
    claim::GUARD,
    retention::GUARD,
    foreign::GUARD,
    hidden::GUARD,
    eyes::GUARD,
];

impl<'a> Context<'a> {
    /// What the chart of a component makes, where something of its release changes.
    fn release(&self, component: &str) -> Option<&'a Release<'a>> {
        self.releases.iter().find(|release| release.component.as_str() == component)
    }
}

/// A finding with what mends it.
pub(crate) struct Told {
    pub finding: Finding,
    pub fixes: Vec<Proposal>,
}

/// The findings of all guards: what blocks first, then what must be confirmed, warnings, passes.
pub fn run(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for guard in ALL {
        if guard.needs_head && context.head.is_none() {
            continue;
        }
        let found = (guard.check)(context);
        if found.is_empty() {
            findings.push(Finding::pass(guard.name, guard.passes));
        }
        findings.extend(found);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

/// The guards of a plan that only takes away.
const REMOVING: &[&Guard] = &[&identity::GUARD, &foreign::GUARD, &hidden::GUARD, &eyes::GUARD];

/// What guards say of a removal, beside what the removal says itself.
pub fn run_removing(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for guard in REMOVING {
        let found = (guard.check)(context);
        if found.is_empty() {
            findings.push(Finding::pass(guard.name, guard.passes));
        }
        findings.extend(found);
    }
    findings
}

/// What resolving found, by code.
fn resolved(context: &Context<'_>, codes: &[&str]) -> Vec<Finding> {
    context.resolution.findings.iter().filter(|finding| codes.contains(&finding.code.as_str())).cloned().collect()
}

#[cfg(test)]
pub(crate) mod tests;
