//! People and what they may do.

use domain::api::Page;
use domain::api::person::{EnrolmentLink, Person};
use domain::principal::Role;
use serde_json::json;

use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn whoever_is_added_enrols_by_link_and_shows_in_the_list() {
    let (server, mut ada) = TestServer::set_up().await;
    server.person(&mut ada, "grace", Role::Editor).await;
    let people: Page<Person> = ada.get("/api/v1/people").await.expect_status(200).json();
    assert_eq!(people.items.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["ada", "grace"]);
    assert_eq!(people.next, None);
}

#[tokio::test]
async fn no_two_people_share_a_name() {
    let (_server, mut ada) = TestServer::set_up().await;
    let problem = ada.post("/api/v1/people", json!({ "name": "ADA" })).await.expect_problem(409, "name_taken");
    assert_eq!(problem.at.as_deref(), Some("name"));
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut grace = server.person(&mut ada, "grace", Role::Editor).await;
    let people: Page<Person> = grace.get("/api/v1/people").await.expect_status(200).json();
    let id = people.items.iter().find(|person| person.name == "grace").unwrap().id.clone();
    ada.patch(&format!("/api/v1/people/{id}"), json!({ "is_disabled": true })).await.expect_status(200);
    grace.get("/api/v1/people").await.expect_problem(401, "unauthenticated");
    server.client().post("/api/v1/session", json!({ "name": "grace", "password": PASSWORD })).await.expect_problem(401, "login_refused");
}

#[tokio::test]
async fn a_changed_role_counts_from_the_next_request_on() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut grace = server.person(&mut ada, "grace", Role::Admin).await;
    let people: Page<Person> = grace.get("/api/v1/people").await.expect_status(200).json();
    let id = people.items.iter().find(|person| person.name == "grace").unwrap().id.clone();
    ada.patch(&format!("/api/v1/people/{id}"), json!({ "grants": [] })).await.expect_status(200);
    grace.post("/api/v1/people", json!({ "name": "mallory" })).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn the_last_administrator_stays_and_nothing_of_the_attempt_is_kept() {
    let (_server, mut ada) = TestServer::set_up().await;
    let people: Page<Person> = ada.get("/api/v1/people").await.expect_status(200).json();
    let path = format!("/api/v1/people/{}", people.items[0].id);
    ada.patch(&path, json!({ "full_name": "Gone", "grants": [] })).await.expect_problem(409, "last_administrator");
    ada.patch(&path, json!({ "is_disabled": true })).await.expect_problem(409, "last_administrator");
    let person: Person = ada.get(&path).await.expect_status(200).json();
    assert_eq!((person.full_name.as_str(), person.grants.len()), ("ada", 1));
}

#[tokio::test]
async fn nobody_hands_out_a_code_to_themselves() {
    let (server, mut ada) = TestServer::set_up().await;
    let people: Page<Person> = ada.get("/api/v1/people").await.expect_status(200).json();
    ada.post(&format!("/api/v1/people/{}/enrolment", people.items[0].id), json!({})).await.expect_problem(403, "forbidden");
    server.person(&mut ada, "grace", Role::Admin).await;
    let people: Page<Person> = ada.get("/api/v1/people").await.expect_status(200).json();
    let grace = people.items.iter().find(|person| person.name == "grace").unwrap();
    let link: EnrolmentLink = ada.post(&format!("/api/v1/people/{}/enrolment", grace.id), json!({})).await.expect_status(201).json();
    server.clock.advance(3 * server::clock::DAY);
    server.client().post("/api/v1/session/enrolment", json!({ "code": link.code })).await.expect_problem(403, "code_unknown");
}

#[tokio::test]
async fn the_host_can_let_somebody_back_in_while_the_server_runs_and_the_log_tells_of_it() {
    let (server, _ada) = TestServer::set_up().await;
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["person", "enrol", "ada", "--data"])
        .arg(server.data())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let url = said.lines().last().unwrap();
    let code = url.strip_prefix(&format!("{}/enrol#", server.origin())).unwrap();
    server.client().post("/api/v1/session/enrolment", json!({ "code": code })).await.expect_status(204);
    let mut db = server.inside().store.read().await.unwrap();
    let leaves = server::store::audit::page(&mut db, None, 2).await.unwrap();
    assert_eq!((leaves[1].action.as_str(), leaves[1].actor.kind.as_str()), ("person.open_enrolment", "host"));
    server.clock.advance(15 * server::clock::MINUTE);
    server.client().post("/api/v1/session/enrolment", json!({ "code": code })).await.expect_problem(403, "code_unknown");
}
