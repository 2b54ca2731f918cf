//! Two servers over one database and one repository, no lease between them: every signed plan is sent to both at
//! once. What keeps the record right is the database's one transaction and the host's own comparison of the old head.

use std::path::Path;

use serde_json::{Value, json};

use crate::deploy_killed_http::numbers;
use crate::support::git::{forge, git, try_git};
use crate::support::git_http::GitHttp;
use crate::support::host::{Host, assert_verifies, settled, shown};
use crate::support::machine;
use crate::support::signing::CLUSTER;
use crate::support::sshd::Sshd;

/// `bare`: the repository in the file system, where it is none of the host's own.
async fn race(binding: Value, bare: Option<&Path>) {
    let stacks: u64 = if machine::has_time() { 12 } else { 4 };
    let mut one = Host::new();
    one.with.push(("COUNTERSIGN_LEASE", String::from("off")));
    let mut ada = one.bound(binding).await;
    let other = one.twin();
    let mut signed = Vec::new();
    for n in 0..stacks {
        let draft = ada.draft(&format!("stack-{n}")).await;
        let plan = ada.plan(&draft).await;
        let approval = ada.sign(&plan).await;
        signed.push((plan, approval));
    }
    let mut asked = tokio::task::JoinSet::new();
    for (plan, approval) in &signed {
        for host in [&one, &other] {
            let (mut client, path, approval) = (host.client_of(&ada), format!("/api/v1/plans/{plan}/approvals"), approval.clone());
            let plan = plan.clone();
            asked.spawn(async move { (plan, client.post(&path, approval).await) });
        }
    }
    let mut acknowledged = Vec::new();
    for (plan, answer) in asked.join_all().await {
        if answer.status == 201 {
            let entry: Value = answer.json();
            if entry["deployment"]["state"] == "recorded" {
                acknowledged.push((plan, entry["deployment"]["entry"].as_u64().unwrap(), entry["deployment"]["commit"].clone()));
            }
            continue;
        }
        let problem: Value = answer.json();
        assert!(
            matches!(problem["code"].as_str(), Some("plan_deployed" | "approval_replayed" | "repository_waits")),
            "{}: {problem}",
            answer.what
        );
    }
    let mut told_to_wait = Vec::new();
    for (plan, approval) in &signed {
        if settled(&mut ada, plan).await["deployment"].is_null() {
            told_to_wait.push((plan, approval));
        }
    }
    for (plan, approval) in told_to_wait {
        // The very same signature goes on: nobody signs twice.
        ada.send(plan, approval).await.expect_status(201);
    }
    let mut recorded = Vec::new();
    for (plan, _) in &signed {
        let now = settled(&mut ada, plan).await;
        assert_eq!(now["deployment"]["state"], "recorded", "{now}");
        recorded.push(now["deployment"]["entry"].as_u64().unwrap());
    }
    recorded.sort_unstable();
    assert_eq!(recorded, (2..=stacks + 1).collect::<Vec<_>>(), "gapless, none doubled");
    assert!(!acknowledged.is_empty());

    let repository = bare.map_or_else(|| one.data().join("repositories").join(format!("{CLUSTER}.git")), Path::to_owned);
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", repository.to_str().unwrap(), "."]);
    assert_eq!(numbers(clone.path()), (1..=stacks + 1).collect::<Vec<_>>());
    let commits = git(clone.path(), &["rev-list", "HEAD"]);
    assert_eq!(commits.lines().count() as u64, stacks + 1);
    for (plan, entry, commit) in acknowledged {
        let now = shown(&mut ada, &plan).await;
        assert_eq!(
            (now["deployment"]["entry"].as_u64(), &now["deployment"]["commit"]),
            (Some(entry), &commit),
            "an acknowledged entry stays"
        );
        assert!(commits.lines().any(|id| id == commit.as_str().unwrap()), "{commit} is not reachable");
    }
    assert!(try_git(&repository, &["fsck", "--strict", "--full"]).status.success());
    assert_verifies(clone.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_without_a_lease_double_and_lose_nothing_over_file() {
    race(json!({ "kind": "embedded" }), None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_without_a_lease_double_and_lose_nothing_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let bare = folder.path().join("ops.git");
    forge(&bare);
    let Some(http) = GitHttp::start(folder.path()) else { return };
    race(GitHttp::binding(http.http_port, "ops.git"), Some(&bare)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_without_a_lease_double_and_lose_nothing_over_ssh() {
    let Some(sshd) = Sshd::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let bare = folder.path().join("ops.git");
    forge(&bare);
    race(sshd.binding(&bare), Some(&bare)).await;
}
