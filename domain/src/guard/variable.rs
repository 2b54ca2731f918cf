//! Variables that are not declared, have no value, or have one of another type.

use super::{Context, Guard, resolved};
use crate::expression;
use crate::finding::Finding;
use crate::resolve::kind_of;

pub const GUARD: Guard = Guard {
    name: "variables",
    passes: "Every variable has a value of its type.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        let scene = super::tests::Scene::values("host: ${{ vars.domain }}\n");
        (scene.clone().variable("domain", serde_json::json!("example.com")), scene.variable("domain", serde_json::json!(["a"])))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for declaration in &context.stack.variables {
        let name = &declaration.name;
        let Some(value) = context.resolution.variables.iter().find(|resolved| resolved.name == *name) else {
            if declaration.required && !context.resolution.uses.variables.contains_key(name) {
                let finding = Finding::block("unresolved_variable", format!("`{name}` is required and has no value for this cluster."));
                findings.push(
                    finding
                        .path(format!("variables.{name}"))
                        .hint("Set it for the cluster, its environment, the organisation or this stack here."),
                );
            }
            continue;
        };
        if !declaration.kind.holds(&value.value) {
            let level = format!("{:?}", value.from).to_lowercase();
            let reason = format!(
                "`{name}` is declared as {}, and its value from the level {level} is {}.",
                declaration.kind.as_str(),
                kind_of(&value.value)
            );
            findings.push(
                Finding::block("ill_typed_variable", reason)
                    .path(format!("variables.{name}"))
                    .hint("Set a value of that type, or declare another type."),
            );
        }
        if expression::stands_in(&value.value) {
            let reason = format!("The value of `{name}` holds an expression; values are put in as they are, so it would stay literal.");
            findings.push(
                Finding::block("expression_in_variable", reason)
                    .path(format!("variables.{name}"))
                    .hint("Write the expression where the variable is used."),
            );
        }
    }
    findings.extend(resolved(context, &["undeclared_variable", "unresolved_variable", "ill_typed_variable"]));
    findings
}
