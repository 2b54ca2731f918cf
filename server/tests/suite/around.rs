//! What others push around us: met, listed, shown, and stopping what it touches until somebody answers.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::git::{forge, git};
use crate::support::git_http::GitHttp;
use crate::support::host::Host;
use crate::support::line::{Fault, Line};
use crate::support::notification::{Flux, reconciled};
use crate::support::signing::{Bound, CLUSTER};

/// A commit by stock git on top of the branch, pushed through the file system; gives its id.
fn push(repository: &Path, change: impl FnOnce(&Path)) -> String {
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", repository.to_str().unwrap(), "."]);
    change(clone.path());
    git(clone.path(), &["add", "-A"]);
    git(clone.path(), &["commit", "-q", "-m", "by hand\n\nat night"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    git(clone.path(), &["rev-parse", "HEAD"])
}

fn readme(folder: &Path) {
    std::fs::write(folder.join("README.md"), "hello\n").unwrap();
}

/// Changes the greeting of web in its source, as somebody at a shell would.
fn greeting(folder: &Path) {
    let file = folder.join("stacks/web/stack.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("good day"));
    std::fs::write(file, text.replace("good day", "by hand")).unwrap();
}

async fn foreign(bound: &mut Bound) -> Vec<Value> {
    let list = bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/foreign")).await.ok();
    list["items"].as_array().unwrap().clone()
}

async fn web(bound: &mut Bound) -> u64 {
    let plan = bound.planned("web").await;
    bound.ada.deploy(&plan).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_not_ours_is_listed_between_the_entries_with_its_diff_and_ours_are_not() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    flux.pushed().await;
    assert!(foreign(&mut bound).await.is_empty());
    let id = push(&bound.repository(), readme);
    flux.pushed().await;
    let plan = bound.planned("shop").await;
    bound.ada.deploy(&plan).await;
    flux.pushed().await;
    let list = foreign(&mut bound).await;
    assert_eq!(list.len(), 1, "{list:?}");
    let one = &list[0];
    assert_eq!((&one["commit"], &one["after"], &one["subject"]), (&json!(id), &json!(number), &json!("by hand")));
    assert_eq!((&one["author"], &one["paths"]), (&json!("Stock Git <stock@example.com>"), &json!(["README.md"])));
    assert_eq!((&one["stacks"], &one["unanswered"]), (&json!([]), &json!([])));
    let shown = bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/foreign/{id}")).await.ok();
    assert!(shown["diff"].as_str().unwrap().contains("+hello"), "{shown}");
    let record = bound.ada.client.get("/api/v1/record").await.ok();
    let entry = record["items"].as_array().unwrap().iter().find(|entry| entry["number"] == number).unwrap();
    assert_eq!(entry["followed_by"][0]["commit"], json!(id));
    // It is logged once, however often the branch is looked at.
    let audit = bound.ada.client.get("/api/v1/audit").await.ok().to_string();
    assert_eq!(audit.matches("meet_foreign_commit").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_a_stack_stops_it_until_somebody_types_over_it() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    web(&mut bound).await;
    let before = bound.ada.draft_of("web").await;
    bound.ada.greet(&before, "good night").await;
    let signed = bound.ada.plan(&before).await;
    let approval = bound.ada.sign(&signed).await;
    push(&bound.repository(), greeting);
    flux.pushed().await;
    assert_eq!(foreign(&mut bound).await[0]["unanswered"], json!(["web"]));
    let overview = bound.ada.client.get("/api/v1/overview").await.ok();
    assert_eq!(overview["stacks"][0]["cells"][0]["overruled"], true);
    // What was signed before is void, and a plan made now asks for the word.
    bound.ada.send(&signed, &approval).await.expect_problem(409, "stale");
    let plan = bound.ada.plan(&before).await;
    let mut approval = bound.ada.sign(&plan).await;
    assert_eq!(approval["typed"], json!(["web"]));
    approval["typed"] = json!([]);
    bound.ada.send(&plan, &approval).await.expect_problem(422, "confirmation_missing");
    bound.ada.deploy(&plan).await;
    assert_eq!(foreign(&mut bound).await[0]["unanswered"], json!([]));
    let overview = bound.ada.client.get("/api/v1/overview").await.ok();
    assert_eq!(overview["stacks"][0]["cells"][0]["overruled"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_a_stack_is_adopted_as_a_draft_and_needs_no_word_then() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    push(&bound.repository(), greeting);
    flux.pushed().await;
    let draft = bound.ada.draft_from(json!({ "start": "adopt", "stack": "web" })).await;
    let shown = bound.ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    assert!(shown["content"].to_string().contains("by hand") && shown["based_on"] == number, "{shown}");
    let plan = bound.ada.plan(&draft).await;
    let planned = bound.ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok();
    assert_eq!(planned["slip"]["confirm"], json!([]), "{planned}");
    let frozen = bound.ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.ok();
    assert!(frozen["findings"].to_string().contains("foreign_adopted"), "{frozen}");
    bound.ada.deploy(&plan).await;
    assert_eq!(foreign(&mut bound).await[0]["unanswered"], json!([]));

    push(&bound.repository(), |folder| std::fs::write(folder.join("stacks/web/stack.yaml"), "kind: [\n").unwrap());
    let adopt = json!({ "start": "adopt", "stack": "web" });
    let path = format!("/api/v1/clusters/{CLUSTER}/drafts");
    bound.ada.client.post(&path, adopt).await.expect_problem(422, "cannot_adopt");
    bound.ada.client.post(&path, json!({ "start": "adopt", "stack": "nowhere" })).await.expect_status(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cluster_applied_of_somebody_elses_change_is_not_taken_for_the_entry() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    let harmless = push(&bound.repository(), readme);
    // Heard before it is met: it counts once the branch has been looked at.
    flux.tell(&reconciled("web--login", &harmless, 10)).await;
    let state = async |bound: &mut Bound, component: usize| {
        let entry = bound.ada.client.get(&format!("/api/v1/record/{CLUSTER}/{number}")).await.ok();
        entry["outcome"]["components"][component]["state"].clone()
    };
    assert_eq!(state(&mut bound, 0).await, "unknown");
    flux.pushed().await;
    assert_eq!(state(&mut bound, 0).await, "reconciled");
    let theirs = push(&bound.repository(), greeting);
    flux.pushed().await;
    flux.tell(&reconciled("web--podinfo", &theirs, 20)).await;
    assert_eq!(state(&mut bound, 1).await, "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pulls_before_pushing_is_blamed_for_their_own_change_alone() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    readme(clone.path());
    git(clone.path(), &["add", "-A"]);
    git(clone.path(), &["commit", "-q", "-m", "aside"]);
    let aside = git(clone.path(), &["rev-parse", "HEAD"]);
    let number = web(&mut bound).await;
    // The merge's first parent is theirs; the entry stands behind the second.
    git(clone.path(), &["pull", "-q", "--no-rebase", "--no-edit"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    let merge = git(clone.path(), &["rev-parse", "HEAD"]);
    flux.pushed().await;
    let list = foreign(&mut bound).await;
    let told: Vec<_> = list.iter().map(|one| (&one["commit"], &one["is_merged"], &one["paths"], &one["stacks"])).collect();
    let readme = json!(["README.md"]);
    assert_eq!(told, [(&json!(merge), &json!(false), &readme, &json!([])), (&json!(aside), &json!(true), &readme, &json!([]))]);
    let shown = bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/foreign/{merge}")).await.ok();
    assert!(shown["diff"].as_str().unwrap().contains("+hello") && !shown["diff"].to_string().contains("podinfo"), "{shown}");
    // The cluster's word on the merge counts for the entry, whose files it left as they were.
    flux.tell(&reconciled("web--login", &merge, 10)).await;
    let entry = bound.ada.client.get(&format!("/api/v1/record/{CLUSTER}/{number}")).await.ok();
    assert_eq!(entry["outcome"]["components"][0]["state"], "reconciled");
    let draft = bound.ada.draft_of("web").await;
    bound.ada.greet(&draft, "good night").await;
    let plan = bound.ada.plan(&draft).await;
    let planned = bound.ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok();
    assert_eq!(planned["slip"]["confirm"], json!([]), "{planned}");
    bound.ada.deploy(&plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_is_told_twenty_at_an_entry_and_page_by_page_at_the_cluster() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    for n in 0..105 {
        git(clone.path(), &["commit", "-q", "--allow-empty", "-m", &format!("by hand {n}")]);
    }
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    flux.pushed().await;
    let entry = bound.ada.client.get(&format!("/api/v1/record/{CLUSTER}/1")).await.ok();
    assert_eq!((entry["followed_by"].as_array().unwrap().len(), &entry["followed_by_count"]), (20, &json!(105)));
    assert_eq!(entry["followed_by"][0]["subject"], "by hand 104");
    let path = format!("/api/v1/clusters/{CLUSTER}/foreign");
    let first = bound.ada.client.get(&path).await.ok();
    let second = bound.ada.client.get(&format!("{path}?after={}", first["next"].as_str().unwrap())).await.ok();
    assert_eq!((first["items"].as_array().unwrap().len(), second["items"].as_array().unwrap().len()), (100, 5));
    assert_eq!((&second["items"][0]["subject"], &second["next"]), (&json!("by hand 4"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_commit_that_was_pushed_away_again_is_listed_no_more() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    web(&mut bound).await;
    push(&bound.repository(), readme);
    let kept = push(&bound.repository(), |folder| std::fs::write(folder.join("NOTES.md"), "notes\n").unwrap());
    flux.pushed().await;
    assert_eq!(foreign(&mut bound).await.len(), 2);
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    git(clone.path(), &["rebase", "-q", "--onto", "HEAD~2", "HEAD~1"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:rewritten"]);
    git(&bound.repository(), &["update-ref", "refs/heads/main", "refs/heads/rewritten"]);
    flux.pushed().await;
    let list = foreign(&mut bound).await;
    assert_eq!(list.len(), 1, "{list:?}");
    assert!(list[0]["commit"] != json!(kept) && list[0]["paths"] == json!(["NOTES.md"]), "{list:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_lost_an_entry_halts_its_cluster_once_it_is_looked_at_and_goes_on_once_the_entry_is_back() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    web(&mut bound).await;
    flux.pushed().await;
    let halted = async |bound: &mut Bound| bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}")).await.ok()["halted"].clone();
    let repository = bound.repository();
    let head = git(&repository, &["rev-parse", "main"]);
    assert_eq!(halted(&mut bound).await, Value::Null);
    let before = format!("{head}~1");
    for moved in [["update-ref", "refs/heads/main", before.as_str()], ["update-ref", "-d", "refs/heads/main"]] {
        git(&repository, &moved);
        flux.pushed().await;
        assert!(halted(&mut bound).await.as_str().unwrap().contains("no longer holds № 0002"));
        git(&repository, &["update-ref", "refs/heads/main", &head]);
        flux.pushed().await;
        assert_eq!(halted(&mut bound).await, Value::Null);
    }
    // Each is logged once, however often the branch is looked at.
    flux.pushed().await;
    let audit = bound.ada.client.get("/api/v1/audit").await.ok().to_string();
    assert_eq!((audit.matches("cluster.halt").count(), audit.matches("cluster.resume").count()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_is_believed_for_its_signature_or_the_secret_and_nobody_else_makes_the_server_fetch() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let path = format!("/api/v1/hooks/git/{CLUSTER}");
    push(&bound.repository(), readme);
    flux.post(&path, &[("x-gitlab-token", "guess")], "{}").await.expect_problem(401, "not_signed");
    flux.post(&path, &[], "{}").await.expect_problem(401, "not_signed");
    assert!(foreign(&mut bound).await.is_empty());
    let signature = flux.sign("payload=of-a-forge");
    flux.post(&path, &[("x-hub-signature-256", &signature)], "payload=of-a-forge").await.expect_status(204);
    assert_eq!(foreign(&mut bound).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_webhook_the_branch_is_looked_at_by_itself() {
    let mut bound = Bound::with(|config| config.fetch_every = 1).await;
    push(&bound.repository(), readme);
    while foreign(&mut bound).await.is_empty() {}
    assert_eq!(foreign(&mut bound).await[0]["paths"], json!(["README.md"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_never_answers_keeps_no_other_branch_from_being_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    forge(&folder.path().join("ops.git"));
    let Some(http) = GitHttp::start(folder.path()) else { return };
    let line = Line::to(http.http_port);
    let mut host = Host::new();
    // Longer than anybody waits here.
    host.with = vec![("COUNTERSIGN_GIT_TIMEOUT", String::from("3600")), ("COUNTERSIGN_FETCH_EVERY", String::from("5"))];
    let mut ada = host.bound(GitHttp::binding(line.port, "ops.git")).await;
    // It comes after the one that hangs, by name.
    let recipient = ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok()["recipient"].clone();
    let other = json!({
        "name": "nl-prod-2", "environment": "production", "repository": { "kind": "embedded" }, "recipients": [recipient],
        "kube_system_uid": "6f1c0f6e-0000-4000-8000-000000000002",
    });
    ada.client.post("/api/v1/clusters", other).await.expect_status(201);
    let plan = ada.client.post("/api/v1/clusters/nl-prod-2/plans", json!({})).await.expect_status(201).ok();
    ada.deploy(plan["id"].as_str().unwrap()).await;
    line.set(Fault::Silent);
    line.is_waited_on();
    let pushed = push(&host.data().join("repositories/nl-prod-2.git"), readme);
    let began = std::time::Instant::now();
    let listed = loop {
        let list = ada.client.get("/api/v1/clusters/nl-prod-2/foreign").await.ok();
        if let Some(first) = list["items"].as_array().unwrap().first() {
            break first["commit"].clone();
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(120), "nobody looked");
        tokio::task::yield_now().await;
    };
    assert_eq!(listed, json!(pushed));
}
