//! Charts as plans show them: rendered by a real Helm, from a repository of our own; and what hostile charts cost.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::chart_host::{ChartHost, Reply, file, packed, sha256};
use crate::support::machine::{has_time, program};
use crate::support::signing::{Bound, CANARY, CLUSTER};

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata:\n  colour: {{ .Values.colour | quote }}\n  key: {{ .Values.key | quote }}\n";
const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: made-up}\nstringData: {token: {{ randAlphaNum 20 | quote }}}\n";

/// The chart `web` with these templates.
fn chart(version: &str, templates: &[(&str, &str)]) -> Vec<u8> {
    let head = format!("apiVersion: v2\nname: web\nversion: {version}\n");
    let paths: Vec<String> = templates.iter().map(|(name, _)| format!("web/templates/{name}.yaml")).collect();
    let own = [file("web/Chart.yaml", head.as_bytes()), file("web/values.yaml", b"colour: red\nkey: ''\n")];
    packed(own.into_iter().chain(paths.iter().zip(templates).map(|(path, (_, text))| file(path, text.as_bytes()))))
}

struct Scene {
    host: ChartHost,
    bound: Bound,
}

impl Scene {
    /// A bound cluster, a server with Helm, and a repository with these versions of `web`. `None` where no Helm is.
    async fn of(charts: &[(&str, Vec<u8>)]) -> Option<Scene> {
        let helm = program("helm")?;
        let host = ChartHost::start().await;
        let entries: String = charts.iter().map(|(version, _)| format!("{{version: {version}, urls: [web-{version}.tgz]}}, ")).collect();
        host.serves("/index.yaml", format!("entries: {{web: [{entries}]}}"));
        for (version, archive) in charts {
            host.serves(&format!("/web-{version}.tgz"), archive.clone());
        }
        let mut bound = Bound::with(|config| {
            config.helm = helm;
            config.confine = Some(PathBuf::from(env!("CARGO_BIN_EXE_countersign")));
            config.chart_timeout = 2;
            config.allow_inside = vec!["127.0.0.1".parse().unwrap()];
        })
        .await;
        crate::chart_repositories::added(&mut bound.ada.client, json!({ "name": "house", "url": host.url() })).await;
        Some(Scene { host, bound })
    }

    /// A draft of the stack `shop` with `web` at this version.
    async fn draft(&mut self, version: &str) -> String {
        let text = format!(
            "apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata: {{name: shop}}\nspec:\n  components:\n    - name: web\n      namespace: shop\n      addon:\n        chart: {{repository: \"{}\", name: web, version: {version}}}\n        values: |\n          colour: blue\n          key: ${{{{ secrets.password }}}}\n",
            self.host.url()
        );
        self.bound.ada.draft_from(json!({ "start": "source", "text": text })).await
    }

    /// The plan's id and its `plan.json`.
    async fn plan(&mut self, draft: &str) -> (String, Value) {
        let id = self.bound.ada.plan(draft).await;
        let plan = self.bound.ada.client.get(&format!("/api/v1/plans/{id}/plan.json")).await.ok();
        (id, plan)
    }

    async fn text(&mut self, plan: &str, digest: &Value) -> String {
        let sha256 = digest["sha256"].as_str().unwrap();
        let answer = self.bound.ada.client.get(&format!("/api/v1/plans/{plan}/files/{sha256}")).await.expect_status(200);
        let text = answer.text();
        assert_eq!(self::sha256(text.as_bytes()), sha256);
        text
    }
}

fn effects(plan: &Value) -> Vec<String> {
    let object = |effect: &Value| format!("{} {} {}", effect["what"], effect["object"]["kind"], effect["object"]["name"]).replace('"', "");
    plan["effects"].as_array().unwrap().iter().map(object).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_what_the_chart_makes_and_what_an_upgrade_takes_away() {
    let (old, new) = (chart("1.0.0", &[("config", CONFIG), ("claim", CLAIM), ("secret", SECRET)]), chart("1.1.0", &[("config", CONFIG)]));
    let Some(mut scene) = Scene::of(&[("1.0.0", old.clone()), ("1.1.0", new)]).await else { return };
    let draft = scene.draft("1.0.0").await;
    let (id, plan) = scene.plan(&draft).await;
    let helm = plan["preview"]["helm"].as_str().unwrap();
    assert!(helm.starts_with("v4."), "{helm}");
    let release = &plan["preview"]["releases"][0];
    assert_eq!((&release["component"], release.get("before"), release.get("unknown")), (&json!("web"), None, None), "{release}");
    let made = scene.text(&id, &release["after"]).await;
    assert!(made.contains("colour: blue") && made.contains("name: web") && made.contains("kind: PersistentVolumeClaim"), "{made}");
    assert!(made.contains("key: \"<secret password>\"") && made.contains("token: not shown") && !made.contains(CANARY), "{made}");
    assert_eq!(plan["charts"][0]["digest"], sha256(&old));
    assert_eq!(plan["effects"], json!([]));
    assert_eq!(scene.bound.ada.deploy(&id).await, 2);

    let draft = scene.bound.ada.draft_of("shop").await;
    scene.bound.ada.change(&draft, json!({ "change": "set_chart_version", "component": "web", "version": "1.1.0" })).await;
    let (id, plan) = scene.plan(&draft).await;
    assert_eq!(effects(&plan), ["will_be_deleted PersistentVolumeClaim data", "will_be_deleted Secret made-up"], "{}", plan["preview"]);
    let asked: Vec<&Value> = plan["findings"].as_array().unwrap().iter().filter(|one| one["confirm"] == "data").collect();
    assert_eq!(asked.len(), 1, "{}", plan["findings"]);
    let release = &plan["preview"]["releases"][0];
    let before = scene.text(&id, &release["before"]).await;
    assert_eq!(before, made, "the recorded side is rendered as it was");
    assert!(!scene.text(&id, &release["after"]).await.contains("PersistentVolumeClaim"));
    let unnamed = sha256(b"something else");
    scene.bound.ada.client.get(&format!("/api/v1/plans/{id}/files/{unnamed}")).await.expect_status(404);

    let removal = json!({ "why": "Nobody needs it.", "together": true });
    let path = format!("/api/v1/clusters/{CLUSTER}/stacks/shop/removal-plans");
    let id = scene.bound.ada.client.post(&path, removal).await.expect_status(201).ok()["id"].as_str().unwrap().to_owned();
    let plan = scene.bound.ada.client.get(&format!("/api/v1/plans/{id}/plan.json")).await.ok();
    assert!(effects(&plan).contains(&"will_be_deleted ConfigMap web".to_owned()), "{:?}", effects(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_cannot_be_had_or_rendered_is_unknown_with_a_reason_and_the_plan_stands() {
    let broken = chart("1.0.0", &[("broken", "{{ fail \"give me a colour\" }}")]);
    let odd = chart("1.1.0", &[("odd", "a: [")]);
    let Some(mut scene) = Scene::of(&[("1.0.0", broken), ("1.1.0", odd)]).await else { return };
    for (version, said) in [("1.0.0", "give me a colour"), ("1.1.0", "Helm says:"), ("1.2.0", "no such version")] {
        let draft = scene.draft(version).await;
        let (_, plan) = scene.plan(&draft).await;
        let unknown = plan["preview"]["releases"][0]["unknown"].as_str().unwrap_or_else(|| panic!("{version}: {}", plan["preview"]));
        assert!(unknown.contains(said) && !unknown.contains('\n'), "{version}: {unknown}");
        scene.bound.ada.client.delete(&format!("/api/v1/drafts/{draft}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_takes_all_memory_or_prints_without_end_costs_a_sentence() {
    let memory = chart("1.0.0", &[("a", "{{ range until 400000000 }}{{ end }}")]);
    let output = chart("1.1.0", &[("a", "a: |\n{{ repeat 3000000 \"  abcdef\\n\" }}")]);
    let Some(mut scene) = Scene::of(&[("1.0.0", memory), ("1.1.0", output)]).await else { return };
    for (version, said) in [("1.0.0", "memory"), ("1.1.0", "more than the 8 MiB")] {
        let draft = scene.draft(version).await;
        let (_, plan) = scene.plan(&draft).await;
        let unknown = plan["preview"]["releases"][0]["unknown"].as_str().unwrap_or_default();
        assert!(unknown.contains(said), "{version}: {}", plan["preview"]);
        scene.bound.ada.client.delete(&format!("/api/v1/drafts/{draft}")).await;
    }
    scene.bound.ada.client.get("/readyz").await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_that_never_ends_is_ended() {
    if !has_time() {
        return;
    }
    let endless = "{{ range until 10000 }}{{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}{{ end }}";
    let Some(mut scene) = Scene::of(&[("1.0.0", chart("1.0.0", &[("a", endless)]))]).await else { return };
    let draft = scene.draft("1.0.0").await;
    let (_, plan) = scene.plan(&draft).await;
    let unknown = plan["preview"]["releases"][0]["unknown"].as_str().unwrap_or_default();
    assert!(unknown.contains("longer than 20 seconds"), "{}", plan["preview"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_failed_is_not_waited_for_at_the_next_plan() {
    let Some(mut scene) = Scene::of(&[("1.0.0", chart("1.0.0", &[("config", CONFIG)]))]).await else { return };
    scene.host.says("/web-1.0.0.tgz", Reply::Silent);
    let draft = scene.draft("1.0.0").await;
    let asked = |scene: &Scene| scene.host.seen().iter().filter(|(path, _)| path == "/web-1.0.0.tgz").count();
    for _ in 0..2 {
        let (_, plan) = scene.plan(&draft).await;
        assert!(plan["preview"]["releases"][0]["unknown"].is_string(), "{}", plan["preview"]);
    }
    assert_eq!(asked(&scene), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_helm_the_plan_says_so() {
    let mut bound = Bound::new().await;
    let id = bound.planned("web").await;
    let plan = bound.ada.client.get(&format!("/api/v1/plans/{id}/plan.json")).await.ok();
    let preview = &plan["preview"];
    assert_eq!(preview.get("helm"), None);
    assert_eq!(preview["releases"][0]["unknown"], "This server has no Helm to render charts with.");
}
