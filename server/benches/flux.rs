//! Commit to Ready for a one-line change, with the flags that Flux's own manifests give its controllers.
//!
//! `cargo xtask flux-bench` builds what it needs and runs it. ConfigMaps alone, so that Flux's own way is measured and not
//! what charts take.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails by panicking, and prints")]

#[allow(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/lab/hosts.rs"]
mod hosts;
#[allow(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/lab/internet.rs"]
mod internet;
#[allow(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/lab/scene.rs"]
mod scene;
#[allow(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/suite/support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use lab::{FLUX_NAMESPACE, Pace};
use serde_json::json;

use scene::Scene;

const LAYERS: usize = 6;
/// Three hundred components may take long to come up the first time.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A component's manifest, each line indented.
fn manifest(name: &str, text: &str, indent: &str) -> String {
    let lines = ["apiVersion: v1", "kind: ConfigMap", "metadata:", &format!("  name: {name}"), "data:", &format!("  text: {text}")];
    lines.iter().fold(String::new(), |all, line| all + indent + line + "\n")
}

/// Layers of ConfigMaps; each component but the first layer's waits for one of the layer before.
fn stack(components: usize) -> String {
    let mut text = String::from("apiVersion: countersign.dev/v1alpha1\nkind: Stack\nmetadata:\n  name: many\nspec:\n  components:\n");
    let width = components / LAYERS;
    for at in 0..components {
        let (layer, column) = (at / width, at % width);
        let name = format!("c-{layer}-{column}");
        let _ = writeln!(text, "    - name: {name}\n      namespace: many");
        if layer > 0 {
            let _ = writeln!(text, "      dependsOn: [c-{}-{column}]", layer - 1);
        }
        let _ = write!(text, "      manifest: |\n{}", manifest(&name, "first", "        "));
    }
    text
}

/// Seconds from the deploy's answer until the source, each layer and the whole stack stood at the commit.
async fn one_line_change(components: usize) -> BTreeMap<String, f32> {
    let mut scene = Scene::unfollowed(Pace::Stock).await;
    scene.follow(&[]).await;
    scene.deploy_new(&stack(components)).await;
    let head = scene.head();
    scene.lab.api.until("the stack", PATIENCE, |_| Ok(scene.is_ready_at("many--ready", &head).then_some(()))).unwrap();

    let changed = manifest("c-0-0", "second", "");
    let ada = &mut scene.bound.ada;
    let draft = ada.draft_of("many").await;
    ada.change(&draft, json!({ "change": "set_manifest_text", "component": "c-0-0", "text": changed })).await;
    let plan = ada.plan(&draft).await;
    ada.deploy(&plan).await;
    let began = Instant::now();
    let head = scene.head();
    // What a webhook would do; without one the source is looked at every minute.
    scene.fetch();

    let width = components / LAYERS;
    let mut took = BTreeMap::new();
    scene
        .lab
        .api
        .until("the change", PATIENCE, |api| {
            let source = api.find("GitRepository", FLUX_NAMESPACE, "flux-system")?.unwrap_or_default();
            let mut note = |what: String, is_there: bool| {
                if is_there {
                    took.entry(what).or_insert(began.elapsed().as_secs_f32());
                }
            };
            note("0 fetched".into(), source["status"]["artifact"]["revision"].as_str().is_some_and(|revision| revision.ends_with(&head)));
            let mut layers = BTreeMap::<String, usize>::new();
            for kustomization in api.list("Kustomization")? {
                let name = kustomization["metadata"]["name"].as_str().unwrap_or_default();
                let is_done = kustomization["status"]["lastAppliedRevision"].as_str().is_some_and(|revision| revision.ends_with(&head));
                if let (true, Some(layer)) = (is_done, name.strip_prefix("many--c-").and_then(|rest| rest.split('-').next())) {
                    *layers.entry(layer.to_owned()).or_default() += 1;
                }
                if name == "many--c-0-0" {
                    note("1 the changed component".into(), is_done);
                }
                if name == "many--ready" {
                    note("3 everything".into(), is_done);
                }
            }
            for (layer, count) in layers {
                note(format!("2 layer {layer}"), count == width);
            }
            Ok(took.contains_key("3 everything").then_some(()))
        })
        .unwrap();
    took
}

#[tokio::main]
async fn main() {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![60, 300] } else { given };
    let mut columns = Vec::new();
    for size in &sizes {
        columns.push(one_line_change(*size).await);
    }
    let line =
        |what: &str, cells: Vec<String>| println!("{what:<26}{}", cells.iter().map(|cell| format!("{cell:>16}")).collect::<String>());
    println!();
    line("seconds after the commit", sizes.iter().map(|size| format!("{size} components")).collect());
    for what in columns[0].keys() {
        line(&what[2..], columns.iter().map(|column| format!("{:.1}", column[what])).collect());
    }
}
