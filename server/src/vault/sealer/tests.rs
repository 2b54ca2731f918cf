#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use age::x25519::Identity;
use domain::sealing::{Content, Field, Leaf, Piece, Text, ValuesTree};
use serde_json::{Value, json};

use super::*;

/// A vault with secrets, a cluster's identity, and what was sealed so far.
struct Place {
    _folder: tempfile::TempDir,
    vault: Vault,
    secrets: BTreeMap<String, StoredSecret>,
    identity: Identity,
    recipients: Recipients,
    cluster: &'static str,
    sealed: BTreeMap<SealKey, Vec<u8>>,
    now: Timestamp,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open_or_create(&folder.path().join("vault.key")).unwrap();
        let identity = Identity::generate();
        let recipients = Recipients::parse([identity.to_public().to_string()]).unwrap();
        let mut place = Place {
            _folder: folder,
            vault,
            secrets: BTreeMap::new(),
            identity,
            recipients,
            cluster: "prod",
            sealed: BTreeMap::new(),
            now: "2026-01-02T03:04:05Z".parse().unwrap(),
        };
        place.set("admin", "hunter2");
        place.set("db", "pg: #pass");
        place
    }

    fn set(&mut self, name: &str, text: &str) {
        let stored = self.vault.seal_secret("cluster/prod", name, &Plaintext::new(text.to_owned())).unwrap();
        self.secrets.insert(name.to_owned(), stored);
    }

    /// As a plan does: seals, stores what is fresh, a second later each time.
    fn seal(&mut self, requests: &[SealRequest]) -> Outcome {
        let sealer = Sealer::new(&self.vault, self.cluster, &self.recipients, &self.secrets);
        let outcome = sealer.seal(requests, self.now, &|key| self.sealed.get(key).cloned()).unwrap();
        self.sealed.extend(outcome.fresh.iter().cloned());
        self.now = Timestamp::from_second(self.now.as_second() + 1).unwrap();
        outcome
    }

    fn open(&self, sealed: &Sealed) -> Value {
        sops::decrypt(&sealed.bytes, &self.identity).unwrap().expose().clone()
    }
}

fn leaf(field: Field, key: &str, content: Content) -> Leaf {
    Leaf { field, key: key.to_owned(), content, base64: field == Field::Data }
}

fn a_manifest() -> SealRequest {
    let dsn = Text(vec![Piece::Text("postgres://app:".into()), Piece::Secret("db".into()), Piece::Text("@db/app".into())]);
    SealRequest {
        path: "stacks/web/components/app/db.enc.yaml".into(),
        stack: "web".into(),
        component: "app".into(),
        header: json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "app"}, "type": "Opaque"}),
        leaves: vec![
            leaf(Field::StringData, "dsn", Content::Text(dsn)),
            leaf(Field::Data, "admin", Content::Text(Text::secret("admin"))),
            leaf(Field::StringData, "mode", Content::Text(Text(vec![Piece::Text("prefer".into())]))),
        ],
        suffix_name: false,
    }
}

fn an_addon() -> SealRequest {
    let values = ValuesTree::Map(vec![
        ("adminPassword".into(), ValuesTree::Text(Text::secret("admin"))),
        (
            "sources".into(),
            ValuesTree::List(vec![
                ValuesTree::Map(vec![("password".into(), ValuesTree::Text(Text::secret("db")))]),
                json!({"port": 5432}).into(),
            ]),
        ),
    ]);
    SealRequest {
        path: "stacks/web/components/grafana/grafana-values.enc.yaml".into(),
        component: "grafana".into(),
        header: json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "grafana-values"}}),
        leaves: vec![leaf(Field::StringData, "values.yaml", Content::Values(values))],
        suffix_name: true,
        ..a_manifest()
    }
}

#[test]
fn a_secret_of_a_manifest_decrypts_to_what_was_asked_for() {
    let mut place = Place::new();
    let outcome = place.seal(&[a_manifest()]);
    let sealed = outcome.files.of(&a_manifest()).unwrap();
    assert_eq!((sealed.path.as_str(), sealed.name.as_str()), ("stacks/web/components/app/db.enc.yaml", "db"));
    let expected = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "app"}, "type": "Opaque",
        "data": {"admin": "aHVudGVyMg=="},
        "stringData": {"dsn": "postgres://app:pg: #pass@db/app", "mode": "prefer"}
    });
    assert_eq!(place.open(sealed), expected);
}

#[test]
fn an_addons_values_are_one_document_under_a_name_that_follows_their_content() {
    let mut place = Place::new();
    let first = place.seal(&[an_addon()]).files.of(&an_addon()).unwrap().clone();
    let opened = place.open(&first);
    let values: Value = serde_saphyr::from_str(opened["stringData"]["values.yaml"].as_str().unwrap()).unwrap();
    assert_eq!(values, json!({"adminPassword": "hunter2", "sources": [{"password": "pg: #pass"}, {"port": 5432}]}));
    assert_eq!(opened["metadata"]["name"], first.name);
    let suffix = first.name.strip_prefix("grafana-values-").unwrap();
    assert!(suffix.len() == 10 && suffix.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(first.path, format!("stacks/web/components/grafana/grafana-values-{suffix}.enc.yaml"));
    place.set("db", "another");
    assert_ne!(place.seal(&[an_addon()]).files.of(&an_addon()).unwrap().name, first.name);
}

#[test]
fn sealing_twice_gives_the_same_bytes_and_opens_nothing() {
    let mut place = Place::new();
    let first = place.seal(&[a_manifest(), an_addon()]);
    assert_eq!(first.fresh.len(), 2);
    // A stored file is taken without opening a secret: these could not be opened.
    place.secrets.values_mut().for_each(|stored| stored.ciphertext.clear());
    let second = place.seal(&[a_manifest(), an_addon()]);
    assert_eq!(second.files, first.files);
    assert!(second.fresh.is_empty());
}

#[test]
fn of_two_concurrent_plans_the_first_to_store_decides_the_bytes() {
    let place = Place::new();
    let plan = || Sealer::new(&place.vault, "prod", &place.recipients, &place.secrets).seal(&[an_addon()], place.now, &|_| None).unwrap();
    let (first, mut second) = (plan(), plan());
    assert_ne!(first.files, second.files);
    assert_eq!(first.fresh[0].0, second.fresh[0].0);
    let (key, bytes) = first.fresh[0].clone();
    second.take_stored(&key, bytes);
    assert_eq!(first.files, second.files);
}

#[test]
fn setting_the_same_value_again_changes_nothing() {
    let mut place = Place::new();
    let first = place.seal(&[a_manifest(), an_addon()]);
    place.set("db", "pg: #pass");
    assert_eq!(place.seal(&[a_manifest(), an_addon()]).files, first.files);
}

#[test]
fn any_change_seals_anew_with_a_fresh_key() {
    type Change = fn(&mut Place, &mut SealRequest);
    let changes: [(&str, Change); 7] = [
        ("a secret's value", |place, _| place.set("db", "other")),
        ("a secret's other name", |_, request| request.leaves[1].content = Content::Text(Text::secret("db"))),
        ("a literal", |_, request| request.leaves[2].content = Content::Text(Text(vec![Piece::Text("require".into())]))),
        ("the readable part", |_, request| request.header["metadata"]["labels"] = json!({"a": "b"})),
        ("the encoding", |_, request| request.leaves[0].base64 = true),
        ("the recipients", |place, _| {
            place.recipients =
                Recipients::parse([place.identity.to_public().to_string(), Identity::generate().to_public().to_string()]).unwrap()
        }),
        ("the cluster", |place, _| place.cluster = "dev"),
    ];
    for (what, change) in changes {
        let (mut place, mut request) = (Place::new(), a_manifest());
        let first = place.seal(std::slice::from_ref(&request)).files.of(&request).unwrap().clone();
        change(&mut place, &mut request);
        let outcome = place.seal(std::slice::from_ref(&request));
        assert_eq!(outcome.fresh.len(), 1, "{what} is not noticed");
        let (before, after) = (values_of(&first.bytes), values_of(&outcome.files.of(&request).unwrap().bytes));
        assert!(before.is_disjoint(&after), "{what}: ciphertext is kept");
    }
}

/// Every sealed value and stanza of a file.
fn values_of(file: &[u8]) -> BTreeSet<String> {
    let text = str::from_utf8(file).unwrap();
    text.lines()
        .filter(|line| line.contains("ENC[") || line.trim().len() == 64)
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.starts_with("recipient") && !line.starts_with("YWdlLWVuY3J5cHRpb24"))
        .collect()
}

#[test]
fn missing_secrets_are_named_and_the_rest_is_sealed() {
    let mut place = Place::new();
    place.secrets.remove("db");
    let mut whole = a_manifest();
    whole.path = "stacks/web/components/app/admin.enc.yaml".into();
    whole.leaves.remove(0);
    let outcome = place.seal(&[a_manifest(), an_addon(), whole.clone()]);
    let missing: Vec<_> =
        outcome.missing.iter().map(|missing| (missing.name.as_str(), missing.component.as_str(), missing.path.as_str())).collect();
    assert_eq!(missing, [("db", "app", a_manifest().path.as_str()), ("db", "grafana", an_addon().path.as_str())]);
    assert_eq!(outcome.files.len(), 1);
    assert!(outcome.files.of(&whole).is_some());
}

#[test]
fn what_would_leave_plaintext_readable_is_refused() {
    let place = Place::new();
    let sealer = Sealer::new(&place.vault, "prod", &place.recipients, &place.secrets);
    let mut open_header = a_manifest();
    open_header.header["stringData"] = json!({"password": "hunter2"});
    assert!(sealer.seal(&[open_header], place.now, &|_| None).is_err());
    assert!(sealer.seal(&[a_manifest(), a_manifest()], place.now, &|_| None).is_err(), "one path twice");
}

#[test]
fn without_a_vault_the_content_is_the_same_and_the_names_are_of_this_run() {
    let place = Place::new();
    let secrets: BTreeMap<_, _> = [("admin", "hunter2"), ("db", "pg: #pass")]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), Plaintext::new(text.into())))
        .collect();
    let run = || Sealer::ephemeral("prod", &place.recipients, &secrets).seal(&[an_addon()], place.now, &|_| None).unwrap();
    let (one, two) = (run(), run());
    let (one, two) = (one.files.of(&an_addon()).unwrap(), two.files.of(&an_addon()).unwrap());
    assert_ne!(one.name, two.name);
    assert_eq!(place.open(one)["stringData"], place.open(two)["stringData"]);
    let nothing = BTreeMap::new();
    let outcome = Sealer::ephemeral("prod", &place.recipients, &nothing).seal(&[an_addon()], place.now, &|_| None).unwrap();
    assert_eq!(outcome.missing.iter().map(|missing| missing.name.as_str()).collect::<Vec<_>>(), ["admin", "db"]);
}

#[test]
fn many_files_are_sealed_each_under_its_own_path() {
    let mut place = Place::new();
    let requests: Vec<SealRequest> = (0..40)
        .map(|n| {
            let mut request = a_manifest();
            request.path = format!("stacks/web/components/app/s{n:02}.enc.yaml");
            request.leaves.push(leaf(Field::StringData, "n", Content::Text(Text(vec![Piece::Text(n.to_string())]))));
            request
        })
        .collect();
    let outcome = place.seal(&requests);
    for (n, request) in requests.iter().enumerate() {
        assert_eq!(place.open(outcome.files.of(request).unwrap())["stringData"]["n"], n.to_string());
    }
    assert_eq!(place.seal(&requests).files, outcome.files);
}

#[test]
fn neither_file_nor_key_holds_plaintext_even_encoded() {
    let mut place = Place::new();
    place.set("db", "CANARY-4711-canary");
    let outcome = place.seal(&[a_manifest(), an_addon()]);
    let shown = format!("{outcome:?}")
        + &outcome.files.iter().map(|(_, sealed)| String::from_utf8_lossy(&sealed.bytes).into_owned()).collect::<String>();
    // "CANARY" in base64 at each of the three alignments, without the edges.
    for trace in ["CANARY-4711", "Q0FOQVJZ", "NBTkFSWS", "DQU5BUl"] {
        assert!(!shown.contains(trace), "{trace}");
    }
}
