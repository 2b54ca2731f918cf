//! What the editor is told while somebody writes: from a chart's archive, from Kubernetes, and from CRDs of the stack.

use std::time::{Duration, Instant};

use domain::principal::Role;
use serde_json::{Value, json};

use crate::chart_repositories::{added, set_up};
use crate::support::chart_host::{ChartHost, Reply, file, web};
use crate::support::{Client, TestServer};

const VALUES: &[u8] = b"# -- How many run.\nreplicas: 1\ningress:\n  # Reached from outside.\n  enabled: false\n";
const SCHEMA: &[u8] = br##"{"additionalProperties": false, "required": ["replicas"], "properties": {
    "replicas": {"$ref": "#/$defs/count"}, "mode": {"enum": ["fast", "slow"]},
    "ingress": {"type": "object", "properties": {"enabled": {"type": "boolean"}}}, "far": {"$ref": "https://example.com/far.json"}},
    "$defs": {"count": {"type": "integer", "minimum": 1}}}"##;
const CRD: &[u8] = b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: sites.example.com}\nspec:\n  group: example.com\n  names: {kind: Site, plural: sites}\n  scope: Namespaced\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties: {spec: {type: object, properties: {size: {type: integer}}}}\n";

/// A draft with an addon of the chart `web` and a manifest.
struct Open {
    server: TestServer,
    ada: Client,
    draft: String,
}

impl Open {
    async fn with(url: &str) -> Open {
        let (server, mut ada) = set_up().await;
        added(&mut ada, json!({ "name": "house", "url": url })).await;
        let pair = ada.post("/api/v1/clusters/key-pair", json!({})).await.ok();
        let cluster =
            json!({ "name": "one", "environment": "dev", "repository": { "kind": "embedded" }, "recipients": [pair["recipient"]] });
        ada.post("/api/v1/clusters", cluster).await.expect_status(201);
        let text = format!(
            "apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {{name: web}}\nspec:\n  components:\n  - name: web\n    namespace: web\n    addon: {{chart: {{repository: \"{url}\", name: web, version: 1.0.0}}, values: \"\"}}\n  - name: objects\n    namespace: web\n    manifest: \"\"\n"
        );
        let draft = ada.post("/api/v1/clusters/one/drafts", json!({ "start": "source", "text": text })).await.expect_status(201).ok();
        Open { server, ada, draft: draft["id"].as_str().unwrap().to_owned() }
    }

    fn path(&self, component: &str, what: &str) -> String {
        format!("/api/v1/drafts/{}/components/{component}/{what}", self.draft)
    }

    async fn ask(&mut self, component: &str, what: &str, body: Value) -> Value {
        let path = self.path(component, what);
        self.ada.post(&path, body).await.expect_status(200).ok()
    }

    /// Asks until the chart is no longer being fetched.
    async fn known(&mut self, component: &str, what: &str, body: Value) -> Value {
        let began = Instant::now();
        loop {
            let answer = self.ask(component, what, body.clone()).await;
            if answer["known"]["state"] != "loading" {
                return answer;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "still {answer}");
            tokio::task::yield_now().await;
        }
    }

    async fn problems(&mut self, component: &str, text: &str) -> Vec<(String, u64, u64, String)> {
        let answer = self.known(component, "problems", json!({ "text": text })).await;
        let one = |problem: &Value| {
            let text = |key: &str| problem[key].as_str().unwrap().to_owned();
            (text("severity"), problem["line"].as_u64().unwrap(), problem["column"].as_u64().unwrap(), text("message"))
        };
        answer["problems"].as_array().unwrap().iter().map(one).collect()
    }
}

fn labels(answer: &Value) -> Vec<&str> {
    answer["completions"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect()
}

fn problem(severity: &str, line: u64, column: u64, message: &str) -> (String, u64, u64, String) {
    (severity.to_owned(), line, column, message.to_owned())
}

#[tokio::test]
async fn a_charts_schema_and_comments_complete_explain_and_refuse() {
    let host = ChartHost::start().await;
    host.serves_web(web([file("web/values.yaml", VALUES), file("web/values.schema.json", SCHEMA), file("web/crds/site.yaml", CRD)]));
    let mut open = Open::with(&host.url()).await;

    let found = open.problems("web", "# mine\nreplicas: none # yet\nnew: 1\ningress:\n  enabled: ${{ vars.on }}\n").await;
    assert_eq!(
        found,
        [problem("error", 2, 11, "A whole number belongs here; none is text."), problem("error", 3, 1, "`new` is not known here.")]
    );
    assert_eq!(open.problems("web", "mode: fast\n").await, [], "the chart itself sets what is required");
    assert_eq!(open.problems("web", "a: [").await, []);

    let answer = open.ask("web", "assist", json!({ "text": "mode: fast\nre", "line": 2, "column": 3 })).await;
    assert_eq!((labels(&answer), &answer["from_column"]), (vec!["replicas", "ingress", "far"], &json!(1)));
    let replicas = &answer["completions"][0];
    assert_eq!(
        (&replicas["insert"], &replicas["detail"], &replicas["doc"]),
        (&json!("replicas: "), &json!("whole number, default 1, required"), &json!("How many run."))
    );
    assert_eq!(answer["known"]["state"], "schema");
    assert!(answer["known"]["notes"][0].as_str().unwrap().contains("https://example.com/far.json"), "{answer}");
    let answer = open.ask("web", "assist", json!({ "text": "ingress:\n  enabled: true\n", "line": 2, "column": 5 })).await;
    assert_eq!(
        (&answer["hover"]["path"], &answer["hover"]["default"], &answer["hover"]["doc"]),
        (&json!("ingress.enabled"), &json!("false"), &json!("Reached from outside."))
    );

    // Its custom resources are known to manifests of the same stack.
    let site = "apiVersion: example.com/v1\nkind: Site\nmetadata: {name: a}\nspec:\n  size: big\n  sise: 1\n";
    assert_eq!(
        open.problems("objects", site).await,
        [
            problem("error", 5, 9, "A whole number belongs here; big is text."),
            problem("error", 6, 3, "`sise` is not known here. Did you mean `size`?")
        ]
    );
}

#[tokio::test]
async fn the_charts_values_with_ours_in_them_can_be_overridden_and_comments_stay() {
    let host = ChartHost::start().await;
    host.serves_web(web([file("web/values.yaml", VALUES)]));
    let mut open = Open::with(&host.url()).await;
    let all = open.known("web", "defaults", json!({ "text": "ingress: {enabled: true}\n" })).await;
    assert_eq!(all["text"], "# -- How many run.\nreplicas: 1\ningress:\n  # Reached from outside.\n  enabled: true\n");
    assert_eq!((&all["own"], &all["count"], &all["known"]["state"]), (&json!([5]), &json!(2), &json!("values")));
    let mine = "# why\ningress: {enabled: true} # kept\n";
    let edited = open.ask("web", "edited", json!({ "text": mine, "path": "replicas", "value": 3 })).await;
    assert_eq!(edited, json!({ "text": format!("{mine}replicas: 3\n"), "line": 3 }));
    let back = open.ask("web", "edited", json!({ "text": edited["text"], "path": "replicas" })).await;
    assert_eq!(back["text"], mine);
    // A line of the chart's is taken over as it is; what the text has already is not overwritten, and neither is what the chart lacks.
    let theirs = |path: &str, text: &str| json!({ "text": text, "path": path, "of_chart": true });
    let taken = open.ask("web", "edited", theirs("replicas", mine)).await;
    assert_eq!(taken, json!({ "text": format!("{mine}replicas: 1\n"), "line": 3 }));
    let stays = open.ask("web", "edited", theirs("ingress.enabled", mine)).await;
    assert_eq!(stays, json!({ "text": mine, "line": 2 }));
    let path = open.path("web", "edited");
    open.ada.post(&path, theirs("nowhere", mine)).await.expect_problem(422, "value_path");
    open.ada.post(&path, json!({ "text": "a: [", "path": "a", "value": 1 })).await.expect_problem(422, "value_path");
    let guess = open.problems("web", "replica: 2\n").await;
    assert_eq!(guess, [problem("info", 1, 1, "The chart's own values do not have `replica`. Did you mean `replicas`?")]);
}

#[tokio::test]
async fn objects_of_kubernetes_are_checked_and_a_kind_that_nobody_knows_is_only_told() {
    let host = ChartHost::start().await;
    host.serves_web(web([]));
    let mut open = Open::with(&host.url()).await;
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n    - port: http\n---\napiVersion: example.com/v1\nkind: Nobody\nmetadata: {name: b}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec:\n  replcas: 2\n  selector: {}\n  template: {spec: {containers: [{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}, ports: [{containerPort: \"${{ vars.port }}\"}]}]}}\n";
    let told = "No schema is known for Nobody (example.com/v1), so its fields are not checked.";
    assert_eq!(
        open.problems("objects", text).await,
        [
            problem("error", 7, 13, "A whole number belongs here; http is text."),
            problem("info", 10, 7, told),
            problem("error", 17, 3, "`replcas` is not known here. Did you mean `replicas`?"),
        ]
    );
    let answer = open.ask("objects", "assist", json!({ "text": "apiVersion: batch/v1\nkind: ", "line": 2, "column": 7 })).await;
    assert_eq!(labels(&answer), ["CronJob", "Job"]);
    let text = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  str";
    let answer = open.ask("objects", "assist", json!({ "text": text, "line": 4, "column": 6 })).await;
    assert!(labels(&answer).contains(&"strategy"), "{answer}");
    let form = open
        .ask(
            "objects",
            "form",
            json!({ "text": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\nspec: {replicas: \"${{ vars.n }}\"}\n" }),
        )
        .await;
    let field = &form["fields"][0];
    assert_eq!((&field["label"], &field["path"], &field["is_expression"]), (&json!("Replicas"), &json!("spec.replicas"), &json!(true)));
}

#[tokio::test]
async fn a_chart_that_cannot_be_had_costs_a_sentence_and_strangers_learn_nothing() {
    let host = ChartHost::start().await;
    host.serves("/index.yaml", "entries: {web: [{version: 1.0.0, urls: [web-1.0.0.tgz]}]}");
    host.says("/web-1.0.0.tgz", Reply::File(b"no archive".to_vec()));
    let mut open = Open::with(&host.url()).await;
    let answer = open.known("web", "assist", json!({ "text": "a: 1\n", "line": 1, "column": 1 })).await;
    assert_eq!((&answer["known"]["state"], &answer["completions"]), (&json!("unknown"), &json!([])));
    let sentence = answer["known"]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("The schema of web 1.0.0 is not known. The chart's archive is refused"), "{sentence}");
    assert_eq!(open.problems("web", "a: 1\n").await, []);
    let path = open.path("nothing", "problems");
    open.ada.post(&path, json!({ "text": "" })).await.expect_problem(404, "not_found");
    let path = open.path("web", "problems");
    open.ada.post(&path, json!({ "text": "#".repeat((1 << 20) + 1) })).await.expect_problem(413, "too_large");
    let mut auditor = open.server.person(&mut open.ada, "audrey", Role::Auditor).await;
    auditor.post(&path, json!({ "text": "" })).await.expect_status(200);
}
