//! Starting, refusing to start, and stopping.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use server::clock::Clock;
use server::command::serve;
use server::config::Config;

use crate::support::{Client, TestServer};

async fn why_not(config: Config) -> String {
    match serve::start(config, Clock::default()).await {
        Ok(_) => panic!("it started"),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test]
async fn keys_that_are_not_the_databases_own_are_noticed() {
    for key in ["vault.key", "platform.key"] {
        let (ours, folder) = TestServer::fresh().await.into_folder().await;
        let (_, other) = TestServer::fresh().await.into_folder().await;
        let file = folder.path().join("data").join(key);
        std::fs::copy(other.path().join("data").join(key), &file).unwrap();
        let why = why_not(ours.clone()).await;
        assert!(why.contains(key), "{why}");
        std::fs::remove_file(&file).unwrap();
        assert!(!why_not(ours).await.is_empty(), "a missing {key} is not made anew");
    }
}

#[tokio::test]
async fn another_public_url_than_set_up_fixed_is_refused() {
    let (mut config, _folder) = {
        let (server, _) = TestServer::set_up().await;
        server.into_folder().await
    };
    config.public_url = Some("https://elsewhere.example".into());
    let why = why_not(config).await;
    assert!(why.contains("https://elsewhere.example") && why.contains("http://localhost:"), "{why}");
    assert!(why.contains("countersign public-url https://elsewhere.example"), "{why}");
}

#[tokio::test]
async fn metrics_have_their_own_listener_without_a_token() {
    // Port 0 for the main listener; the other must be known beforehand, so a free one is taken and given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = TestServer::with(|config| config.metrics_listen = Some(free)).await;
    server.client().get("/healthz").await.expect_status(200);
    let text = Client::new(free, server.origin()).get("/metrics").await.expect_status(200).text();
    assert!(text.contains("countersign_store_commits_total"), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn one_server_at_a_time_has_a_data_folder() {
    let server = TestServer::fresh().await;
    let why = why_not(Config::at(server.data())).await;
    assert!(why.contains("stop it first"), "{why}");
    let (config, _folder) = server.into_folder().await;
    serve::start(config, Clock::default()).await.unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_keeps_no_server_from_stopping() {
    let server = TestServer::fresh().await;
    let port = server.inside().config.listen.port();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let origin = server.origin();
    write!(stream, "POST /api/v1/setup HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {origin}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{").unwrap();
    while server.inside().metrics.in_flight() == 0 {
        tokio::task::yield_now().await;
    }
    server.stop_within(std::time::Duration::from_millis(1)).await;
}

struct Running {
    child: Child,
    origin: String,
    code: String,
}

fn run(data: &std::path::Path, more: &[&str]) -> Running {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut after = |prefix: &str| lines.find_map(|line| line.strip_prefix(prefix).map(str::to_owned)).unwrap();
    let (origin, code) = (after("Open: "), after("Set-up code: "));
    Running { child, origin, code }
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_finishes_and_leaves_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut running = run(&data, &["--log-format", "json"]);
    let port: u16 = running.origin.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut client = Client::new(([127, 0, 0, 1], port).into(), running.origin.clone());
    let set_up = json!({ "code": running.code, "organisation": "Example", "public_url": running.origin, "name": "ada" });
    client.post("/api/v1/setup", set_up).await.expect_status(201);
    let pid = running.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut logged = String::new();
    running.child.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
    assert!(running.child.wait().unwrap().success());
    for line in logged.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    assert!(logged.contains("POST") && logged.contains("/api/v1/setup") && logged.contains("\"status\":201"), "{logged}");
    assert!(!logged.contains(&running.code), "the code stands in the log");
    let wal = data.join("countersign.db-wal");
    assert!(!wal.exists() || std::fs::metadata(wal).unwrap().len() == 0, "the log was not folded into the file");
}

#[test]
fn what_no_terminal_reads_bears_no_colours() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = run(&folder.path().join("data"), &["--log", "debug"]);
    let pid = running.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut logged = String::new();
    running.child.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
    assert!(running.child.wait().unwrap().success());
    assert!(logged.contains("Stopping") && !logged.contains('\u{1b}'), "{logged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_server_is_ready_is_told_without_any_other_program() {
    let server = TestServer::fresh().await;
    let port = server.inside().config.listen.port();
    let ask = |host: &str| {
        Command::new(env!("CARGO_BIN_EXE_countersign")).arg("ready").env("COUNTERSIGN_LISTEN", format!("{host}:{port}")).status().unwrap()
    };
    assert!(ask("127.0.0.1").success() && ask("0.0.0.0").success());
    server.stop().await;
    assert_eq!(ask("127.0.0.1").code(), Some(1));
}
