//! What the guards say: what stops first, then what to read, the passes folded.

use domain::finding::{Finding, Level};
use leptos::prelude::*;

use super::section::{Section, count, shown, words};
use crate::widget::icon::Icon;

#[component]
pub fn Guards(findings: Vec<Finding>) -> AnyView {
    let note = note(&findings);
    let (mut open, passed): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(|finding| finding.level > Level::Pass);
    open.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let rows = |list: Vec<Finding>| list.into_iter().map(|finding| view! { <Row finding/> }).collect_view();
    let folded = (!passed.is_empty()).then(|| {
        let summary = if passed.len() == 1 { "1 guard passes".to_owned() } else { format!("{} guards pass", passed.len()) };
        view! { <details class="fold"><summary>{summary}</summary><div class="guard-list">{rows(passed)}</div></details> }
    });
    view! { <Section id="guards" title="Guards" note><div class="guard-list">{rows(open)}</div>{folded}</Section> }.into_any()
}

/// `1 blocks, 1 needs you, 2 warnings, 7 pass`
fn note(findings: &[Finding]) -> String {
    let of = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    let mut said = Vec::new();
    match of(Level::Block) {
        0 => {}
        1 => said.push("1 blocks".to_owned()),
        many => said.push(format!("{many} block")),
    }
    match of(Level::Confirm) {
        0 => {}
        1 => said.push("1 needs you".to_owned()),
        many => said.push(format!("{many} need you")),
    }
    if of(Level::Warn) > 0 {
        said.push(count(of(Level::Warn), "warning"));
    }
    said.push(format!("{} pass", of(Level::Pass)));
    said.join(", ")
}

#[component]
fn Row(finding: Finding) -> AnyView {
    let (row, badge, icon, word) = match finding.level {
        Level::Block => ("guard-row guard-row--attention", "state state--blocked", "block", "Blocks"),
        Level::Confirm => ("guard-row guard-row--attention", "state state--blocked", "minus", "Confirm"),
        Level::Warn => ("guard-row guard-row--warn", "state state--waiting", "warn", "Warning"),
        Level::Pass => ("guard-row", "state state--reconciled", "ok", "Pass"),
    };
    let place = [finding.at.component, finding.at.path].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let at = (!place.is_empty()).then(|| view! { <p class="value-note"><code>{shown(&place)}</code></p> });
    let typed = finding.confirm.map(|word| view! { " Type "<code>{shown(&word)}</code>" on the slip to go on." });
    let hint = finding.hint.map(|hint| view! { " "<span class="muted">{shown(&hint)}</span> });
    view! {
        <div class=row>
            <span><span class=badge><Icon name=icon/>{word}</span></span>
            <span class="guard-name">{words(&finding.code)}</span>
            <div class="guard-why"><p><strong>{shown(&finding.reason)}</strong>{hint}{typed}</p>{at}</div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_counts_what_stops_first() {
        let findings = [
            Finding::pass("a", ""),
            Finding::warn("b", ""),
            Finding::confirm("c", "x", ""),
            Finding::block("d", ""),
            Finding::pass("e", ""),
        ];
        assert_eq!(note(&findings), "1 blocks, 1 needs you, 1 warning, 2 pass");
        assert_eq!(note(&[]), "0 pass");
    }
}
