//! The order in which a plan's components start.

use std::collections::BTreeMap;

use super::delta::Delta;
use super::{Does, Step, Wave};
use crate::name::Name;
use crate::stack::Stack;
use crate::stack::graph::Graph;

/// The waves, and what each step does; what goes away stands in a wave of its own at the end. A stack without an
/// order has no waves, and a finding says why.
pub fn waves(stack: &Stack, delta: &Delta) -> Vec<Wave> {
    let Ok(graph) = Graph::new(stack) else { return Vec::new() };
    let names: BTreeMap<&Name, &Name> = stack.components.iter().map(|component| (&component.id, &component.name)).collect();
    let step = |id: &Name| Some(Step { component: id.clone(), name: (*names.get(id)?).clone(), does: delta.does(id) });
    let mut waves: Vec<Wave> = graph.waves().iter().map(|ids| Wave { steps: ids.iter().filter_map(step).collect() }).collect();
    let gone = delta.that(Does::Remove).filter_map(|id| Name::new(id).ok());
    let steps: Vec<Step> = gone.map(|id| Step { name: id.clone(), component: id, does: Does::Remove }).collect();
    if !steps.is_empty() {
        waves.push(Wave { steps });
    }
    waves
}
