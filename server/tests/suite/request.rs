//! What holds for every request, whatever it asks for: refusals before bodies, origins, headers, problems.

use axum::body::Body;
use axum::http::Method;
use domain::principal::Role;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

async fn routes(server: &TestServer) -> Vec<(Method, String)> {
    let document: Value = server.client().get("/api/v1/openapi.json").await.expect_status(200).json();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method.to_uppercase().parse().unwrap(), path.clone())))
        .collect()
}

fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn a_stranger_gets_401_whatever_the_path_or_the_body() {
    let (server, _) = TestServer::set_up().await;
    let mut stranger = server.client();
    for (method, path, body) in [
        (Method::POST, "/api/v1/people", "{ this is no JSON"),
        (Method::POST, "/api/v1/people", ""),
        (Method::GET, "/api/v1/no/such/route", ""),
        (Method::DELETE, "/api/v1/people", ""),
        (Method::PATCH, "/api/v1/people/%FF", "[]"),
    ] {
        let request = stranger.request(method, path).header("content-type", "application/json").body(Body::from(body)).unwrap();
        stranger.send(request).await.expect_problem(401, "unauthenticated");
    }
    let request = stranger.request(Method::POST, "/api/v1/people").header("content-length", "999999999999").body(Body::empty()).unwrap();
    // The announced body never comes: the answer must not wait for it.
    let answer = tokio::time::timeout(std::time::Duration::from_secs(5), stranger.send(request)).await.unwrap();
    answer.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn every_change_asks_for_our_own_origin() {
    let (server, ada) = TestServer::set_up().await;
    let origin = server.origin();
    let foreign = [
        (None, None),
        (Some("https://evil.example"), Some("cross-site")),
        (Some("null"), None),
        (Some("http://localhost:1"), None),
        (Some(origin.as_str()), Some("cross-site")),
        (Some(origin.as_str()), Some("same-site")),
    ];
    for (method, path) in routes(&server).await {
        // Hooks and pulls bring their own proof and heed no cookie: nothing in a browser can make them do anything.
        if method == Method::GET || path.starts_with("/api/v1/hooks/") || path.starts_with("/git/") {
            continue;
        }
        for (from, site) in foreign {
            let mut client = ada.clone();
            client.origin = None;
            let mut request = client.request(method.clone(), &filled(&path)).header("content-type", "application/json");
            if let Some(from) = from {
                request = request.header("origin", from);
            }
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            client.send(request.body(Body::from("{}")).unwrap()).await.expect_problem(403, "cross_site");
        }
    }
}

fn has_headers(answer: &Answer) {
    let csp = answer.header("content-security-policy").unwrap_or_else(|| panic!("{} has no policy", answer.what));
    assert!(
        csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'") && csp.contains("base-uri 'none'"),
        "{}: {csp}",
        answer.what
    );
    assert!(!csp.contains("unsafe-eval'") || csp.contains("'wasm-unsafe-eval'"), "{csp}");
    assert!(!csp.replace("style-src-attr 'unsafe-inline'", "").contains("unsafe-inline"), "{csp}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{}", answer.what);
    }
    assert!(
        answer.header("permissions-policy").is_some_and(|policy| policy.contains("publickey-credentials-get=(self)")),
        "{}",
        answer.what
    );
    assert!(answer.header("x-request-id").is_some(), "{}", answer.what);
    assert!(answer.header("cache-control").is_some(), "{}", answer.what);
}

#[tokio::test]
async fn every_answer_carries_the_headers_errors_included() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut stranger = server.client();
    for (method, path) in routes(&server).await {
        for client in [&mut stranger, &mut ada] {
            let mut client = client.clone();
            let request = client.request(method.clone(), &filled(&path)).body(Body::empty()).unwrap();
            let answer = client.send(request).await;
            has_headers(&answer);
            if path.starts_with("/api/v1/") {
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.what);
            }
        }
    }
    for path in ["/", "/no/such/page", "/api/v1/no", "/docs/api", "/metrics", "/healthz"] {
        has_headers(&stranger.get(path).await);
    }
    ada.delete("/api/v1/session").await;
}

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem() {
    let (server, mut ada) = TestServer::set_up().await;
    ada.get("/api/v1/nothing").await.expect_problem(404, "not_found");
    ada.get("/api/v1/people/nobody").await.expect_problem(404, "not_found");
    ada.json(Method::PUT, "/api/v1/people", json!({})).await.expect_problem(405, "method_not_allowed");
    ada.post("/api/v1/people", json!({ "name": "x", "unknown": 1 })).await.expect_problem(422, "malformed");
    let problem = ada.post("/api/v1/people", json!({ "name": 7 })).await.expect_problem(422, "malformed");
    assert_eq!(problem.at.as_deref(), Some("name"));
    let syntax =
        ada.request(Method::POST, "/api/v1/people").header("content-type", "application/json").body(Body::from("{\"name\":")).unwrap();
    ada.send(syntax).await.expect_problem(400, "malformed");
    let untyped = ada.request(Method::POST, "/api/v1/people").body(Body::from("{}")).unwrap();
    ada.send(untyped).await.expect_problem(415, "not_json");
    let heavy = json!({ "name": "x".repeat(3 * 1024 * 1024) });
    ada.post("/api/v1/people", heavy).await.expect_problem(413, "too_large");
    drop(server);
}

#[tokio::test]
async fn an_unknown_token_is_refused_rather_than_taken_for_a_stranger() {
    let (server, _) = TestServer::set_up().await;
    let mut client = server.client();
    client.token = Some("cs_0000".into());
    client.get("/api/v1/session").await.expect_problem(401, "token_unknown");
}

#[tokio::test]
async fn metrics_need_their_token_or_their_own_listener() {
    let server = TestServer::with(|config| config.metrics_token = Some("let me count".into())).await;
    let mut client = server.client();
    client.get("/metrics").await.expect_problem(401, "token_unknown");
    client.get("/healthz").await.expect_status(200);
    client.get("/readyz").await.expect_status(200);
    client.token = Some("let me count".into());
    let text = client.get("/metrics").await.expect_status(200).text();
    assert!(text.contains("countersign_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1"), "{text}");
    let closed = TestServer::fresh().await;
    let mut client = closed.client();
    client.token = Some(String::new());
    client.get("/metrics").await.expect_problem(401, "token_unknown");
}

#[tokio::test]
async fn somebody_known_who_is_turned_away_leaves_a_leaf() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut auditor = server.person(&mut ada, "audrey", Role::Auditor).await;
    auditor.post("/api/v1/people", json!({ "name": "mallory" })).await.expect_problem(403, "forbidden");
    let mut db = server.inside().store.read().await.unwrap();
    let leaf = server::store::audit::page(&mut db, None, 1).await.unwrap().remove(0);
    assert_eq!(
        (leaf.action.as_str(), leaf.object.id.as_str(), leaf.outcome, leaf.reason.as_deref()),
        ("request.refuse", "POST /api/v1/people", domain::audit::Outcome::Refused, Some("forbidden"))
    );
}

#[tokio::test]
async fn the_api_describes_itself_on_a_page_without_scripts() {
    let (server, _) = TestServer::set_up().await;
    let page = server.client().get("/docs/api").await.expect_status(200).text();
    assert!(page.contains("/api/v1/people/{person}") && page.contains("person may administer"));
    for foreign in ["<script", "src=", "href='http", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}
