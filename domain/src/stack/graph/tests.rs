#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::stack::{Component, Content, Manifest};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// `stack(&[("grafana", &["loki"])])`: grafana waits for loki.
fn stack(edges: &[(&str, &[&str])]) -> Stack {
    let mut stack = Stack::new(name("shop"));
    for (id, on) in edges {
        let mut component = Component::new(name(id), Content::Manifest(Manifest { text: String::new() }));
        component.depends_on = on.iter().map(|id| name(id)).collect();
        stack.components.push(component);
    }
    stack
}

fn waves(stack: &Stack) -> Vec<Vec<String>> {
    Graph::new(stack).unwrap().waves().into_iter().map(|wave| wave.iter().map(ToString::to_string).collect()).collect()
}

#[test]
fn a_component_stands_one_wave_below_the_latest_it_waits_for() {
    let stack = stack(&[("grafana", &["loki", "certs"]), ("certs", &[]), ("loki", &["certs"]), ("nginx", &[])]);
    assert_eq!(waves(&stack), [vec!["certs", "nginx"], vec!["loki"], vec!["grafana"]]);
}

#[test]
fn a_cycle_is_named_in_its_order() {
    let stack = stack(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"])]);
    let problems = Graph::new(&stack).unwrap_err();
    assert_eq!(problems, [GraphProblem::Cycle { components: vec![name("a"), name("b"), name("c")] }]);
}

#[test]
fn waiting_for_oneself_is_a_cycle_of_one() {
    assert_eq!(Graph::new(&stack(&[("a", &["a"])])).unwrap_err(), [GraphProblem::Cycle { components: vec![name("a")] }]);
}

#[test]
fn edges_to_nowhere_and_shared_names_are_found() {
    let mut stack = stack(&[("a", &["gone"]), ("b", &[]), ("b", &[])]);
    stack.components[1].name = name("a");
    let problems = Graph::new(&stack).unwrap_err();
    assert!(problems.contains(&GraphProblem::Dangling { component: name("a"), on: name("gone") }));
    assert!(problems.contains(&GraphProblem::DuplicateName { name: name("a") }));
    assert!(problems.contains(&GraphProblem::DuplicateId { id: name("b") }));
}

#[test]
fn the_cycle_an_edge_would_close_is_shown_before_it_is_drawn() {
    let stack = stack(&[("grafana", &["loki"]), ("loki", &["certs"]), ("certs", &[])]);
    assert_eq!(would_cycle(&stack, &name("certs"), &name("grafana")), Some(vec![name("certs"), name("grafana"), name("loki")]));
    assert_eq!(would_cycle(&stack, &name("grafana"), &name("certs")), None);
    assert_eq!(would_cycle(&stack, &name("loki"), &name("loki")), Some(vec![name("loki")]));
}

/// Acyclic by construction: a component waits only for ones with a smaller rank; declared in any order.
fn acyclic() -> impl Strategy<Value = Stack> {
    (1usize..24).prop_flat_map(|n| {
        let edges = proptest::collection::vec((0..n, 0..n), 0..n * 2);
        let order = Just((0..n).collect::<Vec<usize>>()).prop_shuffle();
        (edges, order).prop_map(move |(edges, order)| {
            let mut stack = Stack::new(name("shop"));
            for rank in order {
                let id = name(&format!("c{rank}"));
                let mut component = Component::new(id, Content::Manifest(Manifest { text: String::new() }));
                let on: BTreeSet<usize> = edges.iter().filter(|(from, to)| *from == rank && to < from).map(|(_, to)| *to).collect();
                component.depends_on = on.into_iter().map(|to| name(&format!("c{to}"))).collect();
                stack.components.push(component);
            }
            stack
        })
    })
}

proptest! {
    #[test]
    fn order_is_topological_and_complete(stack in acyclic()) {
        let waves = Graph::new(&stack).unwrap().waves();
        let wave_of = |id: &Name| waves.iter().position(|wave| wave.contains(id));
        prop_assert_eq!(waves.iter().map(Vec::len).sum::<usize>(), stack.components.len());
        for component in &stack.components {
            for on in &component.depends_on {
                prop_assert!(wave_of(on) < wave_of(&component.id));
            }
        }
    }

    #[test]
    fn order_is_stable_when_something_unrelated_is_added(stack in acyclic()) {
        let before = Graph::new(&stack).unwrap().waves();
        let mut more = stack.clone();
        more.components.push(Component::new(name("unrelated"), Content::Manifest(Manifest { text: String::new() })));
        let mut after = Graph::new(&more).unwrap().waves();
        after[0].retain(|id| id.as_str() != "unrelated");
        prop_assert_eq!(before, after);
    }

    #[test]
    fn an_edge_is_refused_exactly_when_it_closes_a_cycle(stack in acyclic(), from in 0usize..24, to in 0usize..24) {
        let n = stack.components.len();
        let (component, on) = (stack.components[from % n].id.clone(), stack.components[to % n].id.clone());
        let mut drawn = stack.clone();
        drawn.component_mut(component.as_str()).unwrap().depends_on.push(on.clone());
        prop_assert_eq!(would_cycle(&stack, &component, &on).is_some(), Graph::new(&drawn).is_err());
    }
}

#[test]
fn whoever_depends_on_a_component_is_exactly_who_would_close_a_cycle() {
    let stack = stack(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &["a"]), ("e", &[])]);
    let found: Vec<String> = dependents(&stack, &name("b")).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["c"]);
    for of in &stack.components {
        let above = dependents(&stack, &of.id);
        for other in stack.components.iter().filter(|other| other.id != of.id) {
            assert_eq!(above.contains(&other.id), would_cycle(&stack, &of.id, &other.id).is_some(), "{} {}", of.id, other.id);
        }
    }
}
