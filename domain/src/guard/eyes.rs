//! Who may not sign: whoever wrote or accepted a value in the diff.

use super::{Context, Guard};
use crate::finding::Finding;
use crate::plan::brief::list;
use crate::plan::{Writer, WriterKind};

pub const GUARD: Guard = Guard {
    name: "four_eyes",
    passes: "Nobody is kept from signing by what they wrote.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || (super::tests::Scene::addons(&["a"]).written_by("p1"), super::tests::Scene::addons(&["a"]).written_by("p1").four_eyes()),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if !context.policy.four_eyes || context.writers.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = context.writers.iter().map(shown).collect();
    let people = if names.len() == 1 { "wrote or accepted a value here and" } else { "wrote or accepted values here and" };
    vec![Finding::warn("four_eyes", format!("{} {people} cannot sign; somebody else must.", list(&names)))]
}

fn shown(writer: &Writer) -> String {
    match writer.kind {
        WriterKind::Person => writer.name.clone(),
        WriterKind::Agent => format!("{} (an agent, so its owner too)", writer.name),
    }
}
