//! The stock `sops` command against our files, and we against its files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Output;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use serde_json::{Map, json};

use super::*;
use crate::vault::stock_tools::stock;

fn sops(identity: &Identity, arguments: &[&str], file: &Path) -> Option<Output> {
    let mut command = stock("sops")?;
    command.env("SOPS_AGE_KEY", identity.to_string().expose_secret());
    Some(command.args(arguments).arg(file).output().unwrap())
}

fn sops_decrypts(identity: &Identity, file: &[u8]) -> Option<Result<Value, String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.enc.yaml");
    std::fs::write(&path, file).unwrap();
    let output = sops(identity, &["decrypt", "--output-type", "json"], &path)?;
    let answer = if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    };
    Some(answer)
}

fn people(count: usize) -> (Vec<Identity>, Recipients) {
    let identities: Vec<Identity> = (0..count).map(|_| Identity::generate()).collect();
    let recipients = Recipients::parse(identities.iter().map(|identity| identity.to_public().to_string())).unwrap();
    (identities, recipients)
}

fn now() -> Timestamp {
    "2026-01-02T03:04:05.678Z".parse().unwrap()
}

/// Strings that YAML readers disagree about, and everything else that could break a line.
const TRAPS: &[&str] = &[
    "",
    " ",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "true",
    "null",
    "~",
    "1_000",
    "0777",
    "0x1F",
    "1e400",
    "12:30:45",
    "2001-01-01",
    "2001-01-01T00:00:00Z",
    "<<",
    "=",
    ".inf",
    ".nan",
    "a: b",
    "a #c",
    "- a",
    "---",
    "...",
    "'q'",
    "\"q\"",
    "back\\slash",
    "tab\there",
    "trailing ",
    " leading",
    "line\nbreak",
    "line\nbreak\n",
    "two\n\n",
    "\nfirst",
    "a\r\nb",
    "a\n\n  b\n c\n",
    "\u{2028}",
    "\u{85}",
    "\u{feff}bom",
    "\u{7f}",
    "\u{0}",
    "pässwörd",
    "😀",
    "${x}$$",
    "{{ helm }}",
    "%",
    "@",
    "`",
    "!tag",
    "&anchor",
    "*alias",
    "|",
    ">",
    "ENC[AES256_GCM,data:x]",
    "# no comment\n# none\n",
    "3.13.2",
    "0",
    "-",
    "?",
    ":",
];

fn everything() -> Value {
    let trapped = || -> Map<String, Value> { TRAPS.iter().enumerate().map(|(n, trap)| (format!("trap{n}"), json!(trap))).collect() };
    let keyed: Map<String, Value> = TRAPS.iter().map(|trap| ((*trap).to_owned(), json!("readable"))).collect();
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db", "annotations": trapped(), "labels": keyed, "list": TRAPS, "n": 1, "f": 1.5, "huge": 1e21, "tiny": 1e-7, "neg": -0.25, "t": true, "x": null},
        "stringData": {
            "traps": trapped(), "list": [1, "a", [true, {"deep": "b"}]], "int": -7, "max": i64::MAX, "min": i64::MIN, "float": 2.5, "huge": 1e21, "tiny": 1e-7,
            "whole": 3.0, "yes": true, "no": false, "nothing": null, "map": {}, "items": [], "with:colon": "c", "long": "x".repeat(100_000)
        }
    })
}

/// JSON as sops prints it has no difference between 3.0 and 3.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b))),
        _ => left == right,
    }
}

#[test]
fn sops_decrypts_every_type_for_each_recipient_and_accepts_the_mac() {
    let (identities, recipients) = people(3);
    let file = encrypt(&PlainTree::new(everything()), &recipients, now()).unwrap();
    for identity in &identities {
        let Some(decrypted) = sops_decrypts(identity, &file) else { return };
        let decrypted = decrypted.unwrap();
        assert!(same(&decrypted, &everything()), "sops read\n{decrypted:#}");
    }
    let Some(stranger) = sops_decrypts(&Identity::generate(), &file) else { return };
    assert!(stranger.is_err(), "a key that is no recipient decrypts");
}

#[test]
fn sops_refuses_a_changed_file() {
    let (identities, recipients) = people(1);
    let document = json!({"kind": "Secret", "metadata": {"name": "db", "port": 1}, "stringData": {"empty": "", "a": "x", "b": "y"}});
    let file = String::from_utf8(encrypt(&PlainTree::new(document), &recipients, now()).unwrap()).unwrap();
    let line = |start: &str| file.lines().find(|line| line.starts_with(start)).unwrap();
    let (a, b) = (line("  a:"), line("  b:"));
    let changes = [
        file.replace("name: db", "name: dc"),
        file.replace("port: 1", "port: 2"),
        file.replace("empty: \"\"", "empty: x"),
        file.replace(&format!("{b}\n"), ""),
        file.replace(a, &b.replace("b:", "a:")),
        file.replace("03:04:05Z", "03:04:06Z"),
    ];
    for changed in changes {
        assert_ne!(changed, file);
        let Some(decrypted) = sops_decrypts(&identities[0], changed.as_bytes()) else { return };
        assert!(decrypted.is_err(), "sops accepts\n{changed}");
    }
    let Some(unchanged) = sops_decrypts(&identities[0], file.as_bytes()) else { return };
    unchanged.unwrap();
}

/// No comment inside a list: sops 3.13 writes one there as an item and then refuses its own file.
#[test]
fn we_decrypt_what_sops_encrypted_comments_and_all() {
    let (identities, recipients) = people(2);
    let source = "# A comment at the top\napiVersion: v1\nkind: Secret\nmetadata:\n    # about the name\n    name: db # beside it\n    count: 3\n    \
                  ratio: 1.50\nstringData:\n    # inside\n    password: hunter2 # beside a secret\n    lines: |\n        a\n        b\n    int: 7\n    \
                  float: 2.50\n    yes: true\n    empty: \"\"\n    none: null\n    unicode: pässwörd 😀\n    list:\n        - a\n        - 1\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.enc.yaml");
    std::fs::write(&path, source).unwrap();
    let to = recipients.iter().collect::<Vec<_>>().join(",");
    let arguments = ["encrypt", "--in-place", "--age", &to, "--encrypted-regex", "^(data|stringData)$"];
    let Some(output) = sops(&identities[0], &arguments, &path) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = std::fs::read(&path).unwrap();
    let expected: Value = serde_saphyr::from_str(source).unwrap();
    for identity in &identities {
        let opened = decrypt(&file, identity).unwrap();
        assert!(same(opened.expose(), &expected), "{:#}", opened.expose());
    }
    assert_eq!(inspect(&file).unwrap().plain, [""; 0]);
    let changed = String::from_utf8(file).unwrap().replace("count: 3", "count: 4");
    assert_eq!(decrypt(changed.as_bytes(), &identities[0]).err(), Some(SopsError::Mac));
}

/// Whoever takes over by hand can: sops changes one value of our file and adds a recipient to it.
#[test]
fn sops_edits_our_file_and_we_read_the_result() {
    let (identities, recipients) = people(1);
    let document = json!({"kind": "Secret", "metadata": {"name": "db"}, "stringData": {"a": "x", "b": "y"}});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.enc.yaml");
    std::fs::write(&path, encrypt(&PlainTree::new(document), &recipients, now()).unwrap()).unwrap();
    let Some(mut set) = stock("sops") else { return };
    set.env("SOPS_AGE_KEY", identities[0].to_string().expose_secret());
    let output = set.arg("set").arg(&path).args(["[\"stringData\"][\"a\"]", "\"new\""]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let added = Identity::generate();
    let to = added.to_public().to_string();
    let Some(output) = sops(&identities[0], &["rotate", "--in-place", "--add-age", &to], &path) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let opened = decrypt(&std::fs::read(&path).unwrap(), &added).unwrap();
    assert_eq!(opened.expose()["stringData"], json!({"a": "new", "b": "y"}));
}

/// Stock `age` opens the stanza: it holds the raw data key and nothing else.
#[test]
fn age_opens_the_data_key() {
    let (identities, recipients) = people(1);
    let file = encrypt(&PlainTree::new(json!({"stringData": {"a": "b"}})), &recipients, now()).unwrap();
    let parsed: Value = serde_saphyr::from_str(str::from_utf8(&file).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (key, stanza) = (folder.path().join("key"), folder.path().join("stanza"));
    std::fs::write(&key, identities[0].to_string().expose_secret()).unwrap();
    std::fs::write(&stanza, parsed["sops"]["age"][0]["enc"].as_str().unwrap()).unwrap();
    let Some(mut age) = stock("age") else { return };
    let output = age.arg("-d").arg("-i").arg(&key).arg(&stanza).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout.len(), 32);
}
