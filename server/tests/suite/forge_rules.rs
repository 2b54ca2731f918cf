//! Rules of a forge that stand in the way, asked for when a connection is tried: a scripted host in the shapes that GitHub,
//! GitLab and Gitea answer in.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::authority::Authority;

const TOKEN: &str = "a-token-for-tests";

/// Answers Git's first question for an empty repository at any path, and what it was given for others.
struct Forge {
    port: u16,
    ca_pem: String,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

/// A status with more of the head, and a body.
type Script = BTreeMap<&'static str, (&'static str, String)>;

impl Forge {
    fn start(script: Script) -> Forge {
        let authority = Authority::new();
        let (ca_pem, acceptor) = (authority.pem(), authority.acceptor("localhost"));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let heard = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Ok(stream) = acceptor.accept(stream) else { continue };
                let mut stream = BufReader::new(stream);
                let mut head = Vec::new();
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                        break;
                    }
                    head.push(line.trim().to_owned());
                }
                let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
                let answer = answer(&script, &path);
                if path.starts_with("/api/") {
                    let of = |name: &str| head.iter().find(|line| line.to_ascii_lowercase().starts_with(name)).cloned();
                    let shown = of("authorization:").or_else(|| of("private-token:")).unwrap_or_default();
                    heard.lock().unwrap().push((path, shown));
                }
                let _ = stream.get_mut().write_all(answer.as_bytes());
                let _ = stream.get_mut().shutdown();
            }
        });
        Forge { port, ca_pem, asked }
    }

    /// What trying the connection says of rules.
    async fn told(&self, ca_pem: Option<&str>, path: &str, branch: &str) -> Value {
        let (_test, mut ada) = TestServer::set_up().await;
        let binding = json!({
            "kind": "remote", "url": format!("https://localhost:{}/{path}", self.port), "branch": branch, "ca_pem": ca_pem,
            "auth": { "kind": "password", "username": "deployer", "password": TOKEN },
        });
        let answer = ada.post("/api/v1/clusters/probe", binding).await.ok();
        assert!(!answer.to_string().contains(TOKEN));
        answer
    }

    async fn rules(&self, path: &str, branch: &str) -> Value {
        let probe = self.told(Some(&self.ca_pem), path, branch).await;
        assert_eq!((&probe["reachable"], &probe["push_problem"]), (&json!(true), &Value::Null), "{probe}");
        probe["rules"].clone()
    }
}

fn answer(script: &Script, path: &str) -> String {
    if let Some((_, service)) = path.split_once("/info/refs?service=") {
        let line = format!("# service={service}\n");
        let refs = format!("{} capabilities^{{}}\0agent=scripted\n", "0".repeat(40));
        let body = format!("{:04x}{line}0000{:04x}{refs}0000", line.len() + 4, refs.len() + 4);
        let kind = format!("application/x-{service}-advertisement");
        return format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    }
    let (status, body) = script.get(path).cloned().unwrap_or(("404 Not Found", json!({ "message": "404 Not Found" }).to_string()));
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn ok(body: Value) -> (&'static str, String) {
    ("200 OK", body.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn gitea_says_whether_this_token_may_push_to_the_branch() {
    let branch = |is_protected: bool, may_push: bool| {
        let branch = json!({
            "name": "main", "commit": { "id": "0".repeat(40), "message": "first" }, "protected": is_protected, "required_approvals": 0,
            "enable_status_check": false, "status_check_contexts": [], "user_can_push": may_push, "user_can_merge": may_push,
            "effective_branch_protection_name": "main",
        });
        Forge::start(Script::from([("/api/v1/repos/ops/production/branches/main", ok(branch))]))
    };
    let forge = branch(true, false);
    let rules = forge.rules("ops/production.git", "main").await;
    assert_eq!(rules["state"], "in_the_way");
    assert_eq!(
        rules["sentence"],
        "Gitea protects main, and this token may not push there: put this account on the whitelist of those who may push in the branch's rule."
    );
    let asked = forge.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].1.to_ascii_lowercase().starts_with("authorization: basic "), "{asked:?}");
    for (is_protected, may_push) in [(true, true), (false, true)] {
        assert_eq!(branch(is_protected, may_push).rules("ops/production.git", "main").await["state"], "clear");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gitlab_says_whether_this_token_may_push_below_any_group_and_to_any_branch() {
    let branch = |may_push: bool| {
        let branch = json!({
            "name": "clusters/nl", "merged": false, "protected": true, "default": false, "developers_can_push": false,
            "developers_can_merge": false, "can_push": may_push, "web_url": "https://localhost/", "commit": { "id": "0".repeat(40) },
        });
        let path = "/api/v4/projects/ops%2Fteam%2Fproduction/repository/branches/clusters%2Fnl";
        Forge::start(Script::from([(path, ok(branch))]))
    };
    let forge = branch(false);
    let rules = forge.rules("ops/team/production.git", "clusters/nl").await;
    assert_eq!(rules["state"], "in_the_way");
    assert!(rules["sentence"].as_str().unwrap().starts_with("GitLab protects clusters/nl, and this token may not push there"), "{rules}");
    assert_eq!(forge.asked.lock().unwrap().last().unwrap().1.to_ascii_lowercase(), format!("private-token: {TOKEN}"));
    assert_eq!(branch(true).rules("ops/team/production.git", "clusters/nl").await["state"], "clear");
}

#[tokio::test(flavor = "multi_thread")]
async fn githubs_rules_are_named_where_a_deploy_would_not_keep_them() {
    let rule = |kind: &str| json!({ "type": kind, "ruleset_source_type": "Repository", "ruleset_source": "ops/production", "ruleset_id": 42, "parameters": {} });
    let forge = |rules: Value, is_protected: bool| {
        let branch = json!({
            "name": "main", "commit": { "sha": "0".repeat(40) }, "protected": is_protected,
            "protection": { "enabled": is_protected, "required_status_checks": { "enforcement_level": "off", "contexts": [], "checks": [] } },
        });
        let rules = ("/api/v3/repos/ops/production/rules/branches/main", ok(rules));
        Forge::start(Script::from([rules, ("/api/v3/repos/ops/production/branches/main", ok(branch))]))
    };
    let told =
        forge(json!([rule("pull_request"), rule("non_fast_forward"), rule("update")]), true).rules("ops/production.git", "main").await;
    assert_eq!(told["state"], "in_the_way");
    assert_eq!(
        told["sentence"],
        "GitHub has a rule for main (pull request, update) and does not say whether it lets this token through: put this account, and \
         nobody else, into the bypass list of the ruleset, if that is not done yet."
    );
    let kept = json!([rule("deletion"), rule("non_fast_forward")]);
    assert_eq!(forge(kept.clone(), false).rules("ops/production.git", "main").await["state"], "clear");
    // The older protection, told as being there and no more.
    let told = forge(json!([]), true).rules("ops/production.git", "main").await;
    assert!(told["sentence"].as_str().unwrap().starts_with("GitHub has a rule for main and does not say"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_such_an_api_is_bound_all_the_same() {
    let not_known = async |script: Script| {
        let rules = Forge::start(script).rules("ops/production.git", "main").await;
        assert_eq!(rules["state"], "not_known");
        assert_eq!(rules["sentence"], "Rules for main are not known: if there are any, they show at the first push.");
    };
    not_known(Script::new()).await;
    let gitea = "/api/v1/repos/ops/production/branches/main";
    not_known(Script::from([(gitea, ("200 OK", String::from("<h1>Welcome</h1>")))])).await;
    not_known(Script::from([(gitea, ("403 Forbidden", json!({ "message": "token lacks a scope" }).to_string()))])).await;
    let endless = json!({ "protected": true, "user_can_push": false, "more": "x".repeat(300_000) });
    not_known(Script::from([(gitea, ok(endless))])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_a_strange_certificate_is_told_nothing() {
    let elsewhere = Forge::start(Script::from([("/api/v1/stolen", ok(json!({ "protected": true, "user_can_push": false })))]));
    let to: &'static str = format!("302 Found\r\nLocation: https://localhost:{}/api/v1/stolen", elsewhere.port).leak();
    let script = Script::from([("/api/v1/repos/ops/production/branches/main", (to, String::new()))]);
    let forge = Forge::start(script);
    assert_eq!(forge.rules("ops/production.git", "main").await["state"], "not_known");
    assert!(elsewhere.asked.lock().unwrap().is_empty());
    // Judged by another authority than its own, nothing is asked.
    let before = forge.asked.lock().unwrap().len();
    let probe = forge.told(Some(&elsewhere.ca_pem), "ops/production.git", "main").await;
    assert_eq!((&probe["reachable"], &probe["rules"]), (&json!(false), &Value::Null), "{probe}");
    assert_eq!(forge.asked.lock().unwrap().len(), before);
}
