//! `countersign backup` and `restore`: another folder, and everything is as it was.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use server::backup::make::make_while;
use server::vault::envelope::Closed;
use server::vault::generate_key_pair;

use crate::support::git::git;
use crate::support::host::{Host, planned};
use crate::support::machine;
use crate::support::signing::{CANARY, CLUSTER, Signer};

const PASSPHRASE: &str = "a passphrase for tests";

pub fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign")).args(arguments).env_remove("COUNTERSIGN_DATA").output().unwrap()
}

pub fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder for backups, with an age identity and a passphrase.
pub struct Shelf {
    folder: tempfile::TempDir,
    recipient: String,
}

impl Shelf {
    pub fn new() -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        let pair = generate_key_pair();
        for (name, content) in
            [("identity", pair.identity.expose()), ("other", generate_key_pair().identity.expose()), ("passphrase", PASSPHRASE)]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        }
        Shelf { folder, recipient: pair.recipient }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// While whoever runs on `data` runs on.
    pub fn back_up(&self, data: &Path, name: &str) -> PathBuf {
        let file = self.at(name);
        let done = run(&["backup", "--data", text(data), "--recipient", &self.recipient, text(&file)]);
        assert!(done.status.success(), "{}", said(&done));
        file
    }

    pub fn try_restore(&self, file: &Path, data: &Path) -> Output {
        run(&["restore", text(file), "--data", text(data), "--identity", text(&self.at("identity"))])
    }

    /// Into a host of its own, not started.
    pub fn restore(&self, file: &Path) -> Host {
        let host = Host::taken_over();
        let done = self.try_restore(file, &host.data());
        assert!(done.status.success(), "{}", said(&done));
        host
    }

    fn is_empty_but(&self, names: &[&str]) {
        let mut there: Vec<_> = std::fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        there.sort();
        assert_eq!(there, names);
    }
}

/// The same person at another server, let in by the key: no session comes along.
pub async fn move_in(host: &Host, person: Signer) -> Signer {
    let mut moved = Signer { client: host.client(), key: person.key };
    moved.log_in().await;
    moved
}

fn repository(host: &Host) -> PathBuf {
    host.data().join("repositories").join(format!("{CLUSTER}.git"))
}

pub fn verify(repository: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = run(&[&["verify", text(repository)], more].concat());
    (output.status.code(), said(&output))
}

/// What the pages are made of, the log of what was done aside.
async fn everything(ada: &mut Signer, draft: &str, plan: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let record = |number: u64| format!("/api/v1/record/{CLUSTER}/{number}");
    let fixed = ["overview", "environments", "clusters", "people", "variables", "secrets", "drafts", "record", "settings"]
        .map(|noun| format!("/api/v1/{noun}"));
    let named = [
        format!("/api/v1/clusters/{CLUSTER}"),
        format!("/api/v1/clusters/{CLUSTER}/bootstrap"),
        format!("/api/v1/drafts/{draft}"),
        format!("/api/v1/plans/{plan}"),
        format!("/api/v1/plans/{plan}/plan.json"),
        record(1),
        record(2),
    ];
    for path in fixed.into_iter().chain(named) {
        let answer = ada.client.get(&path).await.expect_status(200).text();
        all.push((path, answer));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn restored_into_an_empty_folder_the_pages_are_the_same_the_verdict_is_and_a_deploy_works() {
    let mut host = Host::new();
    let mut ada = host.bound(json!({ "kind": "embedded" })).await;
    let web = ada.draft("web").await;
    let plan = ada.plan(&web).await;
    assert_eq!(ada.deploy(&plan).await, 2);
    let draft = ada.draft_of("web").await;
    ada.greet(&draft, "not planned yet").await;
    let waiting = ada.draft("shop").await;
    let waiting = ada.plan(&waiting).await;

    let shelf = Shelf::new();
    let file = shelf.back_up(&host.data(), "backup.age");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = std::fs::read(&file).unwrap();
    for secret in [CANARY, "AGE-SECRET-KEY", "OPENSSH PRIVATE KEY", CLUSTER] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} stands in the file");
    }
    let again = run(&["backup", "--data", text(&host.data()), "--recipient", &shelf.recipient, text(&file)]);
    assert!(!again.status.success() && said(&again).contains("written over nothing"), "{}", said(&again));
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let before = everything(&mut ada, &draft, &waiting).await;
    let verdict = verify(&repository(&host), &[]);
    assert_eq!(verdict.0, Some(0), "{}", verdict.1);
    let cookies = ada.client.cookies.clone();
    host.stop();

    let mut restored = shelf.restore(&file);
    assert_eq!(verify(&repository(&restored), &[]), verdict);
    for private in ["", "vault.key", "platform.key", "countersign.db", "repositories"] {
        let mode = std::fs::metadata(restored.data().join(private)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{private}: {mode:o}");
    }
    restored.start(None);
    // An old cookie lets nobody in.
    let mut stale = restored.client();
    stale.cookies = cookies;
    stale.get("/api/v1/overview").await.expect_status(401);
    let mut ada = move_in(&restored, ada).await;
    for ((path, then), (_, now)) in before.iter().zip(everything(&mut ada, &draft, &waiting).await) {
        assert_eq!(*then, now, "{path}");
    }
    assert!(ada.client.get("/api/v1/audit").await.text().contains("organisation.restore"));
    // What waited for a signature is signed, and what was typed is planned: the secret opens, and nothing of it is new.
    assert_eq!(ada.deploy(&waiting).await, 3);
    let plan = ada.plan(&draft).await;
    let json: Value = ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.json();
    assert_eq!(json["secrets"][0]["state"], "same", "{json}");
    assert_eq!(ada.deploy(&plan).await, 4);
    let (code, told) = verify(&repository(&restored), &["--at-least", "4"]);
    assert_eq!(code, Some(0), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_in_the_middle_of_a_backup_has_it_taken_again() {
    let mut host = Host::new();
    let mut ada = host.bound(json!({ "kind": "embedded" })).await;
    let web = ada.draft("web").await;
    let plan = ada.plan(&web).await;
    ada.deploy(&plan).await;
    let shelf = Shelf::new();
    let file = shelf.at("clear.tar");
    let (data, mut out, mut turns) = (host.data(), std::fs::File::create(&file).unwrap(), 0);
    let about = make_while(&data, &Closed::InTheClear, &mut out, async || {
        turns += 1;
        if turns == 1 {
            let plan = planned(&mut ada, "in between").await;
            assert_eq!(ada.deploy(&plan).await, 3);
        }
    });
    let about = about.await.unwrap();
    assert_eq!((turns, about.clusters[0].entry), (2, Some(3)));
    host.stop();
    let mut restored = shelf.restore(&file);
    restored.start(None);
    let mut ada = move_in(&restored, ada).await;
    let plan = planned(&mut ada, "after").await;
    assert_eq!(ada.deploy(&plan).await, 4, "branch and database are of one moment");
}

/// A small installation that nobody has set up, backed up as `backup.age`.
fn small(shelf: &Shelf) -> (Host, PathBuf) {
    let mut host = Host::new();
    host.start(None);
    let file = shelf.back_up(&host.data(), "backup.age");
    host.stop();
    (host, file)
}

#[test]
fn a_damaged_backup_restores_nothing() {
    let shelf = Shelf::new();
    let (_host, file) = small(&shelf);
    let whole = std::fs::read(&file).unwrap();
    let bent = shelf.at("bent.age");
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let damages = [
        ("a bit in the header", flipped(40)),
        ("a bit in the middle", flipped(whole.len() / 2)),
        ("a bit at the end", flipped(whole.len() - 1)),
        ("half of it", whole[..whole.len() / 2].to_vec()),
        ("all but a byte", whole[..whole.len() - 1].to_vec()),
        ("a byte more", [whole.as_slice(), b"x"].concat()),
        ("nothing", Vec::new()),
        ("something else", b"hello, world\n".repeat(100)),
    ];
    for (damage, bytes) in damages {
        std::fs::write(&bent, bytes).unwrap();
        let data = shelf.at("data");
        let done = shelf.try_restore(&bent, &data);
        assert_eq!(done.status.code(), Some(1), "{damage}: {}", said(&done));
        shelf.is_empty_but(&["backup.age", "bent.age", "identity", "other", "passphrase"]);
    }
}

#[test]
fn only_the_right_key_opens_a_backup_and_no_full_folder_takes_one() {
    let shelf = Shelf::new();
    let (host, file) = small(&shelf);
    let data = shelf.at("data");
    let restore = |file: &Path, more: &[&str]| run(&[&["restore", text(file), "--data", text(&data)], more].concat());
    let refused = |done: Output, why: &str| {
        assert!(!done.status.success() && said(&done).contains(why), "{}", said(&done));
        assert!(!data.exists());
    };
    let (identity, other, passphrase) = (shelf.at("identity"), shelf.at("other"), shelf.at("passphrase"));
    refused(restore(&file, &[]), "--identity");
    refused(restore(&file, &["--identity", text(&other)]), "the identity does not open it");
    refused(restore(&file, &["--passphrase-file", text(&passphrase)]), "--identity");

    let closed = shelf.at("passphrase.age");
    let backup = |more: &[&str]| run(&[&["backup", "--data", text(&host.data()), text(&closed)], more].concat());
    let none = backup(&[]);
    assert!(!none.status.success() && said(&none).contains("--keys-in-the-clear"), "{}", said(&none));
    std::fs::write(shelf.at("short"), "password\n").unwrap();
    let short = backup(&["--passphrase-file", text(&shelf.at("short"))]);
    assert!(!short.status.success() && said(&short).contains("8 characters"), "{}", said(&short));
    assert!(!closed.exists());
    let done = backup(&["--passphrase-file", text(&passphrase)]);
    assert!(done.status.success(), "{}", said(&done));
    std::fs::write(shelf.at("wrong"), "another passphrase\n").unwrap();
    refused(restore(&closed, &["--passphrase-file", text(&shelf.at("wrong"))]), "the passphrase does not open it");
    refused(restore(&closed, &["--identity", text(&identity)]), "--passphrase-file");

    // Somebody's file is in the way.
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("mine"), "keep").unwrap();
    let full = restore(&closed, &["--passphrase-file", text(&passphrase)]);
    assert!(!full.status.success() && said(&full).contains("is not empty"), "{}", said(&full));
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
    std::fs::remove_file(data.join("mine")).unwrap();
    let done = restore(&closed, &["--passphrase-file", text(&passphrase)]);
    assert!(done.status.success() && data.join("vault.key").exists(), "{}", said(&done));
}

#[test]
fn asked_for_in_words_a_backup_is_a_plain_archive_that_stock_tools_check() {
    let shelf = Shelf::new();
    let (host, _) = small(&shelf);
    std::fs::create_dir_all(host.data().join("mirrors/x")).unwrap();
    std::fs::write(host.data().join("mirrors/x/HEAD"), "fetched again").unwrap();
    let file = shelf.at("clear.tar");
    let done = run(&["backup", "--data", text(&host.data()), "--keys-in-the-clear", text(&file)]);
    assert!(done.status.success() && said(&done).contains("unencrypted"), "{}", said(&done));
    let out = shelf.at("out");
    std::fs::create_dir(&out).unwrap();
    assert!(Command::new("tar").args(["-xf", text(&file), "-C", text(&out)]).status().unwrap().success());
    let sums = Command::new("sha256sum").args(["-c", "--strict", "SHA256SUMS"]).current_dir(&out).output().unwrap();
    assert!(sums.status.success(), "{}", said(&sums));
    let mut there: Vec<_> = std::fs::read_dir(&out).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    assert_eq!(there, ["SHA256SUMS", "backup.json", "countersign.db", "platform.key", "vault.key"]);
    let done = run(&["restore", text(&file), "--data", text(&shelf.at("data"))]);
    assert!(done.status.success(), "{}", said(&done));

    // The same through a pipe, and out of it by stock age.
    let piped = run(&["backup", "--data", text(&host.data()), "--recipient", &shelf.recipient, "-"]);
    assert!(piped.status.success() && piped.stdout.starts_with(b"age-encryption.org/v1"));
    let Some(age) = machine::program("age") else { return };
    std::fs::write(shelf.at("piped.age"), &piped.stdout).unwrap();
    let opened = Command::new(age).args(["-d", "-i", text(&shelf.at("identity")), text(&shelf.at("piped.age"))]).output().unwrap();
    assert!(
        opened.status.success() && opened.stdout.windows(11).any(|window| window == b"backup.json"),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
}

/// Branch and database as they were at a backup, and entries on the branch that came later.
pub fn head(repository: &Path) -> String {
    git(repository, &["rev-parse", "main"])
}
