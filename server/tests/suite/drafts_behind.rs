//! A draft that the record left behind: told, not planned, rebased with every conflict chosen by a person.

use domain::principal::Role;
use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::signing::{Bound, CLUSTER, Signer};

/// № 2 holds the stack; a draft of it is open, and № 3 greets with `good night`.
struct Left {
    bound: Bound,
    draft: String,
}

impl Left {
    async fn behind() -> Left {
        let mut bound = Bound::new().await;
        let plan = bound.planned("web").await;
        assert_eq!(bound.ada.deploy(&plan).await, 2);
        let draft = bound.ada.draft_of("web").await;
        let mut left = Left { bound, draft };
        left.record("good night").await;
        left
    }

    async fn record(&mut self, greeting: &str) -> u64 {
        let other = self.bound.ada.draft_of("web").await;
        self.bound.ada.greet(&other, greeting).await;
        let plan = self.bound.ada.plan(&other).await;
        self.bound.ada.deploy(&plan).await
    }

    async fn read(&mut self) -> Value {
        read(&mut self.bound.ada, &self.draft).await
    }

    async fn rebase(&mut self, body: Value) -> Answer {
        self.bound.ada.client.post(&format!("/api/v1/drafts/{}/rebase", self.draft), body).await
    }

    async fn freeze(&mut self) -> Answer {
        let revision = self.bound.ada.revision(&self.draft).await;
        self.bound.ada.client.post(&format!("/api/v1/drafts/{}/plans", self.draft), json!({ "revision": revision })).await
    }
}

async fn read(person: &mut Signer, draft: &str) -> Value {
    person.client.get(&format!("/api/v1/drafts/{draft}")).await.ok()
}

fn onto(revision: u64, entry: u64) -> Value {
    json!({ "base_revision": revision, "change_id": "rebase", "onto": entry })
}

fn values(draft: &Value) -> &str {
    let components = draft["content"]["components"].as_array().unwrap();
    components.iter().find(|one| one["id"] == "podinfo").unwrap()["content"]["addon"]["values"].as_str().unwrap()
}

fn set(path: &str, value: Value) -> Value {
    json!({ "change": "set_value", "component": "podinfo", "path": path, "value": value })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_behind_the_record_says_so_and_is_not_planned_before_it_is_rebased() {
    let mut left = Left::behind().await;
    let behind = left.read().await;
    assert_eq!((&behind["based_on"], &behind["behind"]["record"]), (&json!(2), &json!(3)), "{behind}");
    assert_eq!((&behind["behind"]["conflicts"], &behind["behind"]["by"]), (&json!(0), &json!(["Ada Lovelace"])));
    let problem = left.freeze().await.expect_problem(409, "draft_behind");
    assert_eq!((&problem.more["based_on"], &problem.more["record"]), (&json!(2), &json!(3)));
    assert!(problem.hint.unwrap().starts_with("Rebase"));
    let listed = left.bound.ada.client.get("/api/v1/drafts").await.ok();
    assert_eq!(listed[0]["behind"]["record"], 3);
    let edit = json!({ "base_revision": 1, "change_id": "a", "changes": [set("replicaCount", json!(5))] });
    let edited = left.bound.ada.client.post(&format!("/api/v1/drafts/{}/changes", left.draft), edit).await.ok();
    assert_eq!(edited["behind"]["record"], 3, "whoever edits learns it with the answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_meet_is_merged_with_its_comments_and_both_sides_are_deployed() {
    let mut left = Left::behind().await;
    let draft = left.draft.clone();
    left.bound.ada.change(&draft, set("replicaCount", json!(5))).await;
    let rebased = left.rebase(onto(2, 3)).await.expect_status(200).ok();
    assert_eq!((&rebased["revision"], &rebased["based_on"], &rebased["behind"]), (&json!(3), &json!(3), &Value::Null));
    let text = values(&rebased);
    assert!(text.contains("# Two are enough.\nreplicaCount: 5") && text.contains("message: good night"), "{text}");
    let again = left.rebase(onto(2, 3)).await.expect_status(200).ok();
    assert_eq!(again["revision"], 3, "the same id is the same rebase");
    left.rebase(json!({ "base_revision": 3, "change_id": "more", "onto": 3 })).await.expect_problem(409, "draft_not_behind");

    let plan = left.bound.ada.plan(&draft).await;
    assert_eq!(left.bound.ada.deploy(&plan).await, 4);
    let after = left.bound.ada.draft_of("web").await;
    let recorded = read(&mut left.bound.ada, &after).await;
    assert!(values(&recorded).contains("replicaCount: 5") && values(&recorded).contains("good night"), "{}", values(&recorded));
    let log = left.bound.ada.client.get("/api/v1/audit").await.ok();
    let line = log["items"].as_array().unwrap().iter().find(|line| line["leaf"]["action"] == "draft.rebase").unwrap();
    assert_eq!((&line["leaf"]["object"]["id"], &line["leaf"]["facts"]["onto"]), (&json!(draft), &json!("3")));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_both_changed_the_same_a_person_chooses_and_sees_who_changed_it_and_when() {
    for (take, greeting) in [("mine", "good evening"), ("theirs", "good night")] {
        let mut left = Left::behind().await;
        let draft = left.draft.clone();
        left.bound.ada.greet(&draft, "good evening").await;
        left.bound.ada.change(&draft, set("replicaCount", json!(5))).await;
        let problem = left.rebase(onto(3, 3)).await.expect_problem(409, "rebase_conflicts");
        let conflicts = problem.more["conflicts"].as_array().unwrap();
        assert_eq!(conflicts.len(), 1, "{conflicts:?}");
        let conflict = &conflicts[0];
        let sides = [&conflict["component"], &conflict["at"], &conflict["base"], &conflict["mine"], &conflict["theirs"]];
        assert_eq!(sides, ["podinfo", "values.ui.message", "good day", "good evening", "good night"]);
        assert_eq!((&conflict["mine_by"]["name"], &conflict["theirs_entry"]), (&json!("Ada Lovelace"), &json!(3)));
        assert_eq!(conflict["theirs_by"], json!(["Ada Lovelace"]));
        assert!(conflict["mine_at"].as_i64().unwrap() > conflict["theirs_at"].as_i64().unwrap());
        assert_eq!(left.read().await["revision"], 3, "nothing was written");

        let choices = json!([{ "component": "podinfo", "at": "values.ui.message", "take": take }]);
        let body = json!({ "base_revision": 3, "change_id": "chosen", "onto": 3, "choices": choices });
        let rebased = left.rebase(body).await.expect_status(200).ok();
        let text = values(&rebased);
        assert!(text.contains(&format!("message: {greeting}")) && text.contains("replicaCount: 5"), "{text}");
        left.freeze().await.expect_status(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebase_over_what_its_person_has_not_seen_is_refused_and_changes_nothing() {
    let mut left = Left::behind().await;
    let draft = left.draft.clone();
    left.bound.ada.greet(&draft, "good evening").await;
    left.rebase(onto(1, 3)).await.expect_problem(409, "draft_moved");
    left.rebase(onto(2, 2)).await.expect_problem(409, "record_moved");
    let choices = json!([{ "component": "podinfo", "at": "values.replicaCount", "take": "mine" }]);
    let body = json!({ "base_revision": 2, "change_id": "x", "onto": 3, "choices": choices });
    left.rebase(body).await.expect_problem(422, "no_such_conflict");
    assert_eq!(left.record("good morning").await, 4);
    let choices = json!([{ "component": "podinfo", "at": "values.ui.message", "take": "mine" }]);
    let body = json!({ "base_revision": 2, "change_id": "x", "onto": 3, "choices": choices });
    let problem = left.rebase(body).await.expect_problem(409, "record_moved");
    assert_eq!(problem.more["record"], 4);
    let same = left.read().await;
    assert_eq!((&same["revision"], &same["based_on"]), (&json!(2), &json!(2)));
    let problem = left.rebase(onto(2, 4)).await.expect_problem(409, "rebase_conflicts");
    assert_eq!(problem.more["conflicts"][0]["theirs_entry"], 4, "the entry that brought the value of today");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_made_before_a_rebase_is_carried_over_it_unless_they_meet() {
    let mut left = Left::behind().await;
    left.rebase(onto(1, 3)).await.expect_status(200);
    let path = format!("/api/v1/drafts/{}/changes", left.draft);
    let edit = |id: &str, change: Value| json!({ "base_revision": 1, "change_id": id, "changes": [change] });
    left.bound.ada.client.post(&path, edit("a", set("replicaCount", json!(7)))).await.expect_status(200);
    left.bound.ada.client.post(&path, edit("b", set("ui.message", json!("hi")))).await.expect_problem(409, "edit_overlaps");
    let draft = left.read().await;
    assert!(values(&draft).contains("replicaCount: 7") && values(&draft).contains("good night"), "{}", values(&draft));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_a_draft_already_agrees_with_leaves_it_free_to_be_planned() {
    let mut left = Left::behind().await;
    let draft = left.draft.clone();
    left.bound.ada.greet(&draft, "good night").await;
    left.bound.ada.change(&draft, set("replicaCount", json!(5))).await;
    assert_eq!(left.read().await["behind"], Value::Null, "it holds all that № 3 holds");
    left.freeze().await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_was_recorded_meanwhile_is_not_deployed_over_by_an_older_first_draft() {
    let mut bound = Bound::new().await;
    let first = bound.ada.draft("web").await;
    let second = bound.ada.draft("web").await;
    bound.ada.greet(&first, "good day").await;
    bound.ada.greet(&second, "good night").await;
    let plan = bound.ada.plan(&first).await;
    assert_eq!(bound.ada.deploy(&plan).await, 2);
    let frozen = bound.ada.client.post(&format!("/api/v1/drafts/{second}/plans"), json!({ "revision": 2 })).await;
    frozen.expect_problem(409, "draft_behind");
    let path = format!("/api/v1/drafts/{second}/rebase");
    let problem = bound.ada.client.post(&path, onto(2, 2)).await.expect_problem(409, "rebase_conflicts");
    let conflict = &problem.more["conflicts"][0];
    assert_eq!((&conflict["at"], &conflict["base"]), (&json!("values.ui.message"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_rebases_wrote_none_of_the_values_and_may_sign_under_four_eyes() {
    let mut bound = Bound::new().await;
    let mut bob = bound.person("bob", Role::Operator).await;
    assert_eq!(bound.deploy_roster().await, 2);
    let plan = bound.planned("web").await;
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    let draft = bound.ada.draft_of("web").await;
    bound.ada.change(&draft, set("replicaCount", json!(5))).await;
    let other = bound.ada.draft_of("web").await;
    bound.ada.greet(&other, "good night").await;
    let plan = bound.ada.plan(&other).await;
    assert_eq!(bound.ada.deploy(&plan).await, 4);
    bound.policy(json!({ "four_eyes": true })).await;
    bob.client.post(&format!("/api/v1/drafts/{draft}/rebase"), onto(2, 4)).await.expect_status(200);
    let plan = bob.plan(&draft).await;
    let frozen = bob.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.ok();
    let writers: Vec<&Value> = frozen["writers"].as_array().unwrap().iter().map(|writer| &writer["name"]).collect();
    assert_eq!(writers, ["ada"]);
    assert_eq!(bob.deploy(&plan).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discarded_draft_is_listed_and_comes_back_as_it_was() {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft("web").await;
    bound.ada.greet(&draft, "good day").await;
    let path = format!("/api/v1/drafts/{draft}");
    let before = bound.ada.client.get(&path).await.ok();
    bound.ada.client.post(&format!("{path}/restore"), json!({})).await.expect_problem(409, "draft_not_discarded");
    bound.ada.client.delete(&path).await.expect_status(204);
    assert_eq!(bound.ada.client.get("/api/v1/drafts").await.ok(), json!([]));
    let discarded = bound.ada.client.get("/api/v1/drafts?state=discarded").await.ok();
    assert_eq!((&discarded[0]["id"], &discarded[0]["state"]), (&json!(draft), &json!("discarded")));
    let edit = json!({ "base_revision": 2, "change_id": "z", "changes": [set("ui.message", json!("x"))] });
    bound.ada.client.post(&format!("{path}/changes"), edit).await.expect_problem(409, "draft_discarded");
    let after = bound.ada.client.post(&format!("{path}/restore"), json!({})).await.expect_status(200).ok();
    assert_eq!(after, before);
    let log = bound.ada.client.get("/api/v1/audit").await.ok();
    assert!(log["items"].as_array().unwrap().iter().any(|line| line["leaf"]["action"] == "draft.restore"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_edit_is_told_who_can_countersign() {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft("web").await;
    let mut auditor = bound.person("audrey", Role::Auditor).await;
    let seen = read(&mut auditor, &draft).await;
    assert_eq!((&seen["may_edit"], &seen["who_can"]), (&json!(false), &json!(["Ada Lovelace"])));
    assert_eq!(bound.ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok()["who_can"], Value::Null);
}

/// What the overview says of the one stack.
async fn differs(bound: &mut Bound) -> Value {
    bound.ada.client.get("/api/v1/overview").await.ok()["stacks"][0]["cells"][0]["differs"].clone()
}

/// The stacks that the row of this name is said to differ for.
async fn stacks(bound: &mut Bound, list: &str, name: &str, scope: &str) -> Value {
    let rows = bound.ada.client.get(&format!("/api/v1/{list}")).await.ok();
    let row = rows.as_array().unwrap().iter().find(|row| row["name"] == name && row["scope"]["kind"] == scope).cloned();
    row.unwrap()["differs"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_differs_from_its_record_until_what_moved_is_deployed_by_a_draft_without_changes() {
    let mut bound = Bound::new().await;
    let plan = bound.planned("web").await;
    bound.ada.deploy(&plan).await;
    assert_eq!(differs(&mut bound).await, Value::Null);
    assert_eq!(stacks(&mut bound, "secrets", "password", "cluster").await, json!([]));

    let web = json!([{ "cluster": CLUSTER, "stack": "web" }]);
    let organisation = json!({ "scope": { "kind": "organisation" }, "name": "replicas", "value": 3 });
    bound.ada.client.put("/api/v1/variables", organisation).await.expect_status(204);
    assert_eq!(differs(&mut bound).await, json!({ "variables": ["replicas"] }));
    assert_eq!(stacks(&mut bound, "variables", "replicas", "organisation").await, web);
    let cluster = json!({ "scope": { "kind": "cluster", "cluster": CLUSTER }, "name": "replicas", "value": 2 });
    bound.ada.client.put("/api/v1/variables", cluster).await.expect_status(204);
    assert_eq!(differs(&mut bound).await, Value::Null, "the level that wins says what the record says");
    assert_eq!(stacks(&mut bound, "variables", "replicas", "organisation").await, json!([]));

    bound.ada.set_secret("another value altogether").await;
    assert_eq!(differs(&mut bound).await, json!({ "secrets": ["password"] }));
    assert_eq!(stacks(&mut bound, "secrets", "password", "cluster").await, web);
    let waiting = bound.ada.draft_of("web").await;
    let draft = bound.ada.draft_of("web").await;
    let plan = bound.ada.plan(&draft).await;
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    assert_eq!(differs(&mut bound).await, Value::Null);
    assert_eq!(stacks(&mut bound, "secrets", "password", "cluster").await, json!([]));
    assert_eq!(read(&mut bound.ada, &waiting).await["behind"], Value::Null, "an entry without changes leaves no draft behind");
}
