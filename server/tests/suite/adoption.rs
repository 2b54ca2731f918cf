//! Binding a repository that holds something already: what was there first is left as it is, byte for byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::git::git;
use crate::support::signing::{CLUSTER, ORIGIN, Signer};

const ROSTER: &str = "ilse@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
const SOPS: &str = "creation_rules:\n  - age: age1theirs\n";
const OTHERS: &[(&str, &str)] = &[
    (".sops.yaml", SOPS),
    ("README.md", "# Ours\n"),
    ("apps/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs, namespace: theirs}\n"),
    (".gitattributes", "* text=auto\n"),
];

struct Scene {
    _test: TestServer,
    ada: Signer,
    folder: tempfile::TempDir,
}

impl Scene {
    /// A server that is set up, and somebody's repository with these files.
    async fn with(files: &[(&str, &str)]) -> Scene {
        let test = TestServer::with(|config| config.public_url = Some(ORIGIN.to_owned())).await;
        let mut client = test.client();
        client.origin = Some(ORIGIN.to_owned());
        let wanted = json!({ "code": test.set_up_code(), "organisation": "Example", "public_url": ORIGIN, "name": "ada" });
        let link = client.post("/api/v1/setup", wanted).await.expect_status(201).ok();
        let ada = Signer::enrol(client, ORIGIN, link["code"].as_str().unwrap()).await;
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q", "--bare", "-b", "main", "theirs.git"]);
        git(folder.path(), &["clone", "-q", "theirs.git", "tree"]);
        let scene = Scene { _test: test, ada, folder };
        for (path, text) in files {
            let file = scene.tree().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        git(&scene.tree(), &["add", "-A"]);
        git(&scene.tree(), &["commit", "-q", "-m", "ours since long ago"]);
        git(&scene.tree(), &["push", "-q", "origin", "HEAD:main"]);
        scene
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("theirs.git")
    }

    /// Adds the cluster there and plans its binding.
    async fn bind(&mut self, path: &str) -> (String, Value) {
        let pair = self.ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok();
        let url = format!("file://{}", self.repository().display());
        let new = json!({
            "name": CLUSTER, "environment": "production", "recipients": [pair["recipient"]],
            "repository": { "kind": "remote", "url": url, "branch": "main", "path": path },
        });
        self.ada.client.post("/api/v1/clusters", new).await.expect_status(201);
        let plan = self.ada.plan_cluster("plans").await;
        let json = self.ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await;
        (plan, serde_json::from_slice(&json.body).unwrap())
    }

    /// Every file at the head of the branch.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.repository())
    }

    fn verify(&self, more: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(self.repository()).args(more).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }
}

fn files(repository: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = git(repository, &["ls-tree", "-r", "--name-only", "-z", "main"]);
    let show = |path: &str| crate::support::git::try_git(repository, &["cat-file", "blob", &format!("main:{path}")]).stdout;
    names.split('\0').filter(|path| !path.is_empty()).map(|path| (path.to_owned(), show(path))).collect()
}

fn findings<'p>(plan: &'p Value, code: &str) -> Vec<&'p Value> {
    plan["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == code).collect()
}

#[track_caller]
fn assert_kept(scene: &Scene, before: &BTreeMap<String, Vec<u8>>) {
    let after = scene.files();
    for (path, bytes) in before {
        assert_eq!(after.get(path), Some(bytes), "{path} was touched");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_first_stays_byte_for_byte_through_plan_signature_and_verify() {
    let mut scene = Scene::with(OTHERS).await;
    let before = scene.files();
    let (plan, json) = scene.bind("").await;
    assert_eq!(findings(&json, "foreign_sops")[0]["level"], "warn");
    assert_eq!(findings(&json, "holds_content")[0]["level"], "confirm");
    assert_eq!(scene.ada.deploy(&plan).await, 1);
    assert_kept(&scene, &before);
    let draft = scene.ada.draft("plain").await;
    scene.ada.set_secret("of no importance").await;
    let plan = scene.ada.plan(&draft).await;
    assert_eq!(scene.ada.deploy(&plan).await, 2);
    assert_kept(&scene, &before);
    let (code, said) = scene.verify(&[]);
    assert!(code == Some(0) && said.contains("ours since long ago") && said.contains("2 entries are good"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_allowed_signers_blocks_and_a_folder_of_our_own_is_the_way_out() {
    let theirs = [OTHERS, &[("allowed_signers", ROSTER)]].concat();
    let mut scene = Scene::with(&theirs).await;
    let before = scene.files();
    let (plan, json) = scene.bind("").await;
    let blocks = findings(&json, "foreign_roster");
    assert_eq!(blocks[0]["level"], "block");
    assert!(blocks[0]["hint"].as_str().unwrap().contains("folder inside the repository"), "{blocks:?}");
    scene.ada.approve(&plan).await.expect_problem(409, "plan_blocked");
    assert_eq!(scene.files(), before);

    let mut scene = Scene::with(&theirs).await;
    let (plan, _) = scene.bind("gitops/prod").await;
    assert_eq!(scene.ada.deploy(&plan).await, 1);
    scene.ada.set_secret("of no importance").await;
    let draft = scene.ada.draft("plain").await;
    let plan = scene.ada.plan(&draft).await;
    assert_eq!(scene.ada.deploy(&plan).await, 2);
    assert_kept(&scene, &before);
    let outside: Vec<String> =
        scene.files().into_keys().filter(|path| !path.starts_with("gitops/prod/") && !before.contains_key(path)).collect();
    assert!(outside.is_empty(), "written outside of the folder: {outside:?}");
    for more in [&[][..], &["--path", "gitops/prod"], &["--path", "/gitops/prod/", "--at-least", "2"]] {
        let (code, said) = scene.verify(more);
        assert!(code == Some(0) && said.contains("2 entries are good"), "{more:?}: {said}");
    }
    let (code, said) = scene.verify(&["--path", "elsewhere"]);
    assert!(code == Some(2) && said.contains("no commit on this branch is an entry"), "{said}");
    // Stock tools find the roster and the evidence in the folder.
    let head = git(&scene.repository(), &["rev-parse", "main"]);
    let roster = scene.folder.path().join("roster");
    std::fs::write(&roster, &scene.files()["gitops/prod/allowed_signers"]).unwrap();
    git(&scene.repository(), &["-c", &format!("gpg.ssh.allowedSignersFile={}", roster.display()), "verify-commit", &head]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_names_a_cluster_already_is_refused() {
    let named = |name: &str| {
        format!(
            "apiVersion: countersign.dev/v1alpha1\nkind: Binding\nmetadata:\n  name: {name}\nspec:\n  environment: production\n  path: \"\"\n  recipients: []\n"
        )
    };
    for (binding, code) in
        [(named("another"), "cluster_identity"), (named(CLUSTER), "foreign_binding"), ("a: 1\n".into(), "cluster_identity")]
    {
        let mut scene = Scene::with(&[("countersign.yaml", binding.as_str())]).await;
        let before = scene.files();
        let (plan, json) = scene.bind("").await;
        assert!(findings(&json, code).iter().any(|finding| finding["level"] == "block"), "{binding}: {json:#}");
        scene.ada.approve(&plan).await.expect_problem(409, "plan_blocked");
        assert_eq!(scene.files(), before, "{binding}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stacks_folder_that_was_there_first_is_written_over_only_by_name() {
    let mut scene = Scene::with(&[("stacks/plain/notes.md", "mine\n")]).await;
    let (plan, _) = scene.bind("").await;
    scene.ada.deploy(&plan).await;
    scene.ada.set_secret("of no importance").await;
    let draft = scene.ada.draft("plain").await;
    let plan = scene.ada.plan(&draft).await;
    let mut approval = scene.ada.sign(&plan).await;
    assert_eq!(approval["typed"], json!(["plain"]));
    approval["typed"] = json!([]);
    scene.ada.send(&plan, &approval).await.expect_problem(422, "confirmation_missing");
    assert_eq!(scene.files()["stacks/plain/notes.md"], b"mine\n");
    assert_eq!(scene.ada.deploy(&plan).await, 2);
    let (code, said) = scene.verify(&[]);
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_sixty_foreign_releases_a_stack_is_added_and_a_name_that_is_taken_is_told_with_its_path() {
    let release = |name: &str, namespace: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name},   namespace: {namespace}}} # as typed\nspec: {{interval: 1h}}\n"
        )
    };
    let mut theirs: Vec<(String, String)> =
        (0..59).map(|n| (format!("apps/app-{n:02}/release.yaml"), release(&format!("app-{n:02}"), "apps"))).collect();
    let taken = [
        ("apps/taken/release.yaml", release("podinfo", "plain")),
        (
            "flux/taken.yaml",
            String::from(
                "kind: Kustomization\napiVersion: kustomize.toolkit.fluxcd.io/v1\nmetadata: {namespace: flux-system, name: plain--podinfo}\n",
            ),
        ),
    ];
    theirs.extend(taken.iter().map(|(path, text)| (String::from(*path), text.clone())));
    let theirs: Vec<(&str, &str)> = theirs.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    for folder in ["", "platform"] {
        let mut scene = Scene::with(&theirs).await;
        let before = scene.files();
        let (plan, _) = scene.bind(folder).await;
        scene.ada.deploy(&plan).await;
        scene.ada.set_secret("of no importance").await;
        let draft = scene.ada.draft("plain").await;
        let plan = scene.ada.plan(&draft).await;
        let json: Value = scene.ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.ok();
        let said: Vec<&str> = findings(&json, "name_clash").iter().filter_map(|finding| finding["reason"].as_str()).collect();
        for (path, _) in &taken {
            assert!(said.iter().any(|reason| reason.contains(path)), "{path} in {said:?}");
        }
        assert!(said.iter().all(|reason| taken.iter().any(|(path, _)| reason.contains(path))), "{said:?}");
        scene.ada.deploy(&plan).await;
        assert_kept(&scene, &before);
        let ours = [".countersign/", "clusters/", "stacks/", "countersign.yaml", ".sops.yaml", "allowed_signers"];
        let is_ours = |path: &str| match folder {
            "" => ours.iter().any(|our| path.starts_with(our)),
            folder => path.starts_with(&format!("{folder}/")),
        };
        let stray: Vec<String> = scene.files().into_keys().filter(|path| !before.contains_key(path) && !is_ours(path)).collect();
        assert!(stray.is_empty(), "{stray:?}");
    }
}
