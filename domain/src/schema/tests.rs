#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use serde_json::{Value, json};

use super::judge::faults;
use super::notes::Notes;
use super::scan::{Spot, scan, spot};
use super::*;
use crate::yaml::path::ValuePath;
use crate::yaml::{place, read};

/// A match that tests can say without an engine for patterns.
fn matches(pattern: &str, text: &str) -> bool {
    pattern != "^[a-z]+$" || text.chars().all(|c| c.is_ascii_lowercase())
}

fn book<'a>(schema: Option<&'a Value>, notes: Option<&'a Notes>) -> Book<'a> {
    Book { schema, root: schema.unwrap_or(&Value::Null), notes, strict: false, matches }
}

fn said(book: &Book<'_>, text: &str) -> Vec<String> {
    faults(book, &read::value(text).unwrap()).into_iter().map(|one| format!("{}: {}", one.path, one.message)).collect()
}

const VALUES: &str = "# -- How many run.\nreplicas: 1\ningress:\n  ## Whether it is reached from outside.\n  enabled: false\n  # a second line\n  # of one comment\n  hosts:\n    - host: a.example.com\n      paths: []\n# extra:\n#   more: 1\nresources: {}\n";

#[test]
fn keys_have_their_paths_whatever_stands_around_them() {
    let text = "a:\n- x: 1\n  y:\n    - z: |\n        no: key\n      w: 2\n- v\nb: # said\n  'c d': \"1 # 2\" \n---\nkind: Pod\n";
    let paths: Vec<String> = scan(text).entries.iter().map(|entry| format!("{} {}", entry.document, ValuePath::of(&entry.path))).collect();
    assert_eq!(paths, ["0 a", "0 a[0].x", "0 a[0].y", "0 a[0].y[0].z", "0 a[0].y[0].w", "0 a[1]", "0 b", "0 b.c d", "1 kind"]);
    assert_eq!(scan(text).top(1, "kind"), Some("Pod"));
}

#[test]
fn the_caret_is_placed_in_what_is_half_typed() {
    let path = |text: &str| ValuePath::parse(text).unwrap().segments().to_vec();
    let at = |text: &str| {
        let line = text.lines().count() - 1;
        spot(text, line, text.lines().last().unwrap().len()).1
    };
    assert_eq!(at("ingress:\n  ena"), Spot::Key { inside: path("ingress"), from: 2 });
    assert_eq!(at("a: 1\nre"), Spot::Key { inside: vec![], from: 0 });
    assert_eq!(at("a:\n  b: tr"), Spot::Value { of: path("a.b"), from: 5 });
    assert_eq!(at("a:\n  - b: 1\n    c"), Spot::Key { inside: path("a[0]"), from: 4 });
    assert_eq!(at("a:\n  - b: 1\n  - c"), Spot::Key { inside: path("a[1]"), from: 4 });
    for nowhere in ["a: |\n  text", "a: {b", "# com", "a: 1 # b"] {
        assert_eq!(at(nowhere), Spot::Nowhere, "{nowhere}");
    }
}

#[test]
fn a_charts_comments_belong_to_the_keys_below_them() {
    let notes = Notes::of(VALUES);
    let at = |path: &str| ValuePath::parse(path).unwrap();
    assert_eq!(notes.comment(at("replicas").segments()), Some("How many run."));
    assert_eq!(notes.comment(at("ingress.enabled").segments()), Some("Whether it is reached from outside."));
    assert_eq!(notes.comment(at("ingress.hosts").segments()), Some("a second line\nof one comment"));
    assert_eq!(notes.default_at(at("ingress.hosts[0].host").segments()), Some(&json!("a.example.com")));
    assert!(notes.mentions("extra") && !notes.mentions("replicas"));
    let named = Notes::of("## @param image.tag [default: 1] Which one\nimage: {tag: 1}\n");
    assert_eq!(named.comment(at("image.tag").segments()), Some("Which one"));
}

#[test]
fn what_could_stand_here_comes_from_schema_and_values() {
    let schema = json!({"required": ["name"], "properties": {
        "name": {"type": "string"}, "mode": {"enum": ["fast", "slow"]}, "ingress": {"$ref": "#/$defs/ingress"}},
        "$defs": {"ingress": {"type": "object", "properties": {"enabled": {"type": "boolean", "description": "Said by the schema."}}}}});
    let notes = Notes::of(VALUES);
    let book = book(Some(&schema), Some(&notes));
    let offered = |text: &str| {
        let line = text.lines().count() - 1;
        let (document, at) = spot(text, line, text.lines().last().unwrap().len());
        let (from, all) = offer::completions(&book, text, line, &at, document);
        (from, all.into_iter().map(|one| one.insert).collect::<Vec<_>>())
    };
    assert_eq!(offered("replicas: 2\nn"), (0, ["name: ", "mode: ", "ingress:\n  ", "resources:\n  "].map(str::to_owned).to_vec()));
    assert_eq!(offered("ingress:\n  e").1, ["enabled: ", "hosts:\n    - "]);
    assert_eq!(offered("mode: f").1, ["fast", "slow"]);
    assert_eq!(offered("ingress:\n  enabled: ").1, ["true", "false"]);
    assert_eq!(offered("ingress:\n  hosts:\n    ").1, ["- host: ", "- paths:\n        - "]);
    let hover = offer::hover(&book, "ingress:\n  enabled: true\n", 1, 4).unwrap();
    assert_eq!((hover.path.to_string().as_str(), hover.kind.as_str()), ("ingress.enabled", "true or false"));
    assert_eq!((hover.default.as_deref(), hover.doc.as_deref()), (Some("false"), Some("Said by the schema.")));
    assert_eq!(offer::hover(&book, "replicas: 1\n", 0, 2).unwrap().doc.as_deref(), Some("How many run."));
}

#[test]
fn each_word_of_a_schema_is_told_in_a_sentence_at_its_place() {
    let schema = json!({"additionalProperties": false, "required": ["name", "replicas"], "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$"}, "replicas": {"type": "integer", "minimum": 1, "maximum": 9},
        "mode": {"enum": ["fast", "slow"]}, "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "either": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"size": {"type": "integer"}}, "required": ["size"]}]},
        "port": {"if": {"type": "string"}, "then": {"enum": ["http"]}, "else": {"maximum": 65535}}}});
    let notes = Notes::of(VALUES);
    let book = book(Some(&schema), Some(&notes));
    assert_eq!(said(&book, "name: web\nmode: fast\ntags: [a]\neither: x\nport: 80\n"), [""; 0]);
    for (text, wanted) in [
        ("name: Web\n", "name: Web does not match ^[a-z]+$."),
        ("name: 1\n", "name: Text belongs here; this is a whole number. Put it in quotes."),
        ("name: web\nreplicas: \"2\"\n", "replicas: A whole number belongs here; \"2\" is text. Take the quotes away."),
        ("name: web\nreplicas: 0\n", "replicas: 0 is less than 1."),
        ("name: web\nmode: fsat\n", "mode: fsat is none of: fast, slow."),
        ("name: web\nnmae: web\n", "nmae: `nmae` is not known here."),
        ("name: web\nreplica: 2\n", "replica: `replica` is not known here. Did you mean `replicas`?"),
        ("mode: fast\n", "`name` is missing here, and it is required."),
        ("name: web\ntags: [1, 2, 3]\n", "tags: 2 entries at most belong here."),
        ("name: web\neither: {size: big}\n", "either.size: A whole number belongs here; big is text."),
        ("name: web\neither: 3\n", "either: This fits none of the forms that may stand here. It may be: text or map."),
        ("name: web\nport: https\n", "port: https is none of: http."),
    ] {
        let said = said(&book, text);
        assert!(said.iter().any(|one| one.trim_start_matches(": ") == wanted), "{text}: {said:?}");
    }
}

#[test]
fn an_expression_stands_for_any_value_and_null_for_none() {
    let schema = json!({"properties": {"num": {"type": "integer", "enum": [1]}, "s": {"type": "string", "pattern": "^[a-z]+$"}, "m": {"type": "object"}}});
    assert_eq!(said(&book(Some(&schema), None), "num: ${{ vars.n }}\ns: a-${{ vars.s }}\nm: ${{ vars.m }}\n"), [""; 0]);
    assert_eq!(said(&book(Some(&schema), None), "num: null\nm:\n"), [""; 0]);
}

#[test]
fn schemas_that_lead_in_circles_or_elsewhere_come_to_an_end() {
    let circle = json!({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "properties": {"x": {"$ref": "#/$defs/a"}}}}});
    let _ = said(&book(Some(&circle), None), "x: {x: {x: 1}}\n");
    assert!(book(Some(&circle), None).at(&[]).len() <= MAX_BRANCHES);
    let elsewhere = json!({"properties": {"x": {"$ref": "https://example.com/x.json"}, "z": {"$ref": "#/nowhere"}}});
    assert_eq!(said(&book(Some(&elsewhere), None), "x: 1\nz: 2\n"), [""; 0]);
}

#[test]
fn without_a_schema_a_key_that_the_chart_does_not_have_is_only_a_guess() {
    let notes = Notes::of(VALUES);
    let book = book(None, Some(&notes));
    assert_eq!(said(&book, "ingress: {enabled: yes, hosts: [1]}\nresources: {limits: {}}\nextra: {}\n"), [""; 0]);
    let found = faults(&book, &json!({"replica": 2, "ingress": {"enbled": true, "mine": 1}}));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one.is_guess && one.at_key));
    assert!(found[0].message.ends_with("Did you mean `replicas`?"));
}

#[test]
fn fields_of_objects_that_no_schema_names_are_refused() {
    let schema = json!({"properties": {"spec": {"properties": {"size": {"x-kubernetes-int-or-string": true}}}}});
    let strict = Book { strict: true, ..book(Some(&schema), None) };
    assert_eq!(said(&strict, "apiVersion: a/v1\nkind: A\nmetadata: {}\nspec: {size: 1Gi}\n"), [""; 0]);
    assert_eq!(said(&strict, "spec: {size: 1, szie: 1}\n"), ["spec.szie: `szie` is not known here."]);
}

#[test]
fn places_count_as_browsers_do() {
    let text = "# ü\na: \"😀\" # x\nb:\n  - c: 1\n    d: >\n      t\n";
    let places = place::places(text, 0).unwrap();
    let at = |path: &str, key| {
        let found = places.find(&ValuePath::parse(path).unwrap(), key);
        (found.line, found.column, found.end_line, found.end_column)
    };
    assert_eq!(at("a", false), (2, 4, 2, 8));
    assert_eq!(at("b[0].c", true), (4, 5, 4, 6));
    assert_eq!(at("b[0].d", false), (5, 5, 5, 6));
    assert_eq!(at("b[0].missing", true), (4, 3, 4, 9).min(at("b[0]", true)));
    assert_eq!(places.lines(&ValuePath::parse("b").unwrap()), Some((3, 6)));
}

#[test]
fn ours_lie_over_the_charts_own_with_its_comments() {
    let whole = whole::over(VALUES, "replicas: ${{ vars.n }}\ningress:\n  hosts: [{host: b.example.com}]\nown: 1 # mine\n");
    assert!(whole.text.contains("# -- How many run.\nreplicas: ${{ vars.n }}\n"), "{}", whole.text);
    let own: Vec<&str> = whole.own.iter().map(|line| whole.text.lines().nth(line - 1).unwrap()).collect();
    assert!(own.contains(&"replicas: ${{ vars.n }}") && own.contains(&"own: 1"), "{own:?}");
    assert!(!own.iter().any(|line| line.contains("enabled")), "{own:?}");
    assert!(whole.beside.is_empty());
}

#[test]
fn a_form_shows_what_is_written_and_takes_a_charts_list_over_whole() {
    let notes = Notes::of(VALUES);
    let known = crate::catalog::WellKnown {
        hosts: vec![ValuePath::parse("ingress.hosts").unwrap()],
        replicas: vec![ValuePath::parse("replicas").unwrap()],
        ..Default::default()
    };
    let fields = form::of_values(&json!({"replicas": "${{ vars.n }}"}), &known, Some(&notes));
    let seen: Vec<_> = fields.iter().map(|one| (one.path.to_string(), one.value.clone(), one.default.clone(), one.is_expression)).collect();
    assert_eq!(seen[0], ("ingress.hosts[0].host".into(), None, Some("a.example.com".into()), false));
    assert_eq!(seen[1], ("replicas".into(), Some("${{ vars.n }}".into()), Some("1".into()), true));
    let (path, value) = form::step(&json!({}), Some(&notes), &fields[0].path, &json!("b.example.com"));
    assert_eq!((path.to_string().as_str(), value), ("ingress.hosts", json!([{"host": "b.example.com", "paths": []}])));
    let objects = [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 2, "template": {"spec": {"containers": [{"image": "a:1"}]}}}}),
    ];
    let labels: Vec<String> = form::of_objects(&objects).into_iter().map(|one| one.label).collect();
    assert_eq!(labels, ["Replicas", "Image", "CPU requested", "Memory requested", "CPU limit", "Memory limit"]);
}
