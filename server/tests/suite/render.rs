//! `countersign render` from outside: the command, stock kustomize and sops, and Flux's own schemas.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use server::vault::generate_key_pair;

use crate::support::flux::Schemas;
use crate::support::machine;

const STACK: &str = r#"
apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  dependsOn: [storage]
  variables:
    domain: {type: string, required: true}
    hosts: {type: list, default: []}
  components:
    - name: cert-manager
      namespace: cert-manager
      addon:
        chart: {repository: "https://charts.jetstack.io", name: cert-manager, version: v1.16.3}
        release:
          driftDetection: {mode: enabled}
          test: {enable: true}
          uninstall: {keepHistory: false}
        values: |
          # installs the definitions too
          crds: {enabled: true}
          extraArgs: ["--v=2", "no", "0x10", "1_000", "2001-01-01", "12:30:45", "~", "=", "<<"]
    - name: issuer
      dependsOn: [cert-manager]
      manifest: |
        apiVersion: v1
        kind: Secret
        metadata: {name: cloudflare, namespace: cert-manager}
        stringData: {api-token: "${{ secrets.cloudflare }}", note: "für ${{ vars.domain }}"}
        data: {made: "${{ secrets.cloudflare }}"}
        ---
        apiVersion: cert-manager.io/v1
        kind: ClusterIssuer
        metadata: {name: letsencrypt}
        spec: {acme: {email: "ops@${{ vars.domain }}"}}
    - name: podinfo
      namespace: podinfo
      timeout: 15m
      dependsOn: [issuer]
      addon:
        chart: {repository: "oci://ghcr.io/stefanprodan/charts", name: podinfo, version: 6.9.1}
        values: |
          ui: {message: "Hello ${NAME} $$ {{ .Release.Name }}"}
          ingress: {hosts: "${{ vars.hosts }}"}
          redis: {password: "${{ secrets.redis }}", user: app}
          env: [{name: TOKEN, value: "${{ secrets.redis }}"}]
"#;

const SECRETS: &str = "cloudflare: 'cf-EXAMPLE ${not_a_var}$$: \"x\"'\nredis: |\n  two\n  lines\n";

/// A folder with what the command reads, and where it writes.
struct Place {
    folder: tempfile::TempDir,
    identity: String,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let keys = generate_key_pair();
        let cluster = json!({
            "apiVersion": "countersign.dev/v1alpha1", "kind": "Cluster", "metadata": {"name": "nl-prod-1"},
            "spec": {
                "environment": "production", "engine": "flux",
                "repository": {"url": "ssh://git@git.example.com/ops/production.git", "branch": "main"},
                "recipients": [keys.recipient],
                "variables": {"environment": {"domain": "example.com"}, "stack": {"hosts": [{"host": "a.example.com"}]}},
            },
        });
        let place = Place { folder, identity: keys.identity.expose().to_owned() };
        place.put("stack.yaml", STACK).put("cluster.yaml", &cluster.to_string()).put("secrets.yaml", SECRETS);
        place
    }

    fn put(&self, name: &str, text: &str) -> &Place {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn render(&self, more: &[&str]) -> Output {
        run(&self.path("stack.yaml"), &self.path("cluster.yaml"), Some(&self.path("secrets.yaml")), &self.path("out"), more)
    }

    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.path("out"))
    }
}

fn run(stack: &Path, cluster: &Path, secrets: Option<&Path>, out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("render").arg(stack).arg("--cluster").arg(cluster).arg("--out").arg(out).args(more).stdin(Stdio::null());
    if let Some(secrets) = secrets {
        command.arg("--secrets").arg(secrets);
    }
    command.output().unwrap()
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap());
            }
        }
    }
    found
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The worked example above and every example of the repository on each of its clusters, rendered.
fn everything() -> Vec<(String, tempfile::TempDir)> {
    let place = Place::new();
    let mut jobs =
        vec![("the worked example".to_owned(), place.path("stack.yaml"), place.path("cluster.yaml"), Some(place.path("secrets.yaml")))];
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    for example in fs::read_dir(examples).into_iter().flatten() {
        let example = example.unwrap().path();
        let secrets = Some(example.join("secrets.example.yaml")).filter(|path| path.exists());
        for cluster in fs::read_dir(example.join("clusters")).into_iter().flatten() {
            let cluster = cluster.unwrap().path();
            jobs.push((cluster.display().to_string(), example.join("stack.yaml"), cluster, secrets.clone()));
        }
    }
    let rendered = jobs.into_iter().map(|(name, stack, cluster, secrets)| {
        let out = tempfile::tempdir().unwrap();
        let output = run(&stack, &cluster, secrets.as_deref(), out.path(), &[]);
        assert!(output.status.success(), "{name}: {}", text(&output.stderr));
        (name, out)
    });
    rendered.collect()
}

#[test]
fn kustomize_accepts_every_directory() {
    let Some(kustomize) = machine::program("kustomize") else { return };
    for (name, out) in everything() {
        let mut folders: Vec<PathBuf> = files(out.path()).keys().map(|path| out.path().join(path).parent().unwrap().to_owned()).collect();
        folders.dedup();
        for folder in
            folders.iter().filter(|folder| folder.file_name().is_some_and(|name| name != "web") && !folder.join("stack.yaml").exists())
        {
            // Where there is no kustomization.yaml Flux makes one of all files.
            if !folder.join("kustomization.yaml").exists() {
                let resources: Vec<String> =
                    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
                let made = json!({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources});
                fs::write(folder.join("kustomization.yaml"), made.to_string()).unwrap();
            }
            let output = Command::new(&kustomize).arg("build").arg(folder).output().unwrap();
            assert!(output.status.success(), "{name}, {}: {}", folder.display(), text(&output.stderr));
            assert!(!output.stdout.is_empty(), "{name}, {} builds nothing", folder.display());
        }
    }
}

#[test]
fn flux_objects_validate_strictly_against_the_pinned_schemas() {
    let schemas = Schemas::load();
    for (name, out) in everything() {
        let mut kinds = BTreeMap::new();
        for (path, bytes) in files(out.path()) {
            for document in domain::yaml::read::documents(text(&bytes)).unwrap() {
                let version = document.value["apiVersion"].as_str().unwrap_or_default();
                if version.contains("toolkit.fluxcd.io/") {
                    schemas.check(&document.value).unwrap_or_else(|error| panic!("{name}, {path}: {error}"));
                    *kinds.entry(document.value["kind"].as_str().unwrap().to_owned()).or_insert(0) += 1;
                }
            }
        }
        assert!(kinds["Kustomization"] >= 3 && kinds["HelmRelease"] >= 1, "{name}: {kinds:?}");
    }
}

#[test]
fn the_schemas_refuse_a_field_that_flux_does_not_know() {
    let schemas = Schemas::load();
    let object = |spec: Value| json!({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": "a"}, "spec": spec});
    let good = json!({"interval": "60m", "prune": true, "sourceRef": {"kind": "GitRepository", "name": "a"}});
    assert_eq!(schemas.check(&object(good.clone())), Ok(()));
    for (field, value) in [("wiat", json!(true)), ("interval", json!("1d")), ("prune", json!("yes"))] {
        let mut bad = good.clone();
        bad[field] = value;
        assert!(schemas.check(&object(bad)).is_err(), "{field}");
    }
    let removed = json!({"apiVersion": "helm.toolkit.fluxcd.io/v2beta2", "kind": "HelmRelease"});
    assert!(schemas.check(&removed).is_err());
}

#[test]
fn two_readers_of_yaml_see_the_same_in_every_file() {
    for (name, out) in everything() {
        for (path, bytes) in files(out.path()) {
            let ours: Vec<Value> =
                domain::yaml::read::documents(text(&bytes)).unwrap().into_iter().map(|document| document.value).collect();
            let theirs: Vec<Value> = serde_yaml_ng::Deserializer::from_slice(&bytes)
                .map(|document| serde::Deserialize::deserialize(document).unwrap())
                .collect();
            assert_eq!(ours, theirs, "{name}, {path}");
        }
    }
}

#[test]
fn stock_sops_opens_what_was_sealed_and_finds_what_was_typed() {
    let Some(sops) = machine::program("sops") else { return };
    let place = Place::new();
    assert!(place.render(&[]).status.success());
    let mut opened = Vec::new();
    for path in place.tree().keys().filter(|path| path.ends_with(".enc.yaml")) {
        let output = Command::new(&sops).arg("-d").arg(place.path("out").join(path)).env("SOPS_AGE_KEY", &place.identity).output().unwrap();
        assert!(output.status.success(), "{path}: {}", text(&output.stderr));
        opened.push(serde_yaml_ng::from_slice::<Value>(&output.stdout).unwrap());
    }
    assert_eq!(opened.len(), 2);
    let token = "cf-EXAMPLE ${not_a_var}$$: \"x\"";
    assert_eq!(opened[0]["stringData"], json!({"api-token": token, "note": "für example.com"}));
    use base64::Engine;
    assert_eq!(opened[0]["data"]["made"], base64::engine::general_purpose::STANDARD.encode(token));
    let values: Value = serde_yaml_ng::from_str(opened[1]["stringData"]["values.yaml"].as_str().unwrap()).unwrap();
    assert_eq!(values, json!({"redis": {"password": "two\nlines\n"}, "env": [{"name": "TOKEN", "value": "two\nlines\n"}]}));
}

#[test]
fn no_secret_stands_readable_in_the_tree() {
    let place = Place::new();
    assert!(place.render(&[]).status.success());
    for (path, bytes) in place.tree() {
        assert!(!text(&bytes).contains("cf-EXAMPLE") && !text(&bytes).contains("two\n"), "{path}");
    }
}

#[test]
fn rendering_again_gives_the_same_bytes_but_for_what_is_sealed() {
    let place = Place::new();
    let plain = |place: &Place| -> BTreeMap<String, String> {
        let suffix = |text: &str| -> String {
            // The ten digits behind `podinfo-values-`.
            match text.split_once("podinfo-values-") {
                Some((before, after)) => format!("{before}podinfo-values-{}", after.get(10..).unwrap_or_default()),
                None => text.to_owned(),
            }
        };
        let files = place.tree().into_iter().filter(|(path, _)| !path.ends_with(".enc.yaml"));
        files.map(|(path, bytes)| (suffix(&path), suffix(text(&bytes)))).collect()
    };
    assert!(place.render(&[]).status.success());
    let first = plain(&place);
    assert!(place.render(&[]).status.success());
    assert_eq!(plain(&place), first);
}

#[test]
fn the_stacks_folder_is_replaced_and_everything_else_is_left_alone() {
    let place = Place::new();
    place.put("out/stacks/web/components/gone/manifest.yaml", "x").put("out/stacks/other/stack.yaml", "y").put("out/README.md", "z");
    place.put("out/clusters/nl-prod-1/countersign/other.yaml", "w");
    assert!(place.render(&[]).status.success());
    let tree = place.tree();
    assert!(!tree.contains_key("stacks/web/components/gone/manifest.yaml"));
    for (path, content) in [("stacks/other/stack.yaml", "y"), ("README.md", "z"), ("clusters/nl-prod-1/countersign/other.yaml", "w")] {
        assert_eq!(tree[path], content.as_bytes());
    }
    assert!(tree.keys().all(|path| !path.contains(".countersign-render")));
}

#[test]
fn what_blocks_is_said_with_its_place_and_nothing_is_written() {
    let place = Place::new();
    place.put("stack.yaml", &STACK.replace("version: 6.9.1", "version: ^6").replace("user: app", "adminPassword: hunter2"));
    let output = place.render(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("floating_version  podinfo  chart.version")
            && said.contains("plaintext_secret  podinfo  redis.adminPassword  line 3"),
        "{said}"
    );
    assert!(!said.contains("hunter2") && output.stdout.is_empty());
    assert!(!place.path("out").exists());

    let output = place.render(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    let codes: Vec<&str> = said["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["plaintext_secret", "floating_version"]);
    assert_eq!(said["findings"][1]["at"], json!({"component": "podinfo", "path": "chart.version"}));
}

#[test]
fn a_used_secret_that_is_not_given_blocks() {
    let place = Place::new();
    let output = run(&place.path("stack.yaml"), &place.path("cluster.yaml"), None, &place.path("out"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("missing_secret  issuer") && text(&output.stderr).contains("missing_secret  podinfo"));
    assert!(!place.path("out").exists());
}

#[test]
fn a_misspelt_field_of_the_stack_is_a_finding_with_its_path() {
    let place = Place::new();
    place.put("stack.yaml", &STACK.replace("timeout: 15m", "tiemout: 15m"));
    let output = place.render(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(said["findings"][0]["at"]["path"], "spec.components[2].tiemout");
}

#[test]
fn what_cannot_be_read_exits_with_2() {
    let place = Place::new();
    let status = |stack: &str, cluster: &str, more: &[&str]| {
        run(&place.path(stack), &place.path(cluster), None, &place.path("out"), more).status.code()
    };
    assert_eq!(status("none.yaml", "cluster.yaml", &[]), Some(2));
    assert_eq!(status("stack.yaml", "none.yaml", &[]), Some(2));
    assert_eq!(status("stack.yaml", "stack.yaml", &[]), Some(2));
    assert_eq!(status("stack.yaml", "cluster.yaml", &["--format", "xml"]), Some(2));
    assert_eq!(status("stack.yaml", "cluster.yaml", &["--unknown"]), Some(2));
    place.put("secrets.yaml", "1: [\n");
    assert_eq!(place.render(&[]).status.code(), Some(2));
    assert!(!place.path("out").exists());
}

#[test]
fn the_summary_names_waves_files_and_warnings() {
    let place = Place::new();
    let output = place.render(&["--format", "json"]);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["waves"], json!([["cert-manager"], ["issuer"], ["podinfo"]]));
    let listed: Vec<String> = serde_json::from_value(said["files"].clone()).unwrap();
    assert_eq!(listed, place.tree().into_keys().collect::<Vec<_>>());
    let output = place.render(&[]);
    assert!(text(&output.stdout).starts_with("web for nl-prod-1: 3 components in 3 waves"), "{}", text(&output.stdout));
}
