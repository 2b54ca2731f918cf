//! Approving by password: only where an environment allows it, only by who has no key, and never as a countersignature.

use std::process::Command;

use domain::principal::{Grant, Role, Target};
use serde_json::{Value, json};
use server::clock::MINUTE;

use crate::support::git::git;
use crate::support::signing::{Bound, CLUSTER, ORIGIN, Signer};
use crate::support::{Answer, Client, PASSWORD, TestServer};

/// Somebody with a password and no key.
async fn keyless(bound: &mut Bound, name: &str, role: Role) -> Client {
    let new = json!({ "name": name, "grants": [Grant { role, on: Target::Organisation }] });
    let link = bound.ada.client.post("/api/v1/people", new).await.expect_status(201).ok();
    let mut client = bound.test.client();
    client.origin = Some(ORIGIN.to_owned());
    bound.test.take_in(&mut client, link["code"].as_str().unwrap()).await;
    client
}

async fn approve(client: &mut Client, plan: &str, password: &str) -> Answer {
    client.post(&format!("/api/v1/plans/{plan}/approvals"), json!({ "by": "password", "password": password, "typed": [] })).await
}

async fn slip(client: &mut Client, plan: &str) -> Value {
    client.get(&format!("/api/v1/plans/{plan}")).await.ok()["slip"].clone()
}

fn verify(bound: &Bound, more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(bound.repository()).args(more).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_deploys_where_it_may_and_reads_not_countersigned_everywhere() {
    let mut bound = Bound::new().await;
    let mut tom = keyless(&mut bound, "tom", Role::Operator).await;
    bound.policy(json!({ "password_approval": true })).await;
    let web = bound.planned("web").await;
    let asked = slip(&mut tom, &web).await;
    assert_eq!((&asked["armed"], &asked["by_password"]), (&json!(true), &json!(true)), "{asked}");
    assert_eq!(slip(&mut bound.ada.client, &web).await["by_password"], false, "she has a key");
    let answer = approve(&mut tom, &web, PASSWORD).await.expect_status(201).ok();
    assert_eq!((&answer["deployment"]["state"], &answer["deployment"]["entry"]), (&json!("recorded"), &json!(2)), "{answer}");
    assert_eq!((&answer["approvals"][0]["countersigned"], &answer["approvals"][0]["key"]), (&json!(false), &Value::Null), "{answer}");

    let entry = bound.ada.client.get(&format!("/api/v1/record/{CLUSTER}/2")).await.ok();
    assert_eq!(entry["signers"][0]["countersigned"], false, "{entry}");
    let steps = entry["verify"].to_string();
    assert!(steps.contains("--accept-passwords"), "{steps}");
    assert!(steps.contains("approvals/tom.password") && !steps.contains("tom.sig"), "{steps}");

    let message = git(&bound.repository(), &["log", "-1", "--format=%B", "main"]);
    assert!(message.contains("\nApproved-by: tom (password, not countersigned)\n"), "{message}");
    assert!(!message.contains("Countersigned-by"), "{message}");
    let files = git(&bound.repository(), &["ls-tree", "-r", "--name-only", "main"]);
    let record = files.lines().find(|path| path.ends_with("approvals/tom.password")).unwrap();
    let record = git(&bound.repository(), &["show", &format!("main:{record}")]);
    assert!(record.contains("not countersigned") && !record.contains(PASSWORD), "{record}");

    let (code, said) = verify(&bound, &[]);
    let row = said.lines().find(|line| line.starts_with("№ 0002")).unwrap();
    assert!(row.ends_with("NOT COUNTERSIGNED  tom (password, not countersigned)"), "{row}");
    assert!(code == Some(1) && said.trim_end().ends_with("--accept-passwords takes its word"), "{said}");
    assert_eq!(verify(&bound, &["--accept-passwords"]).0, Some(0), "{said}");

    // What follows is judged all the same.
    let shop = bound.planned("shop").await;
    assert_eq!(bound.ada.deploy(&shop).await, 3);
    let (_, said) = verify(&bound, &[]);
    assert!(said.contains("2 entries are good.") && said.contains("1 entry is not countersigned"), "{said}");
    approve(&mut tom, &web, PASSWORD).await.expect_problem(409, "plan_deployed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_has_to_allow_it_when_the_plan_is_made_and_when_it_is_approved() {
    let mut bound = Bound::new().await;
    let mut tom = keyless(&mut bound, "tom", Role::Operator).await;
    let early = bound.planned("web").await;
    assert_eq!(slip(&mut tom, &early).await["armed"], false);
    approve(&mut tom, &early, PASSWORD).await.expect_problem(409, "password_not_allowed");
    bound.policy(json!({ "password_approval": true })).await;
    // The plan, which others may have signed already, says that a passkey is asked for.
    approve(&mut tom, &early, PASSWORD).await.expect_problem(409, "password_not_allowed");
    let late = bound.planned("shop").await;
    bound.policy(json!({ "password_approval": false })).await;
    assert_eq!(slip(&mut tom, &late).await["armed"], false);
    approve(&mut tom, &late, PASSWORD).await.expect_problem(409, "password_not_allowed");
    bound.policy(json!({ "password_approval": true })).await;
    approve(&mut tom, &late, PASSWORD).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_approves_nothing_and_cannot_be_tried_for_long() {
    let mut bound = Bound::new().await;
    let mut tom = keyless(&mut bound, "tom", Role::Operator).await;
    bound.policy(json!({ "password_approval": true })).await;
    let web = bound.planned("web").await;
    bound.test.clock.advance(15 * MINUTE);
    for _ in 0..10 {
        approve(&mut tom, &web, "wrong wrong wrong").await.expect_problem(403, "password_wrong");
    }
    approve(&mut tom, &web, PASSWORD).await.expect_problem(429, "too_many_tries");
    let log = bound.ada.client.get("/api/v1/audit").await.text();
    assert!(log.contains("password_wrong"), "{log}");
    assert_eq!(bound.ada.client.get(&format!("/api/v1/plans/{web}")).await.ok()["approvals"], json!([]));
    bound.test.clock.advance(15 * MINUTE);
    approve(&mut tom, &web, PASSWORD).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_key_signs_with_it() {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    bound.policy(json!({ "password_approval": true })).await;
    let web = bound.planned("web").await;
    approve(&mut bound.ada.client, &web, PASSWORD).await.expect_problem(409, "password_beside_key");
    // Enrolled, and not in the roster yet.
    approve(&mut tom.client, &web, PASSWORD).await.expect_problem(409, "password_beside_key");
    bound.deploy_roster().await;
    let people = bound.ada.client.get("/api/v1/people").await.ok();
    let id = people["items"].as_array().unwrap().iter().find(|person| person["name"] == "tom").unwrap()["id"].as_str().unwrap().to_owned();
    let keys = bound.ada.client.get(&format!("/api/v1/passkey/keys?person={id}")).await.ok();
    bound.ada.client.delete(&format!("/api/v1/passkey/keys/{}", keys["passkeys"][0]["id"].as_str().unwrap())).await.expect_status(204);
    // Revoked here, and still good in Git: nobody offline could tell that the password was needed.
    assert_eq!(slip(&mut tom.client, &web).await["armed"], false);
    approve(&mut tom.client, &web, PASSWORD).await.expect_problem(409, "password_beside_key");
    bound.deploy_roster().await;
    // A key ends with the second it was ended in.
    bound.test.clock.advance(MINUTE);
    // Now only the password itself is missing.
    approve(&mut tom.client, &web, PASSWORD).await.expect_problem(403, "password_wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_four_eyes_and_once_only_hold_for_passwords_too() {
    let mut bound = Bound::new().await;
    let mut tom = keyless(&mut bound, "tom", Role::Operator).await;
    let mut eve = keyless(&mut bound, "eve", Role::Editor).await;
    bound.policy(json!({ "password_approval": true, "four_eyes": true, "approvals": 2 })).await;
    let web = bound.planned("web").await;
    approve(&mut eve, &web, PASSWORD).await.expect_problem(403, "forbidden");

    let key = crate::support::authenticator::Browser::at(ORIGIN);
    let mut author = Signer { client: tom.clone(), key };
    let draft = author.draft("shop").await;
    let shop = author.plan(&draft).await;
    approve(&mut tom, &shop, PASSWORD).await.expect_problem(403, "approval_four_eyes");
    let first = bound.ada.approve(&shop).await.expect_status(201).ok();
    assert!(first["deployment"].is_null(), "{first}");

    let first = approve(&mut tom, &web, PASSWORD).await.expect_status(201).ok();
    assert!(first["deployment"].is_null(), "{first}");
    approve(&mut tom, &web, PASSWORD).await.expect_problem(409, "approval_replayed");
    let mut uma = bound.person("uma", Role::Operator).await;
    bound.policy(json!({ "four_eyes": false, "approvals": 1 })).await;
    bound.deploy_roster().await;
    // A plan holds the rules it was made under.
    bound.policy(json!({ "four_eyes": true, "approvals": 2 })).await;
    assert_eq!(uma.deploy(&web).await, 3, "a key and a password make two");
    let message = git(&bound.repository(), &["log", "-1", "--format=%B", "main"]);
    assert!(message.contains("Countersigned-by: uma\nApproved-by: tom (password, not countersigned)\n"), "{message}");
    assert_eq!(verify(&bound, &["--accept-passwords"]).0, Some(0));
    assert_eq!(verify(&bound, &[]).0, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_countersign_is_decided_by_keys_alone() {
    let mut bound = Bound::new().await;
    let mut tom = keyless(&mut bound, "tom", Role::Admin).await;
    bound.policy(json!({ "password_approval": true })).await;
    bound.person("uma", Role::Operator).await;
    let roster = bound.ada.plan_cluster("roster-plans").await;
    let asked = slip(&mut tom, &roster).await;
    assert_eq!((&asked["armed"], &asked["by_password"]), (&json!(false), &json!(false)), "{asked}");
    approve(&mut tom, &roster, PASSWORD).await.expect_problem(403, "password_over_keys");
    assert_eq!(bound.ada.deploy(&roster).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_have_a_key_passwords_carry_the_whole_record_until_somebody_does() {
    let (test, mut ada) = TestServer::set_up().await;
    ada.patch("/api/v1/environments/production", json!({ "password_approval": true })).await.expect_status(200);
    let pair = ada.post("/api/v1/clusters/key-pair", json!({})).await.ok();
    let new =
        json!({ "name": CLUSTER, "environment": "production", "repository": { "kind": "embedded" }, "recipients": [pair["recipient"]] });
    ada.post("/api/v1/clusters", new).await.expect_status(201);
    let plan = ada.post(&format!("/api/v1/clusters/{CLUSTER}/plans"), json!({})).await.expect_status(201).ok();
    approve(&mut ada, plan["id"].as_str().unwrap(), PASSWORD).await.expect_status(201);

    // The first key: its roster is a new root, and from then on passwords say nothing of rosters.
    let link = ada.post("/api/v1/people", json!({ "name": "uma", "grants": [Grant { role: Role::Admin, on: Target::Organisation }] }));
    let link = link.await.expect_status(201).ok();
    let mut uma = Signer::enrol(test.client(), &test.origin(), link["code"].as_str().unwrap()).await;
    let roster = uma.plan_cluster("roster-plans").await;
    approve(&mut ada, &roster, PASSWORD).await.expect_problem(403, "password_over_keys");
    assert_eq!(uma.deploy(&roster).await, 2);
    let repository = test.data().join("repositories").join(format!("{CLUSTER}.git"));
    let verify = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(&repository).args(more).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, said) = verify(&["--accept-passwords"]);
    assert!(code == Some(1) && said.contains("NEW ROOT"), "{said}");
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", repository.to_str().unwrap(), "."]);
    let trusted = clone.path().join("allowed_signers");
    let (code, said) = verify(&["--accept-passwords", "--trust", trusted.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
}
