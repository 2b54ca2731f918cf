//! Other stacks that this one waits for.

use super::{Context, Guard};
use crate::finding::Finding;

pub const GUARD: Guard = Guard {
    name: "stack_order",
    passes: "The stacks that this one waits for are recorded, and none of them waits for it.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || {
        let scene = super::tests::Scene::addons(&["a"]).waits_for_stack("storage");
        (scene.clone().neighbour("storage", &[]), scene.neighbour("storage", &["web"]))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for on in &context.stack.depends_on {
        if *on == context.stack.id {
            findings
                .push(Finding::block("cycle", "The stack waits for itself.").hint("Remove it from the stacks that this one waits for."));
        } else if !context.facts.stacks.iter().any(|stack| stack.id == *on) {
            let reason = format!("This stack waits for the stack {on}, which is not recorded on this cluster; Flux would wait for ever.");
            findings.push(Finding::block("unknown_stack", reason).hint(format!("Deploy {on} first, or stop waiting for it.")));
        }
    }
    if let Some(back) = context.facts.stacks.iter().find(|stack| stack.depends_on.contains(&context.stack.id)) {
        let reason = format!("This stack waits for {0}, directly or through others, and {0} waits for this one.", back.id);
        findings.push(Finding::block("cycle", reason).hint("Stop waiting for it, or deploy the other stack without its edge first."));
    }
    findings
}
