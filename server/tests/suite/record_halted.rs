//! A branch that is not as it was recorded: nothing is planned or deployed there until it is put right.

use serde_json::{Value, json};

use crate::support::git::git;
use crate::support::signing::{Bound, CLUSTER};

async fn halted(bound: &mut Bound) -> Value {
    bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}")).await.ok()["halted"].clone()
}

fn point_at(bound: &Bound, commit: &str) {
    git(&bound.repository(), &["update-ref", "refs/heads/main", commit]);
}

/// With a plan that waits for its signature.
async fn waiting() -> (Bound, String, String) {
    let mut bound = Bound::new().await;
    let first = bound.planned("web").await;
    assert_eq!(bound.ada.deploy(&first).await, 2);
    let plan = bound.planned("shop").await;
    let head = git(&bound.repository(), &["rev-parse", "main"]);
    (bound, plan, head)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_lost_entries_is_noticed_at_every_turn_and_goes_on_once_they_are_back() {
    let (mut bound, plan, head) = waiting().await;
    point_at(&bound, &format!("{head}~1"));
    // What was signed waits, and is not void.
    let answer = bound.ada.approve(&plan).await;
    let problem = answer.expect_problem(409, "record_rewound");
    assert!(problem.detail.contains("№ 0002") && problem.hint.unwrap().contains(&head), "{}", problem.detail);
    assert!(halted(&mut bound).await.as_str().unwrap().contains("no longer holds № 0002"));
    let draft = bound.ada.draft_of("web").await;
    let freeze = json!({ "revision": bound.ada.revision(&draft).await });
    bound.ada.client.post(&format!("/api/v1/drafts/{draft}/plans"), freeze.clone()).await.expect_problem(409, "record_rewound");
    bound.ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/roster-plans"), json!({})).await.expect_problem(409, "record_rewound");
    assert_eq!(git(&bound.repository(), &["rev-list", "--count", "main"]), "1", "nothing was built on what is left");

    point_at(&bound, &head);
    bound.ada.client.post(&format!("/api/v1/drafts/{draft}/plans"), freeze).await.expect_status(201);
    assert_eq!(halted(&mut bound).await, Value::Null);
    assert_eq!(bound.ada.deploy(&plan).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_finds_a_branch_that_was_moved_while_the_server_was_away() {
    let (mut bound, _, head) = waiting().await;
    git(&bound.repository(), &["update-ref", "-d", "refs/heads/main"]);
    let Bound { test, ada, identity } = bound;
    bound = Bound { test: test.restarted().await, ada, identity };
    let actions = async |bound: &mut Bound| -> Vec<String> {
        let page = bound.ada.client.get("/api/v1/audit").await.ok();
        page["items"].as_array().unwrap().iter().map(|line| line["leaf"]["action"].as_str().unwrap().to_owned()).collect()
    };
    // The look at the start runs beside the listener.
    while !actions(&mut bound).await.contains(&String::from("cluster.halt")) {
        tokio::task::yield_now().await;
    }
    assert!(halted(&mut bound).await.as_str().unwrap().contains("№ 0002"));
    point_at(&bound, &head);
    let plan = bound.planned("once-more").await;
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    assert!(actions(&mut bound).await.contains(&String::from("cluster.resume")));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_files_changed_by_somebody_halt_the_cluster_until_they_are_put_back() {
    let (mut bound, plan, _) = waiting().await;
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    let roster = clone.path().join("allowed_signers");
    let before = std::fs::read(&roster).unwrap();
    let push = |bytes: &[u8]| {
        std::fs::write(&roster, bytes).unwrap();
        git(clone.path(), &["commit", "-q", "-a", "-m", "quick fix"]);
        git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    };
    push(b"# mine\n");
    let problem = bound.ada.approve(&plan).await.expect_problem(409, "record_changed");
    assert!(problem.detail.starts_with("allowed_signers"), "{}", problem.detail);
    push(&before);
    // Somebody's commits are on the branch now: what was signed before them is planned again.
    let plan = bound.planned("after").await;
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    let verdict = std::process::Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(bound.repository()).output().unwrap();
    assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_nobody_here_knows_of_halt_the_cluster() {
    let (mut bound, plan, _) = waiting().await;
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    let folder = clone.path().join(".countersign/0003-0123456789abcdef");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("plan.json"), "{}").unwrap();
    git(clone.path(), &["add", "-A"]);
    git(clone.path(), &["commit", "-q", "-m", "by another installation"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    let problem = bound.ada.approve(&plan).await.expect_problem(409, "record_ahead");
    assert!(problem.detail.contains("№ 0003") && problem.detail.contains("№ 0002"), "{}", problem.detail);
}
