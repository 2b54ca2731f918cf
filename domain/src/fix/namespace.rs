//! A component without a namespace gets one.

use std::collections::BTreeMap;

use super::{Proposal, changes};
use crate::change::Change;
use crate::finding::Finding;
use crate::guard::Context;
use crate::stack::Content;

pub fn fix(context: &Context<'_>, finding: &Finding) -> Option<Proposal> {
    let component = context.stack.component(finding.at.component.as_deref()?)?;
    let namespace = match &component.content {
        Content::Addon(addon) => {
            context.known.chart(&addon.chart).map_or_else(|| component.id.to_string(), |chart| chart.namespace.clone())
        }
        Content::Manifest(_) => most_used(context),
    };
    let change = Change::SetNamespace { component: component.id.clone(), namespace: Some(namespace.clone()) };
    (component.namespace.as_ref() != Some(&namespace)).then(|| changes(format!("Put it into the namespace {namespace}"), vec![change]))
}

/// The namespace of most components, or one named after the stack.
fn most_used(context: &Context<'_>) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for namespace in context.stack.components.iter().filter_map(|component| component.namespace.as_deref()) {
        *counts.entry(namespace).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)));
    most.map_or_else(|| context.stack.id.to_string(), |(name, _)| name.to_owned())
}
