//! What the guards say: attention first, passes folded.

use domain::finding::{Finding, Level};
use leptos::prelude::*;

use crate::widget::icon::Icon;

pub fn icon(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Pass => ("ok", "ic-reconciled"),
        Level::Warn => ("warn", "ic-waiting"),
        Level::Confirm => ("warn", "ic-failing"),
        Level::Block => ("block", "ic-blocked"),
    }
}

/// `mends`: what stands below a finding, to do something about it.
#[component]
pub fn FindingList(findings: Vec<Finding>, mends: Callback<Finding, AnyView>) -> AnyView {
    let (mut open, passed): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(|finding| finding.level > Level::Pass);
    open.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let folded = (!passed.is_empty()).then(|| {
        let count = passed.len();
        view! { <details class="finding-passes"><summary>{format!("{count} guards pass")}</summary><ul>{passed.into_iter().map(|finding| view! { <FindingRow finding mends/> }).collect_view()}</ul></details> }
    });
    view! { <ul class="finding-list">{open.into_iter().map(|finding| view! { <FindingRow finding mends/> }).collect_view()}</ul>{folded} }
        .into_any()
}

#[component]
fn FindingRow(finding: Finding, mends: Callback<Finding, AnyView>) -> AnyView {
    let (name, ink) = icon(finding.level);
    let mend = mends.run(finding.clone());
    let place = [finding.at.component, finding.at.path].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li class="finding"><Icon name=name class=ink/><div><p>{finding.reason}</p>{(!place.is_empty()).then(|| view! { <code>{place}</code> })}{finding.hint.map(|hint| view! { <p class="muted">{hint}</p> })}{mend}</div></li>
    }
    .into_any()
}
