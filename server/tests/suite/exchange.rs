//! In and out by the one door: an import is a preview until somebody makes a draft of it, and what goes out comes back.

use std::collections::BTreeMap;
use std::io::Read;

use domain::principal::Role;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::chart_host::{ChartHost, Reply};
use crate::support::signing::{Bound, CLUSTER};

const APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: podinfo, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://stefanprodan.github.io/podinfo
    chart: podinfo
    targetRevision: 6.9.1
    helm:
      values: |
        # said on the first page
        ui: {message: hello}
        redis: {password: canary-plaintext}
  destination: {server: \"https://kubernetes.default.svc\", namespace: podinfo}
  ignoreDifferences: [{kind: Service, jsonPointers: [/spec/clusterIP]}]
";

fn import(text: &str, name: &str) -> Value {
    json!({ "files": [{ "path": "apps.yaml", "text": text }], "name": name, "cluster": CLUSTER })
}

/// Files of a tar archive by path.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(bytes);
    let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), text)
    };
    archive.entries().unwrap().map(read).collect()
}

#[tokio::test]
async fn an_import_is_shown_with_what_it_leaves_out_and_becomes_a_draft_when_somebody_makes_one() {
    let mut bound = Bound::new().await;
    let client = &mut bound.ada.client;
    let before = client.get("/api/v1/drafts").await.ok();
    let preview = client.post("/api/v1/imports", import(APPLICATION, "web")).await.expect_status(200).ok();
    assert_eq!(client.get("/api/v1/drafts").await.ok(), before, "a preview keeps nothing");
    assert_eq!(preview["format"], "argo_cd");
    let stack = &preview["stacks"][0];
    assert_eq!((&stack["name"], &stack["components"][0]["what"]), (&json!("web"), &json!("podinfo 6.9.1")));
    assert_eq!(stack["secrets"], json!(["podinfo_redis_password"]));
    assert_eq!(stack["findings"], json!([]));
    let notes = preview["notes"].as_array().unwrap();
    let lost: Vec<&str> = notes.iter().filter(|note| note["kind"] == "lost").map(|note| note["path"].as_str().unwrap()).collect();
    assert_eq!(lost, ["spec.ignoreDifferences"]);
    assert!(!preview.to_string().contains("canary-plaintext"));

    let draft = bound.ada.draft_from(json!({ "start": "source", "text": stack["source"] })).await;
    let client = &mut bound.ada.client;
    let opened = client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    assert_eq!(opened["origin"], "import");
    let values = opened["content"]["components"][0]["content"]["addon"]["values"].as_str().unwrap();
    assert!(values.starts_with("# said on the first page\nui: {message: hello}\n"), "{values}");
    assert!(opened["check"]["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "missing_secret"), "{opened}");

    // The same again, beside the draft that is open now.
    let again = client.post("/api/v1/imports", import(APPLICATION, "web")).await.ok();
    assert_eq!(again["stacks"][0]["findings"][0]["code"], "draft_exists");
}

#[tokio::test]
async fn a_name_that_is_recorded_is_told_at_import_and_refused_for_a_draft() {
    let mut bound = Bound::new().await;
    let plan = bound.planned("web").await;
    bound.ada.deploy(&plan).await;
    let client = &mut bound.ada.client;
    let preview = client.post("/api/v1/imports", import(APPLICATION, "web")).await.ok();
    let finding = &preview["stacks"][0]["findings"][0];
    assert_eq!((&finding["code"], &finding["level"]), (&json!("stack_exists"), &json!("block")));
    let new = json!({ "start": "source", "text": preview["stacks"][0]["source"] });
    let refused = client.post(&format!("/api/v1/clusters/{CLUSTER}/drafts"), new).await;
    refused.expect_problem(409, "stack_exists");
    let other = client.post("/api/v1/imports", import(APPLICATION, "shop")).await.ok();
    assert_eq!(other["stacks"][0]["findings"], json!([]));
    // Its release lives in that stack already.
    let same = APPLICATION.replace("namespace: podinfo}", "namespace: web}");
    let other = client.post("/api/v1/imports", import(&same, "shop")).await.ok();
    let finding = &other["stacks"][0]["findings"][0];
    assert_eq!((&finding["code"], &finding["at"]["component"]), (&json!("name_taken"), &json!("podinfo")));
    let reason = finding["reason"].as_str().unwrap();
    assert!(reason.contains("The Helm release web/podinfo") && reason.contains("stacks/web/components/podinfo/release.yaml"), "{reason}");
}

#[tokio::test]
async fn an_import_goes_on_where_the_repository_cannot_be_read_and_says_so() {
    let mut bound = Bound::new().await;
    std::fs::remove_dir_all(bound.repository()).unwrap();
    let preview = bound.ada.client.post("/api/v1/imports", import(APPLICATION, "web")).await.expect_status(200).ok();
    assert_eq!(preview["stacks"][0]["findings"][0]["code"], "repository_unread", "{preview}");
}

#[tokio::test]
async fn a_draft_leaves_as_source_as_flux_and_as_a_picture_and_its_source_comes_back_the_same() {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft("web").await;
    let client = &mut bound.ada.client;
    let out = client.get(&format!("/api/v1/drafts/{draft}/export")).await.expect_status(200);
    assert_eq!(out.header("content-disposition"), Some("attachment; filename=\"stack.yaml\""));
    let back = client.post("/api/v1/imports", json!({ "files": [{ "text": out.text() }] })).await.ok();
    assert_eq!((back["format"].as_str(), back["stacks"][0]["source"].as_str()), (Some("stack"), Some(out.text().as_str())));
    assert_eq!(back["notes"], json!([]));

    let picture = client.get(&format!("/api/v1/drafts/{draft}/export?format=svg")).await.expect_status(200);
    assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
    assert!(picture.text().starts_with("<svg ") && picture.text().contains(">podinfo</text>"));

    let archive = client.get(&format!("/api/v1/drafts/{draft}/export?format=flux")).await.expect_status(200);
    let files = unpacked(&archive.body);
    assert!(files["stacks/web/components/podinfo/release.yaml"].contains("kind: HelmRelease"), "{:?}", files.keys());
    assert!(!files.contains_key("stacks/web/stack.yaml"));
}

#[tokio::test]
async fn what_is_recorded_leaves_as_the_files_that_stand_in_git() {
    let mut bound = Bound::new().await;
    let plan = bound.planned("web").await;
    let number = bound.ada.deploy(&plan).await;
    let client = &mut bound.ada.client;
    let path = format!("/api/v1/clusters/{CLUSTER}/stacks/web/export");
    let source = client.get(&path).await.expect_status(200).text();
    assert!(source.contains("good day"), "{source}");
    let files = unpacked(&client.get(&format!("{path}?format=flux&entry={number}")).await.expect_status(200).body);
    let ours = |path: &&String| path.starts_with("stacks/web/") || path.starts_with("clusters/") || *path == "LEFT-OUT.md";
    assert_eq!(files.keys().filter(|path| !ours(path)).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(files["stacks/web/components/podinfo/release.yaml"].contains("good day"));
    client.get(&format!("{path}?entry=9999")).await.expect_status(404);
}

#[tokio::test]
async fn a_flux_export_of_a_draft_takes_somebody_who_may_draft() {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft("web").await;
    let mut auditor = bound.test.person(&mut bound.ada.client, "audrey", Role::Auditor).await;
    auditor.get(&format!("/api/v1/drafts/{draft}/export")).await.expect_status(200);
    auditor.get(&format!("/api/v1/drafts/{draft}/export?format=flux")).await.expect_status(403);
}

#[tokio::test]
async fn hostile_imports_cost_a_sentence() {
    let (_server, mut ada) = TestServer::set_up().await;
    let bomb = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nkind: X\n";
    for (text, code) in [
        (bomb.to_owned(), "nothing_to_import"),
        (format!("kind: X\na: {}\n", "[".repeat(100_000)), "nothing_to_import"),
        ("a: 1\n---\n".repeat(6000), "import_too_large"),
        ("# large\n".repeat(2 << 20), "import_too_large"),
        ("apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {nmae: x}\n".to_owned(), "stack_yaml"),
    ] {
        let answer = ada.post("/api/v1/imports", json!({ "files": [{ "path": "x.yaml", "text": text }] })).await;
        answer.expect_problem(422, code);
    }
}

#[tokio::test]
async fn a_file_at_an_address_is_fetched_by_the_guarded_way_out_alone() {
    let host = ChartHost::start().await;
    host.serves("/ops/apps.yaml", APPLICATION);
    let address = format!("{}/ops/apps.yaml", host.url());
    let (_server, mut ada) = TestServer::set_up().await;
    for address in [address.as_str(), "http://localhost:1/x.yaml", "http://169.254.169.254/latest/meta-data"] {
        let refused = ada.post("/api/v1/imports", json!({ "url": address })).await;
        assert_eq!(refused.expect_problem(422, "import_host_refused").at.as_deref(), Some("url"));
    }
    ada.post("/api/v1/imports", json!({ "url": "file:///etc/passwd" })).await.expect_problem(422, "import_address");
    ada.post("/api/v1/imports", json!({})).await.expect_problem(422, "nothing_to_import");
    assert!(host.seen().is_empty(), "{:?}", host.seen());

    // Where an administrator opened the way, a host that sends on inside leads nowhere all the same.
    let (_server, mut ada) = TestServer::set_up_with(|config| config.allow_inside = vec!["127.0.0.1".parse().unwrap()]).await;
    let preview = ada.post("/api/v1/imports", json!({ "url": address })).await.expect_status(200).ok();
    assert_eq!((&preview["format"], &preview["stacks"][0]["name"]), (&json!("argo_cd"), &json!("apps")));
    host.serves("/page", "<!doctype html><title>apps.yaml</title>");
    host.says("/on", Reply::SendOn("http://127.0.0.2:80/x.yaml".into()));
    host.says("/large", Reply::Announced(9 << 20));
    for (path, code) in
        [("/page", "import_no_text"), ("/on", "import_host_refused"), ("/large", "import_too_large"), ("/none", "import_host_failed")]
    {
        let url = format!("{}{path}", host.url());
        ada.post("/api/v1/imports", json!({ "url": url })).await.expect_problem(422, code);
    }
}
