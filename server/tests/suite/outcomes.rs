//! What a cluster says of our commits, and what nobody can make the pages say.

use serde_json::{Value, json};

use crate::support::git::git;
use crate::support::notification::{Flux, event, failed, reconciled};
use crate::support::signing::{Bound, CLUSTER};

/// A path, headers and a body.
type Post<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

async fn entry(bound: &mut Bound, number: u64) -> Value {
    bound.ada.client.get(&format!("/api/v1/record/{CLUSTER}/{number}")).await.ok()
}

async fn commit(bound: &mut Bound, number: u64) -> String {
    entry(bound, number).await["commit"].as_str().unwrap().to_owned()
}

/// The states of login and of podinfo, which waits for it.
async fn states(bound: &mut Bound, number: u64) -> (String, String) {
    let entry = entry(bound, number).await;
    let of = |id: &str| {
        let components = entry["outcome"]["components"].as_array().unwrap();
        components.iter().find(|one| one["component"] == id).unwrap()["state"].as_str().unwrap().to_owned()
    };
    (of("login"), of("podinfo"))
}

async fn web(bound: &mut Bound) -> u64 {
    let plan = bound.planned("web").await;
    bound.ada.deploy(&plan).await
}

async fn web_again(bound: &mut Bound, greeting: &str) -> u64 {
    let draft = bound.ada.draft_of("web").await;
    bound.ada.greet(&draft, greeting).await;
    let plan = bound.ada.plan(&draft).await;
    bound.ada.deploy(&plan).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_told_by_component_and_nothing_is_green_before_the_cluster_says_so() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    let commit = commit(&mut bound, number).await;
    assert_eq!(states(&mut bound, number).await, ("unknown".into(), "unknown".into()));

    flux.tell(&failed("web--login", &commit, 10)).await;
    let shown = entry(&mut bound, number).await;
    let outcome = &shown["outcome"];
    assert_eq!((&outcome["state"], &outcome["tally"]), (&json!("failing"), &json!("login failing, 0 of 2 reconciled")));
    let [login, podinfo] = [&outcome["components"][0], &outcome["components"][1]];
    assert_eq!(login["message"], "HealthCheckFailed of web--login");
    assert!(login["change"].as_str().unwrap().contains("added it"), "{login}");
    assert!(login["since"].is_i64() && login["heard"].is_i64(), "{login}");
    assert_eq!(podinfo["sentence"], "Waits for login, because it fails: HealthCheckFailed of web--login.");

    let list = bound.ada.client.get("/api/v1/record").await.ok();
    assert_eq!(list["items"][0]["outcome"]["state"], "failing");
    let overview = bound.ada.client.get("/api/v1/overview").await.ok();
    assert_eq!(overview["stacks"][0]["cells"][0]["outcome"]["state"], "failing", "{overview}");
    let draft = bound.ada.draft_of("web").await;
    let live = bound.ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    assert_eq!((&live["live"][0]["state"], &live["live"][1]["state"]), (&json!("failing"), &json!("waits")));

    flux.tell(&reconciled("web--login", &commit, 20)).await;
    assert_eq!(states(&mut bound, number).await, ("reconciled".into(), "unknown".into()));
    flux.tell(&reconciled("web--podinfo", &commit, 30)).await;
    let shown = entry(&mut bound, number).await;
    assert_eq!((&shown["outcome"]["word"], &shown["outcome"]["tally"]), (&json!("Reconciled"), &json!("2 of 2 reconciled")));
}

#[tokio::test(flavor = "multi_thread")]
async fn late_repeated_and_older_events_change_nothing_and_a_neighbours_commit_counts() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let first = web(&mut bound).await;
    let second = web_again(&mut bound, "good evening").await;
    let (old, new) = (commit(&mut bound, first).await, commit(&mut bound, second).await);
    flux.tell(&failed("web--login", &new, 100)).await;
    // Older by commit, newer by the clock; then what was said of the same commit before it failed, and that twice.
    flux.tell(&reconciled("web--login", &old, 900)).await;
    for _ in 0..2 {
        flux.tell(&reconciled("web--login", &new, 50)).await;
    }
    flux.tell(&event("web--login", &new, "info", "Progressing", 200)).await;
    assert_eq!(states(&mut bound, second).await, ("failing".into(), "waits".into()));
    assert_eq!(states(&mut bound, first).await.0, "reconciled");

    let plan = bound.planned("shop").await;
    let third = bound.ada.deploy(&plan).await;
    let neighbour = commit(&mut bound, third).await;
    flux.tell(&reconciled("web--login", &neighbour, 300)).await;
    assert_eq!(states(&mut bound, second).await.0, "reconciled");
    // A commit that nobody knows, a component that is not there, an object of another kind: taken, and nothing more.
    let before = entry(&mut bound, second).await;
    flux.tell(&failed("web--login", &"a".repeat(40), 999)).await;
    flux.tell(&failed("web--nobody", &neighbour, 999)).await;
    flux.tell(&failed("nowhere--login", &neighbour, 999)).await;
    let mut release = failed("login", &neighbour, 999);
    release["involvedObject"]["kind"] = json!("HelmRelease");
    flux.tell(&release).await;
    assert_eq!(entry(&mut bound, second).await["outcome"], before["outcome"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_runs_ahead_does_not_win_for_ever() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    let commit = commit(&mut bound, number).await;
    flux.tell(&failed("web--login", &commit, 400 * 365 * 24 * 3600 / 10)).await;
    bound.test.clock.advance(server::clock::HOUR);
    bound.ada.log_in().await;
    let now = (bound.test.clock.now() / 1_000_000) - 1_767_225_600;
    flux.tell(&reconciled("web--login", &commit, now)).await;
    assert_eq!(states(&mut bound, number).await.0, "reconciled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_with_the_clusters_secret_is_refused_without_a_word_why() {
    let mut bound = Bound::new().await;
    let path = format!("/api/v1/hooks/flux/{CLUSTER}");
    let number = web(&mut bound).await;
    let commit = commit(&mut bound, number).await;
    let body = reconciled("web--login", &commit, 10).to_string();
    let mut before_any = Flux::of(&mut bound).await;
    let old = before_any.sign(&body);
    // The secret is made anew: what the one before signed counts no more.
    let mut flux = Flux::of(&mut bound).await;
    let right = flux.sign(&body);
    let forged = body.replace("login", "podinfo");
    let tries: [Post; 6] = [
        (&path, vec![("x-signature", &old)], &body),
        (&path, vec![("x-signature", &right)], &forged),
        (&path, vec![], &body),
        (&path, vec![("x-signature", "sha256=")], &body),
        (&path, vec![("authorization", "Bearer x")], &body),
        ("/api/v1/hooks/flux/no-such-cluster", vec![("x-signature", &right)], &body),
    ];
    let mut said = Vec::new();
    for (path, headers, body) in tries {
        said.push(flux.post(path, &headers, body).await.expect_problem(401, "not_signed"));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "a stranger can tell the refusals apart: {said:?}");
    assert_eq!(states(&mut bound, number).await, ("unknown".into(), "unknown".into()));
    flux.post(&path, &[("x-signature", &right)], &"x".repeat(256 * 1024 + 1)).await.expect_problem(413, "too_large");
    let nothing = flux.sign("{}");
    flux.post(&path, &[("x-signature", &nothing)], "{}").await.expect_problem(422, "not_an_event");
    flux.post(&path, &[("x-signature", &right)], &body).await.expect_status(204);
    assert_eq!(states(&mut bound, number).await.0, "reconciled");
    let _ = before_any.post(&path, &[("x-signature", &old)], &body).await.expect_status(401);
}

/// An empty commit by somebody, met.
async fn pushed(bound: &Bound, flux: &mut Flux) -> String {
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    git(clone.path(), &["commit", "-q", "--allow-empty", "-m", "by hand"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    flux.pushed().await;
    git(clone.path(), &["rev-parse", "HEAD"])
}

#[tokio::test(flavor = "multi_thread")]
async fn g1_is_what_a_refused_commit_told_and_an_unsigned_one_that_was_applied_takes_it_back() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    web(&mut bound).await;
    let told = async |bound: &mut Bound| {
        let cluster = bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}")).await.ok();
        (cluster["guarantee"]["level"].clone(), cluster["guarantee"]["told_by"]["commit"].clone())
    };
    let refused = |source: &str, commit: &str, second: i64| {
        let mut event = event(source, commit, "error", "InvalidCommitSignature", second);
        event["involvedObject"]["kind"] = json!("GitRepository");
        event["involvedObject"]["apiVersion"] = json!("source.toolkit.fluxcd.io/v1");
        event["message"] = json!(format!("signature verification of commit '{commit}' failed: no key fits"));
        event
    };
    assert_eq!(told(&mut bound).await, (json!("g0"), Value::Null));
    let first = pushed(&bound, &mut flux).await;
    flux.tell(&reconciled("web--login", &first, 10)).await;
    assert_eq!(told(&mut bound).await, (json!("g0"), json!(first)));
    let second = pushed(&bound, &mut flux).await;
    flux.tell(&refused("somebody-elses", &second, 20)).await;
    assert_eq!(told(&mut bound).await, (json!("g0"), json!(first)));
    flux.tell(&refused("flux-system", &second, 20)).await;
    // What was applied before stays applied, and saying so again takes nothing back; nor does a late word of a refusal.
    flux.tell(&reconciled("web--login", &first, 30)).await;
    flux.tell(&refused("flux-system", &first, 15)).await;
    assert_eq!(told(&mut bound).await, (json!("g1"), json!(second)));
    flux.tell(&reconciled("web--login", &second, 40)).await;
    assert_eq!(told(&mut bound).await, (json!("g0"), json!(second)));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_words_said_again_drive_out_no_newer_one() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    for n in 0..40 {
        git(clone.path(), &["commit", "-q", "--allow-empty", "-m", &format!("by hand {n}")]);
    }
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    flux.pushed().await;
    let log = git(clone.path(), &["rev-list", "--first-parent", "-n", "40", "HEAD"]);
    let (last, older) = log.split_once('\n').unwrap();
    flux.tell(&failed("web--login", last, 100)).await;
    for commit in older.lines() {
        flux.tell(&reconciled("web--login", commit, 50)).await;
    }
    assert_eq!(states(&mut bound, number).await.0, "failing");
    // Nor do words of commits that nobody knows.
    for n in 0..40 {
        flux.tell(&reconciled("web--login", &format!("{n:040x}"), 200)).await;
    }
    assert_eq!(states(&mut bound, number).await.0, "failing");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_words_of_one_second_read_the_same_in_whatever_order_they_came() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    let commit = commit(&mut bound, number).await;
    for message in ["it broke", "a wheel came off"] {
        let mut event = failed("web--login", &commit, 10);
        event["message"] = json!(message);
        flux.tell(&event).await;
        let mut event = failed("web--podinfo", &commit, 10);
        event["message"] = json!(if message == "it broke" { "a wheel came off" } else { "it broke" });
        flux.tell(&event).await;
    }
    let shown = entry(&mut bound, number).await;
    let components = &shown["outcome"]["components"];
    assert_eq!(components[0]["message"], components[1]["message"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_somebody_elses_change_is_not_told_of_what_stands_since() {
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let number = web(&mut bound).await;
    let commit = commit(&mut bound, number).await;
    flux.tell(&reconciled("web--login", &commit, 10)).await;
    flux.tell(&reconciled("web--podinfo", &commit, 10)).await;
    let draft = bound.ada.draft_of("web").await;
    let live = async |bound: &mut Bound| bound.ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok()["live"][0].clone();
    assert_eq!(live(&mut bound).await["state"], "reconciled");
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    std::fs::write(clone.path().join("stacks/web/NOTES"), "mine\n").unwrap();
    git(clone.path(), &["add", "-A"]);
    git(clone.path(), &["commit", "-q", "-m", "by hand"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    flux.pushed().await;
    let theirs = git(clone.path(), &["rev-parse", "HEAD"]);
    let shown = live(&mut bound).await;
    assert_eq!((&shown["state"], &shown["word"]), (&json!("unknown"), &json!("Changed by others")));
    let sentence = shown["sentence"].as_str().unwrap();
    assert!(sentence.contains(&theirs[..7]) && sentence.contains("the cluster held it as it was signed"), "{sentence}");
    assert!(shown["since"].is_i64() && shown["heard"].is_i64(), "{shown}");
    let overview = bound.ada.client.get("/api/v1/overview").await.ok();
    assert_eq!(overview["stacks"][0]["cells"][0]["outcome"]["state"], "unknown");
    assert_eq!(entry(&mut bound, number).await["outcome"]["state"], "unknown");
    // Once a person answered for it, the entry before is history again.
    let again = web_again(&mut bound, "good evening").await;
    assert_eq!(entry(&mut bound, number).await["outcome"]["state"], "reconciled");
    assert_eq!(entry(&mut bound, again).await["outcome"]["state"], "unknown");
}
