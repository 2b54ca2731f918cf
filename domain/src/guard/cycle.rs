//! Edges that give no order.

use super::{Context, Guard};
use crate::finding::Finding;
use crate::stack::graph::{Graph, GraphProblem};

pub const GUARD: Guard = Guard {
    name: "cycle",
    passes: "The components have an order.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        let good = super::tests::Scene::addons(&["a", "b"]).waits("b", "a");
        (good.clone(), good.waits("a", "b"))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Err(problems) = Graph::new(context.stack) else { return Vec::new() };
    problems.into_iter().map(finding).collect()
}

fn finding(problem: GraphProblem) -> Finding {
    match problem {
        GraphProblem::Cycle { components } => {
            let mut way: Vec<&str> = components.iter().map(|id| id.as_str()).collect();
            way.extend(components.first().map(|id| id.as_str()));
            let reason = match components.as_slice() {
                [one] => format!("{one} waits for itself."),
                _ => format!("These components wait for each other in a circle: {}.", way.join(" → ")),
            };
            let finding = Finding::block("cycle", reason).hint("Remove one of these edges.");
            components.first().cloned().into_iter().fold(finding, Finding::component)
        }
        GraphProblem::Dangling { component, on } => {
            Finding::block("dangling_edge", format!("{component} waits for {on}, which is not in this stack."))
                .component(&component)
                .hint("Remove the edge, or add the component.")
        }
        GraphProblem::DuplicateId { id } => Finding::block("duplicate_name", format!("Two components have the id {id}."))
            .component(&id)
            .hint("Give one of them another id."),
        GraphProblem::DuplicateName { name } => {
            Finding::block("duplicate_name", format!("Two components are called {name}.")).component(&name).hint("Rename one of them.")
        }
    }
}
