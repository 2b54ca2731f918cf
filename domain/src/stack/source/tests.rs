#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod examples;
mod schema;

use super::*;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

const WRITTEN: &str = "\
apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata:
  name: monitoring
spec:
  description: \"Metrics, dashboards and certificates\"
  dependsOn:
    - storage
  variables:
    domain:
      type: string
      description: Base domain
      required: true
    retention:
      type: string
      default: \"15d\"
  components:
    - name: cert-manager
      namespace: cert-manager
      addon:
        chart:
          repository: \"https://charts.jetstack.io\"
          name: cert-manager
          version: v1.16.3
        release:
          driftDetection:
            mode: enabled
        values: |
          # Custom resources come with the chart.
          crds: {enabled: true}   # flow stays flow

          replicas: 2
    - name: letsencrypt
      id: letsencrypt-dns01
      dependsOn:
        - cert-manager
      layout:
        x: 40
        \"y\": 172.5
      manifest: |
        apiVersion: cert-manager.io/v1
        kind: ClusterIssuer
";

fn errors(text: &str) -> Vec<(String, String, usize)> {
    let errors = parse(text).unwrap_err();
    errors.into_iter().map(|error| (error.path, error.message, error.line.unwrap_or_default())).collect()
}

#[test]
fn a_written_stack_is_read_and_written_again_byte_for_byte() {
    let stack = parse(WRITTEN).unwrap();
    assert_eq!(emit(&stack), WRITTEN);
    assert_eq!(stack.components[1].id.as_str(), "letsencrypt-dns01");
    assert_eq!(
        stack.components[0].text(),
        "# Custom resources come with the chart.\ncrds: {enabled: true}   # flow stays flow\n\nreplicas: 2\n"
    );
    assert_eq!(stack.components[1].layout, Some(Point { x: 40.0, y: 172.5 }));
}

#[test]
fn the_compact_form_of_the_documentation_is_read_too() {
    let text = "apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {name: a}\nspec:\n  variables:\n    domain: {type: string, required: true}\n  components:\n    - name: b\n      addon:\n        chart: {repository: https://x.example, name: b, version: 1.2.3}\n";
    let stack = parse(text).unwrap();
    assert_eq!(stack.variables[0].name, "domain");
    assert_eq!(stack.components[0].text(), "");
}

#[test]
fn an_empty_stack_needs_a_name_alone() {
    let text = "apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata:\n  name: a\n";
    assert_eq!(parse(text), Ok(Stack::new(Name::new("a").unwrap())));
}

#[test]
fn every_fault_is_told_with_its_path_and_line() {
    let text = "\
apiVersion: countersign.dev/v1
kind: Stack
metadata: {name: ../x, labels: {}}
spec:
  descripton: x
  dependsOn: [a, a]
  variables:
    no-dash: {type: string}
    size: {type: int}
    domain: {type: string, default: 5}
  components:
    - name: one
      namespace: ../../etc
      timeout: 5
      addon: {chart: {repository: file:///x, name: a/b, version: 1.2}, chrt: x}
    - name: two
      addon: {chart: {repository: https://u:p@x, name: b}, values: {a: 1}}
      layout: {x: left, y: 1}
    - name: two
      manifest: ''
      addon: {}
    - name: three
    - name: four
      timeout: 5 minutes
      manifest: a
    - name: four
      id: five
      manifest: a
    - 7
";
    let expected = [
        ("apiVersion", "`countersign.dev/v1alpha1` belongs here", 1),
        ("metadata.labels", "this field is not known here; known are name, id, annotations", 3),
        ("metadata.name", "`../x` may hold only a-z, 0-9 and single hyphens between them, and starts with a letter", 3),
        ("spec.descripton", "this field is not known here; known are description, dependsOn, variables, components, letGo", 5),
        ("spec.dependsOn[1]", "`a` stands here twice", 6),
        ("spec.variables.no-dash", "a variable's name is made of letters, digits and _ and starts with no digit", 8),
        ("spec.variables.size.type", "string, number, bool, list or map belongs here", 9),
        ("spec.variables.domain.default", "the default is no string; put it in quotes", 10),
        ("spec.components[0].namespace", "`../../etc` is no namespace: only a-z, 0-9 and hyphens between them", 13),
        ("spec.components[0].timeout", "text belongs here; put it in quotes", 14),
        ("spec.components[0].addon.chrt", "this field is not known here; known are chart, release, values", 15),
        ("spec.components[0].addon.chart.repository", "`file:///x` is no chart repository: it starts with https:// or oci://", 15),
        ("spec.components[0].addon.chart.name", "`a/b` is no chart's name: letters, digits, dots, hyphens and underscores", 15),
        ("spec.components[0].addon.chart.version", "text belongs here; put it in quotes", 15),
        ("spec.components[1].layout.x", "a number belongs here", 18),
        (
            "spec.components[1].addon.chart.repository",
            "a chart repository carries no user and no password; write https:// and the host alone",
            17,
        ),
        ("spec.components[1].addon.chart.version", "this field is needed", 17),
        ("spec.components[1].addon.values", "YAML belongs here as text: write `|` behind the colon", 17),
        ("spec.components[2].manifest", "a component is either an addon or a manifest; make this one a component of its own", 20),
        ("spec.components[3]", "either addon or manifest is needed", 22),
        ("spec.components[4].timeout", "`5 minutes` is no duration: write 90s, 10m or 1h30m", 24),
        ("spec.components[6]", "a map belongs here, with name, id, namespace, dependsOn, timeout, layout, addon, manifest", 29),
    ];
    let found = errors(text);
    for (path, message, line) in expected {
        assert!(found.contains(&(path.into(), message.into(), line)), "{path}: {message} ({line})\n{found:#?}");
    }
    assert!(
        found.iter().any(|(path, message, line)| path == "spec.components[5].name"
            && message.contains("`four` is taken by spec.components[4]")
            && *line == 26),
        "{found:#?}"
    );
}

#[test]
fn two_components_never_share_an_id() {
    let component = "    - name: a\n      manifest: x\n";
    let text =
        format!("apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {{name: a}}\nspec:\n  components:\n{component}{component}");
    assert_eq!(errors(&text), [("spec.components[1].name".into(), "the id `a` is taken by spec.components[0]".into(), 8)]);
}

#[test]
fn broken_yaml_is_one_error_with_its_line() {
    assert_eq!(errors("a: 1\na: 2\n").len(), 1);
    assert_eq!(errors("a: 1\na: 2\n")[0].2, 2);
    assert!(errors("")[0].1.contains("a map belongs here"));
    assert!(errors("- 1\n")[0].1.contains("a map belongs here"));
}

#[test]
fn sizes_have_limits() {
    let long = "x".repeat((1 << 20) + 1);
    let text = format!(
        "apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {{name: a}}\nspec:\n  components:\n    - name: b\n      manifest: {long}\n"
    );
    let found = errors(&text);
    assert_eq!((found[0].0.as_str(), found[0].2), ("spec.components[0].manifest", 7));
    assert!(found[0].1.contains("more than the limit"));
    let found = errors(&format!("#{}", "x".repeat(MAX_BYTES)));
    assert!(found[0].1.contains("more than the limit"));
}

#[test]
fn the_largest_stack_can_be_written_and_read() {
    let mut stack = parse(WRITTEN).unwrap();
    let addon = stack.components[0].clone();
    stack.components = (0..crate::change::apply::COMPONENTS)
        .map(|number| {
            let name = Name::new(&format!("c{number}")).unwrap();
            let depends_on = stack.components.iter().take(2).map(|component| component.id.clone()).collect();
            Component {
                id: name.clone(),
                name,
                depends_on,
                layout: Some(Point { x: 1.0, y: 2.0 }),
                timeout: Some("10m".into()),
                ..addon.clone()
            }
        })
        .collect();
    assert_eq!(parse(&emit(&stack)), Ok(stack));
}

fn name() -> impl Strategy<Value = Name> {
    "[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}".prop_filter_map("reserved", |text| Name::new(&text).ok())
}

/// Text as people and their tools leave it.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        "(?s).{0,60}",
        vec("[ \t]{0,3}[-a-z:#|>'\"{}&*!%@`, \u{85}\u{2028}\u{feff}]{0,12}[ \t]{0,2}", 0..8).prop_map(|lines| lines.join("\n")),
        vec("[ \ta\r]{0,4}", 0..6).prop_map(|lines| lines.join("\n") + "\n"),
        Just("a: 1\n# comment\nb: |+\n  x\n\n".to_owned()),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        nasty().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(nasty(), inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn declaration() -> impl Strategy<Value = Declaration> {
    let default = prop_oneof![
        nasty().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        tree().prop_map(|value| json!([value])),
        tree().prop_map(|value| json!({"k": value}))
    ];
    ("[A-Za-z_][A-Za-z0-9_]{0,10}", option::of(nasty()), default, any::<bool>(), any::<bool>()).prop_map(
        |(name, description, default, has_default, required)| {
            let kind = VariableType::ALL.into_iter().find(|kind| kind.holds(&default)).unwrap();
            Declaration { name, kind, description, default: has_default.then_some(default), required }
        },
    )
}

fn component() -> impl Strategy<Value = Component> {
    let addon = (nasty(), btree_map("[a-z]{1,8}", tree(), 0..3)).prop_map(|(values, release)| {
        let chart = Chart { repository: "oci://ghcr.io/acme/charts".into(), name: "web".into(), version: "1.2.3".into() };
        Content::Addon(Addon { chart, release: release.into_iter().filter(|(key, _)| key != "releaseName").collect(), values })
    });
    let content = prop_oneof![addon, nasty().prop_map(|text| Content::Manifest(Manifest { text }))];
    let layout = option::of((-1e6..1e6f64, -1000..1000i32).prop_map(|(x, y)| Point { x, y: f64::from(y) }));
    let timeout = option::of(Just("1h30m".to_owned()));
    (name(), name(), option::of("[a-z0-9]{1,20}"), btree_map(name(), Just(()), 0..3), timeout, layout, content).prop_map(
        |(id, name, namespace, depends_on, timeout, layout, content)| Component {
            id,
            name,
            namespace,
            depends_on: depends_on.into_keys().collect(),
            timeout,
            layout,
            content,
        },
    )
}

fn stack() -> impl Strategy<Value = Stack> {
    (
        name(),
        name(),
        btree_map(nasty(), nasty(), 0..3),
        option::of(nasty()),
        btree_map(name(), Just(()), 0..3),
        vec(declaration(), 0..4),
        vec(component(), 0..5),
        btree_map(name(), option::of("[a-z][a-z0-9]{0,20}"), 0..3),
    )
        .prop_map(|(id, name, annotations, description, depends_on, mut variables, mut components, let_go)| {
            let (mut ids, mut names, mut variable_names) =
                (std::collections::HashSet::new(), std::collections::HashSet::new(), std::collections::HashSet::new());
            components.retain(|component: &Component| ids.insert(component.id.clone()) & names.insert(component.name.clone()));
            variables.retain(|variable: &Declaration| variable_names.insert(variable.name.clone()));
            let let_go = let_go.into_iter().map(|(component, namespace)| LetGo {
                release: namespace.clone(),
                chart: namespace.clone(),
                component,
                namespace,
            });
            let let_go = let_go.filter(|gone| !ids.contains(&gone.component)).collect();
            Stack { id, name, annotations, description, depends_on: depends_on.into_keys().collect(), variables, components, let_go }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn parse_of_emit_is_identity(stack in stack()) {
        let text = emit(&stack);
        let read = parse(&text);
        prop_assert!(read.as_ref() == Ok(&stack), "{text}\n{read:#?}\n{stack:#?}");
        // Canonical: the same stack, the same bytes.
        prop_assert_eq!(emit(&read.unwrap()), text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(cut in 0..WRITTEN.len(), piece in "[a-z: \n\\[\\]{}'\"|#-]{0,20}") {
        let mut text = WRITTEN.to_owned();
        text.insert_str(cut, &piece);
        if let Err(errors) = parse(&text) {
            prop_assert!(!errors.is_empty() && errors.iter().all(|error| !error.message.is_empty()));
        }
    }
}
