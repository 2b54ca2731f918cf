//! A version that is not exact becomes one that is known: what the record holds, or what the catalog does.

use super::{Proposal, changes};
use crate::change::Change;
use crate::finding::Finding;
use crate::guard::{self, Context};
use crate::stack::{Chart, Content};

pub fn fix(context: &Context<'_>, finding: &Finding) -> Option<Proposal> {
    let component = context.stack.component(finding.at.component.as_deref()?)?;
    let Content::Addon(addon) = &component.content else { return None };
    let is_same = |chart: &&Chart| chart.source() == addon.chart.source();
    let recorded = context.before.and_then(|before| before.component(component.id.as_str())).and_then(|before| match &before.content {
        Content::Addon(before) => Some(&before.chart),
        Content::Manifest(_) => None,
    });
    let recorded = recorded.filter(|chart| is_same(chart) && guard::version::is_exact(&chart.version)).map(|chart| chart.version.clone());
    let version = recorded.or_else(|| context.known.chart(&addon.chart).map(|known| known.chart.version.clone()))?;
    let change = Change::SetChartVersion { component: component.id.clone(), version: version.clone() };
    Some(changes(format!("Pin it to {version}"), vec![change]))
}
