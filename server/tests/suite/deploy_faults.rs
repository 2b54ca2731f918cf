//! Hosts that hang, refuse, lie or break off, through the whole pipeline: what the API says of it, and that nothing
//! is lost, doubled or held up.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::deploy_killed::neighbour;
use crate::support::git::{forge, git, try_git};
use crate::support::git_http::GitHttp;
use crate::support::host::{Host, assert_verifies, planned, shown, until};
use crate::support::line::{Fault, Line};
use crate::support::signing::{CLUSTER, Signer};
use crate::support::sshd::{Sshd, new_key};

struct Bench {
    ada: Signer,
    line: Line,
    folder: tempfile::TempDir,
    _host: Host,
    _http: GitHttp,
}

/// Bound over a line that is whole yet, with the stack `web` in the record: № 2.
async fn bench(git_timeout: u16) -> Option<Bench> {
    let folder = tempfile::tempdir().unwrap();
    forge(&folder.path().join("ops.git"));
    let http = GitHttp::start(folder.path())?;
    let line = Line::to(http.http_port);
    let mut host = Host::new();
    host.with.push(("COUNTERSIGN_GIT_TIMEOUT", git_timeout.to_string()));
    let mut ada = host.bound(GitHttp::binding(line.port, "ops.git")).await;
    let draft = ada.draft("web").await;
    let plan = ada.plan(&draft).await;
    assert_eq!(ada.deploy(&plan).await, 2);
    Some(Bench { ada, line, folder, _host: host, _http: http })
}

impl Bench {
    fn repository(&self) -> PathBuf {
        self.folder.path().join("ops.git")
    }
}

fn commits(repository: &Path) -> u64 {
    git(repository, &["rev-list", "--count", "main"]).parse().unwrap()
}

/// A problem that says what happened and what to do, and a plan that stands as it stood.
async fn assert_refused(ada: &mut Signer, plan: &str, approval: &Value, codes: &[&str]) {
    let answer = ada.send(plan, approval).await.expect_status(503);
    let problem: domain::problem::Problem = answer.json();
    assert!(codes.contains(&problem.code.as_str()), "{problem:?}");
    assert!(problem.detail.ends_with('.') && problem.hint.is_some() && problem.at.is_none(), "{problem:?}");
    assert!(!problem.detail.chars().any(char::is_control), "{problem:?}");
    let now = shown(ada, plan).await;
    assert_eq!((&now["approvals"], &now["slip"]["armed"], &now["deployment"]), (&json!([]), &json!(true), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_hangs_holds_up_nobody_else() {
    // Long enough that whatever waits for it would be seen waiting.
    let Some(Bench { mut ada, line, folder, _host, _http }) = bench(300).await else { return };
    let plan = planned(&mut ada, "good day").await;
    let approval = ada.sign(&plan).await;
    line.set(Fault::Silent);
    let (mut client, path, body) = (ada.client.clone(), format!("/api/v1/plans/{plan}/approvals"), approval.clone());
    let waiting = tokio::spawn(async move { client.post(&path, body).await });
    tokio::task::block_in_place(|| line.is_waited_on());

    // The same stack is edited, the plan is read, and another cluster of the same installation is bound and deployed to.
    assert_eq!(shown(&mut ada, &plan).await["slip"]["armed"], true);
    let draft = ada.draft("shop").await;
    ada.greet(&draft, "good evening").await;
    let pair = ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok();
    let other = json!({
        "name": "nl-prod-2", "environment": "production", "repository": { "kind": "embedded" }, "recipients": [pair["recipient"]],
    });
    ada.client.post("/api/v1/clusters", other).await.expect_status(201);
    let binding = ada.client.post("/api/v1/clusters/nl-prod-2/plans", json!({})).await.expect_status(201).ok();
    assert_eq!(ada.deploy(binding["id"].as_str().unwrap()).await, 1);
    assert!(!waiting.is_finished(), "the others waited for the host that hangs");

    line.set(Fault::Down);
    let answer = waiting.await.unwrap().expect_status(503);
    assert!(matches!(answer.json::<Value>()["code"].as_str(), Some("git_unreachable" | "git_garbage")), "{}", answer.text());
    line.set(Fault::None);
    let answer = ada.send(&plan, &approval).await.expect_status(201).ok();
    assert_eq!((&answer["deployment"]["state"], &answer["deployment"]["entry"]), (&json!("recorded"), &json!(3)));
    assert_eq!(commits(&folder.path().join("ops.git")), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_before_the_push_is_told_and_the_same_signature_counts_afterwards() {
    let Some(mut bench) = bench(3).await else { return };
    let faults = [
        (Fault::Down, ["git_unreachable", "git_garbage"]),
        (Fault::Silent, ["git_timeout"; 2]),
        (Fault::Stalled, ["git_timeout"; 2]),
        (Fault::Garbage, ["git_garbage"; 2]),
        (Fault::Dripping, ["git_timeout"; 2]),
    ];
    for (turn, (fault, codes)) in faults.into_iter().enumerate() {
        let plan = planned(&mut bench.ada, &format!("good day {turn}")).await;
        let approval = bench.ada.sign(&plan).await;
        let draft = bench.ada.draft(&format!("other-{turn}")).await;
        bench.line.set(fault);
        assert_refused(&mut bench.ada, &plan, &approval, &codes).await;
        let revision = bench.ada.revision(&draft).await;
        let refused = bench.ada.client.post(&format!("/api/v1/drafts/{draft}/plans"), json!({ "revision": revision })).await;
        assert!(codes.contains(&refused.expect_status(503).json::<Value>()["code"].as_str().unwrap()), "{fault:?}");
        bench.line.set(Fault::None);
        let answer = bench.ada.send(&plan, &approval).await.expect_status(201).ok();
        assert_eq!(answer["deployment"]["state"], "recorded", "{fault:?}: {answer}");
        assert_eq!(commits(&bench.repository()), 3 + turn as u64, "{fault:?}");
    }
    // A cluster is not added on a host that does not answer, and the field is named.
    bench.line.set(Fault::Silent);
    let binding = GitHttp::binding(bench.line.port, "ops.git");
    let new =
        json!({ "name": "nl-prod-2", "environment": "production", "repository": binding, "recipients": [recipient(&mut bench.ada).await] });
    let problem = bench.ada.client.post("/api/v1/clusters", new).await.expect_problem(422, "git_timeout");
    assert_eq!(problem.at.as_deref(), Some("repository.url"));
}

async fn recipient(ada: &mut Signer) -> String {
    let pair = ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok();
    pair["recipient"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_without_an_answer_ends_as_exactly_one_commit() {
    let Some(mut bench) = bench(3).await else { return };
    let mut entries = 2;
    for fault in [Fault::AnswerLost, Fault::AnswerLostThenDown, Fault::CutBeforePush, Fault::SilentPush] {
        let plan = planned(&mut bench.ada, &format!("{fault:?}")).await;
        let neighbour = bench.ada.draft(&format!("shop-{entries}")).await;
        let neighbour = bench.ada.plan(&neighbour).await;
        let approval = bench.ada.sign(&plan).await;
        let other = bench.ada.sign(&neighbour).await;
        bench.line.set(fault);
        let answer = bench.ada.send(&plan, &approval).await.expect_status(201).ok();
        let deployment = &answer["deployment"];
        if fault == Fault::AnswerLost {
            assert_eq!(deployment["state"], "recorded", "the repository itself was asked: {answer}");
        } else {
            assert_eq!((&deployment["state"], &deployment["code"]), (&json!("unclear"), &json!("push_unclear")), "{fault:?}: {answer}");
            let told = deployment["detail"].as_str().unwrap();
            assert!(told.contains("not known yet") && told.contains("asked again"), "{told}");
        }
        if matches!(fault, Fault::AnswerLostThenDown | Fault::SilentPush) {
            let waits = bench.ada.send(&neighbour, &other).await.expect_problem(409, "repository_waits");
            assert!(waits.hint.is_some());
            bench.line.set(Fault::None);
        }
        let now = until(&mut bench.ada, &plan, |state| state == Some("recorded")).await;
        entries += 1;
        assert_eq!((&now["deployment"]["entry"], &now["deployment"]["code"]), (&json!(entries), &Value::Null), "{fault:?}");
        assert_eq!(commits(&bench.repository()), entries, "{fault:?}: one commit");
        let answer = bench.ada.send(&neighbour, &other).await.expect_status(201).ok();
        entries += 1;
        assert_eq!(answer["deployment"]["entry"], entries, "{fault:?}: who waited goes on with the same signature");
    }
    assert_verifies(&bench.repository());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_rejects_is_not_recorded_and_its_reason_is_heard() {
    let Some(mut bench) = bench(30).await else { return };
    let hook = bench.repository().join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'main is frozen until Monday' >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    let plan = planned(&mut bench.ada, "good day").await;
    let answer = bench.ada.approve(&plan).await.expect_status(201).ok();
    let deployment = &answer["deployment"];
    assert_eq!((&deployment["state"], &deployment["code"]), (&json!("rejected"), &json!("git_rejected")), "{answer}");
    let told = deployment["detail"].as_str().unwrap();
    assert!(told.contains("main is frozen until Monday") && told.contains("plan again"), "{told}");
    assert_eq!((commits(&bench.repository()), &answer["slip"]["armed"]), (2, &json!(false)));
    std::fs::remove_file(&hook).unwrap();
    let plan = planned(&mut bench.ada, "good day").await;
    assert_eq!(bench.ada.deploy(&plan).await, 3, "its number is given again");

    // Somebody pushes between plan and signature: nothing is carried along under ours.
    let plan = planned(&mut bench.ada, "good night").await;
    let approval = bench.ada.sign(&plan).await;
    neighbour(&bench.repository());
    let problem = bench.ada.send(&plan, &approval).await.expect_problem(409, "stale");
    assert!(problem.detail.contains("Plan again") && problem.hint.is_some(), "{problem:?}");
    assert_eq!(commits(&bench.repository()), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_with_another_key_is_told_nothing() {
    let Some(mut sshd) = Sshd::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let bare = folder.path().join("ops.git");
    forge(&bare);
    let mut host = Host::new();
    let mut ada = host.set_up().await;
    let mut wrong = sshd.binding(&bare);
    wrong["host_key"] = json!(new_key().0.public_key().to_openssh().unwrap());
    let new = json!({ "name": CLUSTER, "environment": "production", "repository": wrong, "recipients": [recipient(&mut ada).await] });
    let problem = ada.client.post("/api/v1/clusters", new).await.expect_problem(422, "git_host_key_mismatch");
    assert_eq!(problem.at.as_deref(), Some("repository.host_key"));
    assert!(problem.detail.contains(&sshd.host_key.fingerprint()), "{problem:?}");

    ada.bind_to("production", sshd.binding(&bare)).await;
    ada.set_secret("a secret").await;
    let draft = ada.draft("web").await;
    let plan = ada.plan(&draft).await;
    let approval = ada.sign(&plan).await;
    let key = sshd.shows_another_key(&new_key().1);
    assert_refused(&mut ada, &plan, &approval, &["git_host_key_mismatch"]).await;
    sshd.shows_another_key(&key);
    let answer = ada.send(&plan, &approval).await.expect_status(201).ok();
    assert_eq!(answer["deployment"]["state"], "recorded", "{answer}");
    assert!(try_git(&bare, &["fsck", "--strict", "--full"]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_whose_certificate_no_authority_of_ours_signed_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    forge(&folder.path().join("ops.git"));
    let Some(mut http) = GitHttp::start(folder.path()) else { return };
    let mut host = Host::new();
    let mut ada = host.set_up().await;
    let unknown = http.tls_binding("ops.git", None);
    let new = json!({ "name": CLUSTER, "environment": "production", "repository": unknown, "recipients": [recipient(&mut ada).await] });
    let problem = ada.client.post("/api/v1/clusters", new).await.expect_problem(422, "git_certificate_invalid");
    assert_eq!(problem.at.as_deref(), Some("repository.ca_pem"));

    let ca_pem = http.ca_pem.clone();
    ada.bind_to("production", http.tls_binding("ops.git", Some(&ca_pem))).await;
    ada.set_secret("a secret").await;
    let draft = ada.draft("web").await;
    let plan = ada.plan(&draft).await;
    let approval = ada.sign(&plan).await;
    http.swaps_with_an_impostor();
    assert_refused(&mut ada, &plan, &approval, &["git_certificate_invalid"]).await;
    http.swaps_with_an_impostor();
    let answer = ada.send(&plan, &approval).await.expect_status(201).ok();
    assert_eq!(answer["deployment"]["state"], "recorded", "{answer}");
}
