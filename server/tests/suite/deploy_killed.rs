//! The real binary, killed at every point of a deploy to a repository on its own machine: afterwards the deploy is
//! wholly recorded or not at all.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use server::deploy::failpoint::POINTS;

use crate::support::git::{git, try_git};
use crate::support::host::{Host, assert_verifies, planned, settled, shown};
use crate::support::machine;
use crate::support::signing::{CLUSTER, Signer};

fn repository(host: &Host) -> PathBuf {
    host.data().join("repositories").join(format!("{CLUSTER}.git"))
}

fn head(host: &Host) -> String {
    git(&repository(host), &["rev-parse", "main"])
}

/// Set up, bound, with a stack in the record, and two people who may sign.
async fn host() -> (Host, Signer, Signer) {
    let mut host = Host::new();
    let mut ada = host.bound(json!({ "kind": "embedded" })).await;
    let tom = host.operator(&mut ada, "tom").await;
    let roster = ada.plan_cluster("roster-plans").await;
    assert_eq!(ada.deploy(&roster).await, 2);
    let draft = ada.draft("web").await;
    let plan = ada.plan(&draft).await;
    assert_eq!(ada.deploy(&plan).await, 3);
    (host, ada, tom)
}

/// Signs a plan with the server set to die at a point on the way.
pub async fn die_signing(host: &mut Host, ada: &mut Signer, plan: &str, approval: &Value, point: &str) {
    host.stop();
    host.start(Some(point));
    let answer = ada.client.try_post(&format!("/api/v1/plans/{plan}/approvals"), approval.clone()).await;
    assert!(answer.is_none(), "{point} was not reached: {}", answer.unwrap().text());
    host.has_died(point);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_point_a_deploy_is_wholly_recorded_or_not_at_all() {
    let (mut host, mut ada, mut tom) = host().await;
    let mut entries = 3;
    let mut foreign = 0;
    // Without time every fifth point, which are of all stages.
    let step = if machine::has_time() { 1 } else { 5 };
    for (round, &point) in POINTS.iter().enumerate().step_by(step) {
        if point == "approve.after_store" {
            // Only a signature that is not the last one passes here.
            ada.client.patch("/api/v1/environments/production", json!({ "approvals": 2 })).await.expect_status(200);
            let plan = planned(&mut ada, &format!("round {round}")).await;
            let approval = ada.sign(&plan).await;
            die_signing(&mut host, &mut ada, &plan, &approval, point).await;
            host.start(None);
            assert_eq!(shown(&mut ada, &plan).await["approvals"].as_array().unwrap().len(), 1);
            assert_eq!(tom.deploy(&plan).await, entries + 1, "{point}");
            entries += 1;
            ada.client.patch("/api/v1/environments/production", json!({ "approvals": 1 })).await.expect_status(200);
            continue;
        }
        let plan = planned(&mut ada, &format!("round {round}")).await;
        let approval = ada.sign(&plan).await;
        let before = head(&host);
        let is_later = point.starts_with("resolve.") || point.ends_with("_lease") || point.ends_with("_unclear");
        if !is_later {
            die_signing(&mut host, &mut ada, &plan, &approval, point).await;
        } else {
            die_signing(&mut host, &mut ada, &plan, &approval, "intend.after_store").await;
            assert_eq!(head(&host), before, "nothing is pushed before the intent is stored");
            let aside = host.folder.path().join("aside.git");
            if point.starts_with("resolve.") {
                neighbour(&repository(&host));
                foreign += 1;
            }
            if point.ends_with("_unclear") {
                std::fs::rename(repository(&host), &aside).unwrap();
            }
            host.start(Some(point));
            host.has_died(point);
            if aside.exists() {
                std::fs::rename(&aside, repository(&host)).unwrap();
            }
        }
        let at_death = head(&host);
        host.start(None);
        let now = settled(&mut ada, &plan).await;
        match now["deployment"]["state"].as_str() {
            Some("recorded") => assert_eq!(now["deployment"]["commit"], head(&host), "{point}"),
            Some("stale") => {
                assert!(point.starts_with("resolve."), "{point}: {now}");
                assert_eq!(now["deployment"]["code"], "branch_moved", "{point}: {now}");
                assert_eq!(head(&host), at_death, "{point}");
                continue;
            }
            _ => {
                assert_eq!((head(&host), &now["approvals"]), (before, &json!([])), "{point}: half a deployment");
                assert_eq!(now["slip"]["armed"], true, "{point}: {now}");
                let answer = ada.send(&plan, &approval).await.expect_status(201).ok();
                assert_eq!(answer["deployment"]["state"], "recorded", "{point}: {answer}");
            }
        }
        entries += 1;
        let now = shown(&mut ada, &plan).await;
        assert_eq!(now["deployment"]["entry"].as_u64(), Some(entries), "{point}");
    }
    let count: u64 = git(&repository(&host), &["rev-list", "--count", "main"]).parse().unwrap();
    assert_eq!(count, entries + foreign, "a commit for each entry, none lost, none doubled");
    assert!(try_git(&repository(&host), &["fsck", "--strict", "--full"]).status.success());
    assert_verifies(&repository(&host));
}

/// Somebody's own commit on the branch.
pub fn neighbour(repository: &Path) {
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", repository.to_str().unwrap(), "."]);
    git(clone.path(), &["commit", "-q", "--allow-empty", "-m", "by a neighbour"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
}
