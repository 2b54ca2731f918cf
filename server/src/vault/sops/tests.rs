#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use age::x25519::Identity;
use serde_json::json;
use zeroize::Zeroizing;

use super::*;

fn golden() -> (cipher::Cipher, [u8; 32]) {
    let key: Vec<u8> = (0x00..=0x1f).collect();
    let nonce: Vec<u8> = (0x40..=0x5f).collect();
    (DataKey::of_slice(&key).unwrap().cipher(), nonce.try_into().unwrap())
}

fn seal(plaintext: &str, aad: &str, kind: &str) -> String {
    let (cipher, nonce) = golden();
    cipher.seal_with(Zeroizing::new(plaintext.as_bytes().to_vec()), aad, kind, &nonce)
}

const IV: &str = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";

#[test]
fn values_match_the_vectors_of_other_implementations() {
    let text = |data: &str, tag: &str, kind: &str| format!("ENC[AES256_GCM,data:{data},iv:{IV},tag:{tag},type:{kind}]");
    assert_eq!(seal("hunter2", "stringData:password:", "str"), text("DA5dEOSYWQ==", "eWkOKtZs7ckinlyt7JxCKg==", "str"));
    assert_eq!(seal("True", "data:list:flag:", "bool"), text("MAlGAQ==", "FMU6NF2YafFjzD7lGInTXw==", "bool"));
    assert_eq!(seal("1.5", "a:", "float"), text("VVUG", "9d0DirD+5s5fv1py5em6Pw==", "float"));
}

const MAC: &str =
    "37ACC12D7F10F80B8241244BAE72710EB13ADAC321980D7AEE54DDDE701FE5CBB31D15708B4C4D17488C2F944597961C790CA691DA3971791BDACAAEE5645BDD";

#[test]
fn macs_match_the_vectors_of_other_implementations() {
    let document = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "demo"}, "stringData": {"password": "hunter2"}});
    let hash = |only_encrypted| {
        let mut mac = Mac::new(only_encrypted);
        tree::encrypt(document.as_object().unwrap(), &golden().0, &mut mac).unwrap();
        mac.finish()
    };
    assert_eq!(hash(false), MAC);
    assert_eq!(
        hash(true),
        "31CD661315959FEF3255F3440FA54D16E94E02DADFA16194DD9BACD1EE88156146C2BFF940C0B3598DD8237955BE84FD84FA02872113F896DCB51A6E4473008A"
    );
    assert!(seal(MAC, "2026-01-02T03:04:05Z", "str").contains("tag:gXw6AD7+DVwjrxnpnkcG2g=="));
}

fn now() -> Timestamp {
    "2026-01-02T03:04:05.678Z".parse().unwrap()
}

fn people(count: usize) -> (Vec<Identity>, Recipients) {
    let identities: Vec<Identity> = (0..count).map(|_| Identity::generate()).collect();
    let recipients = Recipients::parse(identities.iter().map(|identity| identity.to_public().to_string())).unwrap();
    (identities, recipients)
}

fn document() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db", "labels": {"port": 5432, "ratio": 1.5, "on": true, "none": null, "version": "1_000"}},
        "type": "Opaque",
        "data": {"binary": "aHVudGVyMg=="},
        "stringData": {
            "empty": "", "lines": "a: 1\nb:\n  - c\n", "unicode": "pässwörd 😀 \u{2028}", "int": -7, "big": i64::MAX, "float": 1e21, "tiny": 1e-7,
            "bool": true, "no": false, "null": null, "list": ["x", 1, {"deep": "y", "data": "z"}], "nothing": {}, "never": []
        }
    })
}

#[test]
fn what_is_encrypted_comes_back_with_its_types() {
    let (identities, recipients) = people(3);
    let file = encrypt(&PlainTree::new(document()), &recipients, now()).unwrap();
    for identity in &identities {
        assert_eq!(*decrypt(&file, identity).unwrap().expose(), document());
    }
    assert_eq!(decrypt(&file, &Identity::generate()).err(), Some(SopsError::NoIdentity));
}

#[test]
fn no_value_below_data_stays_readable_and_all_else_does() {
    let (_, recipients) = people(2);
    let file = encrypt(&PlainTree::new(document()), &recipients, now()).unwrap();
    let text = str::from_utf8(&file).unwrap();
    for plain in ["pässwörd", "aHVudGVyMg", "9223372036854775807", "1000000000000000000000", "deep: y"] {
        assert!(!text.contains(plain), "{plain} in\n{text}");
    }
    assert!(text.starts_with("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n"));
    assert!(text.contains("\n  mac: ENC[AES256_GCM,data:"), "Flux looks for these bytes");
    assert!(text.contains("\n  lastmodified: \"2026-01-02T03:04:05Z\"\n"));
    assert!(text.contains("\n  encrypted_regex: \"^(data|stringData)$\"\n"));
    let inspection = inspect(&file).unwrap();
    assert_eq!(inspection.recipients, recipients.iter().collect::<Vec<_>>());
    assert_eq!(inspection.plain, [""; 0]);
}

#[test]
fn each_file_and_each_value_gets_its_own_key_and_nonce() {
    let (_, recipients) = people(1);
    let same = json!({"stringData": {"a": "same", "b": "same"}});
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let file = encrypt(&PlainTree::new(same.clone()), &recipients, now()).unwrap();
        let text = String::from_utf8(file).unwrap();
        let parts: Vec<String> =
            text.split([',', '[', ']']).filter(|part| part.starts_with("data:") || part.starts_with("iv:")).map(str::to_owned).collect();
        assert_eq!(parts.len(), 6);
        seen.extend(parts);
    }
    assert_eq!(seen.len(), 12, "two files of two values and a MAC share nothing");
}

/// Every way of changing the file that YAML survives.
fn tampered(file: &[u8]) -> Vec<(&'static str, String)> {
    let text = str::from_utf8(file).unwrap();
    let line = |start: &str| text.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    let (empty, lines) = (line("empty:"), line("lines:"));
    vec![
        ("a readable value", text.replace("name: db", "name: dc")),
        ("a readable number", text.replace("port: 5432", "port: 5433")),
        ("a readable bool", text.replacen("\"on\": true", "\"on\": false", 1)),
        ("a removed value", text.replace(&format!("{lines}\n"), "")),
        ("an empty value filled", text.replace(empty, "  empty: x")),
        ("a value at another key", text.replace(lines, &lines.replace("lines:", "other:"))),
        ("another time", text.replace("03:04:05Z", "03:04:06Z")),
        ("one character of ciphertext", text.replace(lines, &lines.replacen("data:", "data:A", 1))),
        ("another type", text.replace(lines, &lines.replace("type:str", "type:int"))),
    ]
}

#[test]
fn a_changed_file_is_refused() {
    let (identities, recipients) = people(1);
    let file = encrypt(&PlainTree::new(document()), &recipients, now()).unwrap();
    for (what, changed) in tampered(&file) {
        assert_ne!(changed.as_bytes(), file, "{what} changes nothing");
        assert!(decrypt(changed.as_bytes(), &identities[0]).is_err(), "{what} is accepted");
    }
}

#[test]
fn inspection_finds_what_stands_unencrypted() {
    let (_, recipients) = people(1);
    let file = encrypt(&PlainTree::new(document()), &recipients, now()).unwrap();
    let text = String::from_utf8(file).unwrap().replace("  empty: \"\"", "  empty: oops\n  count: 3");
    assert_eq!(inspect(text.as_bytes()).unwrap().plain, ["stringData:empty", "stringData:count"]);
}

#[test]
fn what_sops_could_not_hold_is_refused() {
    let (identities, recipients) = people(1);
    let refused = |document| encrypt(&PlainTree::new(document), &recipients, now()).err().unwrap();
    assert_eq!(refused(json!({"data": {"n": u64::MAX}})), SopsError::IntegerTooLarge("data:n".into()));
    assert_eq!(refused(json!([1])), SopsError::NotAMapping);
    assert_eq!(refused(json!({"sops": {}})), SopsError::NotAMapping);
    for (bad, error) in [
        ("a: [", SopsError::Yaml(1)),
        ("- a", SopsError::NotAMapping),
        ("a: 1", SopsError::Metadata("it is missing")),
        ("a: 1\nsops: {key_groups: []}", SopsError::Metadata("key groups are not supported")),
        ("a: 1\nsops: {age: []}", SopsError::Metadata("only `encrypted_regex: ^(data|stringData)$` is supported")),
    ] {
        assert_eq!(decrypt(bad.as_bytes(), &identities[0]).err(), Some(error), "{bad}");
    }
}

mod opened {
    use super::*;
    use proptest::prelude::*;

    /// All scalars in file order. The keys of readable values are not under sops' MAC.
    fn scalars(value: &Value) -> Vec<String> {
        match value {
            Value::Object(map) => map.values().flat_map(scalars).collect(),
            Value::Array(items) => items.iter().flat_map(scalars).collect(),
            scalar => vec![scalar.to_string()],
        }
    }

    proptest! {
        #[test]
        fn one_changed_byte_is_refused_or_changes_no_value(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let (identities, recipients) = people(1);
            let mut file = encrypt(&PlainTree::new(document()), &recipients, now()).unwrap();
            let at = at.index(file.len());
            file[at] = byte;
            let _ = inspect(&file);
            if let Ok(opened) = decrypt(&file, &identities[0]) {
                prop_assert_eq!(scalars(opened.expose()), scalars(&document()), "byte {} set to {}", at, byte);
            }
        }

        #[test]
        fn any_text_survives(secret in any::<String>(), key in "[a-zA-Z0-9._-]{1,20}", readable in any::<String>()) {
            let (identities, recipients) = people(1);
            let document = json!({"metadata": {"name": readable}, "stringData": {key: secret}});
            let file = encrypt(&PlainTree::new(document.clone()), &recipients, now()).unwrap();
            let opened = decrypt(&file, &identities[0]).unwrap();
            prop_assert_eq!(opened.expose(), &document);
        }
    }
}
