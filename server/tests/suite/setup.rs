//! The first visit to a fresh server.

use domain::api::person::EnrolmentLink;
use domain::api::session::SessionState;
use domain::api::setup::SetUpState;
use domain::principal::{Grant, Role, Target};
use serde_json::{Value, json};

use crate::support::TestServer;

fn answers(server: &TestServer) -> Value {
    json!({ "code": server.set_up_code(), "organisation": "Example", "public_url": server.origin(), "name": "Ada", "full_name": "Ada L." })
}

#[tokio::test]
async fn the_code_makes_the_first_administrator_and_nothing_makes_a_second() {
    let server = TestServer::fresh().await;
    let mut client = server.client();
    let state: SetUpState = client.get("/api/v1/setup").await.expect_status(200).json();
    assert!(!state.is_set_up && state.passkeys.possible && state.passkeys.this_computer_only);

    let link: EnrolmentLink = client.post("/api/v1/setup", answers(&server)).await.expect_status(201).json();
    assert_eq!(link.url, format!("{}/enrol#{}", server.origin(), link.code));
    client.post("/api/v1/setup", answers(&server)).await.expect_problem(409, "already_set_up");

    server.take_in(&mut client, &link.code).await;
    let state: SessionState = client.get("/api/v1/session").await.expect_status(200).json();
    let me = state.person.unwrap();
    assert_eq!((me.name.as_str(), me.full_name.as_str()), ("ada", "Ada L."));
    assert_eq!(me.grants, [Grant { role: Role::Admin, on: Target::Organisation }]);
    let state: SetUpState = client.get("/api/v1/setup").await.expect_status(200).json();
    assert!(state.is_set_up);
    assert_eq!(state.organisation, "Example");
}

#[tokio::test]
async fn a_wrong_code_changes_nothing_and_the_eleventh_waits() {
    let server = TestServer::fresh().await;
    let mut client = server.client();
    let mut wrong = answers(&server);
    wrong["code"] = json!("0000-0000-0000");
    for _ in 0..10 {
        client.post("/api/v1/setup", wrong.clone()).await.expect_problem(403, "code_unknown");
    }
    let problem = client.post("/api/v1/setup", answers(&server)).await.expect_problem(429, "too_many_tries");
    assert!(problem.more["retry_after"].as_u64().unwrap() > 60);
    server.clock.advance(15 * server::clock::MINUTE);
    client.post("/api/v1/setup", answers(&server)).await.expect_status(201);
}

#[tokio::test]
async fn a_restart_voids_the_code_before() {
    let server = TestServer::fresh().await;
    let old = answers(&server);
    let server = server.restarted().await;
    let mut client = server.client();
    client.post("/api/v1/setup", old).await.expect_problem(403, "code_unknown");
    client.post("/api/v1/setup", answers(&server)).await.expect_status(201);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let server = TestServer::fresh().await;
    let mut client = server.client();
    for (field, value, code) in [
        ("organisation", json!("  "), "name_invalid"),
        ("public_url", json!("countersign.example.com"), "public_url_invalid"),
        ("public_url", json!("https://example.com/countersign"), "public_url_invalid"),
        ("name", json!("../ada"), "name_invalid"),
    ] {
        let mut wrong = answers(&server);
        wrong[field] = value;
        let problem = client.post("/api/v1/setup", wrong).await.expect_problem(422, code);
        assert_eq!(problem.at.as_deref(), Some(field));
    }
    let mut wrong = answers(&server);
    wrong["trusted_proxies"] = json!(["10.0.0.1", "proxy"]);
    let problem = client.post("/api/v1/setup", wrong).await.expect_problem(422, "address_invalid");
    assert_eq!(problem.at.as_deref(), Some("trusted_proxies[1]"));
}

#[tokio::test]
async fn an_address_without_a_name_says_why_no_passkey_is_possible() {
    let server = TestServer::fresh().await;
    let client = server.client();
    for (host, possible) in [("localhost:80", true), ("192.0.2.7:8480", false), ("nas.lan", false)] {
        let request = axum::http::Request::builder().uri("/api/v1/setup").header("host", host).body(axum::body::Body::empty()).unwrap();
        let state: SetUpState = client.clone().send(request).await.expect_status(200).json();
        assert_eq!((state.passkeys.possible, state.passkeys.reason.is_none()), (possible, possible), "{host}");
    }
}

#[tokio::test]
async fn the_data_folder_is_the_servers_alone() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::fresh().await;
    assert_eq!(std::fs::metadata(server.data()).unwrap().permissions().mode() & 0o777, 0o700);
    let code = server.set_up_code().to_owned();
    let raw = std::fs::read(server.data().join("countersign.db")).unwrap();
    assert!(!raw.windows(code.len()).any(|window| window == code.as_bytes()));
}
