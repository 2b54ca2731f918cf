//! What the browser's journey left: its repository as it is, into an empty cluster.
//!
//! `e2e/journey/first-deploy.spec.mjs` leaves a folder where `COUNTERSIGN_JOURNEY` says, and the test command runs it first.

use std::path::Path;

use lab::{FLUX_NAMESPACE, Lab, Pace, Tools};
use serde_json::{Value, json};

use crate::internet::Internet;
use crate::life::issue;
use crate::order::in_order;
use crate::scene::{PATIENCE, entry, is_ready_at, run_in};
use crate::support::git::git;
use crate::support::sshd::Sshd;

/// What the cluster's page printed, with the source led to another host: that server is gone, its repository is not.
fn follow(lab: &Lab, left: &Value, sshd: &Sshd, repository: &Path) {
    let steps = left["bootstrap"]["steps"].as_array().unwrap();
    let commands = steps.iter().filter_map(|step| step["command"].as_str());
    let give = commands.into_iter().find(|command| command.contains("identity.agekey")).unwrap();
    let output = run_in(lab, give, left["identity"].as_str().unwrap());
    assert!(output.status.success(), "{give}\n{}", String::from_utf8_lossy(&output.stderr));
    let printed = left["bootstrap"]["manifests"].as_str().unwrap();
    for document in printed.split("---\n").filter(|text| !text.trim().is_empty()) {
        let mut object: Value = serde_yaml_ng::from_str(document).unwrap();
        if object["kind"] == "GitRepository" {
            let known = format!("[127.0.0.1]:{} {}", sshd.port, sshd.host_key.line());
            let metadata = json!({"name": object["spec"]["secretRef"]["name"], "namespace": FLUX_NAMESPACE});
            let data = json!({"identity": sshd.client_pem, "known_hosts": known});
            lab.api.apply(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})).unwrap();
            object["spec"]["url"] = json!(sshd.url(repository));
        }
        lab.api.apply(&object).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_browser_deployed_comes_up_in_an_empty_cluster_as_it_is() {
    let Some(left) = std::env::var_os("COUNTERSIGN_JOURNEY") else {
        return println!("skipped: COUNTERSIGN_JOURNEY names no folder that the browser's journey left");
    };
    let folder = Path::new(&left);
    let text = std::fs::read_to_string(folder.join("journey.json")).expect("the browser's journey leaves what it made");
    let left: Value = serde_json::from_str(&text).unwrap();
    let repository = folder.join("repository.git");
    let head = git(&repository, &["rev-parse", "refs/heads/main"]);
    let stack = git(&repository, &["show", "main:stacks/monitoring/stack.yaml"]);

    let tools = Tools::of_environment().unwrap();
    let mut internet = Internet::start(&tools);
    internet.stand_in(&stack);
    let lab = Lab::start(tools, Pace::Quick, Some(&internet.outside())).unwrap();
    let sshd = Sshd::start().expect("sshd");
    follow(&lab, &left, &sshd, &repository);

    issue(&lab);
    let ready = |name: &str| lab.api.until(name, PATIENCE, |_| Ok(is_ready_at(&lab, name, &head).then_some(())));
    ready("monitoring--grafana").unwrap();
    ready("monitoring--ready").unwrap();
    in_order(&lab, "monitoring", &stack, 10);
    let secret = |name: &str| left["secrets"][name].as_str().map(str::to_owned);
    assert_eq!(entry(&lab, "cert-manager", "cloudflare-api-token", "api-token"), secret("cloudflare_api_token"));
    let release = lab.api.list("HelmRelease").unwrap().into_iter().find(|release| release["metadata"]["name"] == "grafana").unwrap();
    let received = entry(&lab, release["metadata"]["namespace"].as_str().unwrap(), "grafana-received", "values.yaml").unwrap();
    assert!(received.contains(&secret("grafana_admin_password").unwrap()) && received.contains("newcomer"), "{received}");
}
