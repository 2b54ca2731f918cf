//! Texts that are no YAML, expressions that are none, and documents that are no objects.

use super::{Context, Guard, resolved};
use crate::finding::Finding;
use crate::yaml::read::MAX_BYTES;

pub const GUARD: Guard = Guard {
    name: "invalid_yaml",
    passes: "All values and manifests can be read.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        (super::tests::Scene::manifest("kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n"), super::tests::Scene::manifest("a: [\n"))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = resolved(context, &["invalid_yaml", "invalid_expression", "expression_in_key", "invalid_object"]);
    // What is too large says so once, in its own words.
    let large = |id: &str| context.stack.component(id).is_some_and(|component| component.text().len() > MAX_BYTES);
    findings.retain(|finding| !finding.at.component.as_deref().is_some_and(large));
    findings
}
