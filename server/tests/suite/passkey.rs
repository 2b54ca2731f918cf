//! Enrolling keys and logging in with them: what a session may not do alone, and what is refused.

use serde_json::{Value, json};

use crate::support::authenticator::Browser;
use crate::support::{Answer, Client, TestServer};

/// A public URL as in production: a key made on `localhost` would be marked.
const ORIGIN: &str = "https://cs.example.com";
const START: &str = "/api/v1/passkey/enrol/start";
const FINISH: &str = "/api/v1/passkey/enrol/finish";

/// A server that Ilse has just set up; gives the code for her first key.
async fn set_up() -> (TestServer, String) {
    let test = TestServer::with(|config| config.public_url = Some(ORIGIN.to_owned())).await;
    let wanted = json!({ "code": test.set_up_code(), "organisation": "Example", "public_url": ORIGIN, "name": "ilse" });
    let link = browser_of(&test).post("/api/v1/setup", wanted).await.ok();
    let code = link["code"].as_str().unwrap().to_owned();
    (test, code)
}

fn browser_of(test: &TestServer) -> Client {
    let mut client = test.client();
    client.origin = Some(ORIGIN.to_owned());
    client
}

/// Ilse, logged in by the key that she has enrolled in her browser.
async fn ilse() -> (TestServer, Client, Browser) {
    let (test, code) = set_up().await;
    let (mut ilse, mut browser) = (browser_of(&test), Browser::at(ORIGIN));
    enrol_by_code(&mut ilse, &mut browser, &code).await.ok();
    (test, ilse, browser)
}

async fn enrol_by_code(person: &mut Client, browser: &mut Browser, code: &str) -> Answer {
    person.post("/api/v1/session/enrolment", json!({ "code": code })).await.ok();
    let asked = person.post(START, json!({ "code": code })).await.ok();
    let created = browser.create(&asked["create"]).await;
    person.post(FINISH, json!({ "ceremony": asked["ceremony"], "code": code, "created": created, "name": "Phone" })).await
}

async fn log_in(person: &mut Client, browser: &mut Browser) -> Answer {
    let asked = person.post("/api/v1/passkey/login/start", json!({})).await.ok();
    let answer = browser.get(&asked["options"]).await;
    person.post("/api/v1/passkey/login/finish", json!({ "ceremony": asked["ceremony"], "answer": answer })).await
}

async fn who(person: &mut Client) -> Value {
    person.get("/api/v1/session").await.ok()
}

#[tokio::test]
async fn the_set_up_code_enrols_a_signing_key_and_logs_in() {
    let (test, code) = set_up().await;
    let (mut ilse, mut browser) = (browser_of(&test), Browser::at(ORIGIN));
    let enrolled = enrol_by_code(&mut ilse, &mut browser, &code).await.ok();
    let key = &enrolled["passkey"];
    assert_eq!((&key["may_sign"], &key["this_computer_only"], &key["name"]), (&true.into(), &false.into(), &"Phone".into()));
    assert!(key["ssh_public_key"].as_str().unwrap().starts_with("sk-ecdsa-sha2-nistp256@openssh.com AAAA"));
    assert!(key["fingerprint"].as_str().unwrap().starts_with("SHA256:"));
    assert_eq!(key["aaguid"], "07070707-0707-0707-0707-070707070707");
    assert!(enrolled["advice"][0].as_str().unwrap().starts_with("Enrol a second key"));
    let session = who(&mut ilse).await;
    assert_eq!((&session["proof"], &session["person"]["name"]), (&"passkey".into(), &"ilse".into()));
}

#[tokio::test]
async fn a_code_enrols_one_key() {
    let (test, code) = set_up().await;
    enrol_by_code(&mut browser_of(&test), &mut Browser::at(ORIGIN), &code).await.ok();
    let mut second = browser_of(&test);
    second.post("/api/v1/session/enrolment", json!({ "code": code })).await.expect_problem(403, "code_unknown");
}

#[tokio::test]
async fn two_browsers_with_one_code_enrol_one_key() {
    let (test, code) = set_up().await;
    let mut asked = Vec::new();
    for _ in 0..2 {
        let (mut person, mut browser) = (browser_of(&test), Browser::at(ORIGIN));
        person.post("/api/v1/session/enrolment", json!({ "code": code })).await.ok();
        let question = person.post(START, json!({ "code": code })).await.ok();
        let created = browser.create(&question["create"]).await;
        asked.push((person, json!({ "ceremony": question["ceremony"], "code": code, "created": created })));
    }
    let mut replies = Vec::new();
    for (person, finish) in &mut asked {
        replies.push(person.post(FINISH, finish.take()).await.status.as_u16());
    }
    assert_eq!(replies, [201, 403]);
}

#[tokio::test]
async fn a_key_logs_in_without_a_name() {
    let (test, _, mut browser) = ilse().await;
    let mut later = browser_of(&test);
    log_in(&mut later, &mut browser).await.expect_status(204);
    assert_eq!(who(&mut later).await["person"]["name"], "ilse");
}

#[tokio::test]
async fn logging_in_changes_the_session_id() {
    let (_test, mut ilse, mut browser) = ilse().await;
    let before = ilse.cookies.clone();
    log_in(&mut ilse, &mut browser).await.ok();
    assert_ne!(ilse.cookies, before);
    let mut planted = ilse.clone();
    planted.cookies = before;
    assert_eq!(who(&mut planted).await["person"], Value::Null);
}

#[tokio::test]
async fn an_answer_counts_once() {
    let (test, _, mut browser) = ilse().await;
    let mut person = browser_of(&test);
    let asked = person.post("/api/v1/passkey/login/start", json!({})).await.ok();
    let answer = browser.get(&asked["options"]).await;
    let finish = json!({ "ceremony": asked["ceremony"], "answer": answer });
    person.post("/api/v1/passkey/login/finish", finish.clone()).await.ok();
    browser_of(&test).post("/api/v1/passkey/login/finish", finish).await.expect_problem(409, "ceremony_over");

    let again = person.post("/api/v1/passkey/login/start", json!({})).await.ok();
    let replayed = json!({ "ceremony": again["ceremony"], "answer": answer });
    browser_of(&test).post("/api/v1/passkey/login/finish", replayed).await.expect_problem(401, "passkey_challenge");
}

#[tokio::test]
async fn an_answer_from_another_site_or_inside_its_frame_is_refused() {
    let (test, _, mut browser) = ilse().await;
    let hostile = [
        ("passkey_origin", "https://evil.example", ""),
        ("passkey_origin", "https://cs.example.com:8443", ""),
        ("passkey_cross_origin", ORIGIN, r#","crossOrigin":true"#),
        ("passkey_cross_origin", ORIGIN, r#","crossOrigin":false,"topOrigin":"https://evil.example""#),
        ("passkey_malformed", ORIGIN, r#","origin":"https://evil.example""#),
    ];
    for (code, origin, rest) in hostile {
        let mut person = browser_of(&test);
        let asked = person.post("/api/v1/passkey/login/start", json!({})).await.ok();
        let write = |challenge: &str| format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{origin}"{rest}}}"#);
        let answer = browser.get_as(&asked["options"], write).await;
        let reply = person.post("/api/v1/passkey/login/finish", json!({ "ceremony": asked["ceremony"], "answer": answer })).await;
        reply.expect_problem(401, code);
    }
}

#[tokio::test]
async fn a_session_alone_cannot_enrol_a_key() {
    let (_test, mut ilse, _) = ilse().await;
    let mut robot = Browser::at(ORIGIN); // an authenticator of the attacker's own, in her session
    let asked = ilse.post(START, json!({})).await.ok();
    let created = robot.create(&asked["create"]).await;
    let without = json!({ "ceremony": asked["ceremony"], "created": created });
    ilse.post(FINISH, without).await.expect_problem(403, "key_needed");

    let asked = ilse.post(START, json!({})).await.ok();
    let created = robot.create(&asked["create"]).await;
    let mut anything = asked["confirm"].clone();
    anything["allowCredentials"].take();
    let by_the_new_key = robot.get(&anything).await;
    let with = json!({ "ceremony": asked["ceremony"], "created": created, "confirmed": by_the_new_key });
    ilse.post(FINISH, with).await.expect_status(401);

    let asked = ilse.post(START, json!({})).await.ok();
    let created = robot.create(&asked["create"]).await;
    let guess = json!({ "ceremony": asked["ceremony"], "created": created, "code": "0000-0000-0000" });
    ilse.post(FINISH, guess).await.expect_problem(403, "key_needed");
    assert_eq!(ilse.get("/api/v1/passkey/keys").await.ok()["passkeys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_session_opened_by_a_code_needs_the_code_again() {
    let (test, code) = set_up().await;
    let mut thief = browser_of(&test);
    thief.post("/api/v1/session/enrolment", json!({ "code": code })).await.ok();
    thief.post(START, json!({})).await.expect_problem(403, "code_needed");
    let asked = thief.post(START, json!({ "code": code })).await.ok();
    let created = Browser::at(ORIGIN).create(&asked["create"]).await;
    let without = json!({ "ceremony": asked["ceremony"], "created": created });
    thief.post(FINISH, without).await.expect_problem(403, "code_unknown");
}

#[tokio::test]
async fn a_second_key_needs_a_yes_from_the_first() {
    let (_test, mut ilse, mut first) = ilse().await;
    let mut second = Browser::at(ORIGIN);
    let asked = ilse.post(START, json!({})).await.ok();
    let confirmed = first.get(&asked["confirm"]).await;
    let created = second.create(&asked["create"]).await;
    let enrolled = ilse.post(FINISH, json!({ "ceremony": asked["ceremony"], "confirmed": confirmed, "created": created })).await.ok();
    assert_eq!(enrolled["advice"], json!([]));
    log_in(&mut ilse, &mut second).await.ok();
}

#[tokio::test]
async fn somebody_elses_question_cannot_be_answered() {
    let (test, mut ilse, mut browser) = ilse().await;
    let link = ilse.post("/api/v1/people", json!({ "name": "eve", "grants": [] })).await.ok();
    let mut eve = browser_of(&test);
    enrol_by_code(&mut eve, &mut Browser::at(ORIGIN), link["code"].as_str().unwrap()).await.ok();
    let asked = ilse.post(START, json!({})).await.ok();
    let confirmed = browser.get(&asked["confirm"]).await;
    let created = Browser::at(ORIGIN).create(&asked["create"]).await;
    let finish = json!({ "ceremony": asked["ceremony"], "confirmed": confirmed, "created": created });
    eve.post(FINISH, finish).await.expect_problem(409, "ceremony_over");
}

#[tokio::test]
async fn a_code_is_for_the_person_it_was_given_to() {
    let (test, mut ilse, _) = ilse().await;
    let eve = ilse.post("/api/v1/people", json!({ "name": "eve", "grants": [] })).await.ok();
    let tom = ilse.post("/api/v1/people", json!({ "name": "tom", "grants": [] })).await.ok();
    let mut person = browser_of(&test);
    person.post("/api/v1/session/enrolment", json!({ "code": eve["code"] })).await.ok();
    person.post(START, json!({ "code": tom["code"] })).await.expect_problem(403, "code_unknown");
}

#[tokio::test]
async fn a_link_for_ones_own_phone_needs_a_yes_too() {
    let (test, mut ilse, mut browser) = ilse().await;
    let asked = ilse.post("/api/v1/passkey/device/start", json!({})).await.ok();
    let answer = browser.get(&asked["options"]).await;
    let finish = json!({ "ceremony": asked["ceremony"], "answer": answer });
    let device = ilse.post("/api/v1/passkey/device/finish", finish.clone()).await.ok();
    assert!(device["qr"].as_str().unwrap().starts_with("<svg "));
    ilse.post("/api/v1/passkey/device/finish", finish).await.expect_problem(409, "ceremony_over");

    let mut phone = Browser::at(ORIGIN);
    enrol_by_code(&mut browser_of(&test), &mut phone, device["link"]["code"].as_str().unwrap()).await.ok();
    log_in(&mut browser_of(&test), &mut phone).await.ok();
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_and_confirms_nothing() {
    let (test, mut ilse, mut first) = ilse().await;
    let id = ilse.get("/api/v1/passkey/keys").await.ok()["passkeys"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/passkey/keys/{id}");
    ilse.delete(&path).await.expect_problem(409, "last_key");

    let mut second = Browser::at(ORIGIN);
    let asked = ilse.post(START, json!({})).await.ok();
    let (confirmed, created) = (first.get(&asked["confirm"]).await, second.create(&asked["create"]).await);
    ilse.post(FINISH, json!({ "ceremony": asked["ceremony"], "confirmed": confirmed, "created": created })).await.ok();

    // Asked while it was good, answered once it is not.
    let asked = ilse.post(START, json!({})).await.ok();
    let (confirmed, created) = (first.get(&asked["confirm"]).await, Browser::at(ORIGIN).create(&asked["create"]).await);
    ilse.delete(&path).await.expect_status(204);
    let late = json!({ "ceremony": asked["ceremony"], "confirmed": confirmed, "created": created });
    ilse.post(FINISH, late).await.expect_problem(403, "key_revoked");
    log_in(&mut browser_of(&test), &mut first).await.expect_problem(401, "key_revoked");
    log_in(&mut browser_of(&test), &mut second).await.ok();
}

#[tokio::test]
async fn keys_are_renamed_by_their_owner_and_seen_by_those_who_administer() {
    let (test, mut ilse, _) = ilse().await;
    let link = ilse.post("/api/v1/people", json!({ "name": "eve", "grants": [] })).await.ok();
    let mut eve = browser_of(&test);
    enrol_by_code(&mut eve, &mut Browser::at(ORIGIN), link["code"].as_str().unwrap()).await.ok();
    let hers = ilse.get(&format!("/api/v1/passkey/keys?person={}", link["person"].as_str().unwrap())).await.ok();
    let path = format!("/api/v1/passkey/keys/{}", hers["passkeys"][0]["id"].as_str().unwrap());
    ilse.patch(&path, json!({ "name": "mine" })).await.expect_status(404);
    assert_eq!(eve.patch(&path, json!({ "name": "Blue key" })).await.ok()["name"], "Blue key");
    let ilses = ilse.get("/api/v1/passkey/keys").await.ok();
    let other = format!("/api/v1/passkey/keys/{}", ilses["passkeys"][0]["id"].as_str().unwrap());
    eve.delete(&other).await.expect_status(404);
    ilse.delete(&path).await.expect_status(204);
}
