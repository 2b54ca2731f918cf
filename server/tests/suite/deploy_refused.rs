//! Several people and several plans: who waits for whom, and which signatures do not count.

use domain::principal::Role;
use serde_json::{Value, json};
use server::clock::HOUR;

use crate::support::signing::Bound;

fn outcome(answer: &Value) -> (&Value, u64) {
    (&answer["deployment"]["state"], answer["deployment"]["entry"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_sign_for_two_stacks_at_once_both_deploy_and_neither_signs_twice() {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    assert_eq!(bound.deploy_roster().await, 2);
    let web = bound.planned("web").await;
    let draft = tom.draft("shop").await;
    let shop = tom.plan(&draft).await;
    let (hers, his) = (bound.ada.sign(&web).await, tom.sign(&shop).await);
    let (web, shop) = tokio::join!(bound.ada.send(&web, &hers), tom.send(&shop, &his));
    let (web, shop) = (web.expect_status(201).ok(), shop.expect_status(201).ok());
    let mut numbers = [outcome(&web), outcome(&shop)];
    numbers.sort_by_key(|(_, number)| *number);
    assert_eq!(numbers, [(&json!("recorded"), 3), (&json!("recorded"), 4)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_plan_survives_its_neighbour() {
    let mut bound = Bound::new().await;
    let (web, shop) = (bound.planned("web").await, bound.planned("shop").await);
    let approval = bound.ada.sign(&shop).await;
    assert_eq!(bound.ada.deploy(&web).await, 2);
    let answer = bound.ada.send(&shop, &approval).await.expect_status(201).ok();
    assert_eq!(outcome(&answer), (&json!("recorded"), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_plans_for_one_stack_the_second_goes_stale_and_says_so_before_signing() {
    let mut bound = Bound::new().await;
    let (first, second) = (bound.planned("web").await, bound.planned("web").await);
    let approval = bound.ada.sign(&second).await;
    assert_eq!(bound.ada.deploy(&first).await, 2);
    let shown = bound.ada.client.get(&format!("/api/v1/plans/{second}")).await.ok();
    assert_eq!((&shown["slip"]["armed"], shown["stale"].is_string()), (&json!(false), true), "{shown}");
    bound.ada.send(&second, &approval).await.expect_problem(409, "stale");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_commit_makes_a_signed_plan_stale() {
    let mut bound = Bound::new().await;
    let plan = bound.planned("web").await;
    let approval = bound.ada.sign(&plan).await;
    let clone = tempfile::tempdir().unwrap();
    crate::support::git::git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    crate::support::git::git(clone.path(), &["commit", "-q", "--allow-empty", "-m", "not ours"]);
    crate::support::git::git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    bound.ada.send(&plan, &approval).await.expect_problem(409, "stale");
    let shown = bound.ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok();
    assert!(shown["stale"].is_string() && shown["deployment"].is_null(), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_counts_once_for_one_plan() {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    bound.deploy_roster().await;
    bound.policy(json!({ "approvals": 2 })).await;
    let (web, shop) = (bound.planned("web").await, bound.planned("shop").await);
    let approval = bound.ada.sign(&web).await;
    bound.ada.send(&shop, &approval).await.expect_problem(409, "approval_other_plan");
    let answer = bound.ada.send(&web, &approval).await.expect_status(201).ok();
    assert!(answer["deployment"].is_null(), "one of two people deployed: {answer}");
    bound.ada.send(&web, &approval).await.expect_problem(409, "approval_replayed");
    bound.ada.approve(&web).await.expect_problem(409, "approval_replayed");
    // Hers, sent by somebody else, is not his.
    tom.send(&web, &approval).await.expect_status(409);
    assert_eq!(tom.deploy(&web).await, 3);
    bound.ada.send(&web, &approval).await.expect_problem(409, "plan_deployed");
    tom.approve(&web).await.expect_problem(409, "plan_deployed");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_sign_one_plan_at_once_deploy_it_once() {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    bound.deploy_roster().await;
    bound.policy(json!({ "approvals": 2 })).await;
    let web = bound.planned("web").await;
    let (hers, his) = (bound.ada.sign(&web).await, tom.sign(&web).await);
    let (one, other) = tokio::join!(bound.ada.send(&web, &hers), tom.send(&web, &his));
    one.expect_status(201);
    other.expect_status(201);
    let shown = bound.ada.client.get(&format!("/api/v1/plans/{web}")).await.ok();
    assert_eq!(outcome(&shown), (&json!("recorded"), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_late_does_not_count() {
    let mut bound = Bound::new().await;
    let web = bound.planned("web").await;
    let approval = bound.ada.sign(&web).await;
    bound.test.clock.advance(24 * HOUR);
    bound.ada.log_in().await;
    bound.ada.send(&web, &approval).await.expect_problem(409, "approval_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_counts_from_the_roster_on_and_until_it_is_revoked() {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    let web = bound.planned("web").await;
    tom.approve(&web).await.expect_problem(403, "approval_key_unknown");
    bound.deploy_roster().await;
    let approval = tom.sign(&web).await;
    let people = bound.ada.client.get("/api/v1/people").await.ok();
    let id = people["items"].as_array().unwrap().iter().find(|person| person["name"] == "tom").unwrap()["id"].as_str().unwrap().to_owned();
    let keys = bound.ada.client.get(&format!("/api/v1/passkey/keys?person={id}")).await.ok();
    let key = keys["passkeys"][0]["id"].as_str().unwrap();
    bound.ada.client.delete(&format!("/api/v1/passkey/keys/{key}")).await.expect_status(204);
    // Here it counts at once; in Git from the next roster on.
    tom.send(&web, &approval).await.expect_problem(403, "approval_key_revoked");
    bound.deploy_roster().await;
    tom.send(&web, &approval).await.expect_problem(403, "approval_key_revoked");
    assert_eq!(bound.ada.deploy(&web).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_what_their_role_does_not_let_them() {
    let mut bound = Bound::new().await;
    let mut eve = bound.person("eve", Role::Editor).await;
    let web = bound.planned("web").await;
    eve.client.post(&format!("/api/v1/plans/{web}/ceremony"), json!({})).await.expect_problem(403, "forbidden");
    let hers = bound.ada.sign(&web).await;
    eve.send(&web, &hers).await.expect_problem(403, "forbidden");
    // Somebody else's signature in one's own session counts for nobody.
    let mut tom = bound.person("tom", Role::Operator).await;
    tom.send(&web, &hers).await.expect_problem(403, "forbidden");
    bound.ada.send(&web, &json!({ "by": "password", "password": "a password" })).await.expect_problem(409, "password_not_allowed");
    let mut stranger = bound.test.client();
    stranger.post(&format!("/api/v1/plans/{web}/approvals"), hers).await.expect_status(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_eyes_hold_for_administrators_too() {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    bound.deploy_roster().await;
    bound.policy(json!({ "four_eyes": true })).await;
    let web = bound.planned("web").await;
    bound.ada.approve(&web).await.expect_problem(403, "approval_four_eyes");
    assert_eq!(tom.deploy(&web).await, 3);
    // Nor does anybody decide alone who can countersign.
    bound.person("eve", Role::Operator).await;
    let roster = bound.ada.plan_cluster("roster-plans").await;
    bound.ada.approve(&roster).await.expect_problem(403, "approval_four_eyes");
    assert_eq!(tom.deploy(&roster).await, 4);
}
