//! People's own Helm repositories and OCI registries: fetched, searched, opened; with a password that stays in the vault.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::principal::Role;
use serde_json::{Value, json};

use crate::support::chart_host::{ChartHost, Reply, file, sha256, web};
use crate::support::{Client, TestServer};

/// A server that may reach 127.0.0.1 and nothing else inside.
pub async fn set_up() -> (TestServer, Client) {
    TestServer::set_up_with(|config| config.allow_inside = vec!["127.0.0.1".parse().unwrap()]).await
}

/// Adds the repository and waits until its fetch has ended, one way or the other.
pub async fn added(ada: &mut Client, new: Value) -> Value {
    let name = new["name"].as_str().unwrap().to_owned();
    ada.post("/api/v1/chart-repositories", new).await.expect_status(201);
    ended(ada, &name).await
}

pub async fn ended(ada: &mut Client, name: &str) -> Value {
    let began = Instant::now();
    loop {
        let all = ada.get("/api/v1/chart-repositories").await.ok();
        let own = all.as_array().unwrap().iter().find(|own| own["name"] == name).unwrap().clone();
        if own["state"]["kind"] != "fetching" {
            return own;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "still {own}");
        tokio::task::yield_now().await;
    }
}

pub fn contents(repository: &str, version: &str) -> String {
    format!("/api/v1/charts/contents?repository={repository}&name=web&version={version}")
}

#[tokio::test]
async fn a_repository_is_fetched_searched_and_opened() {
    let host = ChartHost::start().await;
    let archive = web([
        file("web/README.md", b"# Web\n"),
        file("web/values.yaml", b"# how many\nreplicas: 1\n"),
        file("web/values.schema.json", br#"{"type": "object"}"#),
        file(
            "web/crds/site.yaml",
            b"kind: CustomResourceDefinition\nspec: {group: example.com, names: {kind: Site}, versions: [{name: v1}]}\n",
        ),
        file(
            "web/charts/cache/crds/c.yaml",
            b"kind: CustomResourceDefinition\nspec: {group: example.com, names: {kind: Cache}, versions: [{name: v1}]}\n",
        ),
    ]);
    let digest = sha256(&archive);
    let index = format!(
        "entries:\n  web:\n  - {{version: 1.0.0, appVersion: 2.5.1, description: A quokka site, urls: [web-1.0.0.tgz], digest: {digest}}}\n  - {{version: 1.1.0-rc.1, urls: [x.tgz]}}\n  - {{version: 0.9.0, urls: [y.tgz]}}\n"
    );
    host.serves("/charts/index.yaml", index);
    host.serves("/charts/web-1.0.0.tgz", archive);
    let (server, mut ada) = set_up().await;
    let url = format!("{}/charts", host.url());
    let own = added(&mut ada, json!({ "name": "house", "url": format!("{url}/") })).await;
    assert_eq!((&own["state"]["kind"], &own["charts"], &own["url"]), (&json!("ready"), &json!(1), &json!(url)));

    let found = ada.get("/api/v1/catalog?query=quokka").await.ok();
    assert_eq!((&found[0]["name"], &found[0]["repository"]), (&json!("web"), &json!("house")));
    assert_eq!(found[0]["chart"], json!({ "repository": url, "name": "web", "version": "1.0.0" }));

    let versions = ada.get(&format!("/api/v1/charts/versions?repository={url}&name=web")).await.ok();
    assert_eq!(versions["newest"], "1.0.0");
    let listed: Vec<&Value> = versions["versions"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(listed, ["1.1.0-rc.1", "1.0.0", "0.9.0"]);

    let inside = ada.get(&contents(&url, "1.0.0")).await.ok();
    assert_eq!((&inside["readme"], &inside["app_version"]), (&json!("# Web\n"), &json!("2.5.1")));
    assert_eq!(inside["values"], "# how many\nreplicas: 1\n");
    assert_eq!(inside["schema"], json!({ "type": "object" }));
    assert_eq!(inside["digest"], digest);
    let kinds: Vec<&Value> = inside["crds"].as_array().unwrap().iter().map(|crd| &crd["kind"]).collect();
    assert_eq!(kinds, ["Cache", "Site"]);

    // A draft knows the newest that was fetched of its charts; what is not finished does not count.
    let pair = ada.post("/api/v1/clusters/key-pair", json!({})).await.ok();
    let cluster =
        json!({ "name": "nl-dev-1", "environment": "dev", "repository": { "kind": "embedded" }, "recipients": [pair["recipient"]] });
    ada.post("/api/v1/clusters", cluster).await.expect_status(201);
    let text = format!(
        "apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {{name: site}}\nspec:\n  components:\n  - {{name: web, namespace: web, addon: {{chart: {{repository: \"{url}\", name: web, version: 0.9.0}}}}}}\n"
    );
    let begun = json!({ "start": "source", "text": text });
    let draft = ada.post("/api/v1/clusters/nl-dev-1/drafts", begun).await.ok();
    assert_eq!(draft["newest"], json!([{ "repository": url, "name": "web", "version": "1.0.0" }]));

    // The host is gone and the server was started again: what was fetched is still there.
    drop(host);
    let _server = server.restarted().await;
    assert_eq!(ada.get("/api/v1/catalog?query=quokka").await.ok()[0]["name"], "web");
    assert_eq!(ada.get(&contents(&url, "1.0.0")).await.ok()["digest"], digest);

    ada.delete("/api/v1/chart-repositories/house").await.expect_status(204);
    assert_eq!(ada.get("/api/v1/catalog?query=quokka").await.ok(), json!([]));
    ada.get(&contents(&url, "1.0.0")).await.expect_problem(404, "chart_repository_unknown");
}

#[tokio::test]
async fn a_password_is_shown_to_its_host_alone_and_kept_in_the_vault() {
    const PASSWORD: &str = "a-quokka-that-nobody-sees";
    let (host, other) = (ChartHost::start().await, ChartHost::start().await);
    let archive = web([]);
    let basic = format!("Basic {}", STANDARD.encode(format!("robot:{PASSWORD}")));
    let to = |bytes: &[u8]| Reply::To(basic.clone(), String::from("Basic realm=\"x\""), bytes.to_vec());
    let index = format!(
        "entries: {{web: [{{version: 1.0.0, urls: [web.tgz]}}, {{version: 2.0.0, urls: ['{}/web.tgz']}}, {{version: 3.0.0, urls: [elsewhere.tgz]}}]}}",
        other.url()
    );
    host.says("/index.yaml", to(index.as_bytes()));
    host.says("/web.tgz", to(&archive));
    let (server, mut ada) = set_up().await;
    let url = host.url();

    let own = added(&mut ada, json!({ "name": "open", "url": url })).await;
    assert_eq!(own["state"]["problem"]["code"], "chart_credentials_refused");
    ada.delete("/api/v1/chart-repositories/open").await.expect_status(204);

    let new = json!({ "name": "house", "url": url, "username": "robot", "password": PASSWORD });
    let own = added(&mut ada, new).await;
    assert_eq!((&own["state"]["kind"], &own["username"]), (&json!("ready"), &json!("robot")));
    ada.get(&contents(&url, "1.0.0")).await.expect_status(200);
    ada.get(&contents(&url, "2.0.0")).await.expect_problem(404, "chart_missing");
    assert_eq!(other.seen(), [(String::from("/web.tgz"), None)]);
    // Nor does it go on with a redirect, which was asked for by its own host.
    host.says("/elsewhere.tgz", Reply::SendOn(format!("{}/sent-on.tgz", other.url())));
    ada.get(&contents(&url, "3.0.0")).await.expect_problem(404, "chart_missing");
    assert_eq!(other.seen().last(), Some(&(String::from("/sent-on.tgz"), None)));

    assert!(!ada.get("/api/v1/chart-repositories").await.text().contains(PASSWORD));
    let (_, folder) = server.into_folder().await;
    for name in ["countersign.db", "countersign.db-wal"] {
        let bytes = std::fs::read(folder.path().join("data").join(name)).unwrap_or_default();
        assert!(!bytes.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn a_registry_gives_versions_and_charts_for_a_token() {
    let host = ChartHost::start().await;
    let archive = web([file("web/values.yaml", b"a: 1\n")]);
    let digest = sha256(&archive);
    let realm = format!("{}/token", host.url());
    let challenge = format!("Bearer realm=\"{realm}\",service=\"charts\",scope=\"repository:org/web:pull\"");
    let to = |bytes: &[u8]| Reply::To(String::from("Bearer t0ken"), challenge.clone(), bytes.to_vec());
    let basic = format!("Basic {}", STANDARD.encode("robot:secret"));
    let token = br#"{"token": "t0ken"}"#.to_vec();
    host.says("/token?service=charts&scope=repository%3Aorg%2Fweb%3Apull", Reply::To(basic, String::from("Basic"), token));
    host.says("/v2/", to(b"{}"));
    host.says("/v2/org/web/tags/list?n=1000", to(br#"{"tags": ["1.0.0", "1.1.0_build", "latest", "0.9.0"]}"#));
    let layer =
        json!({ "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": format!("sha256:{digest}"), "size": 1 });
    host.says("/v2/org/web/manifests/1.0.0", to(json!({ "layers": [layer] }).to_string().as_bytes()));
    // Blobs lie elsewhere, and need no token there.
    host.says(&format!("/v2/org/web/blobs/sha256:{digest}"), Reply::SendOn(String::from("/storage/blob")));
    host.serves("/storage/blob", archive);
    let (_server, mut ada) = set_up().await;
    let url = format!("oci://{}/org", host.address);
    let new = json!({ "name": "oci", "url": url, "plain_http": true, "username": "robot", "password": "secret" });
    let own = added(&mut ada, new).await;
    assert_eq!(own["state"]["kind"], "ready", "{own}");
    let versions = ada.get(&format!("/api/v1/charts/versions?repository={url}&name=web")).await.ok();
    let listed: Vec<&Value> = versions["versions"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
    assert_eq!(listed, ["1.1.0+build", "1.0.0", "0.9.0"]);
    let inside = ada.get(&contents(&url, "1.0.0")).await.ok();
    assert_eq!((&inside["values"], &inside["digest"]), (&json!("a: 1\n"), &json!(digest)));

    host.serves("/storage/blob", web([file("web/values.yaml", b"a: 2\n")]));
    ada.delete("/api/v1/chart-repositories/oci").await.expect_status(204);
}

#[tokio::test]
async fn only_repositories_that_somebody_chose_are_asked() {
    let host = ChartHost::start().await;
    host.serves_web(web([]));
    let (server, mut ada) = set_up().await;
    let mut edith = server.person(&mut ada, "edith", Role::Editor).await;
    edith.get(&contents(&host.url(), "1.0.0")).await.expect_problem(404, "chart_repository_unknown");
    edith.post("/api/v1/chart-repositories", json!({ "name": "x", "url": host.url() })).await.expect_problem(403, "forbidden");
    assert!(host.seen().is_empty());
}

#[tokio::test]
async fn what_makes_no_sense_is_not_added() {
    let (_server, mut ada) = TestServer::set_up().await;
    let new = |url: &str| json!({ "name": "house", "url": url });
    for (new, code) in [
        (new("file:///etc/passwd"), "chart_address"),
        (new("https://user:password@charts.example.com"), "chart_address"),
        (new("https://charts.example.com/?a=b"), "chart_address"),
        (json!({ "name": "House", "url": "https://charts.example.com" }), "name"),
        (json!({ "name": "house", "url": "https://charts.example.com", "plain_http": true }), "chart_address"),
        (json!({ "name": "house", "url": "https://charts.example.com", "username": "x" }), "chart_credentials"),
        (
            json!({ "name": "house", "url": "http://charts.example.com", "username": "x", "password": "y" }),
            "chart_credentials_in_the_clear",
        ),
        (json!({ "name": "house", "url": "https://charts.example.com", "username": "a:b", "password": "y" }), "chart_username"),
    ] {
        ada.post("/api/v1/chart-repositories", new).await.expect_problem(422, code);
    }
    assert_eq!(ada.get("/api/v1/chart-repositories").await.ok(), json!([]));
}
