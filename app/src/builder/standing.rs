//! A component against the record, and what the check says about it.

use domain::api::draft::Check;
use domain::api::outcome::Reach;
use domain::finding::{Finding, Level};
use domain::stack::{Component, Content, Stack};

use crate::part::state::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    New,
    Changed,
    AsRecorded,
}

impl Standing {
    /// Where it stands on the canvas is no change.
    pub fn of(component: &Component, recorded: Option<&Stack>) -> Standing {
        match recorded.and_then(|stack| stack.component(component.id.as_str())) {
            None => Standing::New,
            Some(before) if is_same(before, component) => Standing::AsRecorded,
            Some(_) => Standing::Changed,
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Standing::New => "new in this draft",
            Standing::Changed => "changed",
            Standing::AsRecorded => "as recorded",
        }
    }
}

fn is_same(a: &Component, b: &Component) -> bool {
    let Component { id, name, namespace, depends_on, timeout, layout: _, content } = a;
    (id, name, namespace, depends_on, timeout, content) == (&b.id, &b.name, &b.namespace, &b.depends_on, &b.timeout, &b.content)
}

/// What is more than a pass, worst first.
pub fn open(check: &Check) -> Vec<Finding> {
    let mut open: Vec<Finding> = check.findings.iter().filter(|finding| finding.level > Level::Pass).cloned().collect();
    open.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    open
}

pub fn open_of(check: &Check, id: &str) -> Vec<Finding> {
    open(check).into_iter().filter(|finding| finding.at.component.as_deref() == Some(id)).collect()
}

/// `1 error, 2 warnings`; empty where there is neither.
pub fn tally(findings: &[Finding]) -> String {
    let errors = findings.iter().filter(|finding| finding.level == Level::Block).count();
    let warnings = findings.len() - errors;
    let counted = |count: usize, one: &str| (count > 0).then(|| format!("{count} {one}{}", if count == 1 { "" } else { "s" }));
    [counted(errors, "error"), counted(warnings, "warning")].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Glyph and colour of what a cluster said.
pub fn live(reach: Reach) -> (&'static str, &'static str) {
    let state = match reach {
        Reach::Unknown | Reach::Progressing => State::Recorded,
        Reach::Waits => State::Waiting,
        Reach::Failing => State::Failing,
        Reach::Reconciled => State::Reconciled,
    };
    (state.icon(), state.ink())
}

pub fn glyph(content: &Content) -> &'static str {
    match content {
        Content::Addon(_) => "helm",
        Content::Manifest(_) => "manifest",
    }
}

pub fn kind(content: &Content) -> &'static str {
    match content {
        Content::Addon(_) => "Helm addon",
        Content::Manifest(_) => "manifest",
    }
}
