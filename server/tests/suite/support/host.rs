//! The real binary over a data folder: it can be killed at a point, started again, and doubled.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::principal::{Grant, Role, Target};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Client;
use super::signing::{CANARY, Signer};

/// A command over a data folder, with what is typed into it.
pub fn typed(data: &Path, arguments: &[&str], text: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever refuses at once reads nothing.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    child.wait_with_output().unwrap()
}

/// One data folder, and a process that has it.
pub struct Host {
    pub folder: Arc<TempDir>,
    /// Environment variables of every process started here.
    pub with: Vec<(&'static str, String)>,
    port: u16,
    /// What the first process was told to be reached at; it stays when another one takes over.
    origin: String,
    child: Option<Child>,
    set_up_code: Option<String>,
}

impl Host {
    /// Not started yet.
    pub fn new() -> Host {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Host { folder, with: Vec::new(), port: 0, origin: String::new(), child: None, set_up_code: None }
    }

    /// Over a folder that somebody else fills: nobody sets it up.
    pub fn taken_over() -> Host {
        let mut host = Host::new();
        host.set_up_code = Some(String::new());
        host
    }

    /// Another process over the same folder, on a port of its own.
    pub fn twin(&self) -> Host {
        let mut twin = Host {
            folder: self.folder.clone(),
            with: self.with.clone(),
            port: 0,
            child: None,
            set_up_code: self.set_up_code.clone(),
            origin: String::new(),
        };
        twin.start(None);
        twin.origin.clone_from(&self.origin);
        twin
    }

    pub fn start(&mut self, failpoint: Option<&str>) {
        let log = File::options().append(true).create(true).open(self.log()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port), "--data"]).arg(self.data());
        command.env("COUNTERSIGN_LOG", "debug").envs(self.with.iter().cloned()).stdout(Stdio::piped()).stderr(log);
        if let Some(point) = failpoint {
            command.env("COUNTERSIGN_FAILPOINT", point);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // A point that recovery passes may end it before it says anything.
        if let Some(first) = lines.next() {
            self.port = first.rsplit_once(':').unwrap().1.parse().unwrap();
            self.origin = lines.find_map(|line| line.strip_prefix("Open: ").map(str::to_owned)).unwrap();
            if self.set_up_code.is_none() && !self.data().join("repositories").exists() {
                self.set_up_code = lines.find_map(|line| line.strip_prefix("Set-up code: ").map(str::to_owned));
            }
        }
        self.child = Some(child);
    }

    /// Waits for the end that a failpoint brings.
    pub fn has_died(&mut self, point: &str) {
        let mut child = self.child.take().unwrap();
        let began = Instant::now();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if began.elapsed() > Duration::from_secs(60) => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    panic!("{point} was not reached");
                }
                None => std::thread::yield_now(),
            }
        };
        assert_eq!(status.signal(), Some(6), "{point}: {status}");
    }

    /// `kill -9`
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn client(&self) -> Client {
        Client::new(([127, 0, 0, 1], self.port).into(), self.origin.clone())
    }

    /// The same person at this process: the session stands in the database.
    pub fn client_of(&self, person: &Signer) -> Client {
        let mut client = self.client();
        client.cookies.clone_from(&person.client.cookies);
        client
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Sets up; gives the first administrator with a key.
    pub async fn set_up(&mut self) -> Signer {
        self.start(None);
        let mut client = self.client();
        let wanted = json!({ "code": self.set_up_code, "organisation": "Example", "public_url": self.origin, "name": "ada" });
        let link = client.post("/api/v1/setup", wanted).await.expect_status(201).ok();
        Signer::enrol(client, &self.origin, link["code"].as_str().unwrap()).await
    }

    /// Set up and bound to that repository, with a secret: № 1 is recorded.
    pub async fn bound(&mut self, repository: Value) -> Signer {
        let mut ada = self.set_up().await;
        ada.bind_to("production", repository).await;
        ada.set_secret(CANARY).await;
        ada
    }

    /// Somebody else who may sign; the roster does not know the key yet.
    pub async fn operator(&self, ada: &mut Signer, name: &str) -> Signer {
        let new = json!({ "name": name, "grants": [Grant { role: Role::Operator, on: Target::Organisation }] });
        let link = ada.client.post("/api/v1/people", new).await.expect_status(201).ok();
        Signer::enrol(self.client(), &self.origin, link["code"].as_str().unwrap()).await
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Plans another greeting of the stack `web`.
pub async fn planned(ada: &mut Signer, greeting: &str) -> String {
    let draft = ada.draft_of("web").await;
    ada.greet(&draft, greeting).await;
    ada.plan(&draft).await
}

pub async fn shown(ada: &mut Signer, plan: &str) -> Value {
    ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok()
}

/// Waits until a deployment has come to its end, or is none.
pub async fn settled(ada: &mut Signer, plan: &str) -> Value {
    until(ada, plan, |state| matches!(state, None | Some("recorded" | "stale" | "rejected"))).await
}

/// Waits until the plan's deployment is in such a state.
pub async fn until(ada: &mut Signer, plan: &str, is_it: impl Fn(Option<&str>) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let plan = shown(ada, plan).await;
        if is_it(plan["deployment"]["state"].as_str()) {
            return plan;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "still {plan}");
        tokio::task::yield_now().await;
    }
}

/// What `countersign verify` says of a clone by stock git.
pub fn assert_verifies(clone: &Path) {
    let verdict = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(clone).output().unwrap();
    assert!(verdict.status.success(), "{}{}", String::from_utf8_lossy(&verdict.stdout), String::from_utf8_lossy(&verdict.stderr));
}
