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
    let declaration =
        Declaration { name: "size".into(), kind: VariableType::String, description: None, default: Some(json!(5)), required: false };
    let refused = apply(&mut stack, &Change::DeclareVariable { declaration });
    assert_eq!(refused, Err(ChangeError::DefaultType { name: "size".into(), kind: "string" }));
}

#[test]
fn a_value_of_a_manifest_is_set_in_the_document_that_the_path_names() {
    let mut stack = stack();
    let set = |path_text: &str| Change::SetValue { component: name("issuer"), path: path(path_text), value: json!("Opaque") };
    apply(&mut stack, &set("type")).unwrap();
    assert_eq!(stack.component("issuer").unwrap().text(), "kind: Secret\ntype: Opaque\n");
    apply(&mut stack, &Change::SetManifestText { component: name("issuer"), text: "a: 1\n---\nb: 2 # two\n".into() }).unwrap();
    assert_eq!(apply(&mut stack, &set("type")), Err(ChangeError::WhichDocument { component: name("issuer"), documents: 2 }));
    apply(&mut stack, &set("[1].b")).unwrap();
    assert_eq!(stack.component("issuer").unwrap().text(), "a: 1\n---\nb: Opaque # two\n");
    assert!(matches!(apply(&mut stack, &set("[2].b")), Err(ChangeError::Edit { .. })));
}

#[test]
fn what_stack_yaml_would_refuse_is_refused() {
    let mut stack = stack();
    let before = stack.clone();
    let component = name("grafana");
    let refused = [
        Change::SetNamespace { component: component.clone(), namespace: Some("../../etc".into()) },
        Change::SetTimeout { component: component.clone(), timeout: Some("5 minutes".into()) },
        Change::SetChartSource { component: component.clone(), repository: "https://user:pass@host".into(), name: "a".into() },
        Change::SetChartSource { component: component.clone(), repository: "https://host".into(), name: "../a".into() },
        Change::SetChartVersion { component: component.clone(), version: "1\n2".into() },
        Change::SetReleaseName { component: component.clone(), release_name: Some("A b".into()) },
        Change::AddComponent { component: Component { id: name("b"), name: name("b"), namespace: Some("a/b".into()), ..grafana("") } },
    ];
    for change in refused {
        let result = apply(&mut stack, &change);
        assert!(matches!(result, Err(ChangeError::Field { .. })), "{change:?}: {result:?}");
    }
    assert_eq!(stack, before);
}

#[test]
fn an_edge_stands_once() {
    let mut stack = stack();
    let component = Component { id: name("b"), name: name("b"), depends_on: vec![name("issuer"), name("issuer")], ..grafana("") };
    apply(&mut stack, &Change::AddComponent { component }).unwrap();
    assert_eq!(stack.component("b").unwrap().depends_on, [name("issuer")]);
    apply(&mut stack, &Change::SetStackDependsOn { depends_on: vec![name("x"), name("y"), name("x")] }).unwrap();
    assert_eq!(stack.depends_on, [name("x"), name("y")]);
}

/// Whatever the API takes can be recorded and imported again.
mod written {
    use super::*;
    use crate::stack::{Point, source};
    use proptest::prelude::*;

    fn id() -> impl Strategy<Value = Name> {
        prop_oneof![Just("grafana"), Just("issuer"), Just("c"), Just("d")].prop_map(name)
    }

    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            "(?s).{0,12}",
            Just("a".to_owned()),
            Just("10m".to_owned()),
            Just("https://host/x".to_owned()),
            Just("a: [1]\n".to_owned())
        ]
    }

    fn change() -> impl Strategy<Value = Change> {
        let component = (id(), id(), word(), proptest::option::of(word()), proptest::collection::vec(id(), 0..3), any::<bool>()).prop_map(
            |(id, name, text, namespace, depends_on, is_addon)| {
                let content = if is_addon { grafana(&text).content } else { Content::Manifest(Manifest { text }) };
                Component { id, name, namespace, depends_on, timeout: None, layout: None, content }
            },
        );
        prop_oneof![
            component.prop_map(|component| Change::AddComponent { component }),
            id().prop_map(|component| Change::RemoveComponent { component }),
            id().prop_map(|component| Change::LetGo { component }),
            (id(), id()).prop_map(|(component, name)| Change::RenameComponent { component, name }),
            (id(), word()).prop_map(|(component, text)| Change::SetValuesText { component, text }),
            (id(), word()).prop_map(|(component, text)| Change::SetManifestText { component, text }),
            (id(), word()).prop_map(|(component, value)| Change::SetValue { component, path: path("a.b"), value: json!({"k": [value]}) }),
            (id(), proptest::option::of(word())).prop_map(|(component, namespace)| Change::SetNamespace { component, namespace }),
            (id(), word(), word()).prop_map(|(component, repository, name)| Change::SetChartSource { component, repository, name }),
            (id(), word()).prop_map(|(component, version)| Change::SetChartVersion { component, version }),
            (id(), proptest::option::of(word())).prop_map(|(component, release_name)| Change::SetReleaseName { component, release_name }),
            (id(), proptest::option::of(word())).prop_map(|(component, timeout)| Change::SetTimeout { component, timeout }),
            (id(), id()).prop_map(|(component, on)| Change::Connect { component, on }),
            (word(), word()).prop_map(|(name, default)| Change::DeclareVariable {
                declaration: Declaration {
                    name,
                    kind: VariableType::String,
                    description: Some(default.clone()),
                    default: Some(json!(default)),
                    required: true
                },
            }),
            proptest::option::of(word()).prop_map(|description| Change::SetDescription { description }),
            id().prop_map(|name| Change::RenameStack { name }),
            proptest::collection::vec(id(), 0..4).prop_map(|depends_on| Change::SetStackDependsOn { depends_on }),
            (id(), -1e9..1e9f64).prop_map(|(component, x)| Change::SetLayout { component, layout: Some(Point { x, y: 1.5 }) }),
        ]
    }

    proptest! {
        #[test]
        fn every_draft_is_read_back_from_its_stack_yaml(changes in proptest::collection::vec(change(), 0..12)) {
            let mut stack = stack();
            for change in &changes {
                let _ = apply(&mut stack, change);
            }
            prop_assert_eq!(source::parse(&source::emit(&stack)), Ok(stack));
        }
    }
}
