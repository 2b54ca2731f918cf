//! Logging in, staying in, and getting out.

use domain::api::session::SessionState;
use domain::principal::Role;
use serde_json::json;
use server::clock::MINUTE;

use crate::support::{Client, PASSWORD, TestServer};

async fn is_in(client: &mut Client) -> bool {
    let state: SessionState = client.get("/api/v1/session").await.expect_status(200).json();
    state.person.is_some()
}

async fn log_in(client: &mut Client, name: &str) {
    client.post("/api/v1/session", json!({ "name": name, "password": PASSWORD })).await.expect_status(204);
}

#[tokio::test]
async fn a_session_planted_before_the_login_is_worth_nothing() {
    let (server, _ada) = TestServer::set_up().await;
    let mut victim = server.client();
    victim.cookies.insert("countersign".into(), "AAAAAAAAAAAAAAAAAAAAAA".into());
    log_in(&mut victim, "ada").await;
    let first = victim.cookies["countersign"].clone();
    assert_ne!(first, "AAAAAAAAAAAAAAAAAAAAAA");
    // And again from a session that is real: the id changes at every login, and the old one is dead.
    let mut planted = victim.clone();
    log_in(&mut victim, "ada").await;
    assert_ne!(victim.cookies["countersign"], first);
    assert!(is_in(&mut victim).await);
    assert!(!is_in(&mut planted).await);
}

#[tokio::test]
async fn logging_out_ends_the_session_on_the_server() {
    let (_server, mut ada) = TestServer::set_up().await;
    let mut copy = ada.clone();
    ada.delete("/api/v1/session").await.expect_status(204);
    assert!(ada.cookies.is_empty());
    assert!(!is_in(&mut copy).await);
}

#[tokio::test]
async fn half_an_hour_of_silence_or_twelve_hours_in_all_end_a_session() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut quiet = server.client();
    log_in(&mut quiet, "ada").await;
    for _ in 0..3 {
        server.clock.advance(29 * MINUTE);
        assert!(is_in(&mut ada).await);
    }
    assert!(!is_in(&mut quiet).await);
    for _ in 0..21 {
        server.clock.advance(29 * MINUTE);
        assert!(is_in(&mut ada).await);
    }
    server.clock.advance(29 * MINUTE);
    assert!(!is_in(&mut ada).await, "12 hours are over however busy it was");
}

#[tokio::test]
async fn a_session_that_was_closed_is_not_brought_back_by_a_request_under_way() {
    let (server, mut ada) = TestServer::set_up().await;
    // Old enough that the next request writes the time of last use.
    server.clock.advance(2 * MINUTE);
    let mut late = ada.clone();
    ada.delete("/api/v1/session").await.expect_status(204);
    let _ = late.get("/api/v1/session").await;
    assert!(!is_in(&mut late).await);
    let mut db = server.inside().store.read().await.unwrap();
    let open: i64 = sqlx::query_scalar("select count(*) from session where person is not null").fetch_one(&mut *db).await.unwrap();
    assert_eq!(open, 0);
}

#[tokio::test]
async fn whoever_reads_the_database_owns_no_session() {
    let (server, ada) = TestServer::set_up().await;
    let id = ada.cookies["countersign"].clone();
    server.inside().store.close().await;
    for file in std::fs::read_dir(server.data()).unwrap() {
        let raw = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!raw.windows(id.len()).any(|window| window == id.as_bytes()));
    }
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_of_plain_http() {
    let (server, _) = TestServer::set_up().await;
    let mut client = server.client();
    let answer = client.post("/api/v1/session", json!({ "name": "ada", "password": PASSWORD })).await.expect_status(204);
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    for part in ["countersign=", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[tokio::test]
async fn over_https_the_cookie_carries_the_host_prefix() {
    let server = TestServer::with(|config| config.public_url = Some("https://cs.example.com".into())).await;
    let mut ada = server.client();
    ada.origin = Some("https://cs.example.com".into());
    let link: domain::api::person::EnrolmentLink = ada
        .post(
            "/api/v1/setup",
            json!({ "code": server.set_up_code(), "organisation": "Example", "public_url": "https://cs.example.com", "name": "ada" }),
        )
        .await
        .expect_status(201)
        .json();
    let answer = ada.post("/api/v1/session/enrolment", json!({ "code": link.code })).await.expect_status(204);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-countersign=") && cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let (server, _) = TestServer::set_up().await;
    let mut client = server.client();
    let wrong =
        client.post("/api/v1/session", json!({ "name": "ada", "password": "not the password" })).await.expect_problem(401, "login_refused");
    let unknown =
        client.post("/api/v1/session", json!({ "name": "eve", "password": "not the password" })).await.expect_problem(401, "login_refused");
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn the_eleventh_try_at_an_account_waits_a_quarter_of_an_hour() {
    let (server, _) = TestServer::set_up().await;
    server.clock.advance(15 * MINUTE);
    let mut client = server.client();
    for _ in 0..10 {
        client
            .post("/api/v1/session", json!({ "name": "ada", "password": "wrong wrong wrong" }))
            .await
            .expect_problem(401, "login_refused");
    }
    let answer = client.post("/api/v1/session", json!({ "name": "ada", "password": PASSWORD })).await;
    assert!(answer.header("retry-after").is_some());
    answer.expect_problem(429, "too_many_tries");
    server.clock.advance(15 * MINUTE);
    log_in(&mut client, "ada").await;
}

#[tokio::test]
async fn a_code_opens_a_session_that_can_only_enrol() {
    let (server, mut ada) = TestServer::set_up().await;
    let link: domain::api::person::EnrolmentLink = ada
        .post("/api/v1/people", json!({ "name": "grace", "grants": [{ "role": "admin", "on": { "kind": "organisation" } }] }))
        .await
        .expect_status(201)
        .json();
    let mut grace = server.client();
    grace.post("/api/v1/session/enrolment", json!({ "code": link.code.to_lowercase() })).await.expect_status(204);
    grace.get("/api/v1/people").await.expect_problem(403, "enrol_first");
    grace.post("/api/v1/people", json!({ "name": "mallory" })).await.expect_problem(403, "enrol_first");
    // Without the code itself, the session cannot set a password.
    grace.put("/api/v1/me/password", json!({ "password": PASSWORD })).await.expect_problem(403, "proof_needed");
    grace.put("/api/v1/me/password", json!({ "password": PASSWORD, "code": link.code })).await.expect_status(204);
    grace.get("/api/v1/people").await.expect_status(200);
    // The code is used up.
    let mut thief = server.client();
    thief.post("/api/v1/session/enrolment", json!({ "code": link.code })).await.expect_problem(403, "code_unknown");
}

#[tokio::test]
async fn a_code_of_one_person_sets_nobody_elses_password() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut grace = server.person(&mut ada, "grace", Role::Editor).await;
    let link: domain::api::person::EnrolmentLink = ada.post("/api/v1/people", json!({ "name": "hopper" })).await.expect_status(201).json();
    grace
        .put("/api/v1/me/password", json!({ "password": "another password", "code": link.code }))
        .await
        .expect_problem(403, "code_unknown");
    log_in(&mut server.client(), "grace").await;
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_of_that_person() {
    let (server, ada) = TestServer::set_up().await;
    let mut other = server.client();
    log_in(&mut other, "ada").await;
    let mut ada = ada;
    ada.put("/api/v1/me/password", json!({ "password": "a longer new password", "current": PASSWORD })).await.expect_status(204);
    assert!(is_in(&mut ada).await);
    assert!(!is_in(&mut other).await);
}
