//! What cannot be right is told at its field, and the draft is as it was; text as typed is kept and blocks.

use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::signing::{Bound, CLUSTER, Signer};

/// One request that is refused: what is sent, and status, code and field of the answer.
struct Case {
    what: &'static str,
    answer: Answer,
    status: u16,
    code: &'static str,
    at: Option<&'static str>,
    /// A word of the sentence that a person needs to find the place.
    says: &'static str,
}

/// All at once, so that one run tells everything.
#[track_caller]
fn assert_told(cases: Vec<Case>) {
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|case| {
            let problem: domain::problem::Problem = serde_json::from_slice(&case.answer.body).ok()?;
            let fits = (problem.status, problem.code.as_str(), problem.at.as_deref()) == (case.status, case.code, case.at)
                && case.answer.status == case.status
                && problem.detail.contains(case.says)
                && problem.detail.len() < 1_000;
            (!fits).then(|| format!("{}: {}", case.what, case.answer.text().chars().take(600).collect::<String>()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn try_change(ada: &mut Signer, draft: &str, changes: Value) -> Answer {
    let revision = ada.revision(draft).await;
    let edit = json!({ "base_revision": revision, "change_id": uuid(), "changes": changes });
    ada.client.post(&format!("/api/v1/drafts/{draft}/changes"), edit).await
}

fn uuid() -> String {
    format!("{:032x}", rand::random::<u128>())
}

async fn content(ada: &mut Signer, draft: &str) -> Value {
    let draft = ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    json!([draft["content"], draft["revision"], draft["title"], draft["why"], draft["ticket"]])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_right_is_told_at_its_place_and_the_draft_is_as_it_was() {
    let mut bound = Bound::new().await;
    let ada = &mut bound.ada;
    let draft = ada.draft("web").await;
    let before = content(ada, &draft).await;
    let large = "x".repeat(5 << 20);
    let fine = json!({ "change": "set_value", "component": "podinfo", "path": "ui.message", "value": "half of it" });
    let table: Vec<(&str, Value, &str, &str, &str)> = vec![
        (
            "a cycle",
            json!({ "change": "connect", "component": "login", "on": "podinfo" }),
            "cycle",
            "changes[1]",
            "login → podinfo → login",
        ),
        ("an edge to itself", json!({ "change": "connect", "component": "login", "on": "login" }), "cycle", "changes[1]", "login"),
        (
            "an edge to nothing",
            json!({ "change": "connect", "component": "login", "on": "nobody" }),
            "no_component",
            "changes[1]",
            "nobody",
        ),
        (
            "an unknown field",
            json!({ "change": "connect", "component": "login", "on": "podinfo", "colour": 1 }),
            "malformed",
            "changes[1]",
            "colour",
        ),
        ("an unknown change", json!({ "change": "explode" }), "malformed", "changes[1].change", "explode"),
        (
            "a name that climbs",
            json!({ "change": "rename_component", "component": "login", "name": "../login" }),
            "malformed",
            "changes[1]",
            "`../login`",
        ),
        (
            "an id that climbs",
            json!({ "change": "add_component", "component": { "id": "../../etc", "name": "a", "namespace": "web", "manifest": "" } }),
            "malformed",
            "changes[1]",
            "`../../etc`",
        ),
        (
            "a namespace that climbs",
            json!({ "change": "set_namespace", "component": "login", "namespace": "../kube-system" }),
            "field",
            "changes[1]",
            "namespace",
        ),
        (
            "values of 5 MB",
            json!({ "change": "set_values_text", "component": "podinfo", "text": large }),
            "too_large",
            "changes[1]",
            "the limit of 1048576",
        ),
        (
            "a manifest of 5 MB",
            json!({ "change": "set_manifest_text", "component": "login", "text": large }),
            "too_large",
            "changes[1]",
            "the limit of 1048576",
        ),
        (
            "a default of the wrong type",
            json!({ "change": "declare_variable", "declaration": { "name": "size", "type": "number", "default": "large" } }),
            "default_type",
            "changes[1]",
            "size",
        ),
        (
            "a type that the default is not of",
            json!({ "change": "retype_variable", "name": "replicas", "kind": "bool" }),
            "default_type",
            "changes[1]",
            "replicas",
        ),
        (
            "a variable's name that is none",
            json!({ "change": "declare_variable", "declaration": { "name": "../x", "type": "string" } }),
            "variable_name",
            "changes[1]",
            "../x",
        ),
        (
            "values of a manifest",
            json!({ "change": "set_values_text", "component": "login", "text": "" }),
            "not_an_addon",
            "changes[1]",
            "login",
        ),
        (
            "a path that is none",
            json!({ "change": "set_value", "component": "podinfo", "path": "a..b", "value": 1 }),
            "malformed",
            "changes[1]",
            "",
        ),
    ];
    let mut cases = Vec::new();
    for (what, change, code, at, says) in table {
        // The one before it is fine, and is not made either.
        let answer = try_change(ada, &draft, json!([fine, change])).await;
        cases.push(Case { what, answer, status: 422, code, at: Some(at), says });
        assert_eq!(content(ada, &draft).await, before, "{what} left something behind");
    }
    let revision = ada.revision(&draft).await;
    let path = format!("/api/v1/drafts/{draft}/changes");
    for (what, edit, at) in [
        ("a field beside", json!({ "base_revision": revision, "change_id": "a", "changes": [fine], "colour": 1 }), "colour"),
        ("a revision that is text", json!({ "base_revision": "one", "change_id": "a", "changes": [fine] }), "base_revision"),
    ] {
        let answer = ada.client.post(&path, edit).await;
        cases.push(Case { what, answer, status: 422, code: "malformed", at: Some(at), says: "" });
    }
    let answer = ada.client.patch(&format!("/api/v1/drafts/{draft}"), json!({ "why": "x".repeat(20_000) })).await;
    cases.push(Case { what: "a why that is a book", answer, status: 422, code: "text_too_long", at: Some("why"), says: "10000" });
    assert_eq!(content(ada, &draft).await, before);
    assert_told(cases);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_as_typed_is_kept_and_blocks() {
    let mut bound = Bound::new().await;
    let ada = &mut bound.ada;
    let draft = ada.draft("web").await;
    for (what, text, says) in [
        ("broken YAML", "a: [1, 2\n# and so on\nb: 3", "line"),
        ("a key twice", "replicas: 1\nother: 2\nreplicas: 3\n", "replicas"),
        ("an anchor", "a: &x 1\nb: *x\n", "anchor"),
        ("a tab", "a:\n\tb: 1\n", "line"),
        ("no mapping", "- a\n- b\n", ""),
    ] {
        let answer = try_change(ada, &draft, json!([{ "change": "set_values_text", "component": "podinfo", "text": text }])).await;
        let edited = answer.expect_status(200).ok();
        let of_yaml = |findings: &Value| {
            let mut findings = findings.as_array().unwrap().iter();
            findings.find(|finding| finding["level"] == "block" && finding["at"]["component"] == "podinfo").cloned()
        };
        let finding =
            of_yaml(&edited["check"]["findings"]).unwrap_or_else(|| panic!("{what} does not block: {}", edited["check"]["findings"]));
        assert!(finding.to_string().contains(says), "{what}: {finding}");
        let shown = ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
        let component = shown["content"]["components"].as_array().unwrap().iter().find(|one| one["id"] == "podinfo").unwrap();
        assert!(component.to_string().contains(&json!(text).to_string()), "{what} was not kept as typed: {component}");
        // Nothing is changed by path in what cannot be read, and no plan of it can be signed.
        if what != "no mapping" {
            let change = json!([{ "change": "set_value", "component": "podinfo", "path": "a", "value": 2 }]);
            let refused = try_change(ada, &draft, change).await.expect_problem(422, "broken_yaml");
            assert_eq!(refused.at.as_deref(), Some("changes[0]"), "{what}");
        }
        let plan = ada.plan(&draft).await;
        let plan = ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok();
        assert_eq!(plan["slip"]["armed"], false, "{what}");
        let approval = ada.sign(plan["id"].as_str().unwrap()).await;
        ada.send(plan["id"].as_str().unwrap(), &approval).await.expect_problem(409, "plan_blocked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_begun_or_set_wrongly_is_told_at_its_field() {
    let mut bound = Bound::new().await;
    let ada = &mut bound.ada;
    let drafts = format!("/api/v1/clusters/{CLUSTER}/drafts");
    let source = |text: &str| json!({ "start": "source", "text": text });
    let head = "apiVersion: countersign.dev/v1alpha1\nkind: Stack\n";
    let mut cases = Vec::new();
    for (what, body, code, at, says) in [
        ("a stack that climbs", json!({ "start": "empty", "name": "../web" }), "malformed", None, "`../web`"),
        ("a stack's text that is broken", source("a: [\n"), "stack_yaml", Some("text"), "line"),
        ("a key twice in a stack", source(&format!("{head}metadata: {{name: a, name: b}}\n")), "stack_yaml", Some("text"), "name"),
        ("an anchor in a stack", source(&format!("{head}metadata: &m {{name: a}}\nspec: *m\n")), "stack_yaml", Some("text"), "anchor"),
        (
            "an unknown field in a stack",
            source(&format!("{head}metadata: {{name: a, colour: red}}\nspec: {{components: []}}\n")),
            "stack_yaml",
            Some("text"),
            "metadata.colour",
        ),
        (
            "a component that climbs",
            source(&format!(
                "{head}metadata: {{name: a}}\nspec:\n  components:\n    - name: ../x\n      namespace: a\n      manifest: ''\n"
            )),
            "stack_yaml",
            Some("text"),
            "spec.components[0].name",
        ),
        ("an unknown start", json!({ "start": "nowhere" }), "malformed", None, "nowhere"),
    ] {
        let answer = ada.client.post(&drafts, body).await;
        cases.push(Case { what, answer, status: 422, code, at, says });
    }
    assert_eq!(ada.client.get("/api/v1/drafts").await.ok(), json!([]), "none of them was begun");

    let pair = ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok();
    let remote = |url: &str| json!({ "kind": "remote", "url": url });
    for (what, name, repository, code, at, says) in [
        ("a cluster that climbs", "../x", json!({ "kind": "embedded" }), "malformed", "name", ""),
        ("a host that is not there", "c", remote("http://127.0.0.1:1/a.git"), "git_unreachable", "repository.url", ""),
        ("a folder that is not there", "c", remote("file:///no/such/folder.git"), "git_not_a_repository", "repository.url", ""),
        ("a path that climbs", "c", remote("file:///srv/../etc"), "git_address", "repository.url", ".."),
        ("a command", "c", remote("ext::sh -c date"), "git_address", "repository.url", "ext"),
        ("plain http elsewhere", "c", remote("http://git.example.com/a.git"), "git_address", "repository.url", "https"),
    ] {
        let new = json!({ "name": name, "environment": "production", "repository": repository, "recipients": [pair["recipient"]] });
        cases.push(Case { what, answer: ada.client.post("/api/v1/clusters", new).await, status: 422, code, at: Some(at), says });
    }
    let new = json!({ "name": "c", "environment": "production", "repository": { "kind": "embedded" }, "recipients": ["age1nonsense"] });
    let answer = ada.client.post("/api/v1/clusters", new).await;
    cases.push(Case { what: "a recipient that is none", answer, status: 422, code: "recipient", at: Some("recipients"), says: "" });
    assert_eq!(ada.client.get("/api/v1/clusters").await.ok().as_array().unwrap().len(), 1, "none of them was added");
    assert_told(cases);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_the_wrong_type_blocks_and_says_where_it_comes_from() {
    let mut bound = Bound::new().await;
    let ada = &mut bound.ada;
    let draft = ada.draft("web").await;
    let scope = json!({ "kind": "cluster", "cluster": CLUSTER });
    ada.client.put("/api/v1/variables", json!({ "scope": scope, "name": "replicas", "value": "many" })).await.expect_status(204);
    let shown = ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    let findings = shown["check"]["findings"].as_array().unwrap();
    let blocks = findings.iter().any(|finding| {
        finding["level"] == "block"
            && finding["reason"].as_str().is_some_and(|reason| reason.contains("replicas") && reason.contains("number"))
    });
    assert!(blocks, "{findings:?}");
    let large = json!({ "scope": scope, "name": "replicas", "value": "x".repeat(5 << 20) });
    let problem: domain::problem::Problem = ada.client.put("/api/v1/variables", large).await.json();
    assert!(matches!((problem.status, problem.code.as_str()), (413, "too_large") | (422, "value_too_large")), "{problem:?}");
}
