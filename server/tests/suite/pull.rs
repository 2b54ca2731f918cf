//! The embedded repository over smart HTTP: stock git reads it with the cluster's token, and nobody writes to it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::Method;
use base64::Engine as _;
use serde_json::{Value, json};
use server::git::AT_ONCE;
use server::store;

use crate::support::git::{git, try_git};
use crate::support::signing::{Bound, CLUSTER};
use crate::support::{Answer, Client};

/// A bound cluster, the token of its repository, and a folder for clones.
struct Pulled {
    bound: Bound,
    token: String,
    folder: tempfile::TempDir,
}

impl Pulled {
    async fn new() -> Pulled {
        let mut bound = Bound::new().await;
        let token = issue(&mut bound, CLUSTER).await;
        Pulled { bound, token, folder: tempfile::tempdir().unwrap() }
    }

    fn repository(&self) -> PathBuf {
        self.bound.test.data().join(format!("repositories/{CLUSTER}.git"))
    }

    fn head(&self) -> String {
        git(&self.repository(), &["rev-parse", "main"])
    }

    fn url(&self) -> String {
        let origin = self.bound.test.origin();
        let host = origin.strip_prefix("http://").unwrap();
        format!("http://flux:{}@{host}/git/{CLUSTER}.git", self.token)
    }

    fn clone(&self, name: &str, args: &[&str]) -> PathBuf {
        let into = self.folder.path().join(name);
        let url = self.url();
        git(self.folder.path(), &[args, &[&url, into.to_str().unwrap()]].concat());
        into
    }

    /// `GET info/refs` with this for the header `Authorization`.
    async fn refs_as(&self, authorization: &str, repository: &str) -> Answer {
        let path = format!("/git/{repository}/info/refs?service=git-upload-pack");
        let mut client = self.bound.test.client();
        let request = client.request(Method::GET, &path).header("authorization", authorization).body(Body::empty()).unwrap();
        client.send(request).await
    }

    /// A request for the branch's head in the oldest protocol, as a client without anything sends it.
    fn wants(&self) -> Vec<u8> {
        let want = format!("want {} side-band-64k ofs-delta\n", self.head());
        format!("{:04x}{want}00000009done\n", want.len() + 4).into_bytes()
    }

    fn ask(&self, body: Vec<u8>, encoding: Option<&str>) -> axum::http::Request<Body> {
        let path = format!("/git/{CLUSTER}.git/git-upload-pack");
        let request = self.bound.test.client().request(Method::POST, &path).header("authorization", basic(&self.token));
        let request = request.header("content-type", "application/x-git-upload-pack-request");
        let request = encoding.into_iter().fold(request, |request, encoding| request.header("content-encoding", encoding));
        request.body(Body::from(body)).unwrap()
    }
}

async fn issue(bound: &mut Bound, cluster: &str) -> String {
    let made = bound.ada.client.post(&format!("/api/v1/clusters/{cluster}/pull-token"), json!({})).await.expect_status(201).ok();
    made["token"].as_str().unwrap().to_owned()
}

fn basic(token: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("flux:{token}")))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn head_of(clone: &Path) -> String {
    git(clone, &["rev-parse", "HEAD"])
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_git_clones_whole_and_shallow_and_pulls_what_comes_after() {
    let mut pulled = Pulled::new().await;
    let whole = pulled.clone("whole", &["clone", "-q"]);
    assert_eq!(head_of(&whole), pulled.head());
    let web = pulled.bound.planned("web").await;
    pulled.bound.ada.deploy(&web).await;
    for version in ["0", "1", "2"] {
        let option = format!("protocol.version={version}");
        let shallow =
            pulled.clone(&format!("shallow-{version}"), &["-c", &option, "clone", "-q", "--depth=1", "--single-branch", "--branch=main"]);
        assert_eq!(head_of(&shallow), pulled.head());
        assert_eq!(git(&shallow, &["rev-list", "--count", "HEAD"]), "1", "protocol {version}");
        assert!(shallow.join("stacks/web/stack.yaml").is_file());
    }
    git(&whole, &["pull", "-q"]);
    assert_eq!((head_of(&whole), git(&whole, &["rev-list", "--count", "HEAD"])), (pulled.head(), "2".to_owned()));
    let row = cluster_id(&pulled.bound).await;
    let kept = store::pull_token::of_cluster(&mut pulled.bound.test.inside().store.read().await.unwrap(), &row).await.unwrap().unwrap();
    assert!(kept.used_at.is_some(), "the page can say that it was pulled");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pushes_and_no_other_service_is_named() {
    let pulled = Pulled::new().await;
    let clone = pulled.clone("clone", &["clone", "-q"]);
    let before = pulled.head();
    git(&clone, &["commit", "-q", "--allow-empty", "-m", "around you"]);
    for branch in ["main", "another"] {
        let push = try_git(&clone, &["push", "origin", &format!("HEAD:{branch}")]);
        let said = String::from_utf8_lossy(&push.stderr).into_owned();
        assert!(!push.status.success() && said.contains("403"), "{said}");
    }
    assert_eq!(pulled.head(), before);
    assert_eq!(git(&pulled.repository(), &["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
    let mut client = pulled.bound.test.client();
    let ask = |client: &Client, method, path: &str| {
        let request = client.request(method, &format!("/git/{CLUSTER}.git/{path}")).header("authorization", basic(&pulled.token));
        request.body(Body::empty()).unwrap()
    };
    for service in ["git-receive-pack", "git-upload-archive", "git-upload-pack%20--help", ""] {
        let request = ask(&client, Method::GET, &format!("info/refs?service={service}"));
        client.send(request).await.expect_problem(403, "forbidden");
    }
    for path in ["git-receive-pack", "git-upload-archive"] {
        let request = ask(&client, Method::POST, path);
        assert!(matches!(client.send(request).await.status.as_u16(), 401 | 404 | 405), "{path}");
    }
    for path in ["HEAD", "config", "objects/info/packs", "../countersign.db"] {
        let request = ask(&client, Method::GET, path);
        assert!(matches!(client.send(request).await.status.as_u16(), 401 | 404), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_clusters_own_newest_token_opens_it() {
    let mut pulled = Pulled::new().await;
    let repository = format!("{CLUSTER}.git");
    let other = json!({ "name": "other", "environment": "production", "repository": { "kind": "embedded" }, "recipients": [pulled.bound.ada.client.post("/api/v1/clusters/key-pair", json!({})).await.ok()["recipient"]] });
    pulled.bound.ada.client.post("/api/v1/clusters", other).await.expect_status(201);
    let others = issue(&mut pulled.bound, "other").await;

    pulled.refs_as(&basic(&pulled.token), &repository).await.expect_status(200);
    pulled.refs_as(&basic(&others), "other.git").await.expect_status(200);
    pulled.refs_as(&basic(&others), &repository).await.expect_problem(404, "not_found");
    pulled.refs_as(&basic(&pulled.token), "no-such.git").await.expect_problem(404, "not_found");
    pulled.refs_as(&basic(&pulled.token), CLUSTER).await.expect_problem(404, "not_found");
    for wrong in [basic("cs_wrong"), format!("Bearer {}", pulled.token), "Basic !".to_owned(), String::new()] {
        let refused = pulled.refs_as(&wrong, &repository).await;
        assert!(refused.header("www-authenticate").is_some_and(|asks| asks.starts_with("Basic ")), "{wrong}");
        refused.expect_problem(401, "token_unknown");
    }
    // Neither a session nor its absence opens it; and the token opens nothing else.
    let path = format!("/git/{repository}/info/refs?service=git-upload-pack");
    pulled.bound.ada.client.get(&path).await.expect_problem(401, "token_unknown");
    let mut bearer = pulled.bound.test.client();
    bearer.token = Some(pulled.token.clone());
    bearer.get("/api/v1/clusters").await.expect_problem(401, "token_unknown");

    let newest = issue(&mut pulled.bound, CLUSTER).await;
    pulled.refs_as(&basic(&pulled.token), &repository).await.expect_problem(401, "token_unknown");
    pulled.refs_as(&basic(&newest), &repository).await.expect_status(200);
    let log = pulled.bound.ada.client.get("/api/v1/audit").await.text();
    assert!(log.contains("cluster.issue_pull_token") && !log.contains(&newest), "{log}");
    assert!(!holds(&pulled.bound, &newest), "the token stands in the database");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_request_is_read_and_a_small_one_cannot_grow_large() {
    let pulled = Pulled::new().await;
    let mut client = pulled.bound.test.client();
    let plain = client.send(pulled.ask(pulled.wants(), None)).await.expect_status(200);
    assert!(plain.body.windows(4).any(|four| four == b"PACK"), "{}", plain.text());
    let packed = client.send(pulled.ask(gzip(&pulled.wants()), Some("gzip"))).await.expect_status(200);
    assert!(packed.body.windows(4).any(|four| four == b"PACK"));
    client.send(pulled.ask(gzip(&vec![b'0'; 64 << 20]), Some("gzip"))).await.expect_problem(413, "too_large");
    client.send(pulled.ask(pulled.wants(), Some("gzip"))).await.expect_problem(400, "malformed");
    client.send(pulled.ask(pulled.wants(), Some("br"))).await.expect_problem(415, "not_git");
}

#[tokio::test(flavor = "multi_thread")]
async fn pulls_are_counted_and_one_that_goes_away_makes_room() {
    let pulled = Pulled::new().await;
    // More than pipes, channels and sockets take up unread, and nothing that packs well.
    let clone = pulled.folder.path().join("by-hand");
    git(pulled.folder.path(), &["clone", "-q", pulled.repository().to_str().unwrap(), clone.to_str().unwrap()]);
    let mut seed = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    })
    .take(24 << 20)
    .collect();
    std::fs::write(clone.join("noise"), noise).unwrap();
    git(&clone, &["add", "noise"]);
    git(&clone, &["commit", "-q", "-m", "noise"]);
    git(&clone, &["push", "-q", "origin", "HEAD:main"]);

    let client = pulled.bound.test.client();
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        let answer = client.begin(pulled.ask(pulled.wants(), None)).await;
        assert_eq!(answer.status(), 200);
        held.push(answer);
    }
    let mut late = client.clone();
    let busy = late.send(pulled.ask(pulled.wants(), None)).await;
    assert!(busy.header("retry-after").is_some());
    busy.expect_problem(503, "busy");
    held.clear();
    let answer = late.send(pulled.ask(pulled.wants(), None)).await.expect_status(200);
    assert!(answer.body.len() > 24 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_for_events_is_shown_once_and_kept_sealed() {
    let mut bound = Bound::new().await;
    let cluster = cluster_id(&bound).await;
    let read = async |bound: &Bound| {
        let kept = server::action::cluster::hook_secret::read(bound.test.inside(), &cluster).await.unwrap();
        kept.map(|kept| kept.expose().to_owned())
    };
    assert_eq!(read(&bound).await, None);
    let path = format!("/api/v1/clusters/{CLUSTER}/hook-secret");
    let first: Value = bound.ada.client.post(&path, json!({})).await.expect_status(201).ok();
    assert_eq!(read(&bound).await.as_deref(), first["secret"].as_str());
    let second: Value = bound.ada.client.post(&path, json!({})).await.expect_status(201).ok();
    assert_ne!(first["secret"], second["secret"]);
    assert_eq!(read(&bound).await.as_deref(), second["secret"].as_str());
    let secret = second["secret"].as_str().unwrap();
    assert!(secret.len() >= 64 && !holds(&bound, secret), "the secret stands in the database");
    let log = bound.ada.client.get("/api/v1/audit").await.text();
    assert!(log.contains("cluster.issue_hook_secret") && !log.contains(secret), "{log}");
}

async fn cluster_id(bound: &Bound) -> String {
    store::cluster::by_name(&mut bound.test.inside().store.read().await.unwrap(), CLUSTER).await.unwrap().unwrap().id
}

/// Does a file of the database hold this text?
fn holds(bound: &Bound, text: &str) -> bool {
    ["countersign.db", "countersign.db-wal"].iter().any(|file| {
        let bytes = std::fs::read(bound.test.data().join(file)).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}
