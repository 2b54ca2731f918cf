//! What a hostile repository, registry or archive costs: a clear error, and nothing else.

use serde_json::json;
use tar::EntryType;

use crate::chart_repositories::{added, contents, ended, set_up};
use crate::support::TestServer;
use crate::support::chart_host::{CHART, ChartHost, Reply, file, packed, sha256, web};

/// The problem that the fetch of a repository ended with.
async fn refused(ada: &mut crate::support::Client, url: &str) -> serde_json::Value {
    let own = added(ada, json!({ "name": "bad", "url": url })).await;
    ada.delete("/api/v1/chart-repositories/bad").await.expect_status(204);
    assert_eq!(own["state"]["kind"], "failed", "{url}: {own}");
    own["state"]["problem"].clone()
}

#[tokio::test]
async fn a_huge_index_is_refused_by_what_it_says_and_by_what_it_sends() {
    let host = ChartHost::start().await;
    let (_server, mut ada) = set_up().await;
    for reply in [Reply::Announced(51 << 20), Reply::Endless] {
        host.says("/index.yaml", reply);
        let problem = refused(&mut ada, &host.url()).await;
        assert_eq!(problem["code"], "chart_too_large");
        assert!(problem["detail"].as_str().unwrap().contains("50 MiB"), "{problem}");
    }
    ada.get("/api/v1/catalog?query=loki").await.expect_status(200);
}

#[tokio::test]
async fn a_host_that_stays_silent_is_given_up() {
    let host = ChartHost::start().await;
    host.says("/index.yaml", Reply::Silent);
    let (_server, mut ada) = TestServer::set_up_with(|config| {
        config.allow_inside = vec!["127.0.0.1".parse().unwrap()];
        config.chart_timeout = 1;
    })
    .await;
    assert_eq!(refused(&mut ada, &host.url()).await["code"], "chart_host_failed");
}

#[tokio::test]
async fn an_index_that_is_none_is_refused_with_its_line() {
    let host = ChartHost::start().await;
    let (_server, mut ada) = set_up().await;
    let mut aliases = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..10 {
        aliases.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(",")));
    }
    let deep = format!("entries: {}{}", "[".repeat(5000), "]".repeat(5000));
    for text in ["entries: [", "<html>", &format!("{aliases}entries: {{web: *a9}}\n"), &deep, "{\"entries\": [}"] {
        host.serves("/index.yaml", text);
        assert_eq!(refused(&mut ada, &host.url()).await["code"], "chart_index_unreadable", "{}", &text[..text.len().min(40)]);
    }
}

#[tokio::test]
async fn nothing_inside_is_reached_however_it_is_written() {
    let inside = ChartHost::start().await;
    inside.serves_web(web([]));
    let port = inside.address.port();
    let (_server, mut ada) = TestServer::set_up().await;
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "[::]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.0.1",
        "[fd00:ec2::254]",
    ] {
        for url in [format!("http://{host}:{port}"), format!("oci://{host}:{port}/charts")] {
            let problem = refused(&mut ada, &url).await;
            assert_eq!(problem["code"], "chart_host_refused", "{url}: {problem}");
        }
    }
    assert!(inside.seen().is_empty(), "{:?}", inside.seen());
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_was_not_open_before() {
    let host = ChartHost::start().await;
    // The server may reach 127.0.0.1, and this is its neighbour.
    let inside = ChartHost::at("127.0.0.2").await;
    inside.serves_web(web([]));
    let (_server, mut ada) = set_up().await;
    for (to, code) in [
        (format!("{}/index.yaml", inside.url()), "chart_host_refused"),
        (String::from("http://169.254.169.254/latest/meta-data/"), "chart_host_refused"),
        (String::from("file:///etc/passwd"), "chart_address"),
        (String::from("/index.yaml"), "chart_redirect_refused"),
    ] {
        host.says("/index.yaml", Reply::SendOn(to.clone()));
        assert_eq!(refused(&mut ada, &host.url()).await["code"], code, "{to}");
    }
    // A redirect of the archive, an index that names one elsewhere, and a registry that has tokens given elsewhere.
    host.serves_web(Vec::new());
    host.says("/web-1.0.0.tgz", Reply::SendOn(format!("{}/web-1.0.0.tgz", inside.url())));
    added(&mut ada, json!({ "name": "house", "url": host.url() })).await;
    ada.get(&contents(&host.url(), "1.0.0")).await.expect_problem(422, "chart_host_refused");
    host.serves("/index.yaml", format!("entries: {{web: [{{version: 1.0.0, urls: ['{}/web-1.0.0.tgz']}}]}}", inside.url()));
    ada.post("/api/v1/chart-repositories/house/fetch", json!({})).await.expect_status(200);
    ended(&mut ada, "house").await;
    ada.get(&contents(&host.url(), "1.0.0")).await.expect_problem(422, "chart_host_refused");
    let challenge = format!("Bearer realm=\"{}/token\"", inside.url());
    host.says("/v2/", Reply::To(String::from("Bearer x"), challenge, Vec::new()));
    let registry = json!({ "name": "oci", "url": format!("oci://{}/x", host.address), "plain_http": true });
    assert_eq!(added(&mut ada, registry).await["state"]["problem"]["code"], "chart_host_refused");
    assert!(inside.seen().is_empty(), "{:?}", inside.seen());
}

#[tokio::test]
async fn a_hostile_archive_is_refused_whole_and_leaves_no_file() {
    let host = ChartHost::start().await;
    let (server, mut ada) = set_up().await;
    host.serves_web(Vec::new());
    added(&mut ada, json!({ "name": "house", "url": host.url() })).await;
    let zeros = vec![0; 40 << 20];
    let many: Vec<String> = (0..10_001).map(|number| format!("web/{:x}/{number}", number * 7919)).collect();
    let numbers: String = (0..400_000).map(|number: u32| number.to_string()).collect();
    let large = web([file("web/values.yaml", numbers.as_bytes())]);
    for (archive, why) in [
        (web([file("web/templates/zeros", &zeros)]), "far more than it weighs"),
        (packed(many.iter().map(|path| file(path, b""))), "10 000 files"),
        (large, "more than 2 MiB"),
        (web([file("web/../../../evil", b"x")]), "leads out of it"),
        (web([file("/tmp/evil", b"x")]), "leads out of it"),
        (web([file("web\\..\\evil", b"x")]), "leads out of it"),
        (web([("web/values.yaml", EntryType::Symlink, b"".as_slice())]), "a link"),
        (web([("web/values.yaml", EntryType::Char, b"".as_slice())]), "neither a file nor a folder"),
        (web([file("other/Chart.yaml", CHART)]), "more than one chart"),
        (packed([file("web/values.yaml", b"a: 1\n")]), "no Chart.yaml"),
        (packed([file("web/Chart.yaml", b"name: other\nversion: 1.0.0\n")]), "another chart"),
        (b"no archive".to_vec(), "no tar archive"),
        (web([])[..60].to_vec(), "damaged"),
    ] {
        host.serves("/web-1.0.0.tgz", archive);
        let problem = ada.get(&contents(&host.url(), "1.0.0")).await.expect_problem(422, "chart_archive_refused");
        assert!(problem.detail.contains(why), "{why}: {}", problem.detail);
    }
    host.says("/web-1.0.0.tgz", Reply::Announced((20 << 20) + 1));
    ada.get(&contents(&host.url(), "1.0.0")).await.expect_problem(422, "chart_too_large");
    let kept = server.data().join("cache/charts/archive");
    assert!(!kept.exists() || std::fs::read_dir(kept).unwrap().next().is_none());

    // And after all of them an honest one opens.
    host.serves("/web-1.0.0.tgz", web([file("web/values.yaml", b"a: 1\n")]));
    assert_eq!(ada.get(&contents(&host.url(), "1.0.0")).await.ok()["values"], "a: 1\n");
}

#[tokio::test]
async fn an_archive_that_its_index_does_not_name_is_refused() {
    let host = ChartHost::start().await;
    let (_server, mut ada) = set_up().await;
    let digest = sha256(&web([]));
    host.serves("/index.yaml", format!("entries: {{web: [{{version: 1.0.0, urls: [web.tgz], digest: {digest}}}]}}"));
    host.serves("/web.tgz", web([file("web/values.yaml", b"changed: true\n")]));
    added(&mut ada, json!({ "name": "house", "url": host.url() })).await;
    let problem = ada.get(&contents(&host.url(), "1.0.0")).await.expect_problem(422, "chart_archive_refused");
    assert!(problem.detail.contains("not the one"), "{}", problem.detail);
}

#[tokio::test]
async fn markup_stays_text_and_a_schema_fetches_nothing() {
    const README: &str = "# Web\n<script>alert(1)</script><img src=\"http://127.0.0.1/x.png\" onerror=\"alert(2)\">\u{202e}\n";
    let host = ChartHost::start().await;
    let (_server, mut ada) = set_up().await;
    let schema = json!({
        "properties": { "a": { "$ref": format!("{}/schema.json", host.url()) }, "b": { "$ref": "#/$defs/b" } },
        "$defs": { "b": { "type": "string" } },
    });
    host.serves_web(web([
        file("web/README.md", README.as_bytes()),
        file("web/values.schema.json", schema.to_string().as_bytes()),
        file("web/crds/broken.yaml", b"a: [\n"),
    ]));
    host.serves("/schema.json", "{}");
    added(&mut ada, json!({ "name": "house", "url": host.url() })).await;
    let answer = ada.get(&contents(&host.url(), "1.0.0")).await.expect_status(200);
    assert_eq!((answer.header("content-type"), answer.header("x-content-type-options")), (Some("application/json"), Some("nosniff")));
    let inside = answer.ok();
    let readme = inside["readme"].as_str().unwrap();
    assert!(readme.contains("<script>") && !readme.contains('\u{202e}'), "text as it is, with nothing hidden: {readme}");
    assert_eq!(
        inside["schema"],
        json!({ "properties": { "a": {}, "b": { "$ref": "#/$defs/b" } }, "$defs": { "b": { "type": "string" } } })
    );
    let notes = inside["notes"].to_string();
    assert!(notes.contains("/schema.json") && notes.contains("crds/"), "{notes}");
    assert!(!host.was_asked_for("/schema.json"));
}
