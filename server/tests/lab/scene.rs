//! An empty cluster with Flux, a Countersign bound to a Git server that both reach, and charts to install.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use lab::{FLUX_NAMESPACE, Lab, Pace, Tools, Write, condition};
use serde_json::{Value, json};

use crate::internet::Internet;
use crate::support::git::git;
use crate::support::signing::{Bound, CLUSTER, ORIGIN};
use crate::support::sshd::Sshd;

/// For anything that a busy machine does in the end.
pub const PATIENCE: Duration = Duration::from_secs(300);

pub struct Scene {
    pub lab: Lab,
    pub internet: Internet,
    pub bound: Bound,
    pub repository: PathBuf,
    sshd: Sshd,
    client_key: String,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// The cluster is empty but for Flux, which has been given what the cluster's page prints.
    pub async fn new() -> Scene {
        let scene = Scene::unfollowed(Pace::Quick).await;
        scene.follow(&[]).await;
        scene
    }

    /// The same before anything was applied.
    pub async fn unfollowed(pace: Pace) -> Scene {
        let tools = Tools::of_environment().unwrap();
        let internet = Internet::start(&tools);
        let lab = Lab::start(tools, pace, Some(&internet.outside())).unwrap();
        let sshd = Sshd::start().expect("sshd");
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("client_key");
        sshd.write_client_key(&key);
        let client_key = std::fs::read_to_string(&key).unwrap();
        let repository = folder.path().join("production.git");
        git(folder.path(), &["init", "-q", "--bare", "--initial-branch=main", repository.to_str().unwrap()]);
        let binding = json!({
            "kind": "remote", "url": sshd.url(&repository), "host_key": sshd.host_key.line(),
            "auth": { "kind": "key", "private_key": client_key },
        });
        let bound = Bound::to(binding, &lab.api.uid().unwrap()).await;
        Scene { lab, internet, bound, repository, sshd, client_key, _folder: folder }
    }

    /// Does what the cluster's page says; `changes` are laid over the GitRepository as JSON pointers and values.
    pub async fn follow(&self, changes: &[(&str, Value)]) {
        let mut ada = self.bound.ada.client.clone();
        let printed = ada.get(&format!("/api/v1/clusters/{CLUSTER}/bootstrap")).await.ok();
        self.secret("sops-age", &[("identity.agekey", &self.bound.identity)]);
        let known = format!("[127.0.0.1]:{} {}", self.sshd.port, self.sshd.host_key.line());
        self.secret("flux-system-git", &[("identity", &self.client_key), ("known_hosts", &known)]);
        for document in printed["manifests"].as_str().unwrap().split("---\n").filter(|text| !text.trim().is_empty()) {
            let mut object: Value = serde_yaml_ng::from_str(document).unwrap();
            if object["kind"] == "GitRepository" {
                changes.iter().for_each(|(key, value)| object["spec"][*key] = value.clone());
            }
            self.lab.api.apply(&object).unwrap();
        }
    }

    /// Has Flux tell this server what became of each commit, as the cluster's page says; only the address is the test's.
    pub async fn listen(&mut self) {
        let ada = &mut self.bound.ada;
        let made = ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/hook-secret"), json!({})).await.expect_status(201).ok();
        let printed = ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/bootstrap")).await.ok();
        self.secret(&format!("{CLUSTER}--countersign-hook"), &[("token", made["secret"].as_str().unwrap())]);
        let objects = printed["events"][1]["command"].as_str().unwrap();
        let (_, objects) = objects.split_once("<<'END'\n").unwrap();
        for document in objects.trim_end_matches("END").split("---\n").filter(|text| !text.trim().is_empty()) {
            let mut object: Value = serde_yaml_ng::from_str(document).unwrap();
            if let Some(path) = object["spec"]["address"].as_str().and_then(|address| address.strip_prefix(ORIGIN)) {
                object["spec"]["address"] = json!(format!("{}{path}", self.bound.test.origin()));
            }
            self.lab.api.apply(&object).unwrap();
        }
    }

    /// What the page of an entry says of it, once that is so.
    pub async fn outcome(&self, number: u64, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = std::time::Instant::now();
        loop {
            let mut ada = self.bound.ada.client.clone();
            let entry = ada.get(&format!("/api/v1/record/{CLUSTER}/{number}")).await.ok();
            if is_so(&entry["outcome"]) {
                return entry["outcome"].clone();
            }
            assert!(began.elapsed() < PATIENCE, "{}\n{}", entry["outcome"], self.lab.api.state());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub fn secret(&self, name: &str, entries: &[(&str, &str)]) {
        let data: serde_json::Map<String, Value> = entries.iter().map(|(key, text)| ((*key).to_owned(), json!(text))).collect();
        let metadata = json!({"name": name, "namespace": FLUX_NAMESPACE});
        self.lab.api.apply(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})).unwrap();
    }

    /// Drafts a new stack and deploys it; gives the entry's number.
    pub async fn deploy_new(&mut self, text: &str) -> u64 {
        let ada = &mut self.bound.ada;
        let draft = ada.draft_from(json!({ "start": "source", "text": text })).await;
        let plan = ada.plan(&draft).await;
        let number = ada.deploy(&plan).await;
        self.fetch();
        number
    }

    /// Changes what is recorded of a stack and deploys it; no changes are a draft of the same.
    pub async fn deploy_changed(&mut self, stack: &str, changes: &[Value]) -> u64 {
        let ada = &mut self.bound.ada;
        let draft = ada.draft_of(stack).await;
        for change in changes {
            ada.change(&draft, change.clone()).await;
        }
        let plan = ada.plan(&draft).await;
        let number = ada.deploy(&plan).await;
        self.fetch();
        number
    }

    /// Deploys the next step of a stack's removal, or all of it.
    pub async fn remove(&mut self, stack: &str, together: bool) {
        let ada = &mut self.bound.ada;
        let path = format!("/api/v1/clusters/{CLUSTER}/stacks/{stack}/removal-plans");
        let plan = ada.client.post(&path, json!({ "together": together })).await.expect_status(201).ok();
        ada.deploy(plan["id"].as_str().unwrap()).await;
        self.fetch();
    }

    pub fn head(&self) -> String {
        git(&self.repository, &["rev-parse", "refs/heads/main"])
    }

    /// Asks Flux to look now rather than within the minute, as `flux reconcile source git` does.
    pub fn fetch(&self) {
        let annotations = json!({"reconcile.fluxcd.io/requestedAt": self.head()});
        let patch = json!({"metadata": {"annotations": annotations}});
        // Before the cluster follows the repository there is nobody to ask.
        let _ = self.lab.api.patch("GitRepository", FLUX_NAMESPACE, "flux-system", "", &patch);
    }

    pub fn kustomization(&self, name: &str) -> Option<Value> {
        self.lab.api.find("Kustomization", FLUX_NAMESPACE, name).unwrap()
    }

    /// Waits until these Kustomizations are ready at the newest commit.
    pub fn ready(&self, names: &[&str]) {
        let head = self.head();
        for name in names {
            self.lab.api.until(&format!("{name} to be ready"), PATIENCE, |_| Ok(self.is_ready_at(name, &head).then_some(()))).unwrap();
        }
    }

    pub fn is_ready_at(&self, name: &str, commit: &str) -> bool {
        is_ready_at(&self.lab, name, commit)
    }

    /// Waits until a Kustomization is not ready for this reason; gives the message.
    pub fn blocked(&self, name: &str, reason: &str) -> String {
        let waiting = self.lab.api.until(&format!("{name} to say {reason}"), PATIENCE, |_| {
            let found = self.kustomization(name).unwrap_or_default();
            Ok(condition(&found, "Ready")
                .filter(|(status, said, _)| *status == "False" && *said == reason)
                .map(|(_, _, why)| why.to_owned()))
        });
        waiting.unwrap()
    }

    /// A command of a person at the cluster's kubectl.
    pub fn run(&self, command: &str, pasted: &str) -> Output {
        run_in(&self.lab, command, pasted)
    }

    pub fn uid(&self, kind: &str, namespace: &str, name: &str) -> String {
        let found = self.lab.api.find(kind, namespace, name).unwrap().unwrap_or_else(|| panic!("no {kind} {namespace}/{name}"));
        found["metadata"]["uid"].as_str().unwrap().to_owned()
    }

    /// When an object was written last, or deleted, by the API server's own log.
    pub fn last(&self, verbs: &[&str], resource: &str, name: &str) -> String {
        let is_it = |write: &Write| write.resource == resource && write.name == name && verbs.contains(&write.verb.as_str());
        let writes = self.lab.writes().unwrap();
        writes.iter().rev().find(|write| is_it(write)).unwrap_or_else(|| panic!("no {verbs:?} of {resource}/{name}")).at.clone()
    }

    /// When an object was made last.
    pub fn made(&self, resource: &str, namespace: &str, name: &str) -> String {
        let writes = self.lab.writes().unwrap();
        let is_it = |write: &&Write| write.is_new && write.resource == resource && write.namespace == namespace && write.name == name;
        writes.iter().rev().find(is_it).unwrap_or_else(|| panic!("no {resource}/{name} was made")).at.clone()
    }

    pub fn exists(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.lab.api.find(kind, namespace, name).unwrap().is_some()
    }

    pub fn gone(&self, kind: &str, namespace: &str, name: &str) {
        let gone = |_: &lab::Api| Ok((!self.exists(kind, namespace, name)).then_some(()));
        self.lab.api.until(&format!("{kind} {name} to be gone"), PATIENCE, gone).unwrap();
    }

    /// A Secret's entry, decoded.
    pub fn entry(&self, namespace: &str, name: &str, key: &str) -> Option<String> {
        entry(&self.lab, namespace, name, key)
    }

    /// Waits until the values that a release received contain a text.
    pub fn received(&self, namespace: &str, release: &str, text: &str) {
        let name = format!("{release}-received");
        let has = |_: &lab::Api| Ok(self.entry(namespace, &name, "values.yaml").filter(|values| values.contains(text)).map(drop));
        self.lab.api.until(&format!("{release} to receive a value"), PATIENCE, has).unwrap();
    }
}

/// Whether a Kustomization is ready at a commit.
pub fn is_ready_at(lab: &Lab, name: &str, commit: &str) -> bool {
    lab.api.find("Kustomization", FLUX_NAMESPACE, name).unwrap().is_some_and(|found| {
        let is_ready = condition(&found, "Ready").is_some_and(|(status, _, _)| status == "True");
        let applied = found["status"]["lastAppliedRevision"].as_str().unwrap_or_default();
        is_ready && applied.ends_with(commit) && found["status"]["observedGeneration"] == found["metadata"]["generation"]
    })
}

/// A Secret's entry, decoded.
pub fn entry(lab: &Lab, namespace: &str, name: &str, key: &str) -> Option<String> {
    use base64::Engine as _;
    let secret = lab.api.find("Secret", namespace, name).unwrap()?;
    let text = secret["data"][key].as_str()?;
    Some(String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap())
}

/// A command as a person types it, with what is pasted into it.
pub fn run_in(lab: &Lab, command: &str, pasted: &str) -> Output {
    let path = format!("{}:{}", lab.tools.program("kubectl").parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", command]).env("PATH", path).env("KUBECONFIG", lab.kubeconfig());
    let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever reads nothing may be gone already.
    let _ = shell.stdin.take().unwrap().write_all(pasted.as_bytes());
    shell.wait_with_output().unwrap()
}

/// A stack of these components.
pub fn stack(name: &str, components: &[String]) -> String {
    let head = "apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata:\n  name: ";
    format!("{head}{name}\nspec:\n  components:\n{}", components.concat())
}

/// A chart called as the component is, in version 1.0.0.
pub fn addon(id: &str, after: &[&str], values: &str) -> String {
    format!(
        "{}      addon:\n        chart:\n          repository: \"https://charts.example.com\"\n          name: {id}\n          version: 1.0.0\n        values: |\n{}",
        head(id, after),
        indented(values)
    )
}

pub fn manifest(id: &str, after: &[&str], text: &str) -> String {
    format!("{}      manifest: |\n{}", head(id, after), indented(text))
}

/// A ConfigMap of one entry.
pub fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: b\n")
}

fn head(id: &str, after: &[&str]) -> String {
    format!("    - name: {id}\n      namespace: shop\n      timeout: 30s\n      dependsOn: [{}]\n", after.join(", "))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("          {line}\n")).collect()
}
