//! The order of a stack: edges, cycles and deploy waves.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;

use super::Stack;
use crate::name::Name;

/// Why a stack has no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphProblem {
    /// Two components share an id.
    DuplicateId { id: Name },
    /// Two components share a shown name.
    DuplicateName { name: Name },
    /// A component waits for one that is not there.
    Dangling { component: Name, on: Name },
    /// Each waits for the next, and the last for the first.
    Cycle { components: Vec<Name> },
}

/// A stack's edges, known to have an order.
#[derive(Debug, Clone)]
pub struct Graph {
    ids: Vec<Name>,
    /// For each component, by place in the stack, those it waits for.
    waits_for: Vec<Vec<usize>>,
}

impl Graph {
    /// Reads a stack's edges; all problems at once.
    pub fn new(stack: &Stack) -> Result<Graph, Vec<GraphProblem>> {
        let mut problems = duplicates(stack);
        let ids: Vec<Name> = stack.components.iter().map(|component| component.id.clone()).collect();
        let places: BTreeMap<&Name, usize> = ids.iter().enumerate().rev().map(|(place, id)| (id, place)).collect();
        let mut waits_for = Vec::with_capacity(ids.len());
        for component in &stack.components {
            let mut on = BTreeSet::new();
            for id in &component.depends_on {
                match places.get(id) {
                    Some(&place) => drop(on.insert(place)),
                    None => problems.push(GraphProblem::Dangling { component: component.id.clone(), on: id.clone() }),
                }
            }
            waits_for.push(on.into_iter().collect());
        }
        let graph = Graph { ids, waits_for };
        problems.extend(graph.cycles());
        if problems.is_empty() { Ok(graph) } else { Err(problems) }
    }

    fn cycles(&self) -> Vec<GraphProblem> {
        let mut edges = DiGraphMap::<usize, ()>::new();
        for (place, on) in self.waits_for.iter().enumerate() {
            edges.add_node(place);
            for &on in on {
                edges.add_edge(place, on, ());
            }
        }
        let knots = kosaraju_scc(&edges);
        let mut cycles: Vec<Vec<usize>> = knots
            .into_iter()
            .filter(|knot| knot.len() > 1 || self.waits_for[knot[0]].contains(&knot[0]))
            .map(|knot| self.one_round(&knot))
            .collect();
        cycles.sort_unstable();
        cycles
            .into_iter()
            .map(|places| GraphProblem::Cycle { components: places.into_iter().map(|place| self.ids[place].clone()).collect() })
            .collect()
    }

    /// The shortest way round that starts at the first component of a knot.
    fn one_round(&self, knot: &[usize]) -> Vec<usize> {
        let inside: BTreeSet<usize> = knot.iter().copied().collect();
        let start = inside.first().copied().unwrap_or_default();
        self.path(start, start, &inside).unwrap_or_else(|| inside.into_iter().collect())
    }

    /// The shortest path along "waits for" with at least one step; without its last place.
    fn path(&self, from: usize, to: usize, inside: &BTreeSet<usize>) -> Option<Vec<usize>> {
        let mut came_from = BTreeMap::new();
        let mut front = vec![from];
        while !front.is_empty() {
            let mut next = Vec::new();
            for &at in &front {
                for &on in self.waits_for[at].iter().filter(|on| inside.contains(on)) {
                    if on == to {
                        let mut way = vec![at];
                        while let Some(&before) = came_from.get(&way[way.len() - 1]) {
                            way.push(before);
                        }
                        way.reverse();
                        return Some(way);
                    }
                    if on != from && !came_from.contains_key(&on) {
                        came_from.insert(on, at);
                        next.push(on);
                    }
                }
            }
            front = next;
        }
        None
    }

    /// Components by wave: each starts once everything it waits for is ready, so it stands one below the latest
    /// of those. Inside a wave they keep the order in which they were declared.
    pub fn waves(&self) -> Vec<Vec<Name>> {
        let mut waves: Vec<Vec<Name>> = Vec::new();
        for (place, wave) in self.wave_of().into_iter().enumerate() {
            if waves.len() <= wave {
                waves.resize(wave + 1, Vec::new());
            }
            waves[wave].push(self.ids[place].clone());
        }
        waves
    }

    fn wave_of(&self) -> Vec<usize> {
        let mut waits = vec![0; self.ids.len()];
        let mut needed_by = vec![Vec::new(); self.ids.len()];
        for (place, on) in self.waits_for.iter().enumerate() {
            waits[place] = on.len();
            for &on in on {
                needed_by[on].push(place);
            }
        }
        let mut wave = vec![0; self.ids.len()];
        let mut ready: Vec<usize> = (0..self.ids.len()).filter(|&place| waits[place] == 0).collect();
        while let Some(place) = ready.pop() {
            for &next in &needed_by[place] {
                wave[next] = wave[next].max(wave[place] + 1);
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(next);
                }
            }
        }
        wave
    }
}

fn duplicates(stack: &Stack) -> Vec<GraphProblem> {
    let mut problems = Vec::new();
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    for component in &stack.components {
        if !ids.insert(&component.id) {
            problems.push(GraphProblem::DuplicateId { id: component.id.clone() });
        } else if !names.insert(&component.name) {
            problems.push(GraphProblem::DuplicateName { name: component.name.clone() });
        }
    }
    problems
}

/// The cycle that an edge would close, starting and ending where it does; `None` if the edge is fine. Works on any
/// stack, ordered or not: the canvas asks while an edge is being drawn.
pub fn would_cycle(stack: &Stack, component: &Name, on: &Name) -> Option<Vec<Name>> {
    if component == on {
        return Some(vec![component.clone()]);
    }
    let waits: HashMap<&Name, &Vec<Name>> = stack.components.iter().map(|found| (&found.id, &found.depends_on)).collect();
    // Is there a way from `on` back to `component`?
    let mut came_from: BTreeMap<&Name, &Name> = BTreeMap::new();
    let mut front = vec![on];
    while let Some(at) = front.pop() {
        for next in waits.get(at).into_iter().copied().flatten() {
            if next == component {
                let mut way = vec![component.clone()];
                let mut back = vec![at];
                while let Some(&before) = came_from.get(back[back.len() - 1]) {
                    back.push(before);
                }
                way.extend(back.into_iter().rev().cloned());
                return Some(way);
            }
            if next != on && !came_from.contains_key(next) {
                came_from.insert(next, at);
                front.push(next);
            }
        }
    }
    None
}

/// Everything that waits for a component, directly or not: an edge from it to one of these would close a cycle.
pub fn dependents(stack: &Stack, of: &Name) -> BTreeSet<Name> {
    let mut needed_by: HashMap<&Name, Vec<&Name>> = HashMap::new();
    for component in &stack.components {
        for on in &component.depends_on {
            needed_by.entry(on).or_default().push(&component.id);
        }
    }
    let mut found = BTreeSet::new();
    let mut front = vec![of];
    while let Some(at) = front.pop() {
        for next in needed_by.get(at).into_iter().flatten() {
            if found.insert((*next).clone()) {
                front.push(next);
            }
        }
    }
    found
}

/// Everything that a component waits for, directly or not.
pub fn awaited(stack: &Stack, of: &Name) -> BTreeSet<Name> {
    let waits: HashMap<&Name, &Vec<Name>> = stack.components.iter().map(|found| (&found.id, &found.depends_on)).collect();
    let mut found = BTreeSet::new();
    let mut front = vec![of];
    while let Some(at) = front.pop() {
        for next in waits.get(at).into_iter().copied().flatten() {
            if found.insert(next.clone()) {
                front.push(next);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
