//! Taking a stack out, in order or at once, and moving a component to another stack: through the API, judged by stock git.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::git::git;
use crate::support::signing::{Bound, CLUSTER, Signer};

impl Signer {
    async fn plan_removal(&mut self, stack: &str, more: Value) -> crate::support::Answer {
        self.client.post(&format!("/api/v1/clusters/{CLUSTER}/stacks/{stack}/removal-plans"), more).await
    }

    /// The plan's id and the plan itself.
    async fn removal(&mut self, stack: &str, more: Value) -> (String, Value) {
        let id = self.plan_removal(stack, more).await.expect_status(201).ok()["id"].as_str().unwrap().to_owned();
        let plan = self.client.get(&format!("/api/v1/plans/{id}/plan.json")).await.ok();
        (id, plan)
    }
}

/// № 2 records the stack `web`: `podinfo` waits for `login`.
async fn recorded() -> Bound {
    let mut bound = Bound::new().await;
    let plan = bound.planned("web").await;
    assert_eq!(bound.ada.deploy(&plan).await, 2);
    bound
}

/// Every path on the branch below `stacks/` and `clusters/`.
fn paths(bound: &Bound) -> Vec<String> {
    git(&bound.repository(), &["ls-tree", "-r", "--name-only", "main", "--", "stacks", "clusters"]).lines().map(str::to_owned).collect()
}

fn is_good(bound: &Bound) {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(bound.repository()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn codes(plan: &Value) -> Vec<&str> {
    plan["findings"].as_array().unwrap().iter().filter(|one| one["level"] != "pass").map(|one| one["code"].as_str().unwrap()).collect()
}

fn steps(plan: &Value) -> Vec<String> {
    let waves = plan["order"].as_array().unwrap();
    waves
        .iter()
        .flat_map(|wave| wave["steps"].as_array().unwrap())
        .map(|step| format!("{} {}", step["component"].as_str().unwrap(), step["does"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_goes_in_reverse_order_one_entry_each_and_comes_back_byte_for_byte() {
    let mut bound = recorded().await;
    let before = paths(&bound);
    let (first, plan) = bound.ada.removal("web", json!({ "why": "Nobody reads it.", "ticket": "https://tickets.example.com/9" })).await;
    assert_eq!(
        (&plan["kind"], &plan["why"], &plan["ticket"]),
        (&json!("stack_removal"), &json!("Nobody reads it."), &json!("https://tickets.example.com/9"))
    );
    assert_eq!(steps(&plan), ["podinfo remove", "login nothing"]);
    assert_eq!(codes(&plan), ["stack_removal"]);
    let mut untyped = bound.ada.sign(&first).await;
    assert_eq!(untyped["typed"], json!(["web"]));
    untyped["typed"] = json!([]);
    bound.ada.send(&first, &untyped).await.expect_problem(422, "confirmation_missing");
    assert_eq!(bound.ada.deploy(&first).await, 3);
    let now = paths(&bound);
    let gone: Vec<&String> = before.iter().filter(|path| !now.contains(path)).collect();
    assert!(!gone.is_empty() && gone.iter().all(|path| path.contains("podinfo")), "{gone:?}");
    let entry = git(&bound.repository(), &["show", &format!("main:clusters/{CLUSTER}/countersign/web.yaml")]);
    assert!(entry.contains("web--login") && !entry.contains("web--podinfo"), "{entry}");

    let (second, plan) = bound.ada.removal("web", json!({})).await;
    assert_eq!(codes(&plan), ["stack_removal", "earlier_wave"]);
    assert_eq!(steps(&plan), ["login remove"]);
    assert_eq!(bound.ada.deploy(&second).await, 4);
    let left = paths(&bound);
    assert!(left.iter().all(|path| !path.contains("/web.yaml") || path.contains("/namespaces/")), "{left:?}");
    assert!(left.contains(&format!("clusters/{CLUSTER}/namespaces/web.yaml")), "the Namespace stays: {left:?}");
    bound.ada.plan_removal("web", json!({})).await.expect_problem(409, "stack_not_recorded");
    let overview = bound.ada.client.get("/api/v1/overview").await.ok();
    assert_eq!(overview["stacks"], json!([]));
    is_good(&bound);

    let draft = bound.ada.draft_from(json!({ "start": "revert", "stack": "web", "entry": 2 })).await;
    let plan = bound.ada.plan(&draft).await;
    assert_eq!(bound.ada.deploy(&plan).await, 5);
    assert_eq!(git(&bound.repository(), &["diff", "--stat", "main~3", "main", "--", "stacks", "clusters"]), "");
    is_good(&bound);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_once_is_one_entry_and_says_that_it_has_no_order() {
    let mut bound = recorded().await;
    let (id, plan) = bound.ada.removal("web", json!({ "together": true })).await;
    assert_eq!(codes(&plan), ["unordered_removal", "stack_removal"]);
    assert_eq!(bound.ada.deploy(&id).await, 3);
    assert!(paths(&bound).iter().all(|path| !path.starts_with("stacks/")));
    is_good(&bound);
    for page in ["/record".to_owned(), format!("/record/{CLUSTER}/3")] {
        let page = bound.ada.client.get(&page).await.text();
        assert!(page.contains(&format!("Remove web from {CLUSTER}")), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_another_waits_for_is_blocked_and_one_that_comes_to_wait_makes_it_stale() {
    let mut bound = recorded().await;
    let early = bound.ada.removal("web", json!({})).await.0;
    let draft = bound.ada.draft("shop").await;
    bound.ada.change(&draft, json!({ "change": "set_stack_depends_on", "depends_on": ["web"] })).await;
    let plan = bound.ada.plan(&draft).await;
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    bound.ada.approve(&early).await.expect_problem(409, "stale");

    let (id, plan) = bound.ada.removal("web", json!({})).await;
    let block = plan["findings"].as_array().unwrap().iter().find(|finding| finding["level"] == "block").unwrap();
    assert!(block["code"] == "needed_by" && block["reason"].as_str().unwrap().contains("The stack shop waits for web"), "{block}");
    bound.ada.approve(&id).await.expect_problem(409, "plan_blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_from_before_the_removal_brings_nothing_back_unasked() {
    let mut bound = recorded().await;
    let draft = bound.ada.draft_of("web").await;
    bound.ada.greet(&draft, "good night").await;
    let (id, _) = bound.ada.removal("web", json!({ "together": true })).await;
    assert_eq!(bound.ada.deploy(&id).await, 3);
    let revision = bound.ada.revision(&draft).await;
    let problem = bound.ada.client.post(&format!("/api/v1/drafts/{draft}/plans"), json!({ "revision": revision })).await;
    assert_eq!(problem.expect_problem(409, "stack_removed").more["record"], json!(3));
    let anew = bound.ada.draft("web").await;
    let plan = bound.ada.plan(&anew).await;
    assert_eq!(bound.ada.deploy(&plan).await, 4, "the same name may be used again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_remains_after_a_part_of_a_removal_still_equals_its_record() {
    let mut bound = recorded().await;
    let (id, _) = bound.ada.removal("web", json!({})).await;
    bound.ada.deploy(&id).await;
    let overview = bound.ada.client.get("/api/v1/overview").await.ok();
    let cell = &overview["stacks"][0]["cells"][0];
    assert!(cell["entry"] == 3 && cell.get("differs").is_none(), "{cell}");
    let draft = bound.ada.draft_of("web").await;
    let plan = bound.ada.plan(&draft).await;
    bound.ada.approve(&plan).await.expect_problem(409, "plan_empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn under_four_eyes_nobody_removes_a_stack_alone() {
    let mut bound = recorded().await;
    bound.policy(json!({ "four_eyes": true })).await;
    let (id, _) = bound.ada.removal("web", json!({})).await;
    let slip = bound.ada.client.get(&format!("/api/v1/plans/{id}")).await.ok()["slip"].clone();
    assert_eq!(slip["armed"], json!(false), "{slip}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_moves_to_another_stack_and_none_of_its_objects_leaves_the_tree_of_flux() {
    let mut bound = recorded().await;
    let draft = bound.ada.draft_of("web").await;
    let content = bound.ada.client.get(&format!("/api/v1/drafts/{draft}")).await.ok()["content"].clone();
    let podinfo = content["components"].as_array().unwrap().iter().find(|one| one["id"] == "podinfo").unwrap().clone();
    bound.ada.change(&draft, json!({ "change": "let_go", "component": "podinfo" })).await;
    let plan = bound.ada.plan(&draft).await;
    let json = bound.ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.ok();
    let effects = json["effects"].as_array().unwrap();
    assert!(effects.len() == 2 && effects.iter().all(|effect| effect["what"] == "stays_behind"), "{effects:?}");
    assert!(codes(&json).iter().all(|code| *code != "removal"), "{:?}", codes(&json));
    assert_eq!(bound.ada.deploy(&plan).await, 3);
    let stands = git(&bound.repository(), &["show", "main:stacks/web/flux/podinfo.yaml"]);
    assert!(stands.contains("suspend: true") && stands.contains("deletionPolicy: Orphan"), "{stands}");
    let release = git(&bound.repository(), &["show", "main~1:stacks/web/components/podinfo/release.yaml"]);

    let draft = bound.ada.draft_from(json!({ "start": "empty", "name": "demo" })).await;
    let mut podinfo = podinfo;
    podinfo["depends_on"] = json!([]);
    bound
        .ada
        .change(
            &draft,
            json!({ "change": "declare_variable", "declaration": {
        "name": "replicas", "type": "number", "default": 2,
    } }),
        )
        .await;
    bound.ada.change(&draft, json!({ "change": "add_component", "component": podinfo })).await;
    let plan = bound.ada.plan(&draft).await;
    let json = bound.ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.ok();
    let brief: Vec<&str> = json["brief"].as_array().unwrap().iter().map(|sentence| sentence.as_str().unwrap()).collect();
    assert!(
        brief.iter().any(|sentence| sentence.starts_with("Takes over podinfo, which runs since the stack web let go of it")),
        "{brief:?}"
    );
    assert_eq!(bound.ada.deploy(&plan).await, 4);
    let taken = git(&bound.repository(), &["show", "main:stacks/demo/components/podinfo/release.yaml"]);
    // Sealed values have a name for each stack; Helm sees the same values.
    let plain = |text: &str| -> Vec<String> { text.lines().filter(|line| !line.contains("podinfo-values-")).map(str::to_owned).collect() };
    assert_eq!(plain(&taken.replace("stack: demo", "stack: web")), plain(&release), "only the label is another one");
    is_good(&bound);
}
