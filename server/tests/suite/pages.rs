//! Pages as the server renders them: for whom, under which policy, from the same API.

use domain::principal::Role;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_fresh_server_leads_to_set_up_and_a_stranger_to_the_login() {
    let server = TestServer::fresh().await;
    let answer = server.client().get("/").await.expect_status(303);
    assert_eq!(answer.header("location"), Some("/setup"));
    let (server, _) = TestServer::set_up().await;
    let answer = server.client().get("/settings?a=b").await.expect_status(303);
    assert_eq!(answer.header("location"), Some("/login?next=%2Fsettings%3Fa%3Db"));
}

#[tokio::test]
async fn a_code_leads_to_its_key_and_nowhere_else() {
    let (server, mut ada) = TestServer::set_up().await;
    let link: domain::api::person::EnrolmentLink = ada.post("/api/v1/people", json!({ "name": "grace" })).await.expect_status(201).json();
    let mut grace = server.client();
    grace.post("/api/v1/session/enrolment", json!({ "code": link.code })).await.expect_status(204);
    assert_eq!(grace.get("/").await.expect_status(303).header("location"), Some("/enrol"));
}

#[tokio::test]
async fn a_page_is_rendered_as_the_person_who_asks_and_no_other() {
    let (server, mut ada) = TestServer::set_up().await;
    let grace = server.person(&mut ada, "grace", Role::Editor).await;
    let pages = (0..40).map(|n| {
        let (mut client, name, other) = if n % 2 == 0 { (ada.clone(), "ada", "grace") } else { (grace.clone(), "grace", "ada") };
        async move {
            let page = client.get("/").await.text();
            assert!(page.contains(&format!(">{name}<")) || page.contains(&format!("\"{name}\\\"")), "{page}");
            assert!(!page.contains(other), "{name} is shown {other}'s page: {page}");
        }
    });
    futures_util::future::join_all(pages).await;
}

#[tokio::test]
async fn every_script_of_a_page_carries_the_nonce_that_its_policy_names() {
    let (_server, mut ada) = TestServer::set_up().await;
    let mut nonces = Vec::new();
    for path in ["/", "/no/such/page"] {
        let answer = ada.get(path).await;
        let policy = answer.header("content-security-policy").unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 16);
        assert!(policy.contains("script-src 'self' 'nonce-"), "{policy}");
        assert!(!policy.replace("style-src-attr 'unsafe-inline'", "").contains("unsafe-inline"), "{policy}");
        for script in answer.text().split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&nonce), "a script without the nonce: {tag}");
        }
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn only_the_builder_may_set_style_attributes_and_only_pages_with_wasm_may_run_it() {
    let (_server, mut ada) = TestServer::set_up().await;
    for (path, styles, wasm) in [
        ("/clusters/a/stacks/b", true, true),
        ("/settings/clusters", false, true),
        ("/", false, false),
        ("/record", false, false),
        ("/review/x", false, false),
        ("/login", false, false),
    ] {
        let answer = ada.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert_eq!(policy.contains("style-src-attr 'unsafe-inline'"), styles, "{path}: {policy}");
        assert_eq!(policy.contains("wasm-unsafe-eval"), wasm, "{path}: {policy}");
        assert!(!policy.replace("style-src-attr 'unsafe-inline'", "").contains("unsafe-inline"), "{policy}");
    }
}

#[tokio::test]
async fn a_page_that_nothing_takes_over_is_sent_without_what_it_was_made_from() {
    let (_server, mut ada) = TestServer::set_up().await;
    let data = "__RESOLVED_RESOURCES[";
    let taken_over = ada.get("/settings/clusters").await.text();
    assert!(taken_over.contains(data) && taken_over.contains("<!>"));
    for path in ["/", "/record"] {
        let page = ada.get(path).await.text();
        assert!(!page.contains(data) && !page.contains("<!>"), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_a_404_with_a_page_on_it() {
    let (_server, mut ada) = TestServer::set_up().await;
    let answer = ada.get("/no/such/page").await.expect_status(404);
    assert!(answer.header("content-type").unwrap().starts_with("text/html"));
    ada.post("/no/such/page", json!({})).await.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn the_recipe_for_each_forge_names_the_very_key_and_branch() {
    let (_server, mut ada) = TestServer::set_up().await;
    ada.post("/api/v1/environments", json!({ "name": "production" })).await;
    let recipient = ada.post("/api/v1/clusters/key-pair", json!({})).await.ok()["recipient"].clone();
    let hosts = [
        ("gh", "ssh://git@github.com/ops/a.git", "GitHub"),
        ("gl", "ssh://git@gitlab.example.com/ops/a.git", "GitLab"),
        ("gt", "ssh://git@codeberg.org/ops/a.git", "Gitea and Forgejo"),
        ("sh", "ssh://deploy@host.example.com/srv/git/a.git", "A plain ssh server"),
    ];
    for (name, url, forge) in hosts {
        // A key that was only just made is not tried yet.
        let repository = json!({ "kind": "remote", "url": url, "branch": "clusters/nl", "auth": { "kind": "generated_key" } });
        let new = json!({ "name": name, "environment": "production", "repository": repository, "recipients": [recipient] });
        let cluster = ada.post("/api/v1/clusters", new).await.expect_status(201).ok();
        let key = cluster["repository"]["deploy_key"].as_str().unwrap();
        assert!(key.starts_with("ssh-ed25519 ") && key.ends_with(&format!("countersign {name}")), "{key}");
        let page = ada.get(&format!("/settings/clusters/{name}")).await.text();
        let recipe = page.split("<details").find(|part| part.contains(&format!("<summary>{forge}<"))).unwrap_or_default();
        assert!(
            recipe.starts_with(" open") || recipe.split('>').next().is_some_and(|tag| tag.contains("open")),
            "{forge} stands open: {recipe}"
        );
        assert!(recipe.contains(key) && recipe.contains(">clusters/nl<"), "{forge}: {recipe}");
    }
}
