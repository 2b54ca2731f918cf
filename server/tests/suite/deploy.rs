//! From a draft to the record, through the API; the judges are stock git, ssh-keygen, sops and kustomize.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::git::{git, try_git};
use crate::support::machine::program;
use crate::support::signing::{Bound, CANARY, CLUSTER};

/// Everything on the branch, with a work tree.
fn clone(bound: &Bound) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    folder
}

fn commits(clone: &Path) -> Vec<String> {
    git(clone, &["rev-list", "--reverse", "HEAD"]).lines().map(str::to_owned).collect()
}

/// Files whose name ends so, below a folder, without `.git`.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != ".git" {
                open.push(path);
            } else if path.is_file() && path.to_str().unwrap().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn ssh_keygen_says(clone: &Path, signer: &str, plan: &Path, signature: &Path) -> bool {
    let output = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "countersign-deploy@v1", "-I", signer, "-f"])
        .arg(clone.join("allowed_signers"))
        .arg("-s")
        .arg(signature)
        .stdin(Stdio::from(std::fs::File::open(plan).unwrap()))
        .output()
        .unwrap();
    output.status.success() && String::from_utf8_lossy(&output.stdout).starts_with("Good ")
}

/// № 1 binds the cluster, № 2 adds a stack.
async fn two_entries() -> Bound {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft("web").await;
    bound.ada.greet(&draft, "good day").await;
    let why = json!({ "why": "People asked for it.\nStack: another", "ticket": "https://tickets.example.com/7" });
    bound.ada.client.patch(&format!("/api/v1/drafts/{draft}"), why).await.expect_status(200);
    let plan = bound.ada.plan(&draft).await;
    assert_eq!(bound.ada.deploy(&plan).await, 2);
    bound
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_tools_read_and_verify_what_was_deployed() {
    let bound = two_entries().await;
    let clone = clone(&bound);
    let clone = clone.path();
    let commits = commits(clone);
    assert_eq!(commits.len(), 2);
    for commit in &commits {
        let config = ["-c", "gpg.format=ssh", "-c", "gpg.ssh.allowedSignersFile=allowed_signers", "verify-commit", commit];
        let said = try_git(clone, &config);
        assert!(
            said.status.success() && String::from_utf8_lossy(&said.stderr).starts_with("Good \"git\" signature for countersign"),
            "{said:?}"
        );
    }
    let fsck = try_git(&bound.repository(), &["fsck", "--strict", "--full"]);
    assert!(fsck.status.success(), "{}", String::from_utf8_lossy(&fsck.stderr));

    let approvals = files(&clone.join(".countersign"), ".sig");
    assert_eq!(approvals.len(), 2);
    for approval in &approvals {
        assert_eq!(approval.file_stem().unwrap(), "ada");
        let plan = approval.parent().unwrap().with_file_name("plan.json");
        assert!(ssh_keygen_says(clone, "ada", &plan, approval), "{}", approval.display());
        let other = approvals.iter().find(|other| *other != approval).unwrap();
        assert!(!ssh_keygen_says(clone, "ada", &plan, other), "an approval of another plan is good for {}", plan.display());
    }

    let trailers = git(clone, &["log", "-1", "--format=%(trailers:only)", "HEAD"]);
    let keys: Vec<&str> = trailers.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
    assert_eq!(keys, ["Stack", "Record", "Draft", "Drafted-by", "Countersigned-by", "Ticket", "Plan"]);
    assert!(trailers.starts_with("Stack: web\nRecord: 0002\n"), "{trailers}");
    assert_eq!(git(clone, &["log", "-1", "--format=%an <%ae> %cn", "HEAD"]), "Ada Lovelace <ada@cs.example.com> Countersign");
    let values = std::fs::read_to_string(clone.join("stacks/web/stack.yaml")).unwrap();
    assert!(values.contains("message: good day") && values.contains("# Two are enough."), "{values}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_sops_opens_every_sealed_file_with_the_clusters_identity() {
    let Some(sops) = program("sops") else { return };
    let bound = two_entries().await;
    let clone = clone(&bound);
    let sealed = files(clone.path(), ".enc.yaml");
    assert_eq!(sealed.len(), 2, "{sealed:?}");
    for file in sealed {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains(CANARY), "{}", file.display());
        let opened = Command::new(&sops)
            .args(["-d", file.to_str().unwrap()])
            .env("SOPS_AGE_KEY", &bound.identity)
            .env("HOME", clone.path())
            .output()
            .unwrap();
        assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
        assert!(String::from_utf8_lossy(&opened.stdout).contains(CANARY), "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_kustomize_builds_every_folder_that_flux_reads() {
    let Some(kustomize) = program("kustomize") else { return };
    let bound = two_entries().await;
    let clone = clone(&bound);
    let folders = files(clone.path(), "/kustomization.yaml");
    assert!(!folders.is_empty());
    for file in folders {
        let built = Command::new(&kustomize).arg("build").arg(file.parent().unwrap()).output().unwrap();
        assert!(built.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&built.stderr));
        assert!(!built.stdout.is_empty(), "{}", file.display());
    }
    assert!(!clone.path().join(format!("clusters/{CLUSTER}/countersign/kustomization.yaml")).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_secret_does_not_change_in_git_and_a_new_value_does() {
    let mut bound = two_entries().await;
    let draft = bound.ada.draft_of("web").await;
    bound.ada.greet(&draft, "good night").await;
    let plan = bound.ada.plan(&draft).await;
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    let changed =
        |clone: &Path| git(clone, &["diff", "--name-only", "HEAD~1", "HEAD"]).lines().filter(|path| path.ends_with(".enc.yaml")).count();
    assert_eq!(changed(clone(&bound).path()), 0);

    bound.ada.set_secret("another value altogether").await;
    let draft = bound.ada.draft_of("web").await;
    let plan = bound.ada.plan(&draft).await;
    assert_eq!(bound.ada.deploy(&plan).await, 4);
    assert!(changed(clone(&bound).path()) >= 2);
}

/// What `countersign verify` says: whether all is well, and its words.
fn verdict(bound: &Bound, more: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(bound.repository()).args(more).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_goes_with_its_files_and_a_revert_brings_back_every_byte() {
    let mut bound = two_entries().await;
    let draft = bound.ada.draft_of("web").await;
    bound.ada.change(&draft, json!({ "change": "remove_component", "component": "podinfo" })).await;
    let plan = bound.ada.plan(&draft).await;
    let mut untyped = bound.ada.sign(&plan).await;
    untyped["typed"] = json!([]);
    bound.ada.send(&plan, &untyped).await.expect_problem(422, "confirmation_missing");
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    let without = clone(&bound);
    assert!(!without.path().join("stacks/web/components/podinfo").exists() && without.path().join("stacks/web/components/login").exists());

    let draft = bound.ada.draft_from(json!({ "start": "revert", "stack": "web", "entry": 2 })).await;
    let plan = bound.ada.plan(&draft).await;
    assert_eq!(bound.ada.deploy(&plan).await, 4);
    let again = clone(&bound);
    assert_eq!(git(again.path(), &["diff", "--stat", "HEAD~2", "HEAD", "--", "stacks", "clusters"]), "");
    let (good, said) = verdict(&bound, &[]);
    assert!(good, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_changes_nothing_is_not_deployed() {
    let mut bound = two_entries().await;
    let draft = bound.ada.draft_of("web").await;
    let plan = bound.ada.plan(&draft).await;
    bound.ada.approve(&plan).await.expect_problem(409, "plan_empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_how_to_verify_it_with_its_root_pinned() {
    let mut bound = two_entries().await;
    let entry = bound.ada.client.get(&format!("/api/v1/record/{CLUSTER}/2")).await.ok();
    let command = entry["verify"].as_array().unwrap().last().unwrap()["command"].as_str().unwrap().to_owned();
    let options = command.strip_prefix("countersign verify . ").unwrap();
    let (good, said) = verdict(&bound, &options.split(' ').collect::<Vec<_>>());
    assert!(good && said.contains("The root is pinned"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_change_is_deployed_over_only_by_typing_whoever_deployed_since() {
    let mut bound = two_entries().await;
    let theirs = clone(&bound);
    let file = theirs.path().join("stacks/web/stack.yaml");
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + "# by hand\n").unwrap();
    git(theirs.path(), &["commit", "-q", "-a", "-m", "by hand"]);
    git(theirs.path(), &["push", "-q", "origin", "HEAD:main"]);
    let commit = git(theirs.path(), &["rev-parse", "HEAD"]);

    let shop = bound.planned("shop").await;
    assert_eq!(bound.ada.deploy(&shop).await, 3, "a neighbour goes on");
    let (good, said) = verdict(&bound, &[]);
    assert!(!good && said.contains(&format!("commit {commit}: it changes stacks/web/stack.yaml")), "{said}");

    let draft = bound.ada.draft_of("web").await;
    bound.ada.greet(&draft, "good night").await;
    let plan = bound.ada.plan(&draft).await;
    let mut approval = bound.ada.sign(&plan).await;
    assert_eq!(approval["typed"], json!(["web"]));
    approval["typed"] = json!([]);
    bound.ada.send(&plan, &approval).await.expect_problem(422, "confirmation_missing");
    assert_eq!(bound.ada.deploy(&plan).await, 4);
    let (good, said) = verdict(&bound, &[]);
    assert!(good && said.contains("“by hand”"), "{said}");
}
