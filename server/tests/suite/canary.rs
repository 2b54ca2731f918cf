//! A secret that somebody typed, and the token of a repository, stand nowhere in the clear: not in a file of the
//! database, a log at trace level, an answer, a page, a Git object or an error, after deploys that went well and
//! after ones that failed.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::git::{forge, git, try_git};
use crate::support::git_http::{GitHttp, TOKEN};
use crate::support::host::{Host, planned, until};
use crate::support::line::{Fault, Line};
use crate::support::signing::{CANARY, CLUSTER, Signer};

/// What must not be seen anywhere.
const HIDDEN: [&str; 2] = [CANARY, TOKEN];

/// Every page of the application, filled in as far as there is something to show.
const PAGES: &[&str] = &[
    "/",
    "/clusters/nl-prod-1/stacks/web",
    "/record",
    "/record/nl-prod-1/2",
    "/settings",
    "/settings/environments",
    "/settings/clusters",
    "/settings/clusters/new",
    "/settings/clusters/nl-prod-1",
    "/settings/variables",
    "/settings/secrets",
    "/settings/people",
    "/settings/account",
    "/no/such/page",
];

/// Everything that the API and the pages tell a person who may see everything.
async fn everything_told(ada: &mut Signer, draft: &str, plan: &str, deployment: &str) -> Vec<Answer> {
    let document = ada.client.get("/api/v1/openapi.json").await.ok();
    let mut told = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if item.get("get").is_some() && !path.contains("{sha256}") {
            let path = path.replace("{draft}", draft).replace("{plan}", plan).replace("{deployment}", deployment);
            let path = path.replace("{cluster}", CLUSTER).replace("{number}", "2").replace("{environment}", "production");
            // A stream tells what came before on being asked alone.
            let query = if path.ends_with("/events") { "?after=0" } else { "" };
            told.push(ada.client.get(&format!("{path}{query}")).await);
        }
    }
    for page in PAGES.iter().map(|page| (*page).to_owned()).chain([format!("/review/{plan}")]) {
        told.push(ada.client.get(&page).await);
    }
    let planned: Value = ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.expect_status(200).json();
    for file in planned["files"].as_array().unwrap() {
        for side in ["before", "after"].iter().filter_map(|side| file[side]["sha256"].as_str()) {
            told.push(ada.client.get(&format!("/api/v1/plans/{plan}/files/{side}")).await.expect_status(200));
        }
    }
    told
}

/// Secrets sent in wrong ways: each is told off without being repeated.
async fn wrongly_sent(ada: &mut Signer) -> Vec<Answer> {
    let organisation = json!({ "kind": "organisation" });
    let cluster = json!({ "kind": "cluster", "cluster": CLUSTER });
    let mut told = Vec::new();
    for body in [
        json!({ "scope": organisation, "name": "password", "value": CANARY }),
        json!({ "scope": cluster, "name": "no name", "value": CANARY }),
        json!({ "scope": cluster, "name": "x", "value": CANARY, "more": 1 }),
        json!({ "scope": cluster, "name": "x", "value": [CANARY] }),
        json!({ "scope": cluster, "name": "x", "value": { "a": CANARY } }),
        json!({ "scope": cluster, "name": "x", "value": CANARY.repeat(100_000) }),
        json!([CANARY]),
    ] {
        told.push(ada.client.put("/api/v1/secrets", body).await);
    }
    let mut binding = GitHttp::binding(1, "ops.git");
    let new = |binding: &Value| json!({ "name": "nl-prod-9", "environment": "production", "repository": binding, "recipients": ["age1x"] });
    told.push(ada.client.post("/api/v1/clusters", new(&binding)).await);
    told.push(ada.client.post("/api/v1/clusters/probe", binding.clone()).await);
    binding["auth"]["more"] = json!(1);
    told.push(ada.client.post("/api/v1/clusters", new(&binding)).await);
    binding["auth"] = json!({ "kind": "key", "private_key": TOKEN });
    told.push(ada.client.post("/api/v1/clusters/probe", binding.clone()).await);
    binding["url"] = json!(format!("https://deployer:{TOKEN}@git.example.com/ops.git"));
    told.push(ada.client.post("/api/v1/clusters/probe", binding).await);
    assert!(told.iter().all(|answer| answer.status.is_client_error() || answer.what.contains("/probe")));
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_stands_nowhere_in_the_clear() {
    let forged = tempfile::tempdir().unwrap();
    let bare = forged.path().join("ops.git");
    forge(&bare);
    let Some(http) = GitHttp::start(forged.path()) else { return };
    let line = Line::to(http.http_port);
    let mut host = Host::new();
    host.with.push(("COUNTERSIGN_LOG", String::from("trace")));
    host.with.push(("COUNTERSIGN_GIT_TIMEOUT", String::from("3")));
    let mut ada = host.bound(GitHttp::binding(line.port, "ops.git")).await;
    let draft = ada.draft("web").await;
    let plan = ada.plan(&draft).await;
    assert_eq!(ada.deploy(&plan).await, 2);

    // A deploy that fails before the push, one whose answer is lost with the host, one that the host rejects.
    let plan = planned(&mut ada, "good day").await;
    let approval = ada.sign(&plan).await;
    line.set(Fault::Silent);
    let mut told = vec![ada.send(&plan, &approval).await.expect_status(503)];
    line.set(Fault::AnswerLostThenDown);
    told.push(ada.send(&plan, &approval).await.expect_status(201));
    told.push(ada.client.get(&format!("/api/v1/plans/{plan}")).await.expect_status(200));
    line.set(Fault::None);
    until(&mut ada, &plan, |state| state == Some("recorded")).await;
    git(&bare, &["config", "receive.denyDeletes", "true"]);
    git(&bare, &["config", "receive.maxInputSize", "1"]);
    let plan = planned(&mut ada, "good night").await;
    let answer = ada.approve(&plan).await.expect_status(201);
    let deployment = answer.json::<Value>()["deployment"]["id"].as_str().unwrap().to_owned();
    assert_ne!(answer.json::<Value>()["deployment"]["state"], "recorded", "{}", answer.text());
    told.push(answer);

    told.extend(wrongly_sent(&mut ada).await);
    let draft = ada.draft_of("web").await;
    told.extend(everything_told(&mut ada, &draft, &plan, &deployment).await);
    assert!(told.len() > 50, "{}", told.len());
    for answer in &told {
        assert_hidden(&answer.body, &answer.what);
        for (name, value) in &answer.headers {
            assert_hidden(value.as_bytes(), &format!("{}: {name}", answer.what));
        }
    }
    let pages = told.iter().filter(|answer| answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))).count();
    assert!(pages >= PAGES.len(), "{pages} pages");

    host.stop();
    let mirror = std::fs::read_dir(host.data().join("mirrors")).unwrap().next().unwrap().unwrap().path();
    for repository in [&bare, &mirror] {
        let objects = try_git(repository, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]).stdout;
        assert!(objects.len() > 10_000, "{}", repository.display());
        assert_hidden(&objects, "a Git object");
    }
    let mut looked_at = Vec::new();
    every_file(host.folder.path(), &mut |path, bytes| {
        assert_hidden(bytes, &path.display().to_string());
        looked_at.push(path.file_name().unwrap().to_string_lossy().into_owned());
    });
    for name in ["countersign.db", "countersign.db-wal", "log"] {
        assert!(looked_at.iter().any(|file| file == name), "{name} was not there to look into: {looked_at:?}");
    }
    let log = std::fs::read_to_string(host.log()).unwrap();
    assert!(log.contains(" TRACE ") && log.contains("/approvals"), "the log tells nothing at trace level");
}

#[track_caller]
fn assert_hidden(bytes: &[u8], what: &str) {
    let text = String::from_utf8_lossy(bytes);
    for hidden in HIDDEN {
        if let Some(form) = forms(hidden).into_iter().find(|form| text.contains(form.as_str())) {
            let at = text.find(&form).unwrap();
            let around: String = text[..at].chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
            panic!("{what} holds {form} after: {around}");
        }
    }
}

/// A text as it might be written down: plain, in base64 wherever it may begin, in hex, in a URL, on a page, in JSON.
fn forms(hidden: &str) -> Vec<String> {
    let mut forms = vec![hidden.to_owned()];
    for (before, cut) in [("", 0), ("x", 2), ("xx", 3)] {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(format!("{before}{hidden}"));
            forms.push(text[cut..text.len() - 3].to_owned());
        }
    }
    let hex: String = hidden.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.extend([hex.to_uppercase(), hex]);
    let in_urls: String = url::form_urlencoded::byte_serialize(hidden.as_bytes()).collect();
    forms.extend([in_urls.to_lowercase(), in_urls]);
    forms.push(hidden.replace('&', "&amp;").replace('/', "&#x2F;"));
    forms.push(hidden.replace('&', "&amp;"));
    forms.push(hidden.replace('&', "\\u0026"));
    // Numbers in a list, as a debug print of bytes would show it.
    forms.push(hidden.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", "));
    forms
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
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    let found = |bytes: &[u8]| std::panic::catch_unwind(|| assert_hidden(bytes, "a text")).is_err();
    assert!(found(format!("a {CANARY} b").as_bytes()));
    for before in ["", "{", "{\"", "password: "] {
        let text = format!("{before}{CANARY}\"}}");
        assert!(found(STANDARD.encode(&text).as_bytes()) && found(URL_SAFE.encode(&text).as_bytes()), "{before}");
        assert!(found(domain::text::hex(text.as_bytes()).as_bytes()), "{before}");
    }
    assert!(found(b"deployer%3Aa-token-for-tests"));
    assert!(found(STANDARD.encode(format!("deployer:{TOKEN}")).as_bytes()));
    let encoded: String = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    assert!(encoded.contains("%2F") && found(encoded.as_bytes()));
    assert!(found(format!("{:?}", CANARY.as_bytes()).as_bytes()));
    assert!(!found(b"nothing of it"));
}
