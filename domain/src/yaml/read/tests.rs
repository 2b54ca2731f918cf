#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::yaml::emit::emit;
use proptest::prelude::*;
use serde_json::json;

fn refused(text: &str) -> YamlError {
    value(text).unwrap_err()
}

#[test]
fn an_empty_text_is_null() {
    for text in ["", "\n\n", "# only a comment\n", "---\n", "---\n# nothing\n...\n"] {
        assert_eq!(value(text), Ok(Value::Null), "{text:?}");
    }
}

#[test]
fn quotes_keep_text_as_text() {
    let text = "a: 'yes'\nb: \"0777\"\nc: '!tag'\nd: \"&anchor\"\ne: '*alias'\nf: |\n  on\n";
    let read = json!({"a": "yes", "b": "0777", "c": "!tag", "d": "&anchor", "e": "*alias", "f": "on\n"});
    assert_eq!(value(text), Ok(read));
}

#[test]
fn an_expression_is_a_plain_string() {
    assert_eq!(value("host: ${{ vars.domain }}\n"), Ok(json!({"host": "${{ vars.domain }}"})));
}

#[test]
fn a_block_text_at_the_end_gets_no_line_feed_that_is_not_there() {
    assert_eq!(value("a: |\n  x"), Ok(json!({"a": "x"})));
    assert_eq!(value("a: |\n  x\n"), Ok(json!({"a": "x\n"})));
}

#[test]
fn refusals_name_line_column_and_path() {
    let table = [
        ("a:\n  b: 1\n  b: 2\n", "twice", 3, 3, "a"),
        ("a: 1\n\"a\": 2\n", "twice", 2, 1, ""),
        ("1: a\n\"1\": b\n", "twice", 2, 1, ""),
        ("a: [{b: &x 1}]\n", "anchors", 1, 12, "a[0].b"),
        ("a: *x\n", "aliases", 1, 4, "a"),
        ("a: &x 1\nb: *x\n", "anchors", 1, 7, "a"),
        ("a:\n  - ok\n  - !!binary aGk=\n", "tags", 3, 14, "a[1]"),
        ("a: ! x\n", "tags", 1, 6, "a"),
        ("a:\n  <<: {b: 1}\n", "merge", 2, 3, "a"),
        ("a: .inf\n", "infinity", 1, 4, "a"),
        ("a: 99999999999999999999\n", "64 bits", 1, 4, "a"),
        ("y: 1\n", "`true`", 1, 1, ""),
        ("0x10: 1\n", "`16`", 1, 1, ""),
        ("? [a]\n: 1\n", "cannot be a key", 1, 3, ""),
        ("~: 1\n", "null", 1, 1, ""),
        ("a: \u{1}\n", "U+0001", 1, 4, "-"),
        ("a: 1\n---\nb: 2\n", "second document", 3, 1, "-"),
    ];
    for (text, message, line, column, path) in table {
        let error = refused(text);
        assert!(error.message.contains(message), "{text:?}: {error}");
        let at = error.path.map_or("-".to_owned(), |path| path.to_string());
        assert_eq!((error.line, error.column, at.as_str()), (line, column, path), "{text:?}");
    }
}

#[test]
fn keys_become_strings_as_in_kubernetes() {
    assert_eq!(value("8080: a\ntrue: b\n1.5: c\n-3: d\n"), Ok(json!({"8080": "a", "true": "b", "1.5": "c", "-3": "d"})));
}

#[test]
fn our_own_files_have_keys_as_written() {
    assert_eq!(own_file("{x: 1, y: 2, 0x10: 3}", 100), Ok(json!({"x": 1, "y": 2, "0x10": 3})));
    assert!(own_file("{y: 1, \"y\": 2}", 100).is_err());
}

#[test]
fn broken_syntax_says_where() {
    for (text, line) in [("a: [1, 2\n", 2), ("a:\n\t- b\n", 2), ("a: 'x\n", 1), ("a: b: c\n", 1), ("a: {b: 1]\n", 1)] {
        let error = refused(text);
        assert!(error.line >= 1 && error.line <= line && !error.message.is_empty(), "{text:?}: {error}");
    }
}

#[test]
fn bombs_end_at_their_budget() {
    assert!(refused(&"[".repeat(100_000)).message.contains("100 levels"));
    assert!(refused(&"- ".repeat(100_000)).message.contains("100 levels"));
    assert!(refused(&"{a: ".repeat(300)).message.contains("100 levels"));
    assert!(value(&format!("{}{}", "[".repeat(100), "]".repeat(100))).is_ok());
    assert!(refused(&"x".repeat(MAX_BYTES + 1)).message.contains("limit"));
    assert!(refused(&format!("[{}]", "0,".repeat(300_000))).message.contains("250000 values"));
    let laughs = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
    assert!(refused(laughs).message.contains("anchors"));
}

#[test]
fn documents_keep_their_lines_and_empty_ones_are_left_out() {
    let text = "# head\na: 1\n---\n---\n\n# note\nb:\n  c: 2\n...\n---\n- 3\n";
    let read = documents(text).unwrap();
    let lines: Vec<usize> = read.iter().map(|document| document.line).collect();
    assert_eq!(lines, [2, 7, 11]);
    assert_eq!(read[1].value, json!({"b": {"c": 2}}));
    assert_eq!(line_in(text, 1, &ValuePath::parse("b.c").unwrap()), Some(8));
    assert_eq!(line_in(text, 2, &ValuePath::parse("[0]").unwrap()), Some(11));
}

#[test]
fn a_value_has_the_line_of_its_key() {
    let text = "# c\na:\n  b:\n    - x\n    - w: 1\n      z:\n        - deep\n\"d.e\": {f: 1}\nbroken: [\n";
    for (path, line) in [("", 2), ("a", 2), ("a.b", 3), ("a.b[0]", 4), ("a.b[1]", 5), ("a.b[1].z", 6), ("a.b[1].z[0]", 7), ("\"d.e\".f", 8)]
    {
        assert_eq!(line_of(text, &ValuePath::parse(path).unwrap()), Some(line), "{path}");
    }
    assert_eq!(line_of(text, &ValuePath::parse("a.c").unwrap()), None);
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "[-+0-9._eExob:~ynYNofa<=|>#&*!%@`'\"{}\\[\\], \n\t]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::hash_map("[-a-z0-9._ ~<'\"\n]{0,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_emitted_is_read_back(tree in tree()) {
        prop_assert_eq!(value(&emit(&tree)).map_err(|e| format!("{e}\n{}", emit(&tree))), Ok(tree));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[-a: \n\t\\[\\]{},&*!|>'\"%@`#?<0-9.~]{0,60}") {
        let _ = documents(&text);
        let _ = line_of(&text, &ValuePath::root().key("a"));
    }
}
