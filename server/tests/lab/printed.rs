//! The commands that a cluster's page prints, run as printed, beside a Flux that follows something of its own already.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use lab::{Api, FLUX_NAMESPACE, Lab, Pace, Tools, condition};
use serde_json::{Value, json};

use crate::scene::{PATIENCE, config_map, manifest, run_in, stack};
use crate::support::git::git;
use crate::support::signing::{Bound, CLUSTER};
use crate::support::sshd::Sshd;

/// Kinds in which something could be touched.
const KINDS: [&str; 9] =
    ["GitRepository", "Kustomization", "HelmRelease", "HelmRepository", "Provider", "Alert", "Secret", "ConfigMap", "Deployment"];

/// Everything in the cluster but what it says of itself: of each object its identity, labels, spec and data.
fn everything(api: &Api) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for kind in KINDS {
        for object in api.list(kind).unwrap() {
            let meta = &object["metadata"];
            let name = format!("{kind} {}/{}", meta["namespace"].as_str().unwrap_or_default(), meta["name"].as_str().unwrap());
            let kept = ["uid", "labels", "annotations", "finalizers"].map(|key| meta[key].clone());
            found.insert(name, json!([kept, object["spec"], object["data"]]));
        }
    }
    found
}

/// What a team has that runs Flux: a source called as `flux bootstrap` calls it, and what it applies.
fn theirs(lab: &Lab, sshd: &Sshd, folder: &Path) {
    let work = folder.join("theirs");
    git(folder, &["init", "-q", "--initial-branch=main", work.to_str().unwrap()]);
    std::fs::write(work.join("mail.yaml"), config_map("mail").replace("  name: mail", "  name: mail\n  namespace: flux-system")).unwrap();
    git(&work, &["add", "."]);
    git(&work, &["commit", "-q", "-m", "Mail"]);
    let known = format!("[127.0.0.1]:{} {}", sshd.port, sshd.host_key.line());
    let metadata = |name: &str| json!({"name": name, "namespace": FLUX_NAMESPACE});
    let objects = [
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata("flux-system"), "stringData": {"identity": sshd.client_pem, "known_hosts": known}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata("sops-age"), "stringData": {"identity.agekey": "theirs"}}),
        json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "metadata": metadata("flux-system"), "spec": {
            "interval": "1m", "url": sshd.url(&work), "ref": {"branch": "main"}, "secretRef": {"name": "flux-system"},
        }}),
        json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": metadata("flux-system"), "spec": {
            "interval": "10m", "path": "./", "prune": true, "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
        }}),
    ];
    objects.iter().for_each(|object| drop(lab.api.apply(object).unwrap()));
    lab.api.until("their own deployment", PATIENCE, |api| api.find("ConfigMap", FLUX_NAMESPACE, "mail")).unwrap();
}

struct Page {
    lab: Lab,
    bound: Bound,
}

impl Page {
    /// Every command of one list, each with what is pasted into it.
    async fn run(&mut self, list: &str, pasted: &[&str]) {
        let printed = self.bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/bootstrap")).await.ok();
        let steps = printed[list].as_array().unwrap();
        assert_eq!(steps.len(), pasted.len(), "{printed}");
        for (step, pasted) in steps.iter().zip(pasted) {
            let output = run_in(&self.lab, step["command"].as_str().unwrap(), pasted);
            assert!(output.status.success(), "{step}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    async fn made(&mut self, route: &str, key: &str) -> String {
        let made = self.bound.ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/{route}"), json!({})).await.ok();
        made[key].as_str().unwrap().to_owned()
    }

    fn look_now(&self) {
        let now = self.head();
        let patch = json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": now}}});
        let _ = self.lab.api.patch("GitRepository", FLUX_NAMESPACE, "countersign", "", &patch);
    }

    fn head(&self) -> String {
        git(&self.bound.repository(), &["rev-parse", "refs/heads/main"])
    }

    /// Deploys a text of the one ConfigMap; waits until the server has heard that all of it is there.
    async fn deploy(&mut self, draft: String) -> Value {
        let ada = &mut self.bound.ada;
        let plan = ada.plan(&draft).await;
        let number = ada.deploy(&plan).await;
        self.look_now();
        let began = Instant::now();
        loop {
            let entry = self.bound.ada.client.get(&format!("/api/v1/record/{CLUSTER}/{number}")).await.ok();
            if entry["outcome"]["state"] == "reconciled" {
                return entry;
            }
            assert!(began.elapsed() < PATIENCE, "{}\n{}", entry["outcome"], self.lab.api.state());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Past us, into the folder itself: a file that changes nothing of what is deployed.
    fn push_unsigned(&self, folder: &Path) {
        let clone = folder.join("clone");
        git(folder, &["clone", "-q", self.bound.repository().to_str().unwrap(), clone.to_str().unwrap()]);
        std::fs::write(clone.join("NOTES"), "by hand").unwrap();
        git(&clone, &["add", "."]);
        git(&clone, &["commit", "-q", "-m", "Notes"]);
        git(&clone, &["push", "-q", "origin", "HEAD:main"]);
        self.look_now();
    }

    async fn guarantee(&mut self) -> Value {
        self.bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}")).await.ok()["guarantee"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn printed_commands_work_beside_another_flux_and_leave_no_trace_when_taken_back() {
    let lab = Lab::start(Tools::of_environment().unwrap(), Pace::Quick, None).unwrap();
    let (sshd, folder) = (Sshd::start().expect("sshd"), tempfile::tempdir().unwrap());
    theirs(&lab, &sshd, folder.path());
    let before = everything(&lab.api);

    let flux = json!({ "namespace": "flux-system", "source": "countersign", "decryptionSecret": "countersign-age" });
    let uid = lab.api.uid().unwrap();
    let bound = Bound::at_home(json!({ "kind": "embedded" }), &uid, flux).await;
    let mut page = Page { lab, bound };
    let identity = page.bound.identity.clone();
    let token = page.made("pull-token", "token").await;
    page.run("existing", &[&identity, &format!("{token}\n"), ""]).await;
    let secret = page.made("hook-secret", "secret").await;
    page.run("events", &[&format!("{secret}\n"), ""]).await;

    // Over smart HTTP with its token, into the cluster, and back as an event.
    let text = stack("web", &[manifest("greeting", &[], &config_map("greeting"))]);
    let draft = page.bound.ada.draft_from(json!({ "start": "source", "text": text })).await;
    page.deploy(draft).await;
    let deployed = page.lab.api.find("ConfigMap", "shop", "greeting").unwrap().unwrap();
    assert_eq!(page.guarantee().await["level"], "g0");

    // With the key that is printed, Flux checks each commit and says so.
    page.run("verify", &["", ""]).await;
    let draft = page.bound.ada.draft_of("web").await;
    let louder = config_map("greeting").replace("a: b", "a: louder");
    page.bound.ada.change(&draft, json!({ "change": "set_manifest_text", "component": "greeting", "text": louder })).await;
    page.deploy(draft).await;
    let source = page.lab.api.find("GitRepository", FLUX_NAMESPACE, "countersign").unwrap().unwrap();
    assert_eq!(condition(&source, "SourceVerified").unwrap().0, "True");
    // That it does so is known once it has refused a commit that nobody signed.
    page.push_unsigned(folder.path());
    let began = Instant::now();
    while page.guarantee().await["level"] != "g1" {
        assert!(began.elapsed() < PATIENCE, "{}", page.lab.api.state());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let now = everything(&page.lab.api);
    for (name, object) in &before {
        assert_eq!(now.get(name), Some(object), "{name} was there before us");
    }

    // Taken back as printed: what is deployed stays, and nothing else of ours.
    page.run("remove", &["", ""]).await;
    let stays = page.lab.api.find("ConfigMap", "shop", "greeting").unwrap().unwrap();
    assert_eq!(stays["metadata"]["uid"], deployed["metadata"]["uid"]);
    assert_eq!(left(&page.lab.api, &before), ["ConfigMap shop/greeting", "Secret flux-system/countersign-age"]);

    // Once more, and taken back without the first command: what is deployed goes as well.
    page.lab.api.delete("Secret", FLUX_NAMESPACE, "countersign-age").unwrap();
    let token = page.made("pull-token", "token").await;
    page.run("existing", &[&identity, &format!("{token}\n"), ""]).await;
    page.lab
        .api
        .until("the stack again", PATIENCE, |api| {
            let found = api.find("Kustomization", FLUX_NAMESPACE, "web--greeting")?.unwrap_or_default();
            Ok(condition(&found, "Ready").filter(|(status, _, _)| *status == "True").map(drop))
        })
        .unwrap();
    let printed = page.bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/bootstrap")).await.ok();
    let last = printed["remove"].as_array().unwrap().last().unwrap()["command"].as_str().unwrap();
    let output = run_in(&page.lab, last, "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(left(&page.lab.api, &before), ["Secret flux-system/countersign-age"]);
}

/// What was not there before, once everything that was is as it was.
fn left(api: &Api, before: &BTreeMap<String, Value>) -> Vec<String> {
    let now = everything(api);
    for (name, object) in before {
        assert_eq!(now.get(name), Some(object), "{name} was there before us");
    }
    now.into_keys().filter(|name| !before.contains_key(name)).collect()
}
