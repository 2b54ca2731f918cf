//! The audit log as people read it, and its head as others may hold us to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::api::Page;
use domain::api::audit::{AuditLine, Checkpoint};
use domain::audit::{Frontier, leaf_hash};
use domain::principal::{Role, Target};
use domain::text::hex;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use signature::Verifier as _;

use crate::support::git::{git, try_git};
use crate::support::signing::Bound;
use crate::support::{Client, TestServer};

async fn log(client: &mut Client) -> Vec<AuditLine> {
    let mut lines: Vec<AuditLine> = Vec::new();
    let mut path = String::from("/api/v1/audit");
    loop {
        let page: Page<AuditLine> = client.get(&path).await.expect_status(200).json();
        lines.extend(page.items);
        match page.next {
            Some(next) => path = format!("/api/v1/audit?after={next}"),
            None => return lines,
        }
    }
}

#[tokio::test]
async fn an_auditor_reads_every_line_with_its_texts_and_an_agent_none() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut auditor = server.person(&mut ada, "audrey", Role::Auditor).await;
    for n in 0..110 {
        ada.post("/api/v1/people", json!({ "name": format!("p{n}") })).await.expect_status(201);
    }
    let lines = log(&mut auditor).await;
    let numbers: Vec<u64> = lines.iter().rev().map(|line| line.leaf.n).collect();
    assert_eq!(numbers, (0..lines.len() as u64).collect::<Vec<_>>());
    assert_eq!(
        (lines[0].leaf.action.as_str(), lines[0].actor_name.as_str(), lines[0].texts["name"].as_str()),
        ("person.add", "ada", "p109")
    );
    let mut agent = server.client();
    agent.token = Some(server.agent("helper", vec![Target::Organisation]).await);
    agent.get("/api/v1/audit").await.expect_problem(403, "people_only");
}

#[tokio::test]
async fn the_checkpoint_covers_the_lines_and_is_signed_by_the_platforms_key() {
    let (server, mut ada) = TestServer::set_up().await;
    let before: Checkpoint = ada.get("/api/v1/audit/checkpoint").await.expect_status(200).json();
    ada.post("/api/v1/people", json!({ "name": "grace" })).await.expect_status(201);
    let after: Checkpoint = ada.get("/api/v1/audit/checkpoint").await.expect_status(200).json();
    let mut frontier = Frontier::default();
    for line in log(&mut ada).await.iter().rev() {
        frontier.push(leaf_hash(&STANDARD.decode(&line.bytes).unwrap()));
        if frontier.size() == before.size {
            assert_eq!(hex(&frontier.root()), before.root, "the log only grows");
        }
    }
    assert_eq!((frontier.size(), hex(&frontier.root())), (after.size, after.root.clone()));

    let (text, signature) = after.note.split_once("\n\n").unwrap();
    assert_eq!(text, format!("localhost/countersign-audit\n{}\n{}", after.size, STANDARD.encode(frontier.root())));
    let line = signature.trim_end().strip_prefix("\u{2014} localhost ").unwrap();
    let (id, signature) = STANDARD.decode(line).map(|bytes| (bytes[..4].to_vec(), bytes[4..].to_vec())).unwrap();
    assert_eq!(
        after.verifier.split('+').collect::<Vec<_>>()[..2],
        ["localhost", &hex(&id)],
        "the key as tools that read signed notes take it"
    );
    let key = server.inside().platform_key.public_key().key_data().clone();
    let expected = Sha256::new().chain_update(b"localhost\n\x01").chain_update(key.ed25519().unwrap().0).finalize();
    assert_eq!(id, expected[..4]);
    let signature = ssh_key::Signature::new(ssh_key::Algorithm::Ed25519, signature).unwrap();
    key.verify(format!("{text}\n").as_bytes(), &signature).unwrap();
    assert!(key.verify(format!("{text} \n").as_bytes(), &signature).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entrys_checkpoint_covers_the_line_that_tells_of_its_deploy() {
    let mut bound = Bound::new().await;
    let plan = bound.planned("web").await;
    assert_eq!(bound.ada.deploy(&plan).await, 2);
    let repository = bound.repository();
    let names = git(&repository, &["ls-tree", "-r", "--name-only", "main", ".countersign/"]);
    let folder = names.lines().find_map(|name| name.strip_suffix("/plan.json").filter(|name| name.contains("/0002-"))).unwrap();
    let show = |name: &str| String::from_utf8(try_git(&repository, &["show", &format!("main:{folder}/{name}")]).stdout).unwrap();
    let checkpoint = domain::audit::Checkpoint::parse(&server::git::Note::read(&show("checkpoint")).unwrap().text).unwrap();

    let lines = log(&mut bound.ada.client).await;
    let deploy = lines.iter().find(|line| line.leaf.action == "plan.deploy" && line.leaf.object.id == plan).unwrap();
    assert_eq!(deploy.leaf.n + 1, checkpoint.size, "it is the last line that the checkpoint covers");
    let json = try_git(&repository, &["show", &format!("main:{folder}/plan.json")]).stdout;
    assert_eq!(deploy.leaf.facts["plan_sha256"], domain::plan::freeze::digest(&json));
    assert_eq!(deploy.leaf.facts["entry"], "2");
    let mut frontier = Frontier::default();
    for line in lines.iter().rev().take(usize::try_from(checkpoint.size).unwrap()) {
        frontier.push(leaf_hash(&STANDARD.decode(&line.bytes).unwrap()));
    }
    assert_eq!(frontier.root(), checkpoint.root);
    let record = lines.iter().find(|line| line.leaf.action == "deployment.record").unwrap();
    assert_eq!(record.leaf.facts["commit"], git(&repository, &["rev-parse", "main"]));
    let entry = bound.ada.client.get("/api/v1/record/nl-prod-1/2").await.ok();
    assert_eq!(entry["checkpoint"], show("checkpoint"));
}

/// The commands that docs/record.md tells people to run.
#[tokio::test(flavor = "multi_thread")]
async fn stock_openssl_checks_a_checkpoint_as_the_documentation_says() {
    let bound = Bound::new().await;
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/record.md")).unwrap();
    let script = guide.split("```sh\n").find(|part| part.contains("openssl")).and_then(|part| part.split("```").next()).unwrap();
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", bound.repository().to_str().unwrap(), "."]);
    let run = || {
        let output = std::process::Command::new("sh").args(["-euc", script]).current_dir(clone.path()).output().unwrap();
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (good, said) = run();
    assert!(good && said.contains("Signature Verified Successfully"), "{said}");
    let folder = std::fs::read_dir(clone.path().join(".countersign")).unwrap().next().unwrap().unwrap().path();
    let note = std::fs::read_to_string(folder.join("checkpoint")).unwrap();
    std::fs::write(folder.join("checkpoint"), note.replacen("cs.example.com/", "cs.example.org/", 1)).unwrap();
    assert!(!run().0, "another text verifies too");
}

#[tokio::test]
async fn settings_are_read_by_all_and_changed_by_administrators() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut edith = server.person(&mut ada, "edith", Role::Editor).await;
    edith.patch("/api/v1/settings", json!({ "organisation": "Mallory" })).await.expect_problem(403, "forbidden");
    ada.patch("/api/v1/settings", json!({ "organisation": "Example B.V.", "trusted_proxies": ["10.0.0.0/8"] })).await.expect_status(200);
    let settings: domain::api::settings::Settings = edith.get("/api/v1/settings").await.expect_status(200).json();
    assert_eq!((settings.organisation.as_str(), settings.trusted_proxies), ("Example B.V.", vec![String::from("10.0.0.0/8")]));
    assert!(settings.platform_key.starts_with("ssh-ed25519 ") && settings.vault_recipient.starts_with("age1"));
    let problem = ada.patch("/api/v1/settings", json!({ "trusted_proxies": ["10.0.0.0/40"] })).await.expect_problem(422, "address_invalid");
    assert_eq!(problem.at.as_deref(), Some("trusted_proxies[0]"));
}
