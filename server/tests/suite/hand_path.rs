//! The day it is down: what `docs/running.md` prints for that day, run as it stands there by stock tools, and taken back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::git::command;
use crate::support::machine::program;
use crate::support::notification::Flux;
use crate::support::signing::{Bound, CLUSTER};

/// The commands of that section, in order.
fn printed() -> Vec<String> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/running.md")).unwrap();
    let section = text.split("## On the day it is down").nth(1).unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    block.lines().map(str::to_owned).collect()
}

/// A shell with the tools, an editor that always makes the same edit, and the printed address led to the repository here.
fn run(folder: &Path, repository: &Path, tools: &Path, text: &str) -> String {
    let editor = folder.ancestors().find_map(|up| Some(up.join("editor")).filter(|file| file.exists())).unwrap();
    let ours = Path::new(env!("CARGO_BIN_EXE_countersign")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("bash");
    for (name, value) in command(folder).get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let output = shell
        .current_dir(folder)
        .args(["-euo", "pipefail", "-c", text])
        .env("PATH", format!("{}:{}:{path}", ours.display(), tools.display()))
        .env("EDITOR", &editor)
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", format!("url.{}.insteadOf", repository.display()))
        .env("GIT_CONFIG_VALUE_0", "ssh://git@git.example.com/ops/production.git")
        .output()
        .unwrap();
    assert!(output.status.success(), "{text}\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_for_the_day_it_is_down_work_as_printed_and_the_fix_is_taken_back() {
    let (Some(sops), Some(kustomize)) = (program("sops"), program("kustomize")) else { return };
    let mut bound = Bound::new().await;
    let mut flux = Flux::of(&mut bound).await;
    let plan = bound.planned("web").await;
    bound.ada.deploy(&plan).await;
    flux.pushed().await;
    let place = tempfile::tempdir().unwrap();
    let editor = place.path().join("editor");
    fs::write(&editor, "#!/bin/sh\nsed -i -e 's/6\\.7\\.0/6.6.0/' -e 's/password: .*/password: by-hand/' \"$1\"\n").unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();

    let lines = printed();
    let (clone, rest) = lines.split_first().unwrap();
    let (wait, rest) = rest.split_last().unwrap();
    // Flux is the cluster's: it is not here.
    assert!(wait.starts_with("flux reconcile source git "), "{wait}");
    let (repository, tools) = (bound.repository(), sops.parent().unwrap());
    run(place.path(), &repository, tools, clone);
    let here = place.path().join("production");
    fs::write(here.join("identity"), &bound.identity).unwrap();
    run(&here, &repository, tools, &rest.join("\n"));

    let release = fs::read_to_string(here.join("stacks/web/components/podinfo/release.yaml")).unwrap();
    assert!(release.contains("6.6.0"), "{release}");
    let login = rest.iter().find_map(|line| line.split_whitespace().find(|word| word.ends_with(".enc.yaml"))).unwrap();
    assert!(!fs::read_to_string(here.join(login)).unwrap().contains("by-hand"));
    let opened = run(&here, &repository, tools, &format!("SOPS_AGE_KEY_FILE=identity sops -d {login}"));
    assert!(opened.contains("by-hand"), "{opened}");
    let folder = here.join(login).parent().unwrap().to_owned();
    let built = Command::new(kustomize).arg("build").arg(folder).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    // It is up again.
    flux.pushed().await;
    let path = format!("/api/v1/clusters/{CLUSTER}/foreign");
    let list = bound.ada.client.get(&path).await.ok();
    assert_eq!((&list["items"][0]["unanswered"], list["items"].as_array().unwrap().len()), (&json!(["web"]), 1), "{list}");
    let draft = bound.ada.draft_of("web").await;
    bound.ada.greet(&draft, "good night").await;
    let plan = bound.ada.plan(&draft).await;
    let shown = bound.ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok();
    assert_eq!(shown["slip"]["confirm"][0]["word"], "web", "{shown}");
    bound.ada.deploy(&plan).await;
    let list = bound.ada.client.get(&path).await.ok();
    assert_eq!(list["items"][0]["unanswered"], json!([]));
    run(&here, &repository, tools, "git pull -q");
    let release = fs::read_to_string(here.join("stacks/web/components/podinfo/release.yaml")).unwrap();
    assert!(release.contains("6.7.0"), "the draft did not say it: {release}");
    let verified = run(&here, &repository, tools, "countersign verify .");
    assert!(verified.to_lowercase().contains("not ours"), "{verified}");
}
