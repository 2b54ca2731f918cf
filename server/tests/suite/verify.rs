//! `countersign verify`: it accepts what the server has made, and names the first entry that somebody has touched.
//!
//! The forger of these tests holds the platform's own key, so what catches them is what people signed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::plan::freeze;
use domain::principal::{Grant, Role, Target};
use serde_json::json;
use server::git::{CommitParts, Mirror, PlatformKey, Remote};

use crate::support::PASSWORD;
use crate::support::git::git;
use crate::support::signing::{Bound, ORIGIN};

/// Three entries: the binding, the roster, and a stack that two people signed.
async fn record() -> Bound {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    bound.deploy_roster().await;
    bound.policy(json!({ "approvals": 2 })).await;
    let web = bound.planned("web").await;
    // In another order than that of their names.
    tom.approve(&web).await.expect_status(201);
    assert_eq!(bound.ada.deploy(&web).await, 3);
    bound
}

fn bare_copy(bound: &Bound) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    git(copy.path(), &["clone", "-q", "--bare", bound.repository().to_str().unwrap(), "."]);
    copy
}

/// Exit code and everything said.
fn verify(repository: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(repository).args(more).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[track_caller]
fn assert_refused(repository: &Path, at: &str, because: &str) {
    let (code, said) = verify(repository, &[]);
    let last = said.trim_end().lines().last().unwrap_or_default();
    assert_eq!(code, Some(1), "{said}");
    assert!(last.contains(at) && last.contains(because), "{said}");
}

/// The last entry, to be made again with something changed and signed with the platform's key.
struct Forger {
    folder: tempfile::TempDir,
    key: PathBuf,
}

type Changes = BTreeMap<String, Option<Vec<u8>>>;

impl Forger {
    fn of(bound: &Bound) -> Forger {
        Forger { folder: bare_copy(bound), key: bound.test.data().join("platform.key") }
    }

    fn forge(&self, edit: impl FnOnce(&mut Changes, &mut String)) -> &Path {
        let path = self.folder.path();
        let mirror = Mirror::open(path, &Remote::new(path.to_str().unwrap()).unwrap()).unwrap();
        let key = PlatformKey::open(&self.key).unwrap();
        let commit = mirror.commit(mirror.head("main").unwrap().unwrap()).unwrap();
        let parent = commit.parents.first().copied();
        let mut changes: Changes = mirror
            .changed_paths(parent, commit.id)
            .unwrap()
            .into_iter()
            .map(|change| (change.path, change.after.map(|(_, blob)| mirror.blob(blob).unwrap())))
            .collect();
        let mut message = commit.message.clone();
        edit(&mut changes, &mut message);
        let parts = CommitParts { parent, changes: &changes, author: &commit.author, committer: &commit.committer, message: &message };
        let built = mirror.build_commit(&parts, |bytes| key.sign_commit(bytes)).unwrap();
        mirror.store(&built).unwrap();
        git(path, &["update-ref", "refs/heads/main", &built.id.to_string()]);
        path
    }
}

fn ending<'c>(changes: &'c mut Changes, end: &str) -> &'c mut Vec<u8> {
    let found = changes.iter_mut().find(|(path, _)| path.ends_with(end));
    found.unwrap_or_else(|| panic!("nothing ends in {end}")).1.as_mut().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_recorded_is_good_and_the_root_can_be_pinned() {
    let bound = record().await;
    let repository = bound.repository();
    let (code, said) = verify(&repository, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("№ 0003") && said.contains("3 entries are good.") && said.contains("root not pinned"), "{said}");
    let row = said.lines().find(|line| line.starts_with("№ 0003")).unwrap();
    assert!(row.contains("web") && row.contains("ada (SHA256:") && row.contains("tom (SHA256:"), "{row}");

    // As a clone with a work tree, pinned by the roster as it is now and by the first one's digest.
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", repository.to_str().unwrap(), "."]);
    let roster = clone.path().join("allowed_signers");
    let (code, said) = verify(clone.path(), &["--trust", roster.to_str().unwrap()]);
    assert!(code == Some(0) && said.contains("The root is pinned"), "{said}");
    let digest = said.lines().find_map(|line| line.strip_prefix("The first roster's digest: ")).unwrap();
    assert_eq!(verify(clone.path(), &["--trust", digest]).0, Some(0));
    let (code, said) = verify(clone.path(), &["--trust", &"0".repeat(64)]);
    assert!(code == Some(1) && said.contains("not the trusted one"), "{said}");

    let other = record().await;
    let theirs = tempfile::tempdir().unwrap();
    git(theirs.path(), &["clone", "-q", other.repository().to_str().unwrap(), "."]);
    let (code, said) = verify(clone.path(), &["--trust", theirs.path().join("allowed_signers").to_str().unwrap()]);
    assert!(code == Some(1) && said.contains("№ 0001"), "another installation's roster is trusted: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forger_with_the_platforms_key_is_caught_by_what_people_signed() {
    let bound = record().await;
    let at = "№ 0003";
    // The control: nothing changed gives the very same commit.
    let forger = Forger::of(&bound);
    let head = git(&bound.repository(), &["rev-parse", "main"]);
    let path = forger.forge(|_, _| ()).to_owned();
    assert_eq!((git(&path, &["rev-parse", "main"]), verify(&path, &[]).0), (head, Some(0)));

    let again = |edit: &dyn Fn(&mut Changes, &mut String), because: &str| {
        let forger = Forger::of(&bound);
        assert_refused(forger.forge(|changes, message| edit(changes, message)), at, because);
    };
    // A byte of an approval.
    again(
        &|changes, _| {
            let approval = ending(changes, "ada.sig");
            let place = approval.len() / 2;
            approval[place] = if approval[place] == b'A' { b'B' } else { b'A' };
        },
        "approvals/ada.sig",
    );
    // One of two approvals, with and without its trailer.
    let drop_tom = |changes: &mut Changes| changes.retain(|path, _| !path.ends_with("tom.sig"));
    again(&|changes, _| drop_tom(changes), "1 of 2");
    again(
        &|changes, message| {
            drop_tom(changes);
            *message = message.replace("Countersigned-by: tom\n", "");
        },
        "1 of 2",
    );
    // One person's approval under another's name.
    again(
        &|changes, _| {
            let ada = ending(changes, "ada.sig").clone();
            *ending(changes, "tom.sig") = ada;
        },
        "approvals/tom.sig",
    );
    // The plan, spelt otherwise in its old place; and rewritten with everything that names it.
    again(&|changes, _| ending(changes, "plan.json").push(b'\n'), "digest");
    again(
        &|changes, message| {
            let old = freeze::digest(ending(changes, "plan.json"));
            let text = String::from_utf8(ending(changes, "plan.json").clone()).unwrap();
            let new = text.replacen("\"approvals\":2", "\"approvals\":1", 1).into_bytes();
            assert_ne!(new.as_slice(), text.as_bytes());
            let digest = freeze::digest(&new);
            *ending(changes, "plan.json") = new;
            let moved = std::mem::take(changes).into_iter().map(|(path, bytes)| (path.replace(&old[..16], &digest[..16]), bytes));
            *changes = moved.collect();
            *message = message.replace(&old, &digest);
        },
        "another plan",
    );
    // What is deployed: one file changed, one added inside, one outside the stack.
    again(&|changes, _| ending(changes, "web/stack.yaml").push(b'#'), "stacks/web/stack.yaml");
    again(&|changes, _| drop(changes.insert("stacks/web/more.yaml".into(), Some(b"a: 1\n".to_vec()))), "stacks/web/more.yaml");
    again(&|changes, _| drop(changes.insert("stacks/shop/more.yaml".into(), Some(b"a: 1\n".to_vec()))), "stacks/shop/more.yaml");
    again(&|changes, _| drop(changes.insert("allowed_signers".into(), Some(b"# mine\n".to_vec()))), "allowed_signers");
    // What the message says.
    again(&|_, message| *message = message.replace("Record: 0003", "Record: 0004"), "№ 0003 belongs");
    again(&|_, message| *message = message.replace("Countersigned-by: tom", "Countersigned-by: eve"), "message");
    again(&|_, message| *message = format!("all is well\n{message}"), "message");
}

/// The record of an approval by password, as the server writes it.
fn by_password(person: &str, at: &str, plan: &str) -> Vec<u8> {
    let note = "Given by password. Nothing here proves it: the platform's signature on the commit is all that vouches for it.";
    let record = json!({
        "approval": "password, not countersigned", "at": at, "note": note, "person": person, "plan": format!("sha256:{plan}"), "v": 1,
    });
    domain::plan::canonical::to_bytes(&record).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_password_takes_no_signatures_place() {
    let bound = record().await;
    let at = "№ 0003";
    // In place of a signature that the plan asks for: with or without the flag.
    let forger = Forger::of(&bound);
    let path = forger.forge(|changes, message| {
        let plan = ending(changes, "plan.json").clone();
        let frozen = domain::plan::freeze::parse(&plan).unwrap().frozen_at;
        let file = changes.keys().find(|path| path.ends_with("tom.sig")).unwrap().clone();
        changes.remove(&file);
        changes.insert(file.replace("tom.sig", "eve.password"), Some(by_password("eve", &frozen, &freeze::digest(&plan))));
        *message =
            message.replace("Countersigned-by: tom\n", "").replace("Plan: ", "Approved-by: eve (password, not countersigned)\nPlan: ");
    });
    assert_refused(path, at, "asks for a passkey");
    assert_eq!(verify(path, &["--accept-passwords"]).0, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_password_everything_is_judged_that_can_be() {
    let mut bound = Bound::new().await;
    let new = json!({ "name": "tom", "grants": [Grant { role: Role::Operator, on: Target::Organisation }] });
    let link = bound.ada.client.post("/api/v1/people", new).await.expect_status(201).ok();
    let mut tom = bound.test.client();
    tom.origin = Some(ORIGIN.to_owned());
    bound.test.take_in(&mut tom, link["code"].as_str().unwrap()).await;
    bound.policy(json!({ "password_approval": true })).await;
    let web = bound.planned("web").await;
    let approval = json!({ "by": "password", "password": PASSWORD, "typed": [] });
    tom.post(&format!("/api/v1/plans/{web}/approvals"), approval).await.expect_status(201);
    let at = "№ 0002";
    #[expect(clippy::type_complexity, reason = "named nowhere else")]
    let again = |edit: &dyn Fn(&str, &str, &mut Vec<u8>, &mut String) -> Option<&'static str>, because: &str| {
        let forger = Forger::of(&bound);
        let path = forger.forge(|changes, message| {
            let plan = ending(changes, "plan.json").clone();
            let frozen = domain::plan::freeze::parse(&plan).unwrap().frozen_at;
            let file = changes.keys().find(|path| path.ends_with("tom.password")).unwrap().clone();
            let mut bytes = changes.remove(&file).unwrap().unwrap();
            let name = edit(&frozen, &freeze::digest(&plan), &mut bytes, message).unwrap_or("tom");
            changes.insert(file.replace("tom.password", &format!("{name}.password")), Some(bytes));
        });
        assert_refused(path, at, because);
    };
    // The control: the record as this test writes it is the server's own but for the moment.
    let forger = Forger::of(&bound);
    let path = forger.forge(|changes, _| {
        let plan = ending(changes, "plan.json").clone();
        let frozen = domain::plan::freeze::parse(&plan).unwrap().frozen_at;
        *ending(changes, "tom.password") = by_password("tom", &frozen, &freeze::digest(&plan));
    });
    let (code, said) = verify(path, &["--accept-passwords"]);
    assert_eq!(code, Some(0), "{said}");
    again(
        &|frozen, plan, bytes, message| {
            *bytes = by_password("ada", frozen, plan);
            *message = message.replace("Approved-by: tom", "Approved-by: ada");
            Some("ada")
        },
        "A key of yours can sign here",
    );
    again(
        &|frozen, plan, bytes, _| {
            *bytes = by_password("eve", frozen, plan);
            None
        },
        "is eve's",
    );
    again(
        &|_, plan, bytes, _| {
            *bytes = by_password("tom", "2999-01-01T00:00:00Z", plan);
            None
        },
        "time to be signed is over",
    );
    again(
        &|_, plan, bytes, _| {
            *bytes = by_password("tom", "2001-01-01T00:00:00Z", plan);
            None
        },
        "time to be signed is over",
    );
    again(
        &|frozen, _, bytes, _| {
            *bytes = by_password("tom", frozen, &"0".repeat(64));
            None
        },
        "another plan",
    );
    again(
        &|_, _, bytes, _| {
            bytes.push(b'\n');
            None
        },
        "malformed",
    );
    again(
        &|_, _, _, message| {
            *message = message.replace("Approved-by: tom (password, not countersigned)", "Countersigned-by: tom");
            None
        },
        "message",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_nobody_signed_is_listed_or_named() {
    let bound = record().await;
    let commit = |path: &str, text: &str| {
        let clone = tempfile::tempdir().unwrap();
        git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
        let file = clone.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        git(clone.path(), &["add", "-A"]);
        git(clone.path(), &["commit", "-q", "-m", "quick fix"]);
        clone
    };
    let beside = commit("README.md", "hello\n");
    let (code, said) = verify(beside.path(), &[]);
    assert!(code == Some(0) && said.contains("“quick fix”"), "{said}");
    // Pulled before pushing: the merge's first parent is theirs, and the record goes on behind the second.
    git(beside.path(), &["reset", "-q", "--hard", "HEAD~2"]);
    std::fs::write(beside.path().join("README.md"), "hello\n").unwrap();
    git(beside.path(), &["add", "-A"]);
    git(beside.path(), &["commit", "-q", "-m", "slow fix"]);
    git(beside.path(), &["merge", "-q", "--no-edit", "origin/main"]);
    let (code, said) = verify(beside.path(), &[]);
    assert!(code == Some(0) && said.contains("“slow fix”") && said.contains("№ 0003"), "{said}");
    // A merge that leaves out what it pulls is no way around an entry.
    git(beside.path(), &["reset", "-q", "--hard", "HEAD~1"]);
    git(beside.path(), &["merge", "-q", "--no-edit", "-s", "ours", "origin/main"]);
    assert_refused(beside.path(), &git(beside.path(), &["rev-parse", "HEAD"]), ".countersign/");

    for path in [
        "stacks/web/stack.yaml",
        "stacks/web/new.yaml",
        "allowed_signers",
        "countersign.yaml",
        ".countersign/0004-0000000000000000/plan.json",
    ] {
        let clone = commit(path, "a: 1\n");
        let head = git(clone.path(), &["rev-parse", "HEAD"]);
        assert_refused(clone.path(), &head, if path.starts_with(".countersign") { ".countersign/" } else { path });
    }
    // The platform's signature taken off, everything else as it was.
    let clone = commit("README.md", "");
    git(clone.path(), &["reset", "-q", "--hard", "HEAD~1"]);
    git(clone.path(), &["commit", "-q", "--amend", "--no-edit"]);
    assert_refused(clone.path(), "№ 0003", "signature");

    let empty = tempfile::tempdir().unwrap();
    git(empty.path(), &["init", "-q"]);
    assert_eq!(verify(empty.path(), &[]).0, Some(2));
}
