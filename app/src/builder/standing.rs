//! A component against the record, and what the check says about it.

use domain::api::draft::Check;
use domain::api::outcome::Reach;
use domain::finding::{Finding, Level};
use domain::fix::Fix;
use domain::stack::{Component, Content, Stack};

use crate::part::state::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
            Some(before) if changed(before, component).is_empty() => Standing::AsRecorded,
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

/// What differs from the record.
pub fn changed(before: &Component, now: &Component) -> Vec<&'static str> {
    let Component { id: _, name, namespace, depends_on, timeout, layout: _, content } = before;
    let mut parts = vec![
        (*name != now.name, "name"),
        (*namespace != now.namespace, "namespace"),
        (*depends_on != now.depends_on, "edges"),
        (*timeout != now.timeout, "timeout"),
    ];
    match (content, &now.content) {
        (Content::Addon(before), Content::Addon(now)) => parts.extend([
            ((&before.chart.repository, &before.chart.name) != (&now.chart.repository, &now.chart.name), "chart"),
            (before.chart.version != now.chart.version, "version"),
            (before.release != now.release, "release"),
            (before.values != now.values, "values"),
        ]),
        (before, now) => parts.push((before != now, "manifest")),
    }
    parts.into_iter().filter_map(|(differs, word)| differs.then_some(word)).collect()
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

/// What would mend a finding of this check, the best first.
pub fn fixes_of(check: &Check, finding: &Finding) -> Vec<Fix> {
    let place = check.findings.iter().position(|one| one == finding);
    check.fixes.iter().filter(|fix| Some(fix.finding) == place).cloned().collect()
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::name::Name;
    use domain::stack::{Addon, Chart, Point};

    use super::*;

    #[test]
    fn what_differs_from_the_record_is_named_and_its_place_is_no_difference() {
        let chart = Chart { repository: "https://a.example".into(), name: "web".into(), version: "1.0.0".into() };
        let addon = Addon { chart, release: serde_json::Map::new(), values: "a: 1\n".into() };
        let before = Component::new(Name::new("web").unwrap(), Content::Addon(addon.clone()));
        let mut now = before.clone();
        now.layout = Some(Point { x: 1.0, y: 2.0 });
        assert!(changed(&before, &now).is_empty());
        now.namespace = Some("web".into());
        now.depends_on.push(Name::new("db").unwrap());
        now.content =
            Content::Addon(Addon { chart: Chart { version: "1.1.0".into(), ..addon.chart.clone() }, values: "a: 2\n".into(), ..addon });
        assert_eq!(changed(&before, &now), ["namespace", "edges", "version", "values"]);
    }
}
