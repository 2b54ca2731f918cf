#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Map, json};

use super::*;
use crate::stack::{Chart, Manifest};
use crate::variable::VariableType;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn path(text: &str) -> ValuePath {
    ValuePath::parse(text).unwrap()
}

fn grafana(values: &str) -> Component {
    let chart = Chart { repository: "https://grafana.github.io/helm-charts".into(), name: "grafana".into(), version: "8.8.2".into() };
    Component::new(name("grafana"), Content::Addon(Addon { chart, release: Map::new(), values: values.into() }))
}

fn stack() -> Stack {
    let mut stack = Stack::new(name("monitoring"));
    stack.components.push(grafana("# keep me\nreplicas: 1 # why one\npersistence:\n  size: '10Gi'\n"));
    stack.components.push(Component::new(name("issuer"), Content::Manifest(Manifest { text: "kind: Secret\n".into() })));
    stack
}

fn values(stack: &Stack) -> &str {
    stack.component("grafana").unwrap().text()
}

#[test]
fn one_value_changes_and_every_comment_stays() {
    let mut stack = stack();
    apply(&mut stack, &Change::SetValue { component: name("grafana"), path: path("replicas"), value: json!(2) }).unwrap();
    assert_eq!(values(&stack), "# keep me\nreplicas: 2 # why one\npersistence:\n  size: '10Gi'\n");
    apply(&mut stack, &Change::UnsetValue { component: name("grafana"), path: path("persistence.size") }).unwrap();
    assert!(values(&stack).starts_with("# keep me\nreplicas: 2 # why one\n"));
}

#[test]
fn broken_text_is_kept_as_typed_and_refuses_single_values() {
    let mut stack = stack();
    let broken = "replicas: [1\n";
    apply(&mut stack, &Change::SetValuesText { component: name("grafana"), text: broken.into() }).unwrap();
    assert_eq!(values(&stack), broken);
    let refused = apply(&mut stack, &Change::SetValue { component: name("grafana"), path: path("replicas"), value: json!(2) });
    assert!(matches!(refused, Err(ChangeError::BrokenYaml { .. })), "{refused:?}");
}

#[test]
fn a_list_of_changes_holds_as_a_whole_or_not_at_all() {
    let mut stack = stack();
    let before = stack.clone();
    let changes = [
        Change::SetNamespace { component: name("grafana"), namespace: Some("monitoring".into()) },
        Change::Connect { component: name("grafana"), on: name("nowhere") },
    ];
    assert_eq!(apply_all(&mut stack, &changes), Err((1, ChangeError::NoComponent(name("nowhere")))));
    assert_eq!(stack, before);
}

#[test]
fn an_edge_that_closes_a_cycle_is_refused_with_the_cycle() {
    let mut stack = stack();
    apply(&mut stack, &Change::Connect { component: name("grafana"), on: name("issuer") }).unwrap();
    let refused = apply(&mut stack, &Change::Connect { component: name("issuer"), on: name("grafana") }).unwrap_err();
    assert_eq!(refused.to_string(), "that would make a cycle: issuer → grafana → issuer");
}

#[test]
fn removing_a_component_takes_its_edges_along() {
    let mut stack = stack();
    apply(&mut stack, &Change::Connect { component: name("grafana"), on: name("issuer") }).unwrap();
    apply(&mut stack, &Change::RemoveComponent { component: name("issuer") }).unwrap();
    assert!(stack.component("grafana").unwrap().depends_on.is_empty());
}

#[test]
fn a_rename_keeps_the_id_and_the_edges() {
    let mut stack = stack();
    apply(&mut stack, &Change::Connect { component: name("grafana"), on: name("issuer") }).unwrap();
    apply(&mut stack, &Change::RenameComponent { component: name("issuer"), name: name("letsencrypt") }).unwrap();
    assert_eq!(stack.component("issuer").unwrap().name, name("letsencrypt"));
    assert_eq!(stack.component("grafana").unwrap().depends_on, [name("issuer")]);
    let taken = apply(&mut stack, &Change::RenameComponent { component: name("grafana"), name: name("letsencrypt") });
    assert_eq!(taken, Err(ChangeError::NameTaken(name("letsencrypt"))));
}

#[test]
fn texts_over_a_mebibyte_are_refused() {
    let mut stack = stack();
    let text = "a".repeat(TEXT + 1);
    let refused = apply(&mut stack, &Change::SetValuesText { component: name("grafana"), text });
    assert!(matches!(refused, Err(ChangeError::TooLarge { .. })));
}

#[test]
fn a_default_must_have_the_declared_type() {
    let mut stack = stack();
    let declaration = Declaration {
        name: "size".into(),
        kind: VariableType::String,
        description: None,
        default: Some(json!(5)),
        required: false,
    };
    let refused = apply(&mut stack, &Change::DeclareVariable { declaration });
    assert_eq!(refused, Err(ChangeError::DefaultType { name: "size".into(), kind: "string" }));
}
