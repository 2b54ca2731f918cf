//! The real binary, killed at every point of a deploy: afterwards it is wholly recorded or not at all, and no
//! secret stands anywhere in the clear.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain::principal::{Grant, Role, Target};
use serde_json::{Value, json};
use server::deploy::failpoint::POINTS;

use crate::support::Client;
use crate::support::git::{git, try_git};
use crate::support::signing::{CANARY, CLUSTER, Signer};

/// One data folder, and the process that has it.
struct Host {
    folder: tempfile::TempDir,
    port: u16,
    child: Option<Child>,
    set_up_code: Option<String>,
}

impl Host {
    fn start(&mut self, failpoint: Option<&str>) {
        let log = File::options().append(true).create(true).open(self.log()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port), "--data"]).arg(self.data());
        command.env("COUNTERSIGN_LOG", "debug").stdout(Stdio::piped()).stderr(log);
        if let Some(point) = failpoint {
            command.env("COUNTERSIGN_FAILPOINT", point);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // A point that recovery passes may end it before it says anything.
        if let Some(origin) = lines.find_map(|line| line.strip_prefix("Open: ").map(str::to_owned)) {
            self.port = origin.rsplit_once(':').unwrap().1.parse().unwrap();
            if self.set_up_code.is_none() && !self.data().join("repositories").exists() {
                self.set_up_code = lines.find_map(|line| line.strip_prefix("Set-up code: ").map(str::to_owned));
            }
        }
        self.child = Some(child);
    }

    /// Waits for the end that a failpoint brings.
    fn has_died(&mut self, point: &str) {
        let mut child = self.child.take().unwrap();
        let began = Instant::now();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if began.elapsed() > Duration::from_secs(30) => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    panic!("{point} was not reached");
                }
                None => std::thread::yield_now(),
            }
        };
        assert_eq!(status.signal(), Some(6), "{point}: {status}");
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    fn client(&self) -> Client {
        Client::new(([127, 0, 0, 1], self.port).into(), self.origin())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn repository(&self) -> PathBuf {
        self.data().join("repositories").join(format!("{CLUSTER}.git"))
    }

    fn head(&self) -> String {
        git(&self.repository(), &["rev-parse", "main"])
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Set up, bound, with a stack in the record, and two people who may sign.
async fn host() -> (Host, Signer, Signer) {
    let mut host = Host { folder: tempfile::tempdir().unwrap(), port: 0, child: None, set_up_code: None };
    host.start(None);
    let origin = host.origin();
    let mut client = host.client();
    let wanted = json!({ "code": host.set_up_code, "organisation": "Example", "public_url": origin, "name": "ada" });
    let link = client.post("/api/v1/setup", wanted).await.expect_status(201).ok();
    let mut ada = Signer::enrol(client, &origin, link["code"].as_str().unwrap()).await;
    ada.bind("production").await;
    let new = json!({ "name": "tom", "grants": [Grant { role: Role::Operator, on: Target::Organisation }] });
    let link = ada.client.post("/api/v1/people", new).await.expect_status(201).ok();
    let tom = Signer::enrol(host.client(), &origin, link["code"].as_str().unwrap()).await;
    ada.set_secret(CANARY).await;
    let roster = ada.plan_cluster("roster-plans").await;
    assert_eq!(ada.deploy(&roster).await, 2);
    let draft = ada.draft("web").await;
    let plan = ada.plan(&draft).await;
    assert_eq!(ada.deploy(&plan).await, 3);
    (host, ada, tom)
}

/// Plans another greeting.
async fn planned(ada: &mut Signer, greeting: &str) -> String {
    let draft = ada.draft_of("web").await;
    ada.greet(&draft, greeting).await;
    ada.plan(&draft).await
}

async fn shown(ada: &mut Signer, plan: &str) -> Value {
    ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok()
}

/// Waits until a deployment has come to its end, or is none.
async fn settled(ada: &mut Signer, plan: &str) -> Value {
    let began = Instant::now();
    loop {
        let plan = shown(ada, plan).await;
        match plan["deployment"]["state"].as_str() {
            None | Some("recorded" | "stale" | "rejected") => return plan,
            Some(state) => assert!(began.elapsed() < Duration::from_secs(60), "still {state}: {plan}"),
        }
        tokio::task::yield_now().await;
    }
}

/// Signs a plan with the server set to die at a point on the way.
async fn die_signing(host: &mut Host, ada: &mut Signer, plan: &str, approval: &Value, point: &str) {
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
    for (round, &point) in POINTS.iter().enumerate() {
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
        let before = host.head();
        let is_later = point.starts_with("resolve.") || point.ends_with("_lease") || point.ends_with("_unclear");
        if !is_later {
            die_signing(&mut host, &mut ada, &plan, &approval, point).await;
        } else {
            die_signing(&mut host, &mut ada, &plan, &approval, "intend.after_store").await;
            assert_eq!(host.head(), before, "nothing is pushed before the intent is stored");
            let aside = host.folder.path().join("aside.git");
            if point.starts_with("resolve.") {
                neighbour(&host);
                foreign += 1;
            }
            if point.ends_with("_unclear") {
                std::fs::rename(host.repository(), &aside).unwrap();
            }
            host.start(Some(point));
            host.has_died(point);
            if aside.exists() {
                std::fs::rename(&aside, host.repository()).unwrap();
            }
        }
        let at_death = host.head();
        host.start(None);
        let now = settled(&mut ada, &plan).await;
        match now["deployment"]["state"].as_str() {
            Some("recorded") => assert_eq!(now["deployment"]["commit"], host.head(), "{point}"),
            Some("stale") => {
                assert!(point.starts_with("resolve."), "{point}: {now}");
                assert_eq!(host.head(), at_death, "{point}");
                continue;
            }
            _ => {
                assert_eq!((host.head(), &now["approvals"]), (before, &json!([])), "{point}: half a deployment");
                assert_eq!(now["slip"]["armed"], true, "{point}: {now}");
                let answer = ada.send(&plan, &approval).await.expect_status(201).ok();
                assert_eq!(answer["deployment"]["state"], "recorded", "{point}: {answer}");
            }
        }
        entries += 1;
        let now = shown(&mut ada, &plan).await;
        assert_eq!(now["deployment"]["entry"].as_u64(), Some(entries), "{point}");
    }
    let count: u64 = git(&host.repository(), &["rev-list", "--count", "main"]).parse().unwrap();
    assert_eq!(count, entries + foreign, "a commit for each entry, none lost, none doubled");
    assert!(try_git(&host.repository(), &["fsck", "--strict", "--full"]).status.success());
    let verdict = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(host.repository()).output().unwrap();
    assert!(verdict.status.success(), "{}{}", String::from_utf8_lossy(&verdict.stdout), String::from_utf8_lossy(&verdict.stderr));
}

/// Somebody's own commit on the branch.
fn neighbour(host: &Host) {
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", host.repository().to_str().unwrap(), "."]);
    git(clone.path(), &["commit", "-q", "--allow-empty", "-m", "by a neighbour"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_stands_nowhere_in_the_clear() {
    let (mut host, mut ada, _) = host().await;
    let plan = planned(&mut ada, "once more").await;
    let mut answers = Vec::new();
    let json: Value = serde_json::from_slice(&ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.body).unwrap();
    for file in json["files"].as_array().unwrap() {
        for side in ["before", "after"].iter().filter_map(|side| file[side]["sha256"].as_str()) {
            answers.push(ada.client.get(&format!("/api/v1/plans/{plan}/files/{side}")).await.expect_status(200));
        }
    }
    assert!(answers.len() > 10);
    ada.deploy(&plan).await;
    let draft = ada.draft_of("web").await;
    for path in [
        format!("/api/v1/plans/{plan}"),
        format!("/api/v1/plans/{plan}/plan.json"),
        format!("/api/v1/drafts/{draft}"),
        format!("/api/v1/clusters/{CLUSTER}"),
        format!("/api/v1/record/{CLUSTER}/3"),
        String::from("/api/v1/secrets"),
        String::from("/api/v1/record"),
        String::from("/api/v1/overview"),
    ] {
        answers.push(ada.client.get(&path).await.expect_status(200));
    }
    // Wrongly sent secrets are told off without being repeated.
    let scope = json!({ "kind": "organisation" });
    answers
        .push(ada.client.put("/api/v1/secrets", json!({ "scope": scope, "name": "password", "value": CANARY })).await.expect_status(422));
    answers.push(ada.client.put("/api/v1/secrets", json!({ "scope": scope, "name": "no name", "value": CANARY })).await.expect_status(422));
    answers.push(ada.client.put("/api/v1/secrets", json!({ "scope": scope, "name": "x", "value": CANARY, "more": 1 })).await);
    for answer in answers {
        assert!(!holds(&answer.body), "{}", answer.what);
    }
    host.stop();
    let objects = try_git(&host.repository(), &["cat-file", "--batch-all-objects", "--batch", "--unordered"]).stdout;
    assert!(objects.len() > 10_000 && !holds(&objects), "a Git object");
    let mut looked_at = 0;
    every_file(host.folder.path(), &mut |path, bytes| {
        looked_at += 1;
        assert!(!holds(bytes), "{}", path.display());
    });
    assert!(looked_at > 5, "{looked_at} files");
    assert!(std::fs::read(host.log()).unwrap().len() > 100, "the log has been looked at");
}

/// In the clear, or in base64 wherever it may begin.
fn holds(bytes: &[u8]) -> bool {
    let mut forms = vec![CANARY.as_bytes().to_vec()];
    for (before, cut) in [("", 0), ("x", 2), ("xx", 3)] {
        let text = STANDARD_NO_PAD.encode(format!("{before}{CANARY}"));
        forms.push(text.as_bytes()[cut..text.len() - 3].to_vec());
    }
    forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

fn every_file(folder: &Path, see: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => every_file(&path, see),
            path => see(&path, &std::fs::read(&path).unwrap()),
        }
    }
}

#[test]
fn the_search_finds_what_it_looks_for() {
    use base64::engine::general_purpose::STANDARD;
    assert!(holds(format!("a {CANARY} b").as_bytes()));
    for before in ["", "{", "{\"", "password: "] {
        assert!(holds(STANDARD.encode(format!("{before}{CANARY}\"}}")).as_bytes()), "{before}");
    }
    assert!(!holds(b"nothing of it"));
}
