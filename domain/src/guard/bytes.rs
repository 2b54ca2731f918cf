//! Sizes that readers and clusters take.

use super::{Context, Guard};
use crate::finding::Finding;
use crate::resolve::text_of;
use crate::yaml::read::MAX_BYTES;

/// The most that one stack may hold.
const STACK: usize = 16 << 20;

pub const GUARD: Guard = Guard {
    name: "too_large",
    passes: "Every text is within its size.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        let large =
            format!("kind: ConfigMap\napiVersion: v1\nmetadata: {{name: a, namespace: x}}\ndata: {{a: {}}}\n", "x".repeat(MAX_BYTES));
        (
            super::tests::Scene::manifest("kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, namespace: x}\n"),
            super::tests::Scene::manifest(&large),
        )
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in &context.stack.components {
        let size = component.text().len();
        if size > MAX_BYTES {
            let reason = format!(
                "The {} of {} have {} KiB; at most {} are allowed.",
                text_of(component),
                component.name,
                size >> 10,
                MAX_BYTES >> 10
            );
            findings.push(Finding::block("too_large", reason).component(&component.id).hint("Split it into several components."));
        }
    }
    let whole: usize = context.stack.components.iter().map(|component| component.text().len()).sum();
    if whole > STACK {
        let reason = format!("The stack has {} MiB; at most {} are allowed.", whole >> 20, STACK >> 20);
        findings.push(Finding::block("too_large", reason).hint("Split it into several stacks."));
    }
    findings
}
