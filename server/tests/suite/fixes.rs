//! What a check finds comes with what mends it, and what mends it does.

use domain::principal::Role;
use serde_json::{Value, json};

use crate::support::Client;
use crate::support::signing::{Bound, CLUSTER};

const STACK: &str = "\
apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  components:
    - name: cert-manager
      namespace: cert-manager
      addon:
        chart: {repository: 'https://charts.jetstack.io', name: cert-manager, version: v1.16.3}
        values: |
          crds: {enabled: true}
    - name: issuer
      manifest: |
        apiVersion: cert-manager.io/v1
        kind: ClusterIssuer
        metadata: {name: le}
    - name: shop
      namespace: web
      addon:
        chart: {repository: 'https://charts.example.com', name: shop, version: 1.0.0}
        values: |
          ingress: {enabled: true, hosts: [shop.example.com]}
          adminPassword: hunter2-canary # set by hand
    - name: blog
      namespace: web
      addon:
        chart: {repository: 'https://charts.example.com', name: blog, version: ~1.0}
        values: |
          ingress: {enabled: true, hosts: [shop.example.com]}
";

/// Each finding's code with the titles of its fixes.
fn told(check: &Value) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = check["findings"].as_array().unwrap().iter().enumerate();
    let told = findings.map(|(place, finding)| {
        let own = check["fixes"].as_array().into_iter().flatten().filter(|fix| fix["finding"] == json!(place));
        (text(&finding["code"]), own.map(|fix| text(&fix["title"])).collect())
    });
    told.collect()
}

fn of<'c>(check: &'c Value, title: &str) -> &'c Value {
    let found = check["fixes"].as_array().unwrap().iter().find(|fix| fix["title"] == title);
    found.unwrap_or_else(|| panic!("no fix `{title}` in {check:#}"))
}

async fn done(client: &mut Client, draft: &str, revision: u64, title: &str) -> Value {
    let check = client.get(&format!("/api/v1/drafts/{draft}")).await.ok()["check"].clone();
    let edit =
        json!({ "base_revision": revision, "change_id": format!("fix-{revision}"), "changes": of(&check, title)["mend"]["changes"] });
    client.post(&format!("/api/v1/drafts/{draft}/changes"), edit).await.expect_status(200).ok()
}

#[tokio::test]
async fn every_finding_that_can_be_mended_says_how_and_the_edit_mends_it() {
    let mut bound = Bound::new().await;
    let draft = bound.ada.draft_from(json!({ "start": "source", "text": STACK })).await;
    let client = &mut bound.ada.client;
    let seen = client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    let check = &seen["check"];
    let told_now = told(check);
    for (code, title) in [
        ("plaintext_secret", "Move to a secret…"),
        ("crd_not_awaited", "Add edge from cert-manager"),
        ("host_twice", "Change it to shop-2.example.com"),
        ("host_twice", "Change it to blog.example.com"),
    ] {
        assert!(told_now.iter().any(|(one, titles)| one == code && titles.iter().any(|one| one == title)), "{title}: {told_now:?}");
    }
    let issuer = check["findings"].as_array().unwrap().iter().find(|one| one["code"] == "crd_not_awaited").unwrap();
    assert_eq!(issuer["at"], json!({ "component": "issuer", "line": 2 }));
    assert!(!check["fixes"].to_string().contains("hunter2-canary"), "a fix repeats a secret");

    let edited = done(client, &draft, 1, "Add edge from cert-manager").await;
    assert!(!told(&edited["check"]).iter().any(|(code, _)| code == "crd_not_awaited"), "{edited:#}");
    let edited = done(client, &draft, 2, "Change it to blog.example.com").await;
    assert!(!told(&edited["check"]).iter().any(|(code, _)| code == "host_twice"), "{edited:#}");

    let mend = of(&edited["check"], "Move to a secret…")["mend"].clone();
    assert_eq!(mend, json!({ "by": "move_to_secret", "component": "shop", "path": "adminPassword", "name": "shop_admin_password" }));
    let secret = json!({ "scope": { "kind": "cluster", "cluster": CLUSTER }, "name": mend["name"], "value": "hunter2-canary" });
    client.put("/api/v1/secrets", secret).await.expect_status(204);
    let changes =
        json!([{ "change": "set_value", "component": "shop", "path": mend["path"], "value": "${{ secrets.shop_admin_password }}" }]);
    let edit = json!({ "base_revision": 3, "change_id": "moved", "changes": changes });
    let edited = client.post(&format!("/api/v1/drafts/{draft}/changes"), edit).await.expect_status(200).ok();
    assert!(!told(&edited["check"]).iter().any(|(code, _)| code == "plaintext_secret"), "{edited:#}");
    let read = client.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    assert!(read.to_string().contains("adminPassword: ${{ secrets.shop_admin_password }} # set by hand"), "{read:#}");
    assert!(!read.to_string().contains("hunter2-canary"));

    // Who may not edit is told what is wrong, and offered nothing.
    let mut auditor = bound.test.person(&mut bound.ada.client, "audrey", Role::Auditor).await;
    let read = auditor.get(&format!("/api/v1/drafts/{draft}")).await.ok();
    assert!(read["check"]["fixes"].is_null() && !read["check"]["findings"].as_array().unwrap().is_empty(), "{read:#}");
}

#[tokio::test]
async fn what_another_stack_of_the_cluster_defines_is_missed_by_nobody() {
    let mut bound = Bound::new().await;
    let stack = |name: &str, components: &str| {
        format!("apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {{name: {name}}}\nspec:\n  components:\n{components}")
    };
    let issuer = "    - name: issuer\n      manifest: |\n        apiVersion: cert-manager.io/v1\n        kind: ClusterIssuer\n        metadata: {name: le}\n";
    let draft = bound.ada.draft_from(json!({ "start": "source", "text": stack("web", issuer) })).await;
    let of = format!("/api/v1/drafts/{draft}");
    let read = bound.ada.client.get(&of).await.ok();
    assert_eq!(told(&read["check"]), [("crd_missing".to_owned(), vec!["Add cert-manager, with an edge".to_owned()])]);

    let certs = "    - name: certs\n      namespace: certs\n      addon:\n        chart: {repository: 'https://charts.jetstack.io', name: cert-manager, version: v1.16.3}\n        values: |\n          crds: {enabled: true}\n";
    let platform = bound.ada.draft_from(json!({ "start": "source", "text": stack("platform", certs) })).await;
    let plan = bound.ada.plan(&platform).await;
    bound.ada.deploy(&plan).await;
    assert_eq!(told(&bound.ada.client.get(&of).await.ok()["check"]), []);
}
