use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// Both parsers must read back what was written; the second is a port of libyaml, the ancestor of
/// the parser that sops, kubectl and Helm use.
fn check(value: &Value) {
    let text = emit(value);
    let read: Value = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(&read, value, "serde-saphyr read\n{text}");
    let read: Value = serde_yaml_ng::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(&read, value, "libyaml read\n{text}");
}

#[test]
fn a_manifest_reads_as_a_person_would_write_it() {
    let value = json!({
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "cert-manager", "labels": {}, "annotations": {"countersign.dev/stack": "web"}},
        "spec": {
            "interval": "30m",
            "url": "https://charts.jetstack.io",
            "suspend": false,
            "history": 5,
            "ratio": 1.5,
            "nothing": null,
            "dependsOn": [],
            "values": {"args": ["--debug", "plain text", ["a", {"b": 1, "c": [true]}]], "config": "a: 1\n\nb:\n  - c\n"},
            "last": "first\nsecond"
        }
    });
    insta::assert_snapshot!(emit(&value), @r#"
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata:
      name: cert-manager
      labels: {}
      annotations:
        countersign.dev/stack: web
    spec:
      interval: "30m"
      url: "https://charts.jetstack.io"
      suspend: false
      history: 5
      ratio: 1.5
      nothing: null
      dependsOn: []
      values:
        args:
          - "--debug"
          - plain text
          - - a
            - b: 1
              c:
                - true
        config: |
          a: 1

          b:
            - c
      last: |-
        first
        second
    "#);
    check(&value);
}

#[test]
fn documents_are_parted_and_empty_ones_stay_on_one_line() {
    assert_eq!(emit_documents(&[json!({"a": 1}), json!({"b": 2})]), "a: 1\n---\nb: 2\n");
    assert_eq!(emit(&json!({})), "{}\n");
    assert_eq!(emit(&json!([])), "[]\n");
    assert_eq!(emit(&json!("x\ny\n")), "|\n  x\n  y\n");
}

/// Strings that some reader of YAML 1.1 takes for a bool, null, number, date, merge key or break.
const TRAPS: &[&str] = &[
    "yes",
    "Yes",
    "NO",
    "no",
    "on",
    "off",
    "Off",
    "y",
    "N",
    "true",
    "False",
    "TRUE",
    "null",
    "Null",
    "~",
    "",
    " ",
    "1_000",
    "0_8",
    "1__0",
    "0777",
    "0o17",
    "0x1F",
    "0b101",
    "1e400",
    "1e3",
    ".5",
    "-1",
    "+1",
    "12:30:45",
    "190:20:30",
    "2001-01-01",
    "2001-1-2",
    "2001-01-01T00:00:00Z",
    "<<",
    "=",
    ".inf",
    "-.INF",
    ".nan",
    "nan",
    "inf",
    "Infinity",
    "\u{2028}",
    "a\u{2029}b",
    "a\u{85}b",
    "\u{feff}a",
    "a\u{feff}",
    "\u{7f}",
    "\u{0}",
    "\u{1b}[31m",
    "\u{fffe}",
    "\u{ffff}",
    "😀",
    "ü",
    " leading",
    "trailing ",
    "\ttab",
    "tab\t",
    "a\tb",
    "a: b",
    "a:",
    ": a",
    "#c",
    "a #c",
    "- a",
    "-",
    "--- ",
    "---",
    "...",
    "? a",
    "?",
    "[a",
    "{a",
    "*a",
    "&a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "'a'",
    "\"a\"",
    "a'b",
    "a\"b",
    "a\\b",
    "a,b",
    "a]",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b",
    "a\n\tb",
    "\ta\nb",
    "a \nb",
    "a\n \nb",
    "a\nb ",
    "a\r\nb",
    "a\rb",
    "a\n---\nb",
    "a\n...\n",
    "# a\n# b",
    "- a\n- b\n",
    "a\n\n\nb\n",
    "${x}$$",
    "key: |\n  x\n",
    "a\n\u{2028}b",
    "a\nb\u{85}",
    "a\n😀\n",
    "E1",
    "e1",
    "0",
    "00",
    "1",
    "1.0",
    "v1",
    "10-12",
    "1,000",
    "a\n\n b\n",
];

#[test]
fn traps_stay_strings_as_values_keys_and_items() {
    for trap in TRAPS {
        check(&json!(trap));
        check(&json!({"key": trap, "list": [trap, [trap]], "deep": {"er": {"value": trap}}}));
        check(&json!({*trap: {"inner": trap, *trap: [{*trap: trap}]}}));
    }
}

#[test]
fn a_bare_string_means_nothing_else_in_yaml_1_1() {
    for trap in TRAPS.iter().filter(|trap| is_bare(trap)) {
        assert!(["a", "E1", "e1", "v1"].contains(trap), "{trap:?} stands bare");
    }
}

#[test]
fn a_sops_value_stands_bare_since_flux_looks_for_its_bytes() {
    let value = json!({"mac": "ENC[AES256_GCM,data:a+/=,iv:,tag:Zg==,type:str]", "list": ["ENC[AES256_GCM,data:,type:str]"]});
    assert!(emit(&value).starts_with("mac: ENC[AES256_GCM,data:a+/=,iv:,tag:Zg==,type:str]\n"));
    check(&value);
}

#[test]
fn long_keys_are_found_by_readers_that_look_ahead_1024_characters() {
    for length in [119, 120, 121, 122, 1023, 1024, 1025, 5000] {
        let key = "k".repeat(length);
        check(&json!({&key: 1, "next": {&key: {&key: [{&key: "x"}]}}}));
    }
}

#[test]
fn numbers_keep_their_type_and_value() {
    for number in [json!(0), json!(-1), json!(i64::MIN), json!(u64::MAX), json!(1.0), json!(-0.5), json!(1e21), json!(1e-7), json!(1.5e300)]
    {
        check(&json!({"n": number}));
    }
    assert_eq!(emit(&json!(1e21)), "1.0e+21\n");
    assert_eq!(emit(&json!(1.5e-7)), "1.5e-7\n");
    assert_eq!(emit(&json!(2.0)), "2.0\n");
}

fn any_text() -> impl Strategy<Value = String> {
    let any = prop_oneof![
        any::<char>(),
        proptest::sample::select(" \t\n\r:#-'\"\\,[]{}&*!|>%@`?~=<0123456789_.eEyYnN\u{85}\u{2028}\u{feff}".chars().collect::<Vec<_>>()),
    ];
    let mixed = proptest::collection::vec(any, 0..12).prop_map(String::from_iter);
    prop_oneof!["[a-z]{1,6}", mixed, proptest::sample::select(TRAPS).prop_map(str::to_owned), "[ -~\n]{0,40}"]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |f| serde_json::Number::from_f64(f).map(Value::Number)),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((any_text(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_back(value in any_value()) {
        check(&value);
    }

    #[test]
    fn the_same_value_gives_the_same_bytes(value in any_value()) {
        prop_assert_eq!(emit(&value), emit(&value.clone()));
    }
}
