//! Any two contents of a stack, told in words and line by line: entries of the record, drafts, revisions and checkpoints.

use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::signing::{Bound, CLUSTER};

/// № 2 greets with `good day` and № 3 with `good night`; a draft of № 3 goes on from there.
struct Compared {
    bound: Bound,
    draft: String,
}

impl Compared {
    async fn new() -> Compared {
        let mut bound = Bound::new().await;
        let plan = bound.planned("web").await;
        assert_eq!(bound.ada.deploy(&plan).await, 2);
        let next = bound.ada.draft_of("web").await;
        bound.ada.greet(&next, "good night").await;
        let plan = bound.ada.plan(&next).await;
        assert_eq!(bound.ada.deploy(&plan).await, 3);
        let draft = bound.ada.draft_of("web").await;
        Compared { bound, draft }
    }

    async fn ask(&mut self, from: &str, to: &str) -> Answer {
        self.bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/stacks/web/compare?from={from}&to={to}")).await
    }

    async fn compare(&mut self, from: &str, to: &str) -> Value {
        self.ask(from, to).await.expect_status(200).ok()
    }
}

/// `−removed` and `+added`, without what stands around them.
fn lines(text: &Value) -> Vec<String> {
    let hunks = text["hunks"].as_array().unwrap().iter();
    let lines = hunks.flat_map(|hunk| hunk["lines"].as_array().unwrap());
    lines
        .filter_map(|line| match (line["before"].is_null(), line["after"].is_null()) {
            (false, true) => Some(format!("-{}", line["text"].as_str().unwrap())),
            (true, false) => Some(format!("+{}", line["text"].as_str().unwrap())),
            _ => None,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_entries_differ_by_what_was_done_between_them_and_backwards_by_the_opposite() {
    let mut web = Compared::new().await;
    let there = web.compare("entry:2", "record").await;
    assert_eq!((&there["from"]["reference"], &there["to"]["reference"]), (&json!("entry:2"), &json!("entry:3")));
    assert_eq!(there["to"]["by"], json!(["Ada Lovelace"]), "who countersigned it");
    assert_eq!(there["changes"], json!(["set ui.message in podinfo's values to good night"]));
    assert_eq!(there["texts"].as_array().unwrap().len(), 1, "{there}");
    assert_eq!(there["texts"][0]["name"], "podinfo: values");
    assert_eq!(lines(&there["texts"][0]), ["-  message: good day", "+  message: good night"]);
    let back = web.compare("record", "entry:2").await;
    assert_eq!(lines(&back["texts"][0]), ["-  message: good night", "+  message: good day"]);
    let same = web.compare("record", "entry:3").await;
    assert_eq!((&same["changes"], &same["texts"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_a_revision_of_it_and_a_checkpoint_are_compared_with_each_other_and_with_the_record() {
    let mut web = Compared::new().await;
    let draft = web.draft.clone();
    let rename = json!({ "change": "rename_component", "component": "podinfo", "name": "greeter" });
    web.bound.ada.change(&draft, rename).await;
    let checkpoint = web
        .bound
        .ada
        .client
        .post(&format!("/api/v1/drafts/{draft}/checkpoints"), json!({ "name": "renamed" }))
        .await
        .expect_status(201)
        .ok();
    let checkpoint = format!("checkpoint:{}", checkpoint["id"].as_str().unwrap());
    web.bound.ada.change(&draft, json!({ "change": "remove_component", "component": "login" })).await;

    let (now, first) = (format!("draft:{draft}"), format!("draft:{draft}@1"));
    let all = web.compare("record", &now).await;
    assert_eq!(all["changes"], json!(["removed login", "renamed podinfo to greeter"]), "a rename is told as a rename");
    let named = all["texts"].as_array().unwrap().iter().map(|text| text["name"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(named, ["stack.yaml", "login: manifest"]);
    let before = web.compare(&first, &checkpoint).await;
    assert_eq!(before["changes"], json!(["renamed podinfo to greeter"]));
    assert_eq!(before["to"]["reference"], json!(checkpoint));
    assert!(before["to"]["title"].as_str().unwrap().starts_with("“renamed”, rev 2"), "{before}");
    assert_eq!(web.compare("record", &first).await["changes"], json!([]));

    let listed = web.bound.ada.client.get(&format!("/api/v1/clusters/{CLUSTER}/stacks/web/versions")).await.ok();
    let listed: Vec<&str> = listed.as_array().unwrap().iter().map(|one| one["reference"].as_str().unwrap()).collect();
    for reference in ["entry:3", "entry:2", &now, &checkpoint] {
        assert!(listed.contains(&reference), "{reference} in {listed:?}");
    }
    assert!(!listed.contains(&"entry:1"), "the binding is no entry of this stack: {listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_content_of_this_stack_is_not_found_and_says_which_side() {
    let mut web = Compared::new().await;
    let other = web.bound.ada.draft("shop").await;
    let named =
        web.bound.ada.client.post(&format!("/api/v1/drafts/{other}/checkpoints"), json!({ "name": "x" })).await.expect_status(201).ok();
    let checkpoint = format!("checkpoint:{}", named["id"].as_str().unwrap());
    let (own, foreign) = (web.draft.clone(), format!("draft:{other}"));
    let beyond = format!("draft:{own}@9");
    for missing in ["entry:1", "entry:9", "draft:none", "checkpoint:none", &foreign, &checkpoint, &beyond] {
        let problem = web.ask("record", missing).await.expect_problem(404, "not_found");
        assert_eq!(problem.at.as_deref(), Some("to"), "{missing}");
    }
    let problem = web.ask("plan:1", "record").await.expect_problem(422, "reference");
    assert_eq!(problem.at.as_deref(), Some("from"));
}
