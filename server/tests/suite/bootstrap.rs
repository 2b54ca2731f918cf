//! What the cluster's page prints: every command runs as it stands, and what it applies is what Flux takes.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::flux::Schemas;
use crate::support::git::git;
use crate::support::signing::{Bound, CLUSTER};

const HOST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJX4Vt1rwpTOhyRbLtq0sYVXoGk4rlXlDCZXqFLRoxcC";
const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

/// What kubectl was asked to do.
#[derive(Debug, Clone)]
struct Call {
    args: Vec<String>,
    applied: String,
}

impl Call {
    fn has(&self, arg: &str) -> bool {
        self.args.iter().any(|given| given == arg)
    }

    fn literal(&self, key: &str) -> Option<&str> {
        self.args.iter().find_map(|arg| arg.strip_prefix(&format!("--from-literal={key}=")))
    }
}

/// A folder with a `kubectl` that writes down what it is asked.
struct Shell(tempfile::TempDir);

impl Shell {
    fn new() -> Shell {
        let folder = tempfile::tempdir().unwrap();
        let script = "#!/bin/sh\nn=$(mktemp -d \"$CALLS/XXXXXX\")\nfor arg; do printf '%s\\0' \"$arg\"; done > \"$n/args\"\n\
                      for arg; do case $arg in --filename=-) cat > \"$n/applied\";; esac; done\n";
        for program in ["kubectl", "flux"] {
            let path = folder.path().join(program);
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        Shell(folder)
    }

    /// Runs one printed command as a person would who pastes `typed` into it.
    fn run(&self, command: &str, typed: &str) -> Vec<Call> {
        let calls = tempfile::tempdir_in(self.0.path()).unwrap();
        let path = format!("{}:{}", self.0.path().display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.args(["-euc", command]).current_dir(self.0.path()).env("PATH", path).env("CALLS", calls.path());
        let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that reads nothing has closed the pipe by now.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        let text = |path: std::path::PathBuf| String::from_utf8(std::fs::read(path).unwrap_or_default()).unwrap();
        let mut made: Vec<Call> = std::fs::read_dir(calls.path())
            .unwrap()
            .map(|call| call.unwrap().path())
            .map(|call| Call {
                args: text(call.join("args")).split_terminator('\0').map(str::to_owned).collect(),
                applied: text(call.join("applied")),
            })
            .collect();
        made.sort_by_key(|call| call.args.clone());
        made
    }

    /// All of them in their order.
    fn run_all(&self, steps: &Value, typed: &str) -> Vec<Call> {
        steps.as_array().unwrap().iter().flat_map(|step| self.run(step["command"].as_str().unwrap(), typed)).collect()
    }
}

/// The objects that were applied by their text.
fn objects(calls: &[Call]) -> Vec<Value> {
    let texts = calls.iter().filter(|call| !call.applied.trim().is_empty());
    texts.flat_map(|call| domain::yaml::read::documents(&call.applied).unwrap().into_iter().map(|document| document.value)).collect()
}

/// The names of the Secrets that were made.
fn secrets(calls: &[Call]) -> Vec<String> {
    let made = calls.iter().filter(|call| call.args.starts_with(&["create", "secret", "generic"].map(str::to_owned)));
    made.map(|call| call.args[3].clone()).collect()
}

fn kind<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    let one = found.next().unwrap_or_else(|| panic!("no {kind} in {objects:?}"));
    assert!(found.next().is_none(), "more than one {kind}");
    one
}

async fn asked(bound: &mut Bound, cluster: &str) -> Value {
    bound.ada.client.get(&format!("/api/v1/clusters/{cluster}/bootstrap")).await.expect_status(200).ok()
}

/// A cluster whose repository is a remote that is not asked yet: a key that was only just made has no access.
async fn remote(bound: &mut Bound, name: &str, url: &str, more: Value) -> Value {
    let pair = bound.ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok();
    let mut repository = json!({ "kind": "remote", "url": url, "path": "platform", "auth": { "kind": "generated_key" } });
    repository.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let new = json!({
        "name": name, "environment": "production", "repository": repository, "recipients": [pair["recipient"]],
        "flux": { "namespace": "flux-system", "source": "countersign", "decryptionSecret": "countersign-age" },
    });
    bound.ada.client.post("/api/v1/clusters", new).await.expect_status(201);
    asked(bound, name).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_snippet_is_what_flux_takes_and_names_the_secrets_that_it_makes() {
    let mut bound = Bound::new().await;
    let shell = Shell::new();
    let schemas = Schemas::load();
    let embedded = asked(&mut bound, CLUSTER).await;
    let ssh = remote(&mut bound, "over-ssh", "ssh://git@git.example.com:2222/ops/a.git", json!({ "host_key": HOST_KEY })).await;
    let https = remote(&mut bound, "over-https", "https://git.example.com/ops/b.git", json!({ "ca_pem": PEM })).await;
    for (name, printed) in [(CLUSTER, &embedded), ("over-ssh", &ssh), ("over-https", &https)] {
        for way in ["steps", "existing"] {
            let mut calls = shell.run_all(&printed[way], "typed\n");
            calls.extend(shell.run_all(&printed["events"], "typed\n"));
            let (objects, secrets) = (objects(&calls), secrets(&calls));
            assert_eq!(objects.len(), 4, "{name}: {objects:?}");
            for object in &objects {
                schemas.check(object).unwrap_or_else(|error| panic!("{name}, {way}: {error}"));
                assert_eq!(object["metadata"]["namespace"], "flux-system");
            }
            let (source, follows) = (kind(&objects, "GitRepository"), kind(&objects, "Kustomization"));
            assert_eq!(follows["spec"]["sourceRef"]["name"], source["metadata"]["name"]);
            let provider = kind(&objects, "Provider");
            assert_eq!(provider["spec"]["type"], "generic-hmac");
            assert_eq!(provider["spec"]["address"], format!("https://cs.example.com/api/v1/hooks/flux/{name}"));
            assert_eq!(kind(&objects, "Alert")["spec"]["providerRef"]["name"], provider["metadata"]["name"]);
            for wanted in [&source["spec"]["secretRef"]["name"], &provider["spec"]["secretRef"]["name"]] {
                assert!(secrets.iter().any(|made| wanted == made), "{name}: {wanted} is not among {secrets:?}");
            }
            assert_eq!(secrets.len(), 3, "and the age identity: {secrets:?}");
            assert_eq!(calls.iter().any(|call| call.has("install")), way == "steps", "only an empty cluster gets Flux");
        }
    }
    assert_eq!(
        kind(&objects(&shell.run_all(&embedded["steps"], "")), "GitRepository")["spec"]["url"],
        format!("https://cs.example.com/git/{CLUSTER}.git")
    );
    assert_eq!(
        kind(&objects(&shell.run_all(&ssh["existing"], "")), "Kustomization")["spec"]["path"],
        "./platform/clusters/over-ssh/countersign"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_arrives_without_the_line_break_behind_it() {
    let mut bound = Bound::new().await;
    let shell = Shell::new();
    for (route, key) in [("pull-token", "password"), ("hook-secret", "token")] {
        let made = bound.ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/{route}"), json!({})).await.ok();
        let secret = made["token"].as_str().or(made["secret"].as_str()).unwrap();
        let command = made["kubectl"].as_str().unwrap();
        assert!(!command.contains(secret), "it would stand in the shell's history");
        let calls = shell.run(command, &format!("{secret}\n"));
        assert!(calls.iter().any(|call| call.literal(key) == Some(secret)), "{calls:?}");
    }
    let printed = asked(&mut bound, CLUSTER).await;
    assert_eq!((&printed["pull_token_issued"], &printed["hook_secret_issued"]), (&json!(true), &json!(true)));
    let ssh = remote(&mut bound, "over-ssh", "ssh://git@git.example.com:2222/ops/a.git", json!({ "host_key": HOST_KEY })).await;
    let calls = shell.run_all(&ssh["existing"], "");
    let known = calls.iter().find_map(|call| call.literal("known_hosts")).unwrap();
    assert_eq!(known, format!("[git.example.com]:2222 {HOST_KEY}"));
    let https = remote(&mut bound, "over-https", "https://git.example.com/ops/b.git", json!({ "ca_pem": PEM })).await;
    let calls = shell.run_all(&https["existing"], "a token\n");
    let call = calls.iter().find(|call| call.literal("ca.crt").is_some()).unwrap();
    assert_eq!((call.literal("ca.crt"), call.literal("password")), (Some(PEM), Some("a token")));
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_another_flux_everything_has_a_name_of_its_own_and_goes_again() {
    let mut bound = Bound::new().await;
    let shell = Shell::new();
    let problem = asked(&mut bound, CLUSTER).await["existing_problem"].as_str().map(str::to_owned);
    assert!(problem.is_some_and(|problem| problem.contains("flux-system/flux-system")), "flux bootstrap took that name");
    let printed = remote(&mut bound, "beside", "ssh://git@git.example.com/ops/a.git", json!({ "host_key": HOST_KEY })).await;
    assert_eq!(printed["existing_problem"], Value::Null);
    let mut calls = shell.run_all(&printed["existing"], "");
    calls.extend(shell.run_all(&printed["events"], ""));
    calls.extend(shell.run_all(&printed["verify"], ""));
    let mut made: BTreeSet<String> = secrets(&calls).into_iter().map(|name| format!("secret/{name}")).collect();
    for object in objects(&calls) {
        let (group, _) = object["apiVersion"].as_str().unwrap().split_once('/').unwrap();
        let plural = match object["kind"].as_str().unwrap() {
            "GitRepository" => "gitrepositories",
            "Kustomization" => "kustomizations",
            "Provider" => "providers",
            "Alert" => "alerts",
            other => panic!("{other}"),
        };
        made.insert(format!("{plural}.{group}/{}", object["metadata"]["name"].as_str().unwrap()));
    }
    for name in &made {
        assert!(name.contains("countersign"), "{name} could be somebody else's");
    }
    let removed = shell.run_all(&printed["remove"], "");
    let removed = removed.iter().find(|call| call.has("delete")).unwrap();
    let removed: BTreeSet<String> = removed.args.iter().filter(|arg| arg.contains('/')).cloned().collect();
    // Nothing takes the age identity away: it may be the only one that opens what was sealed.
    made.remove("secret/countersign-age");
    assert_eq!(removed, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_that_flux_is_given_is_the_one_that_signed_the_head() {
    let mut bound = Bound::new().await;
    let shell = Shell::new();
    let printed = asked(&mut bound, CLUSTER).await;
    let calls = shell.run_all(&printed["verify"], "");
    let key = calls.iter().find_map(|call| call.literal("countersign.sshpub")).unwrap();
    let patch = calls.iter().find_map(|call| call.args.iter().find_map(|arg| arg.strip_prefix("--patch="))).unwrap();
    let patch: Value = serde_json::from_str(patch).unwrap();

    let mut source = objects(&shell.run_all(&printed["steps"], "")).into_iter().find(|object| object["kind"] == "GitRepository").unwrap();
    source["spec"]["verify"] = patch["spec"]["verify"].clone();
    Schemas::load().check(&source).unwrap();
    assert!(secrets(&calls).iter().any(|made| source["spec"]["verify"]["secretRef"]["name"] == *made));
    assert_eq!(source["spec"]["verify"]["mode"], "HEAD");

    let signers = shell.0.path().join("signers");
    std::fs::write(&signers, format!("flux namespaces=\"git\" {key}\n")).unwrap();
    let repository = bound.test.data().join(format!("repositories/{CLUSTER}.git"));
    git(&repository, &["-c", &format!("gpg.ssh.allowedSignersFile={}", signers.display()), "verify-commit", "main"]);
}
