//! A backup that is older than the record: read-only, said so, and a way on that loses no entry.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::backup::{Shelf, head, move_in, run, said, verify};
use crate::support::git::{forge, git};
use crate::support::host::{Host, planned, typed};
use crate::support::signing::{CLUSTER, Signer};

fn accept(data: &Path, more: &[&str], text: &str) -> Output {
    typed(data, &[&["record", "accept", CLUSTER], more].concat(), text)
}

/// What the API says of every entry, without what hangs on rows that a backup does not bring back.
async fn record(ada: &mut Signer) -> Vec<Value> {
    let page = ada.client.get("/api/v1/record").await.ok();
    let mut items = page["items"].as_array().unwrap().clone();
    for item in &mut items {
        let item = item.as_object_mut().unwrap();
        item.retain(|key, _| !["plan", "recorded_at", "signers", "drafted_by"].contains(&key.as_str()));
    }
    items
}

async fn signers(ada: &mut Signer) -> Vec<Vec<String>> {
    let page = ada.client.get("/api/v1/record").await.ok();
    let names = |item: &Value| item["signers"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    page["items"].as_array().unwrap().iter().map(names).collect()
}

async fn halted(ada: &mut Signer) -> Value {
    ada.client.get(&format!("/api/v1/clusters/{CLUSTER}")).await.ok()["halted"].clone()
}

struct Bench {
    shelf: Shelf,
    repository: PathBuf,
    restored: Host,
    ada: Signer,
    /// What the server knew that is gone.
    record: Vec<Value>,
    signers: Vec<Vec<String>>,
    _forge: tempfile::TempDir,
}

/// № 2 stands in the backup; a person, a roster and two more entries came after it.
async fn bench() -> Bench {
    let forge_folder = tempfile::tempdir().unwrap();
    let repository = forge_folder.path().join("ops.git");
    forge(&repository);
    let mut host = Host::new();
    let binding = json!({ "kind": "remote", "url": format!("file://{}", repository.display()), "branch": "main", "path": "", "auth": { "kind": "none" } });
    let mut ada = host.bound(binding).await;
    let web = ada.draft("web").await;
    let plan = ada.plan(&web).await;
    assert_eq!(ada.deploy(&plan).await, 2);
    let draft = ada.draft_of("web").await;
    ada.greet(&draft, "drawn before, deployed after").await;
    let shelf = Shelf::new();
    let file = shelf.back_up(&host.data(), "backup.age");

    let mut tom = host.operator(&mut ada, "tom").await;
    let roster = ada.plan_cluster("roster-plans").await;
    assert_eq!(ada.deploy(&roster).await, 3);
    let plan = ada.plan(&draft).await;
    assert_eq!(tom.deploy(&plan).await, 4);
    let shop = ada.draft("shop").await;
    let plan = ada.plan(&shop).await;
    assert_eq!(ada.deploy(&plan).await, 5);
    let (record, signers) = (record(&mut ada).await, signers(&mut ada).await);
    host.stop();
    let mut restored = shelf.restore(&file);
    restored.start(None);
    let ada = move_in(&restored, ada).await;
    Bench { shelf, repository, restored, ada, record, signers, _forge: forge_folder }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_backup_is_read_only_until_the_entries_since_are_accepted_from_the_verified_record() {
    let mut bench = bench().await;
    let ada = &mut bench.ada;
    // The look at the start runs beside the listener.
    while halted(ada).await.is_null() {
        tokio::task::yield_now().await;
    }
    let why = halted(ada).await;
    let why = why.as_str().unwrap();
    assert!(why.contains("№ 0005") && why.contains("№ 0002") && why.contains("read-only"), "{why}");
    assert!(why.contains(&format!("countersign record accept {CLUSTER}")), "{why}");
    let page = ada.client.get("/").await.expect_status(200).text();
    assert!(page.contains("Nothing is deployed to") && page.contains("countersign record accept"), "{page}");
    let draft = ada.draft("other").await;
    let freeze = json!({ "revision": ada.revision(&draft).await });
    ada.client.post(&format!("/api/v1/drafts/{draft}/plans"), freeze).await.expect_problem(409, "record_ahead");
    ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/roster-plans"), json!({})).await.expect_problem(409, "record_ahead");
    let before = head(&bench.repository);

    let data = bench.restored.data();
    let running = accept(&data, &["--yes"], "");
    assert!(!running.status.success() && said(&running).contains("stop it first"), "{}", said(&running));
    bench.restored.stop();
    let mistyped = accept(&data, &[], "production\n");
    assert!(!mistyped.status.success() && said(&mistyped).contains("nothing was changed"), "{}", said(&mistyped));
    let done = accept(&data, &[], &format!("{CLUSTER}\n"));
    let told = said(&done);
    assert!(done.status.success() && told.contains("№ 0003 to № 0005") && told.contains("tom (SHA256:"), "{told}");
    let again = accept(&data, &["--yes"], "");
    assert!(again.status.success() && said(&again).contains("knows every entry"), "{}", said(&again));
    assert_eq!(head(&bench.repository), before, "the repository is only read");

    bench.restored.start(None);
    let mut ada = move_in(&bench.restored, bench.ada).await;
    assert_eq!(halted(&mut ada).await, Value::Null);
    assert_eq!(record(&mut ada).await, bench.record);
    assert_eq!(signers(&mut ada).await, bench.signers);
    let people = ada.client.get("/api/v1/people").await.text();
    assert!(people.contains("tom"), "{people}");
    assert!(ada.client.get("/api/v1/audit").await.text().contains("cluster.accept_record"));
    // What was drawn before the backup and deployed after it is recorded, and not drawn once more.
    let drafts = ada.client.get("/api/v1/drafts").await.text();
    assert!(!drafts.contains("\"stack\":\"web\""), "{drafts}");

    let plan = planned(&mut ada, "after the backup").await;
    let json: Value = ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.json();
    let changed: Vec<_> = json["values"].as_array().unwrap().iter().map(|value| (&value["path"], &value["before"])).collect();
    assert_eq!(changed, [(&json!("ui.message"), &json!("\"drawn before, deployed after\""))], "planned on what № 4 left");
    assert_eq!(ada.deploy(&plan).await, 6);
    // The lines of the log since the backup are gone, and the record says so.
    let (code, told) = verify(&bench.repository, &[]);
    assert!(code == Some(1) && told.contains("LOG CUT") && told.contains("№ 0002 saw it"), "{told}");
    assert_eq!(verify(&bench.repository, &["--log-cut-at", "5"]).0, Some(1));
    let (code, told) = verify(&bench.repository, &["--log-cut-at", "6", "--at-least", "6"]);
    assert_eq!(code, Some(0), "{told}");
    let plan = planned(&mut ada, "and on").await;
    assert_eq!(ada.deploy(&plan).await, 7);
    let (code, told) = verify(&bench.repository, &["--log-cut-at", "6"]);
    assert_eq!(code, Some(0), "{told}");
    drop(bench.shelf);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_good_or_not_this_record_is_not_accepted() {
    let mut bench = bench().await;
    bench.restored.stop();
    let data = bench.restored.data();
    let good = head(&bench.repository);
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bench.repository.to_str().unwrap(), "."]);
    let folder = clone.path().join(".countersign/0006-0123456789abcdef");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("plan.json"), "{}").unwrap();
    git(clone.path(), &["add", "-A"]);
    git(clone.path(), &["commit", "-q", "-m", "forged"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    let refused = accept(&data, &["--yes"], "");
    assert!(!refused.status.success() && said(&refused).contains("nothing was accepted"), "{}", said(&refused));
    // A record without the entry that this database ends with.
    git(&bench.repository, &["update-ref", "refs/heads/main", &format!("{good}~4")]);
    let refused = accept(&data, &["--yes"], "");
    assert!(!refused.status.success() && said(&refused).contains("another record"), "{}", said(&refused));
    let unknown = run(&["record", "accept", "nowhere", "--data", data.to_str().unwrap()]);
    assert!(!unknown.status.success() && said(&unknown).contains("no cluster"), "{}", said(&unknown));

    // Restoring a newer backup is the other way on; here nothing was accepted, so the branch as it was still halts.
    git(&bench.repository, &["update-ref", "refs/heads/main", &good]);
    bench.restored.start(None);
    let mut ada = move_in(&bench.restored, bench.ada).await;
    ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/roster-plans"), json!({})).await.expect_problem(409, "record_ahead");
}
