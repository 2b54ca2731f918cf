//! `countersign public-url`: the server moves to another address, and what its passkeys signed stays signed.

use std::process::{Command, Output};

use serde_json::json;

use crate::support::TestServer;
use crate::support::git::git;
use crate::support::host::typed;
use crate::support::signing::{Bound, Signer};

const NEW: &str = "https://deploy.example.org";

fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_moves_with_its_record_and_without_its_passkeys() {
    let mut bound = Bound::new().await;
    let web = bound.planned("web").await;
    assert_eq!(bound.ada.deploy(&web).await, 2);
    // Approved by one of two before the move: as of then, it counts.
    bound.policy(json!({ "approvals": 2 })).await;
    let shop = bound.planned("shop").await;
    bound.ada.approve(&shop).await.expect_status(201);
    bound.policy(json!({ "approvals": 1 })).await;

    let data = bound.test.data();
    let refused = typed(&data, &["public-url", NEW, "--yes"], "");
    assert!(!refused.status.success() && said(&refused).contains("stop it first"), "{}", said(&refused));
    let repository = bound.repository();
    let Bound { test, ada: Signer { key: mut old_key, .. }, .. } = bound;
    let (mut config, folder) = test.into_folder().await;

    let refused = typed(&data, &["public-url", NEW], "cs.example.com\n");
    assert!(!refused.status.success() && said(&refused).contains("nothing was changed"), "{}", said(&refused));
    let refused = typed(&data, &["public-url", NEW, "--yes", "--person", "nobody"], "");
    assert!(!refused.status.success(), "{}", said(&refused));
    let moved = typed(&data, &["public-url", NEW], "deploy.example.org\n");
    let told = said(&moved);
    assert!(moved.status.success() && told.contains("1 key was left behind"), "{told}");
    let code = told.lines().find_map(|line| line.strip_prefix(&format!("{NEW}/enrol#"))).unwrap().to_owned();
    let again = typed(&data, &["public-url", NEW], "");
    assert!(!again.status.success() && said(&again).contains("already"), "{}", said(&again));

    config.public_url = Some(NEW.to_owned());
    let test = TestServer::resumed(config, folder).await;
    let mut ada = Signer::enrol(test.client(), NEW, &code).await;
    let keys = ada.client.get("/api/v1/passkey/keys").await.ok();
    let keys = keys["passkeys"].as_array().unwrap();
    let elsewhere: Vec<_> = keys.iter().map(|key| key["elsewhere"].as_str()).collect();
    assert_eq!(elsewhere, [Some("cs.example.com"), None], "{keys:?}");

    // The old key signs nothing here, on either page's word.
    let draft = ada.draft_of("web").await;
    ada.greet(&draft, "from a new place").await;
    let plan = ada.plan(&draft).await;
    let asked = ada.client.post(&format!("/api/v1/plans/{plan}/ceremony"), json!({})).await.ok();
    assert_eq!((asked["rp_id"].as_str(), asked["allow_credentials"].as_array().unwrap().len()), (Some("deploy.example.org"), 1), "{asked}");
    let options = json!({ "challenge": asked["challenge"], "rpId": "cs.example.com", "userVerification": "required" });
    let answer = old_key.get(&options).await;
    let old = json!({
        "by": "passkey", "typed": [], "credential_id": answer["id"], "authenticator_data": answer["response"]["authenticatorData"],
        "client_data_json": answer["response"]["clientDataJSON"], "signature": answer["response"]["signature"],
    });
    ada.send(&plan, &old).await.expect_problem(422, "approval_origin");
    // Nor does the new one before the repository names it.
    ada.approve(&plan).await.expect_problem(403, "approval_key_unknown");

    let roster = ada.plan_cluster("roster-plans").await;
    let shown = ada.client.get(&format!("/api/v1/plans/{roster}/plan.json")).await.text();
    assert!(shown.contains("new_root"), "{shown}");
    assert_eq!(ada.deploy(&roster).await, 3);
    assert_eq!(ada.deploy(&plan).await, 4);
    // A second roster is an ordinary one again.
    let roster = ada.plan_cluster("roster-plans").await;
    assert!(!ada.client.get(&format!("/api/v1/plans/{roster}/plan.json")).await.text().contains("new_root"));

    // Signed at the old address by one of two, and the other is asked for here.
    let waiting = ada.client.get(&format!("/api/v1/plans/{shop}")).await.ok();
    assert_eq!(waiting["approvals"].as_array().unwrap().len(), 1, "{waiting}");
    let log = ada.client.get("/api/v1/audit").await.text();
    assert!(log.contains("organisation.move_url") && log.contains("keys_left_behind"), "{log}");

    let verify = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").arg(&repository).args(more).output().unwrap();
        (output.status.code(), said(&output))
    };
    let (code, told) = verify(&[]);
    assert!(code == Some(1) && told.contains("№ 0003") && told.contains("NEW ROOT"), "{told}");
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", repository.to_str().unwrap(), "."]);
    let roster = clone.path().join("allowed_signers");
    let (code, by_copy) = verify(&["--trust", roster.to_str().unwrap()]);
    assert_eq!(code, Some(0), "a copy of the roster pins both: {by_copy}");
    let first = told.lines().find_map(|line| line.strip_prefix("The first roster's digest: ")).unwrap();
    assert_eq!(verify(&["--trust", first]).0, Some(1), "the first root alone pins no second");
    let second = told.lines().last().unwrap().split("--trust ").nth(1).unwrap().split(' ').next().unwrap();
    assert_eq!(verify(&["--trust", first, "--trust", second]).0, Some(0), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_port_takes_no_key_away() {
    let (test, _) = TestServer::set_up().await;
    let data = test.data();
    let (_config, _folder) = test.into_folder().await;
    let moved = typed(&data, &["public-url", "http://localhost:8"], "");
    let told = said(&moved);
    assert!(moved.status.success() && !told.contains("enrol#") && !told.contains("Type the new host"), "{told}");
}
