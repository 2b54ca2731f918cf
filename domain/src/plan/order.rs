//! The order in which a plan's components start.

use std::collections::BTreeMap;

use super::delta::Delta;
use super::{Does, Step, Wave};
use crate::name::Name;
use crate::stack::Stack;
use crate::stack::graph::Graph;

/// The waves, and what each step does; what goes away stands in a wave of its own before all others, since Flux holds it
/// back for nothing. A stack without an order has no waves, and a finding says why.
pub fn waves(stack: &Stack, delta: &Delta) -> Vec<Wave> {
    let Ok(graph) = Graph::new(stack) else { return Vec::new() };
    let names: BTreeMap<&Name, &Name> = stack.components.iter().map(|component| (&component.id, &component.name)).collect();
    let step = |id: &Name| Some(Step { component: id.clone(), name: (*names.get(id)?).clone(), does: delta.does(id) });
    let gone = [Does::Remove, Does::LetGo].into_iter().flat_map(|does| delta.that(does).map(move |id| (id, does)));
    let first = gone.filter_map(|(id, does)| Some(Step { name: Name::new(id).ok()?, component: Name::new(id).ok()?, does }));
    let first = Wave { steps: first.collect() };
    let started = graph.waves().into_iter().map(|ids| Wave { steps: ids.iter().filter_map(step).collect() });
    std::iter::once(first).filter(|wave| !wave.steps.is_empty()).chain(started).collect()
}
