//! Components that do not wait for what they cannot work without.

use super::{Context, Guard, Told, custom};
use crate::catalog::{Capability, Chart};
use crate::finding::Finding;
use crate::stack::{Component, Content, graph};

pub const GUARD: Guard = Guard {
    name: "needs",
    passes: "Whatever needs another component of the stack waits for it.",
    needs_head: false,
    check: |context| told(context).into_iter().map(|told| told.finding).collect(),
    #[cfg(test)]
    examples: || {
        let scene = crate::fix::tests::with_catalog(&["keycloakx", "cloudnative-pg"]);
        (scene.clone().waits("keycloakx", "cloudnative-pg"), scene)
    },
};

pub(crate) fn told(context: &Context<'_>) -> Vec<Told> {
    let known: Vec<(&Component, &Chart)> = context
        .stack
        .components
        .iter()
        .filter_map(|component| match &component.content {
            Content::Addon(addon) => Some((component, context.known.chart(&addon.chart)?)),
            Content::Manifest(_) => None,
        })
        .collect();
    let mut told = Vec::new();
    for (component, chart) in &known {
        // A claim waits by itself until something provisions it.
        for need in chart.needs.iter().filter(|need| **need != Capability::Storage) {
            let gives = known.iter().filter(|(other, chart)| other.id != component.id && chart.gives.contains(need));
            let givers: Vec<&Component> = gives.map(|(other, _)| *other).collect();
            if givers.is_empty() {
                continue;
            }
            let before = graph::awaited(context.stack, &component.id);
            if givers.iter().any(|giver| before.contains(&giver.id)) {
                continue;
            }
            let fixes: Vec<_> = givers.iter().filter_map(|giver| custom::edge(context, component, giver)).collect();
            // What waits for it cannot be what it uses.
            if fixes.is_empty() {
                continue;
            }
            let names = givers.iter().map(|giver| giver.name.as_str()).collect::<Vec<_>>().join(" or ");
            let reason = format!("{} needs {} and does not wait for {names}, which gives it.", component.name, need.as_str());
            let finding = Finding::warn("need_not_awaited", reason).component(&component.id);
            told.push(Told { finding: finding.hint("Draw the edge, if that is what it uses."), fixes });
        }
    }
    told
}
