#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;
use serde_json::json;

const VALUES: &str = "\
# Values of a made-up chart, with every style that people use.
replicas: 2 # per zone
image:
  repository: ghcr.io/acme/web # no tag here
  # The tag is set per cluster.
  tag: 'v1.2.3'  # keep quoted
  pullPolicy: \"IfNotPresent\"
ingress:
  enabled: yes
  annotations: {}
  hosts:
  - host: a.example # first
    paths:
      - /
      - /api # second path
  # the second host
  - host: b.example
    paths: [/, '/b'] # flow
resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {}} # flow map
config: |  # literal
  line one
    line two

  # no comment, text
# after config
folded: >-
  some
  text
args:
  - --flag
  -
    name: x
  - [1, 2]
empty:
nothing: ~
plain: several
  lines
last: true
";

fn path(text: &str) -> ValuePath {
    ValuePath::parse(text).unwrap()
}

/// Sets and says which lines differ: `-` of the old, `+` of the new.
fn diff_of(edited: &str) -> String {
    let diff = similar::TextDiff::from_lines(VALUES, edited);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    changed.map(|change| format!("{}{}", change.tag(), change.value())).collect()
}

fn check_set(at: &str, value: Value, diff: &str) {
    assert_eq!(diff_of(&set(VALUES, &path(at), &value).unwrap()), diff, "{at}");
}

fn check_unset(at: &str, diff: &str) {
    assert_eq!(diff_of(&unset(VALUES, &path(at)).unwrap()), diff, "{at}");
}

#[test]
fn a_scalar_changes_alone_and_keeps_its_quotes_and_comment() {
    check_set("replicas", json!(3), "-replicas: 2 # per zone\n+replicas: 3 # per zone\n");
    check_set("image.tag", json!("v2"), "-  tag: 'v1.2.3'  # keep quoted\n+  tag: 'v2'  # keep quoted\n");
    check_set("image.tag", json!("it's"), "-  tag: 'v1.2.3'  # keep quoted\n+  tag: 'it''s'  # keep quoted\n");
    check_set("image.pullPolicy", json!("Always"), "-  pullPolicy: \"IfNotPresent\"\n+  pullPolicy: \"Always\"\n");
    check_set("image.repository", json!("yes"), "-  repository: ghcr.io/acme/web # no tag here\n+  repository: \"yes\" # no tag here\n");
    check_set("ingress.hosts[0].paths[1]", json!("/v2"), "-      - /api # second path\n+      - \"/v2\" # second path\n");
    check_set(
        "resources.limits.cpu",
        json!("2"),
        "-resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {}} # flow map\n+resources: {limits: {cpu: \"2\", memory: 1Gi}, requests: {}} # flow map\n",
    );
    check_set("empty", json!(1), "-empty:\n+empty: 1\n");
    check_set("plain", json!("one"), "-plain: several\n-  lines\n+plain: one\n");
    check_set("folded", json!("x"), "-folded: >-\n-  some\n-  text\n+folded: x\n");
    check_set(
        "config",
        json!("one"),
        "-config: |  # literal\n-  line one\n-    line two\n-\n-  # no comment, text\n+config: one  # literal\n",
    );
}

#[test]
fn text_of_several_lines_becomes_a_block() {
    check_set("config", json!("a\nb\n"), "-  line one\n-    line two\n-\n-  # no comment, text\n+  a\n+  b\n");
    check_set("replicas", json!("a\nb"), "-replicas: 2 # per zone\n+replicas: |- # per zone\n+  a\n+  b\n");
    check_set("ingress.hosts[1].paths[1]", json!("a\nb"), "-    paths: [/, '/b'] # flow\n+    paths: [/, \"a\\nb\"] # flow\n");
}

#[test]
fn collections_replace_scalars_and_the_reverse() {
    check_set("replicas", json!({"min": 1}), "-replicas: 2 # per zone\n+replicas: # per zone\n+  min: 1\n");
    check_set("ingress.annotations", json!({"a/b": "c"}), "-  annotations: {}\n+  annotations:\n+    a/b: c\n");
    check_set(
        "image",
        json!(null),
        "-image:\n-  repository: ghcr.io/acme/web # no tag here\n-  # The tag is set per cluster.\n-  tag: 'v1.2.3'  # keep quoted\n-  pullPolicy: \"IfNotPresent\"\n+image: null\n",
    );
    check_set("args[0]", json!({"a": 1, "b": 2}), "-  - --flag\n+  - a: 1\n+    b: 2\n");
    check_set(
        "resources.requests",
        json!({"cpu": 1}),
        "-resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {}} # flow map\n+resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {cpu: 1}} # flow map\n",
    );
}

#[test]
fn new_keys_come_last_in_their_map() {
    check_set("image.digest", json!("sha256:x"), "+  digest: \"sha256:x\"\n");
    check_set("service.port.http", json!(80), "+service:\n+  port:\n+    http: 80\n");
    check_set("ingress.hosts[0].tls", json!(true), "+    tls: true\n");
    check_set("ingress.hosts[2]", json!({"host": "c.example"}), "+  - host: c.example\n");
    check_set("args[3]", json!("x"), "+  - x\n");
    check_set("args[2][2]", json!(3), "-  - [1, 2]\n+  - [1, 2, 3]\n");
    check_set(
        "resources.limits.gpu",
        json!(1),
        "-resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {}} # flow map\n+resources: {limits: {cpu: 100m, memory: 1Gi, gpu: 1}, requests: {}} # flow map\n",
    );
    check_set("empty.a", json!(1), "+  a: 1\n");
}

#[test]
fn a_map_is_set_entry_by_entry() {
    let image = json!({"repository": "ghcr.io/acme/web", "tag": "v9", "digest": "x"});
    check_set(
        "image",
        image,
        "-  tag: 'v1.2.3'  # keep quoted\n-  pullPolicy: \"IfNotPresent\"\n+  tag: 'v9'  # keep quoted\n+  digest: x\n",
    );
}

#[test]
fn what_is_unset_takes_its_lines_alone() {
    check_unset("replicas", "-replicas: 2 # per zone\n");
    check_unset("image.tag", "-  tag: 'v1.2.3'  # keep quoted\n");
    check_unset("config", "-config: |  # literal\n-  line one\n-    line two\n-\n-  # no comment, text\n");
    check_unset("ingress.hosts[0]", "-  - host: a.example # first\n-    paths:\n-      - /\n-      - /api # second path\n");
    check_unset("ingress.hosts[1].host", "-  - host: b.example\n-    paths: [/, '/b'] # flow\n+  - paths: [/, '/b'] # flow\n");
    check_unset("ingress.hosts[1].paths[0]", "-    paths: [/, '/b'] # flow\n+    paths: ['/b'] # flow\n");
    check_unset("args[1].name", "-  -\n-    name: x\n+  - {}\n");
    check_unset(
        "resources.requests",
        "-resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {}} # flow map\n+resources: {limits: {cpu: 100m, memory: 1Gi}} # flow map\n",
    );
    check_unset("image.none.deeper", "");
}

#[test]
fn a_comment_between_keys_outlives_the_key_above_it() {
    let text = "- a: 1 # x\n  # about b\n  b: 2\n";
    let edited = unset(text, &path("[0].a")).unwrap();
    assert!(edited.contains("# about b"), "{edited}");
}

#[test]
fn an_empty_text_takes_a_first_value() {
    assert_eq!(set("", &path("a.b"), &json!(1)).unwrap(), "a:\n  b: 1\n");
    assert_eq!(set("# head", &path("a"), &json!([1])).unwrap(), "# head\na:\n  - 1\n");
    assert_eq!(set("{}\n", &path("a"), &json!(1)).unwrap(), "a: 1\n");
    assert_eq!(unset("a: 1\n", &path("a")).unwrap(), "{}\n");
    assert_eq!(set("a: 1", &path("b"), &json!(2)).unwrap(), "a: 1\nb: 2");
}

#[test]
fn one_document_of_several_is_edited() {
    let text = "a: 1\n---\n# two\nb: 1 # c\n---\nc: 1\n";
    assert_eq!(set_in(text, 1, &path("b"), &json!(2)).unwrap(), "a: 1\n---\n# two\nb: 2 # c\n---\nc: 1\n");
    assert_eq!(set_in(text, 1, &path("x"), &json!(2)).unwrap(), "a: 1\n---\n# two\nb: 1 # c\nx: 2\n---\nc: 1\n");
    assert_eq!(set_in(text, 3, &path("x"), &json!(2)), Err(EditError::NoDocument(3)));
}

#[test]
fn refusals_leave_no_doubt() {
    assert!(matches!(set("a: [", &path("a"), &json!(1)), Err(EditError::Broken(_))));
    let error = set(VALUES, &path("replicas.min"), &json!(1)).unwrap_err();
    assert_eq!(error.to_string(), "`replicas` is a number, so `min` cannot be inside it");
    let error = set(VALUES, &path("args[9]"), &json!(1)).unwrap_err();
    assert_eq!(error.to_string(), "the list `args` has 3 entries, so [9] can be neither replaced nor appended");
    assert_eq!(set("? a\n: 1\n", &path("a"), &json!(2)), Err(EditError::Unsafe(path("a"))));
}

#[test]
fn five_thousand_lines_take_no_noticeable_time() {
    let text: String =
        (0..1000).map(|n| format!("key{n}:\n  # about {n}\n  enabled: true\n  list: [a, b]\n  text: some words here\n")).collect();
    let started = std::time::Instant::now();
    let edited = set(&text, &path("key900.enabled"), &json!(false)).unwrap();
    // Some 100 ms unoptimised; the bound is for something worse than linear.
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    assert_eq!(edited.len(), text.len() + 1);
}

fn paths(root: &Value) -> Vec<ValuePath> {
    fn walk(value: &Value, at: ValuePath, out: &mut Vec<ValuePath>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| walk(value, at.key(key), out)),
            Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| walk(value, at.index(index), out)),
            _ => {}
        }
        out.push(at);
    }
    let mut out = Vec::new();
    walk(root, ValuePath::root(), &mut out);
    out
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        Just(json!("two\nlines\n")),
        Just(json!({})),
        Just(json!([])),
        Just(json!({"k": {"deep": [1, {"x": "y"}]}, "l": "#no"})),
        Just(json!(["a", ["b"], {"c": null}])),
    ]
}

fn comments(text: &str) -> usize {
    text.matches("# ").count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Every place of the text can be set to anything, twice in a row, and unset.
    #[test]
    fn every_edit_means_what_was_intended(first in any::<prop::sample::Index>(), second in any::<prop::sample::Index>(), a in any_value(), b in any_value(), gone in any::<prop::sample::Index>()) {
        let mut text = VALUES.to_owned();
        for (pick, value) in [(first, a), (second, b)] {
            let tree = read::value(&text).unwrap();
            let all = paths(&tree);
            let at = pick.get(&all);
            let edited = set(&text, at, &value);
            prop_assert!(edited.is_ok(), "{at} = {value}: {edited:?}\n{text}");
            text = edited.unwrap();
        }
        let tree = read::value(&text).unwrap();
        let all = paths(&tree);
        let at = gone.get(&all);
        let edited = unset(&text, at);
        prop_assert!(edited.is_ok(), "unset {at}: {edited:?}\n{text}");
    }

    /// Scalar for scalar, no comment is lost and one line changes at most, the value's own aside.
    #[test]
    fn no_comment_is_lost_where_a_scalar_is_set(pick in any::<prop::sample::Index>(), word in "[ -~]{0,12}") {
        let tree = read::value(VALUES).unwrap();
        let all: Vec<ValuePath> = paths(&tree).into_iter().filter(|at| at.get(&tree).is_some_and(|value| !value.is_object() && !value.is_array())).collect();
        let at = pick.get(&all);
        let edited = set(VALUES, at, &json!(word)).unwrap();
        let lost = if *at == path("config") { 1 } else { 0 }; // its text holds one
        prop_assert!(comments(&edited) + lost >= comments(VALUES), "{at}\n{edited}");
    }
}
