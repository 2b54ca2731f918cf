#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::guard::tests::Scene;
use crate::sealing::{Piece, Text};
use serde_json::{Value, json};

fn values(scene: &Scene) -> ValuesTree {
    let resolution = resolve(&scene.stack, &scene.cluster);
    match resolution.components.into_iter().next().unwrap().content.unwrap() {
        ResolvedContent::Addon { values } => values,
        ResolvedContent::Manifest { objects } => objects.into_iter().next().unwrap().tree,
    }
}

fn typed(name: &str, kind: crate::variable::VariableType, value: Value, text: &str) -> Scene {
    let mut scene = Scene::values(text).variable(name, value);
    scene.stack.variables[0].kind = kind;
    scene
}

#[test]
fn a_scalar_that_is_one_expression_takes_the_variables_type() {
    use crate::variable::VariableType::{Bool, List, Map, Number, String};
    for (kind, value) in [
        (Number, json!(3)),
        (Number, json!(1.5)),
        (Bool, json!(true)),
        (List, json!(["a", 1])),
        (Map, json!({"a": {"b": null}})),
        (String, json!("3")),
    ] {
        for text in ["a: ${{ vars.x }}\n", "a: \"${{ vars.x }}\"\n", "a: '${{vars.x}}'\n", "{a: \"${{ vars.x }}\"}\n"] {
            assert_eq!(values(&typed("x", kind, value.clone(), text)), ValuesTree::Plain(json!({"a": value})), "{text}");
        }
    }
}

#[test]
fn inside_a_longer_text_it_is_text_and_lists_are_refused() {
    use crate::variable::VariableType::{Bool, List, Number};
    assert_eq!(values(&typed("x", Number, json!(3), "a: n-${{ vars.x }}\n")), ValuesTree::Plain(json!({"a": "n-3"})));
    assert_eq!(values(&typed("x", Bool, json!(false), "a: \"${{ vars.x }} \"\n")), ValuesTree::Plain(json!({"a": "false "})));
    let scene = typed("x", List, json!(["a"]), "a: n-${{ vars.x }}\n");
    assert!(scene.codes().contains("ill_typed_variable"));
}

#[test]
fn what_flux_and_shells_write_stays_as_it_is() {
    let text = "a: ${x} $$ $(y) {{ .Values.z }}\nb: '$${{ vars.x }}'\nc: |\n  echo ${HOME} $$\n";
    assert_eq!(
        values(&Scene::values(text)),
        ValuesTree::Plain(json!({"a": "${x} $$ $(y) {{ .Values.z }}", "b": "${{ vars.x }}", "c": "echo ${HOME} $$\n"}))
    );
}

#[test]
fn secrets_stay_references_next_to_plain_values() {
    let scene = Scene::values("a: 1\nurl: https://u:${{ secrets.p }}@${{ vars.d }}/\n").variable("d", json!("h"));
    let text = Text(vec![Piece::Text("https://u:".into()), Piece::Secret("p".into()), Piece::Text("@h/".into())]);
    let expected = ValuesTree::Map(vec![("a".into(), ValuesTree::Plain(json!(1))), ("url".into(), ValuesTree::Text(text))]);
    assert_eq!(values(&scene), expected);
}

#[test]
fn an_expression_in_a_key_blocks_with_its_line() {
    let scene = Scene::values("a:\n  ${{ vars.x }}: 1\n").variable("x", json!("y"));
    let found = scene.findings("expression_in_key");
    assert_eq!(found[0].at.line, Some(2));
}

#[test]
fn bad_syntax_is_found_where_it_stands() {
    let scene = Scene::manifest(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  x: ${{ env.HOME }}\n",
    );
    let found = scene.findings("invalid_expression");
    assert_eq!((found[0].at.path.as_deref(), found[0].at.line), (Some("data.x"), Some(9)));
}

#[test]
fn a_namespace_is_filled_in_behind_the_name_and_never_over_a_stated_one() {
    let scene = Scene::manifest("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {l: m}\n");
    assert_eq!(
        values(&scene),
        ValuesTree::Plain(
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "x", "labels": {"l": "m"}}})
        )
    );
    let ValuesTree::Plain(value) = values(&scene) else { unreachable!() };
    assert_eq!(value["metadata"].as_object().unwrap().keys().collect::<Vec<_>>(), ["name", "namespace", "labels"]);
    let stated = values(&Scene::manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: own}\n"));
    assert_eq!(text(&stated, &["metadata", "namespace"]), Some("own"));
    let cluster_wide = values(&Scene::manifest("apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: a}\n"));
    assert_eq!(text(&cluster_wide, &["metadata", "namespace"]), None);
}

#[test]
fn what_is_no_object_is_refused_with_what_it_lacks() {
    for (text, lacks) in [
        ("kind: ConfigMap\nmetadata: {name: a}\n", "no apiVersion"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "no kind"),
        ("apiVersion: v1\nkind: ConfigMap\n", "no metadata.name"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n", "generateName"),
        ("- a\n", "no apiVersion"),
        ("", "holds no object"),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: a}\n", "file of kustomize"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: ../../x}\nstringData: {a: b}\n", "no name"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: '***'}\n", "no base64"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: [b]}\n", "holds texts"),
    ] {
        let found = Scene::manifest(text).findings("invalid_object");
        assert!(found.first().is_some_and(|finding| finding.reason.contains(lacks)), "{text}: {found:?}");
    }
}

#[test]
fn the_items_of_a_list_are_objects_of_their_own() {
    let scene = Scene::manifest(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: b}\n",
    );
    let resolution = resolve(&scene.stack, &scene.cluster);
    let keys: Vec<String> = resolution.objects().map(|(_, object)| object.key.to_string()).collect();
    assert_eq!(keys, ["ConfigMap x/a", "Secret x/b"]);
}

#[test]
fn broken_yaml_names_its_line() {
    let found = Scene::values("a: 1\nb: [\n").findings("invalid_yaml");
    assert!(found[0].at.line.is_some_and(|line| line >= 2), "{found:?}");
    assert!(!Scene::values("- a\n").findings("invalid_yaml").is_empty());
}
