//! The published JSON Schemas and the parsers say the same.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use serde_json::{Value, json};

use crate::catalog;
use crate::cluster;
use crate::stack::source::{emit, parse};
use crate::yaml::read;

/// As much of JSON Schema as our schemas use; anything else in them fails the test.
struct Schema(Value);

impl Schema {
    fn published(file: &str) -> Schema {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas").join(file);
        Schema(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    }

    fn holds(&self, value: &Value) -> bool {
        self.check(&self.0, value)
    }

    fn check(&self, schema: &Value, value: &Value) -> bool {
        schema.as_object().unwrap().iter().all(|(keyword, rule)| match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "default" => true,
            // Both stand beside `if`, which looks at them.
            "then" => true,
            "$ref" => self.check(&self.0["$defs"][rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap()], value),
            "if" => !self.check(rule, value) || self.check(&schema["then"], value),
            "not" => !self.check(rule, value),
            "allOf" => rule.as_array().unwrap().iter().all(|part| self.check(part, value)),
            "oneOf" => rule.as_array().unwrap().iter().filter(|part| self.check(part, value)).count() == 1,
            "const" => rule == value,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => rule.as_array().map_or_else(|| is(rule, value), |types| types.iter().any(|one| is(one, value))),
            "required" => {
                value.as_object().is_none_or(|map| rule.as_array().unwrap().iter().all(|key| map.contains_key(key.as_str().unwrap())))
            }
            "properties" => {
                value.as_object().is_none_or(|map| map.iter().all(|(key, inner)| rule.get(key).is_none_or(|rule| self.check(rule, inner))))
            }
            "additionalProperties" => value.as_object().is_none_or(|map| {
                let known = schema.get("properties");
                let mut others = map.iter().filter(|(key, _)| known.is_none_or(|known| known.get(key.as_str()).is_none()));
                others.all(|(_, inner)| if rule.is_boolean() { rule == true } else { self.check(rule, inner) })
            }),
            "propertyNames" => value.as_object().is_none_or(|map| map.keys().all(|key| self.check(rule, &json!(key)))),
            "items" => value.as_array().is_none_or(|list| list.iter().all(|item| self.check(rule, item))),
            "uniqueItems" => value.as_array().is_none_or(|list| (1..list.len()).all(|index| !list[..index].contains(&list[index]))),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= rule.as_u64().unwrap()),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= rule.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text)),
            other => panic!("the test does not know the keyword {other}"),
        })
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the test does not know the type {other}"),
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    regex::Regex::new(pattern).unwrap().is_match(text)
}

const STACK: &str = "\
apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web, id: web-1, annotations: {a: b}}
spec:
  description: x
  dependsOn: [storage]
  variables:
    domain: {type: string, description: x, default: a, required: true}
    flags: {type: list, default: [1]}
    size: {type: number, default: 5}
  components:
    - name: one
      id: one-1
      namespace: web
      dependsOn: [two]
      timeout: 1h30m
      layout: {x: 1, y: 2.5}
      addon: {chart: {repository: oci://ghcr.io/a/b, name: c, version: 1.2.3}, release: {releaseName: r}, values: 'a: 1'}
    - {name: two, manifest: 'a: 1'}
";

const CLUSTER: &str = "\
apiVersion: countersign.dev/v1alpha1
kind: Cluster
metadata: {name: dev, annotations: {a: b}}
spec:
  environment: dev
  engine: flux
  repository: {url: 'ssh://git@git.example.com/x.git', branch: main, path: a/b}
  recipients: [age1abc]
  identity: {kubeSystemUid: 6f1c-1}
  flux: {namespace: a, source: b, decryptionSecret: c}
  variables: {organisation: {a: 1}, environment: {b: x}, cluster: {c: [1]}, stack: {d: true}}
";

/// Both accept the text, and both refuse each of its spoilt versions.
fn agree(schema: &Schema, text: &str, parses: impl Fn(&str) -> bool, spoilt: &[(&str, &str)]) {
    let value = |text: &str| read::own_file(text, 1 << 20).unwrap();
    assert!(parses(text) && schema.holds(&value(text)));
    for (from, to) in spoilt {
        assert!(text.contains(from), "{from}");
        let text = text.replacen(from, to, 1);
        assert!(!parses(&text), "the parser takes `{to}`");
        assert!(!schema.holds(&value(&text)), "the schema takes `{to}`");
    }
    // An unknown field anywhere is refused by both, except in the open bags.
    let root = value(text);
    let open = ["annotations", "release", "variables", "organisation", "environment", "cluster", "stack"];
    for at in maps(&root, String::new()) {
        if open.iter().any(|bag| at.ends_with(&format!("/{bag}"))) {
            continue;
        }
        let mut root = root.clone();
        root.pointer_mut(&at).unwrap().as_object_mut().unwrap().insert("unknownField".into(), json!("x"));
        assert!(!schema.holds(&root), "{at}");
        assert!(!parses(&crate::yaml::emit::emit(&root)), "{at}");
    }
}

fn maps(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::Object(map) => map.iter().flat_map(|(key, inner)| maps(inner, format!("{at}/{key}"))).chain([at.clone()]).collect(),
        Value::Array(list) => list.iter().enumerate().flat_map(|(index, inner)| maps(inner, format!("{at}/{index}"))).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_stack_schema_agrees_with_the_parser() {
    let spoilt = [
        ("v1alpha1", "v2"),
        ("kind: Stack", "kind: Cluster"),
        ("name: web", "name: Web"),
        ("name: web,", ""),
        ("name: web", "name: namespaces"),
        ("id: web-1", "id: web--1"),
        ("annotations: {a: b}", "annotations: {a: 1}"),
        ("[storage]", "[storage, storage]"),
        ("[storage]", "storage"),
        ("    domain:", "    do-main:"),
        ("type: string", "type: text"),
        ("type: string, ", ""),
        ("default: a", "default: 1"),
        ("default: [1]", "default: 1"),
        ("default: 5", "default: x"),
        ("required: true", "required: perhaps"),
        ("namespace: web", "namespace: ../web"),
        ("timeout: 1h30m", "timeout: 1d"),
        ("x: 1,", ""),
        ("y: 2.5", "y: up"),
        ("oci://ghcr.io", "file://ghcr.io"),
        ("oci://ghcr.io", "oci://user@ghcr.io"),
        ("name: c,", "name: ../c,"),
        ("version: 1.2.3", "version: 1.2"),
        (", version: 1.2.3", ""),
        ("releaseName: r", "releaseName: R"),
        ("values: 'a: 1'", "values: {a: 1}"),
        ("manifest: 'a: 1'", "namespace: a"),
        ("manifest: 'a: 1'", "manifest: a, addon: {chart: {repository: oci://x, name: c, version: 1.2.3}}"),
    ];
    agree(&Schema::published("stack-v1alpha1.json"), STACK, |text| parse(text).is_ok(), &spoilt);
}

#[test]
fn the_cluster_schema_agrees_with_the_parser() {
    let spoilt = [
        ("v1alpha1", "v2"),
        ("kind: Cluster", "kind: Stack"),
        ("name: dev", "name: Dev"),
        ("  environment: dev\n", ""),
        ("engine: flux", "engine: helm"),
        ("'ssh://git@git.example.com/x.git'", "git@git.example.com"),
        (", branch: main", ""),
        ("path: a/b", "path: /a"),
        ("[age1abc]", "[AGE-SECRET-KEY-1]"),
        ("kubeSystemUid: 6f1c-1", "kubeSystemUid: a/b"),
        ("namespace: a", "namespace: A"),
        ("organisation: {a: 1}", "organisation: {a-b: 1}"),
        ("organisation: {a: 1}", "organisation: {a: }"),
        ("organisation: {a: 1}", "organization: {a: 1}"),
    ];
    agree(&Schema::published("cluster-v1alpha1.json"), CLUSTER, |text| cluster::source::parse(text).is_ok(), &spoilt);
}

const CHART: &str = "\
apiVersion: countersign.dev/v1alpha1
kind: Chart
metadata: {name: cert-manager}
spec:
  purpose: Issues certificates.
  category: certificates
  words: [tls, acme]
  chart: {repository: 'https://charts.jetstack.io', name: cert-manager, version: v1.16.3}
  namespace: certs
  note: Needs care.
  crds: [{group: cert-manager.io, kinds: [Certificate, Issuer]}]
  gives: [certificates]
  needs: [dns]
  uses: [metrics]
  fields: {hosts: ['a.b[0].c'], sizes: [size], storageClasses: [class], replicas: [count], resources: [resources], secrets: [token], crds: [crds.enabled]}
";

#[test]
fn the_chart_schema_agrees_with_the_parser() {
    let spoilt = [
        ("v1alpha1", "v2"),
        ("kind: Chart", "kind: Stack"),
        ("{name: cert-manager}", "{name: Cert-Manager}"),
        ("{name: cert-manager}", "{name: ready}"),
        ("purpose: Issues", "purpose: issues"),
        ("certificates.", "certificates"),
        ("  purpose: Issues certificates.\n", ""),
        ("category: certificates", "category: tls"),
        ("[tls, acme]", "[TLS]"),
        ("[tls, acme]", "[tls, tls]"),
        ("https://", "file://"),
        ("version: v1.16.3", "version: ^1.16"),
        ("version: v1.16.3", "version: '1.16'"),
        (", version: v1.16.3", ""),
        ("namespace: certs", "namespace: Certs"),
        ("  namespace: certs\n", ""),
        ("note: Needs care.", "note: care"),
        ("group: cert-manager.io", "group: core"),
        ("[Certificate, Issuer]", "[certificate]"),
        (", kinds: [Certificate, Issuer]", ""),
        ("gives: [certificates]", "gives: [tls]"),
        ("needs: [dns]", "needs: dns"),
        ("uses: [metrics]", "uses: [metrics, metrics]"),
        ("'a.b[0].c'", "'a..c'"),
        ("sizes: [size]", "sizes: ['']"),
        ("sizes: [size]", "size: [size]"),
    ];
    agree(&Schema::published("chart-v1alpha1.json"), CHART, |text| catalog::source::parse(text).is_ok(), &spoilt);
}

#[test]
fn every_file_of_the_catalog_follows_the_schema() {
    let schema = Schema::published("chart-v1alpha1.json");
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog")).unwrap();
    let texts: Vec<String> = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(texts.len() >= 40);
    for text in texts {
        assert!(schema.holds(&read::own_file(&text, 1 << 20).unwrap()), "{text}");
    }
}

#[test]
fn what_is_written_follows_the_schema() {
    let stack = parse(STACK).unwrap();
    assert!(Schema::published("stack-v1alpha1.json").holds(&read::own_file(&emit(&stack), 1 << 20).unwrap()));
    let cluster = cluster::source::parse(CLUSTER).unwrap();
    assert!(Schema::published("cluster-v1alpha1.json").holds(&read::own_file(&cluster::source::emit(&cluster), 1 << 20).unwrap()));
}
