//! An application of one's own: a few facts become a component that only lacks its secret.

use domain::principal::Role;
use serde_json::{Value, json};

use crate::support::signing::{Bound, CLUSTER};

fn shop(change: &str, image: &str) -> Value {
    let application = json!({
        "name": "shop", "namespace": "web", "image": image, "port": 8080, "host": "shop.example.com",
        "environment": [{ "name": "LOG_LEVEL", "value": "info" }], "secrets": [{ "name": "DB_PASSWORD" }],
        "volume": { "size": "1Gi", "path": "/data" },
    });
    json!({ "change_id": change, "application": application })
}

fn blocks(draft: &Value) -> Vec<&str> {
    let findings = draft["check"]["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["level"] == "block").map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_few_facts_become_a_component_that_is_ready_once_its_secret_is_set() {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft_from(json!({ "start": "empty", "name": "web" })).await;
    let client = &mut bound.ada.client;
    let path = format!("/api/v1/drafts/{draft}/applications");
    client.post(&path, shop("a", "ghcr.io/acme/shop")).await.expect_problem(422, "invalid_field");
    let added = client.post(&path, shop("b", "ghcr.io/acme/shop:1.4.2")).await.expect_status(201).ok();
    assert_eq!((&added["component"], &added["revision"]), (&json!("shop"), &json!(2)));
    // Sent again it is the same edit; another one of that name is refused.
    assert_eq!(client.post(&path, shop("b", "ghcr.io/acme/shop:1.4.2")).await.expect_status(201).ok()["revision"], json!(2));
    client.post(&path, shop("c", "ghcr.io/acme/shop:1.4.2")).await.expect_problem(422, "id_taken");

    let of = format!("/api/v1/drafts/{draft}");
    assert_eq!(blocks(&client.get(&of).await.ok()), ["missing_secret"]);
    let secret = json!({ "scope": { "kind": "cluster", "cluster": CLUSTER }, "name": "shop_db_password", "value": "hunter2" });
    client.put("/api/v1/secrets", secret).await.expect_status(204);
    assert_eq!(blocks(&client.get(&of).await.ok()), [""; 0]);
    let plan = bound.ada.plan(&draft).await;
    bound.ada.deploy(&plan).await;
}

#[tokio::test]
async fn adding_an_application_takes_somebody_who_may_edit() {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft_from(json!({ "start": "empty", "name": "web" })).await;
    let mut auditor = bound.test.person(&mut bound.ada.client, "audrey", Role::Auditor).await;
    let path = format!("/api/v1/drafts/{draft}/applications");
    auditor.post(&path, shop("a", "ghcr.io/acme/shop:1.4.2")).await.expect_status(403);
}
