//! `countersign vault rotate`: another key opens what is stored, and a kill anywhere on the way costs nothing.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use server::config::Config;
use server::deploy::failpoint::ROTATION;
use server::store;

use crate::support::TestServer;
use crate::support::signing::{Bound, CLUSTER, Signer};

fn rotate(data: &Path, point: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(["vault", "rotate", "--data"]).arg(data);
    if let Some(point) = point {
        command.env("COUNTERSIGN_FAILPOINT", point);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap()
}

/// The secrets of a plan by what became of them since the last entry: planning opens every one of them.
async fn states(ada: &mut Signer, draft: &str) -> Vec<Value> {
    let plan = ada.plan(draft).await;
    let json: Value = ada.client.get(&format!("/api/v1/plans/{plan}/plan.json")).await.json();
    json["secrets"].as_array().unwrap().iter().map(|secret| secret["state"].clone()).collect()
}

async fn served(config: &Config, folder: tempfile::TempDir, ada: &mut Signer, draft: &str) -> (String, tempfile::TempDir) {
    let test = TestServer::resumed(config.clone(), folder).await;
    assert_eq!(states(ada, draft).await, ["same"], "a secret that nobody changed");
    let recipient = test.inside().vault.recipient();
    (recipient, test.into_folder().await.1)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_a_rotation_leaves_a_vault_that_opens_and_can_be_rotated() {
    let mut bound = Bound::new().await;
    let web = bound.planned("web").await;
    bound.ada.deploy(&web).await;
    let draft = bound.ada.draft_of("web").await;
    let data = bound.test.data();
    let hook = bound.ada.client.post(&format!("/api/v1/clusters/{CLUSTER}/hook-secret"), json!({})).await.expect_status(201).ok();
    // It lies inside, so nobody is asked; only its password matters here.
    let charts = json!({ "name": "house", "url": "https://127.0.0.1:9", "username": "robot", "password": "quokka" });
    bound.ada.client.post("/api/v1/chart-repositories", charts).await.expect_status(201);
    let before = store::secret::list(&mut bound.test.inside().store.read().await.unwrap()).await.unwrap();
    let first = bound.test.inside().vault.recipient();
    let refused = rotate(&data, None);
    assert!(!refused.status.success() && said(&refused).contains("stop it first"), "{}", said(&refused));

    let Bound { test, mut ada, .. } = bound;
    let (config, mut folder) = test.into_folder().await;
    let mut recipient = first.clone();
    for point in ROTATION {
        let died = rotate(&data, Some(point));
        assert_eq!(died.status.signal(), Some(6), "{point}: {}", said(&died));
        let now;
        (now, folder) = served(&config, folder, &mut ada, &draft).await;
        let is_done = matches!(*point, "rotate.after_store" | "rotate.after_finish");
        assert_eq!(now != recipient, is_done, "{point}");
        recipient = now;
    }
    // Once more after each kind of stop, without a server in between.
    assert_eq!(rotate(&data, Some("rotate.after_store")).status.signal(), Some(6));
    let done = rotate(&data, None);
    assert!(done.status.success() && said(&done).contains("1 secret"), "{}", said(&done));
    assert!(!data.join("vault.key.next").exists());
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(data.join("vault.key")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    // Neither the old ciphertext nor a page that held it is left.
    for file in ["countersign.db", "countersign.db-wal"] {
        let bytes = std::fs::read(data.join(file)).unwrap_or_default();
        let old = &before[0].sealed[before[0].sealed.len() - 32..];
        assert!(!bytes.windows(old.len()).any(|window| window == old), "{file}");
    }
    let test = TestServer::resumed(config, folder).await;
    assert_eq!(states(&mut ada, &draft).await, ["same"]);
    let cluster = store::cluster::by_name(&mut test.inside().store.read().await.unwrap(), CLUSTER).await.unwrap().unwrap();
    let kept = server::action::cluster::hook_secret::read(test.inside(), &cluster.id).await.unwrap().unwrap();
    assert_eq!(hook["secret"], kept.expose());
    let house = store::chart_repository::by_name(&mut test.inside().store.read().await.unwrap(), "house").await.unwrap().unwrap();
    let asked = server::action::chart_repository::source(&test.inside().vault, &house).unwrap();
    assert_eq!(asked.credentials.unwrap().password.expose(), "quokka");
    assert_ne!(test.inside().vault.recipient(), recipient);
    let log = ada.client.get("/api/v1/audit").await.text();
    assert!(log.contains("organisation.rotate_vault"), "{log}");
    // What is sealed from now on is new, and the cluster's key opens it as before.
    ada.greet(&draft, "after the rotation").await;
    let plan = ada.plan(&draft).await;
    assert_eq!(ada.deploy(&plan).await, 3);
}
