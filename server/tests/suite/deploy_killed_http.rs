//! The real binary, killed at every point of a deploy over http: while somebody signs, while a restart goes on with
//! what the last process left, and when the host's answer was lost. What a clone by stock git holds is the verdict.

use std::path::{Path, PathBuf};

use serde_json::json;
use server::deploy::failpoint::POINTS;

use crate::deploy_killed::die_signing;
use crate::support::git::{forge, git, try_git};
use crate::support::git_http::{GitHttp, TOKEN, USER};
use crate::support::host::{Host, assert_verifies, planned, settled, shown};
use crate::support::line::{Fault, Line};
use crate::support::signing::Signer;

/// On which way to the record the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In the request of the person who signs.
    Signing,
    /// After a restart that found the intent.
    Resuming,
    /// In the request, and the host's answer to the push got lost.
    AnswerLost,
    /// After a restart, and the host's answer got lost.
    AnswerLostResuming,
    /// In the request, and with its answer the host was gone.
    HostGone,
    HostGoneResuming,
}

/// The ways that lead past a point.
fn ways(point: &str) -> &'static [Way] {
    use Way::*;
    match point.split_once('.').unwrap() {
        ("approve" | "intend", _) => &[Signing],
        ("push", "before_lease" | "after_lease") => &[Resuming, AnswerLostResuming],
        ("push", "before_unclear" | "after_unclear") => &[HostGone, HostGoneResuming],
        ("push", _) | ("record", _) => &[Signing, Resuming, AnswerLost],
        ("resolve", _) => &[AnswerLost, AnswerLostResuming, HostGone],
        other => panic!("{other:?}"),
    }
}

struct Bench {
    host: Host,
    ada: Signer,
    tom: Signer,
    line: Line,
    http: GitHttp,
    forge: tempfile::TempDir,
    entries: u64,
}

impl Bench {
    async fn new() -> Option<Bench> {
        let folder = tempfile::tempdir().unwrap();
        forge(&folder.path().join("ops.git"));
        let http = GitHttp::start(folder.path())?;
        let line = Line::to(http.http_port);
        let mut host = Host::new();
        let mut ada = host.bound(GitHttp::binding(line.port, "ops.git")).await;
        let tom = host.operator(&mut ada, "tom").await;
        let roster = ada.plan_cluster("roster-plans").await;
        assert_eq!(ada.deploy(&roster).await, 2);
        let draft = ada.draft("web").await;
        let plan = ada.plan(&draft).await;
        assert_eq!(ada.deploy(&plan).await, 3);
        Some(Bench { host, ada, tom, line, http, forge: folder, entries: 3 })
    }

    fn repository(&self) -> PathBuf {
        self.forge.path().join("ops.git")
    }

    fn head(&self) -> String {
        git(&self.repository(), &["rev-parse", "main"])
    }

    /// Dies there on that way, is started again, and what came of it is one entry.
    async fn kill(&mut self, round: usize, point: &str, way: Way) {
        let what = format!("{point} {way:?}, round {round}");
        let plan = planned(&mut self.ada, &what).await;
        let approval = self.ada.sign(&plan).await;
        let before = self.head();
        let fault = match way {
            Way::Signing | Way::Resuming => Fault::None,
            Way::AnswerLost | Way::AnswerLostResuming => Fault::AnswerLost,
            Way::HostGone | Way::HostGoneResuming => Fault::AnswerLostThenDown,
        };
        if matches!(way, Way::Resuming | Way::AnswerLostResuming | Way::HostGoneResuming) {
            die_signing(&mut self.host, &mut self.ada, &plan, &approval, "intend.after_store").await;
            assert_eq!(self.head(), before, "nothing is pushed before the intent is stored");
            self.line.set(fault);
            self.host.start(Some(point));
            self.host.has_died(point);
        } else {
            self.line.set(fault);
            die_signing(&mut self.host, &mut self.ada, &plan, &approval, point).await;
        }
        self.line.set(Fault::None);
        self.host.start(None);
        let mut now = settled(&mut self.ada, &plan).await;
        if now["deployment"].is_null() {
            assert_eq!((self.head(), &now["approvals"]), (before, &json!([])), "{what}: half a deployment");
            assert_eq!(now["slip"]["armed"], true, "{what}: {now}");
            assert!(point.starts_with("approve.") || point.starts_with("intend."), "{what}: the intent is lost");
            now = self.ada.send(&plan, &approval).await.expect_status(201).ok();
        }
        self.entries += 1;
        let deployment = &now["deployment"];
        assert_eq!((&deployment["state"], deployment["entry"].as_u64()), (&json!("recorded"), Some(self.entries)), "{what}: {now}");
        assert_eq!(deployment["commit"], self.head(), "{what}");
    }

    /// One of two signatures is stored and the process dies: it counts, once.
    async fn kill_between_two_signatures(&mut self, point: &str) {
        let policy = |approvals: u32| json!({ "approvals": approvals });
        self.ada.client.patch("/api/v1/environments/production", policy(2)).await.expect_status(200);
        let plan = planned(&mut self.ada, &format!("entry {}", self.entries)).await;
        let approval = self.ada.sign(&plan).await;
        die_signing(&mut self.host, &mut self.ada, &plan, &approval, point).await;
        self.host.start(None);
        assert_eq!(shown(&mut self.ada, &plan).await["approvals"].as_array().unwrap().len(), 1);
        self.entries += 1;
        assert_eq!(self.tom.deploy(&plan).await, self.entries, "{point}");
        self.ada.client.patch("/api/v1/environments/production", policy(1)).await.expect_status(200);
    }

    /// Every number from 1 on once, each in a commit of its own on top of the one before.
    fn assert_whole(&self) {
        let clone = tempfile::tempdir().unwrap();
        let url = format!("http://{USER}:{TOKEN}@127.0.0.1:{}/ops.git", self.http.http_port);
        git(clone.path(), &["clone", "-q", &url, "."]);
        assert_eq!(numbers(clone.path()), (1..=self.entries).collect::<Vec<_>>());
        assert!(try_git(clone.path(), &["fsck", "--strict", "--full"]).status.success());
        assert_verifies(clone.path());
    }
}

/// The numbers of the entries by their commits' trailers, oldest first; each has its folder.
pub fn numbers(clone: &Path) -> Vec<u64> {
    let trailers = git(clone, &["log", "--reverse", "--first-parent", "--format=%(trailers:key=Record,valueonly,separator=)"]);
    let numbers: Vec<u64> = trailers.lines().filter(|line| !line.is_empty()).map(|line| line.trim().parse().unwrap()).collect();
    let folders = std::fs::read_dir(clone.join(".countersign")).unwrap().count();
    assert_eq!(folders, numbers.len());
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_point_over_http_a_deploy_is_wholly_recorded_or_not_at_all() {
    let Some(mut bench) = Bench::new().await else { return };
    for round in 0..3 {
        for &point in POINTS {
            if point == "approve.after_store" {
                bench.kill_between_two_signatures(point).await;
                continue;
            }
            for way in ways(point) {
                bench.kill(round, point, *way).await;
            }
        }
        bench.assert_whole();
    }
}
