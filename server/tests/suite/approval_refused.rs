//! Approvals that reach the API and must not count: each is refused by its own code, and nothing is deployed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::principal::{Grant, Role, Target};
use serde_json::{Value, json};

use crate::support::authenticator::{Browser, bytes};
use crate::support::signing::{Bound, ORIGIN, Signer};

/// The plan's ceremony, answered by a page that writes the client data itself.
async fn signed_by_a_hostile_page(ada: &mut Signer, plan: &str, write: impl FnOnce(&str) -> String) -> Value {
    let asked = ada.client.post(&format!("/api/v1/plans/{plan}/ceremony"), json!({})).await.ok();
    let allowed: Vec<Value> =
        asked["allow_credentials"].as_array().unwrap().iter().map(|id| json!({ "type": "public-key", "id": id })).collect();
    let options = json!({
        "challenge": asked["challenge"], "rpId": asked["rp_id"], "userVerification": "required", "allowCredentials": allowed,
    });
    let answer = ada.key.get_as(&options, write).await;
    approval(&answer)
}

fn approval(answer: &Value) -> Value {
    json!({
        "by": "passkey", "typed": [], "credential_id": answer["id"],
        "authenticator_data": answer["response"]["authenticatorData"],
        "client_data_json": answer["response"]["clientDataJSON"], "signature": answer["response"]["signature"],
    })
}

fn client_data(challenge: &str, origin: &str, more: &str) -> String {
    format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{origin}"{more}}}"#)
}

/// The same approval with one bit of that member turned over.
fn flipped(approval: &Value, member: &str, bit: usize) -> Value {
    let mut bytes = bytes(&approval[member]);
    bytes[bit / 8] ^= 1 << (bit % 8);
    let mut flipped = approval.clone();
    flipped[member] = BASE64.encode(bytes).into();
    flipped
}

async fn assert_untouched(bound: &mut Bound, plan: &str) {
    let shown = bound.ada.client.get(&format!("/api/v1/plans/{plan}")).await.ok();
    assert_eq!((&shown["approvals"], &shown["deployment"]), (&json!([]), &Value::Null));
    assert_eq!(crate::support::git::git(&bound.repository(), &["rev-list", "--count", "main"]), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_page_gets_no_approval_that_counts() {
    let mut bound = Bound::new().await;
    let web = bound.planned("web").await;
    let elsewhere = "https://cs.example.com.evil.example";
    #[expect(clippy::type_complexity, reason = "a table that is read once")]
    let pages: Vec<(&str, u16, &str, Box<dyn FnOnce(&str) -> String>)> = vec![
        ("another origin", 422, "approval_origin", Box::new(move |c| client_data(c, elsewhere, r#","crossOrigin":false"#))),
        ("another port", 422, "approval_origin", Box::new(|c| client_data(c, "https://cs.example.com:8443", r#","crossOrigin":false"#))),
        ("inside a frame", 422, "approval_cross_origin", Box::new(|c| client_data(c, ORIGIN, r#","crossOrigin":true"#))),
        (
            "inside a frame that is named",
            422,
            "approval_cross_origin",
            Box::new(|c| client_data(c, ORIGIN, r#","crossOrigin":false,"topOrigin":"https://evil.example""#)),
        ),
        (
            "an enrolment",
            422,
            "approval_wrong_type",
            Box::new(|c| client_data(c, ORIGIN, r#","crossOrigin":false"#).replace("webauthn.get", "webauthn.create")),
        ),
        (
            "another challenge",
            422,
            "approval_challenge",
            Box::new(|_| client_data(&BASE64.encode([7; 32]), ORIGIN, r#","crossOrigin":false"#)),
        ),
    ];
    for (what, status, code, page) in pages {
        let approval = signed_by_a_hostile_page(&mut bound.ada, &web, page).await;
        let answer = bound.ada.send(&web, &approval).await;
        assert_eq!((answer.status.as_u16(), answer.json::<Value>()["code"].as_str()), (status, Some(code)), "{what}: {}", answer.text());
        assert_untouched(&mut bound, &web).await;
    }
    // The control: the very same way with an honest page is good.
    let honest = signed_by_a_hostile_page(&mut bound.ada, &web, |c| client_data(c, ORIGIN, r#","crossOrigin":false"#)).await;
    bound.ada.send(&web, &honest).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_and_a_strangers_key_sign_nothing() {
    let mut bound = Bound::new().await;
    let web = bound.planned("web").await;
    let good = bound.ada.sign(&web).await;
    let mut thief = bound.ada.client.clone();
    let path = format!("/api/v1/plans/{web}/approvals");
    // With the cookie alone there is nothing to send.
    thief.post(&path, json!({})).await.expect_problem(422, "malformed");
    thief.post(&path, json!({ "by": "session" })).await.expect_problem(422, "malformed");
    let nothing = json!({
        "by": "passkey", "credential_id": good["credential_id"], "authenticator_data": "", "client_data_json": "", "signature": "",
    });
    let code = thief.post(&path, nothing).await.expect_status(422).json::<Value>()["code"].clone();
    assert!(code.as_str().unwrap().starts_with("approval_"), "{code}");
    thief.post(&path, json!({ "by": "ssh_signature", "signature": "" })).await.expect_problem(422, "approval_malformed");
    // A key of the thief's own, which nobody enrolled, and the same under the name of hers.
    let mut own = Browser::at(ORIGIN);
    let wanted = json!({
        "rp": { "id": "cs.example.com", "name": "x" }, "user": { "id": "AQ", "name": "ada", "displayName": "ada" },
        "challenge": BASE64.encode([1; 32]), "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
    });
    own.create(&wanted).await;
    let asked = thief.post(&format!("/api/v1/plans/{web}/ceremony"), json!({})).await.ok();
    let answer = own.get(&json!({ "challenge": asked["challenge"], "rpId": asked["rp_id"], "userVerification": "required" })).await;
    let mut forged = approval(&answer);
    thief.post(&path, forged.clone()).await.expect_problem(403, "approval_key_unknown");
    forged["credential_id"] = good["credential_id"].clone();
    thief.post(&path, forged).await.expect_problem(422, "approval_signature");
    assert_untouched(&mut bound, &web).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_anywhere_is_refused() {
    let mut bound = Bound::new().await;
    let web = bound.planned("web").await;
    let good = bound.ada.sign(&web).await;
    for member in ["authenticator_data", "client_data_json", "signature"] {
        let bits = bytes(&good[member]).len() * 8;
        for bit in (0..bits).step_by(13) {
            let answer = bound.ada.send(&web, &flipped(&good, member, bit)).await;
            let code = answer.json::<Value>()["code"].as_str().unwrap_or_default().to_owned();
            assert!(answer.status.is_client_error() && code.starts_with("approval_"), "{member} bit {bit}: {}", answer.text());
        }
    }
    // The two bits that say that somebody was there, and was recognised.
    let flags = 32 * 8;
    bound.ada.send(&web, &flipped(&good, "authenticator_data", flags)).await.expect_problem(422, "approval_user_not_present");
    bound.ada.send(&web, &flipped(&good, "authenticator_data", flags + 2)).await.expect_problem(422, "approval_user_not_verified");
    assert_untouched(&mut bound, &web).await;
    bound.ada.send(&web, &good).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_roles_are_those_of_the_moment_of_signing() {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    bound.deploy_roster().await;
    let web = bound.planned("web").await;
    let (hers, his) = (bound.ada.sign(&web).await, tom.sign(&web).await);
    // Stricter rules make what was planned under the old ones void, for everybody.
    bound.policy(json!({ "four_eyes": true })).await;
    for (signer, approval) in [(&mut bound.ada, &hers), (&mut tom, &his)] {
        let problem = signer.send(&web, approval).await.expect_problem(409, "stale");
        assert!(problem.detail.contains("rules of the environment"), "{problem:?}");
        assert_eq!(signer.client.get(&format!("/api/v1/plans/{web}")).await.ok()["slip"]["armed"], false);
    }
    bound.policy(json!({ "four_eyes": false })).await;
    // A role that was taken away between signing and sending is gone.
    let people = bound.ada.client.get("/api/v1/people").await.ok();
    let id = people["items"].as_array().unwrap().iter().find(|person| person["name"] == "tom").unwrap()["id"].as_str().unwrap().to_owned();
    let grants = json!({ "grants": [Grant { role: Role::Editor, on: Target::Organisation }] });
    bound.ada.client.patch(&format!("/api/v1/people/{id}"), grants).await.expect_status(200);
    tom.send(&web, &his).await.expect_problem(403, "forbidden");
    let answer = bound.ada.send(&web, &hers).await.expect_status(201).ok();
    assert_eq!(answer["deployment"]["state"], "recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_for_one_cluster_deploys_nothing_to_another() {
    let mut bound = Bound::new().await;
    let web = bound.planned("web").await;
    let approval = bound.ada.sign(&web).await;
    let pair = bound.ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok();
    let other = json!({
        "name": "nl-prod-2", "environment": "production", "repository": { "kind": "embedded" }, "recipients": [pair["recipient"]],
    });
    bound.ada.client.post("/api/v1/clusters", other).await.expect_status(201);
    let binding = bound.ada.client.post("/api/v1/clusters/nl-prod-2/plans", json!({})).await.expect_status(201).ok();
    bound.ada.send(binding["id"].as_str().unwrap(), &approval).await.expect_problem(409, "approval_other_plan");
    // One URL and branch binds one cluster.
    let url = format!("file://{}", bound.repository().display());
    let twin = json!({
        "name": "nl-prod-3", "environment": "production", "repository": { "kind": "remote", "url": url }, "recipients": [pair["recipient"]],
    });
    bound.ada.client.post("/api/v1/clusters", twin).await.expect_status(409);
}
