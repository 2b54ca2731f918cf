//! Rendering and planning 1,000 components, side by side in one run with `kustomize build` of as many HelmReleases.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark stops on failure and prints what it measured")]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use domain::binding::Binding;
use domain::cluster::{Cluster, Engine, FluxNames, Repository};
use domain::engine;
use domain::name::Name;
use domain::plan::{self, About, Author, Built, Head, HeadFile, Input, Policy, freeze};
use domain::resolve::resolve;
use domain::sealing::SealedFiles;
use domain::stack::{Addon, Chart, Component, Content, Stack};
use domain::variable::{Declaration, Levels, VariableType};
use serde_json::{Map, json};

const COUNT: usize = 1000;
/// Pairs of ours and theirs, in turns; the median counts.
const ROUNDS: usize = 5;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn cluster() -> Cluster {
    Cluster {
        name: name("nl-prod-1"),
        environment: name("production"),
        engine: Engine::Flux,
        repository: Repository { url: "ssh://git@git.example.com/ops.git".into(), branch: "main".into(), path: String::new() },
        recipients: vec![],
        kube_system_uid: None,
        flux: FluxNames::default(),
        variables: Levels { environment: json!({"domain": "example.com"}).as_object().unwrap().clone(), ..Levels::default() },
    }
}

fn values(n: usize, replicas: usize) -> String {
    format!(
        "# component {n}\nreplicaCount: {replicas}\nimage: {{repository: registry.example.com/app-{n}, tag: \"1.{n}.0\"}}\nservice: {{type: ClusterIP, port: 80}}\n\
         ingress:\n  enabled: true\n  className: nginx\n  hosts:\n    - host: app-{n}.${{{{ vars.domain }}}}\n      paths: [{{path: /, pathType: Prefix}}]\n\
         resources:\n  requests: {{cpu: 100m, memory: 128Mi}}\n  limits: {{memory: 256Mi}}\npersistence: {{enabled: true, size: 8Gi, storageClass: longhorn}}\n"
    )
}

/// Ten chains of a hundred.
fn stack(replicas: usize) -> Stack {
    let mut stack = Stack::new(name("large"));
    stack.variables =
        vec![Declaration { name: "domain".into(), kind: VariableType::String, description: None, default: None, required: true }];
    for n in 0..COUNT {
        let chart = Chart { repository: "https://charts.example.com".into(), name: "app".into(), version: "1.2.3".into() };
        // One component in ten differs between two stacks with other replicas.
        let values = values(n, if n % 10 == 0 { replicas } else { 1 });
        let addon = Addon { chart, release: Map::new(), values };
        let depends_on = if n >= 10 { vec![name(&format!("app-{}", n - 10))] } else { Vec::new() };
        let component = Component::new(name(&format!("app-{n}")), Content::Addon(addon));
        stack.components.push(Component { namespace: Some(format!("ns-{}", n % 20)), depends_on, ..component });
    }
    stack
}

fn about() -> About {
    About {
        draft: None,
        title: "A change".into(),
        why: String::new(),
        ticket: None,
        author: Author { id: "p".into(), name: "Ilse".into(), email: "ilse@example.com".into() },
        frozen_at: "2026-11-22T15:00:00Z".parse().unwrap(),
        not_after: "2026-11-23T15:00:00Z".parse().unwrap(),
        nonce: "00".into(),
    }
}

fn planned(stack: &Stack, cluster: &Cluster, head: &Head) -> Built {
    let policy = Policy { four_eyes: false, approvals: 1, passkey: true };
    plan::build(&Input {
        cluster,
        stack,
        secrets: &BTreeMap::new(),
        sealed: &SealedFiles::default(),
        head,
        about: &about(),
        authorship: &[],
        policy,
        chart_digests: &BTreeMap::new(),
        previews: &domain::preview::Previews::default(),
        known: &domain::catalog::known::Known::default(),
    })
}

fn rendered(stack: &Stack, cluster: &Cluster) -> engine::Rendered {
    engine::render(stack, cluster, &resolve(stack, cluster), &SealedFiles::default())
}

/// The head once `stack` has been deployed.
fn head(stack: &Stack, cluster: &Cluster) -> Head {
    let mut head = Head::default();
    head.files.insert("countersign.yaml".into(), HeadFile::new("100644", Binding::of(cluster).text()));
    for (path, bytes) in rendered(stack, cluster).files {
        head.files.insert(path, HeadFile::new("100644", bytes));
    }
    head
}

fn kustomize() -> Option<PathBuf> {
    let home = std::env::var("HOME").unwrap_or_default();
    let ours = std::env::var("COUNTERSIGN_TOOLS_BIN").unwrap_or_else(|_| format!("{home}/.cache/countersign/tools/bin"));
    let found = [format!("{ours}/kustomize"), "/usr/local/bin/kustomize".into()].into_iter().map(PathBuf::from).find(|path| path.exists());
    if found.is_none() {
        println!("SKIPPED: no kustomize to compare with (COUNTERSIGN_TOOLS_BIN)");
    }
    found
}

/// The thousand HelmReleases in one folder, with one transformer over all of them.
fn peer_input(folder: &Path, stack: &Stack, cluster: &Cluster) {
    let mut resources = Vec::new();
    for (path, bytes) in rendered(stack, cluster).files.iter().filter(|(path, _)| path.ends_with("/release.yaml")) {
        let file = format!("{}.yaml", path.split('/').nth(3).unwrap());
        fs::write(folder.join(&file), bytes).unwrap();
        resources.push(file);
    }
    assert_eq!(resources.len(), COUNT);
    let labels = json!([{"pairs": {"countersign.dev/stack": "large"}}]);
    let list = json!({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources, "labels": labels});
    fs::write(folder.join("kustomization.yaml"), list.to_string()).unwrap();
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// Ours and theirs in turns, so that a busy machine is busy for both.
fn compare(cluster: &Cluster, before: &Stack, after: &Stack, head: &Head) {
    let (mut render, mut build, mut freezing, mut theirs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let folder = tempfile::tempdir().unwrap();
    let kustomize = kustomize();
    peer_input(folder.path(), before, cluster);
    for _ in 0..ROUNDS {
        render.push(timed(|| drop(black_box(rendered(before, cluster)))));
        build.push(timed(|| drop(black_box(planned(after, cluster, head)))));
        let plan = planned(after, cluster, head).plan;
        freezing.push(timed(|| drop(black_box(freeze::freeze(&plan).unwrap()))));
        if let Some(kustomize) = &kustomize {
            theirs.push(timed(|| {
                let status = Command::new(kustomize).arg("build").arg(folder.path()).stdout(Stdio::null()).status().unwrap();
                assert!(status.success());
            }));
        }
    }
    let (render, build, freezing) = (median(render), median(build), median(freezing));
    let plan = planned(after, cluster, head).plan;
    println!(
        "\n{COUNT} components, {} of them changed, {} files, plan.json {} KiB",
        COUNT / 10,
        plan.files.len(),
        freeze::freeze(&plan).unwrap().len() >> 10
    );
    println!("render          {render:>10.2?}");
    println!("plan (one core) {build:>10.2?}   goal: at most 100 ms");
    println!("freeze          {freezing:>10.2?}");
    if !theirs.is_empty() {
        let theirs = median(theirs);
        println!("kustomize build {theirs:>10.2?}");
        println!(
            "ratio: render {:.0}x faster (goal 100x), plan {:.0}x faster (goal 50x)",
            theirs.as_secs_f64() / render.as_secs_f64(),
            theirs.as_secs_f64() / build.as_secs_f64()
        );
    }
}

fn all(criterion: &mut Criterion) {
    let cluster = cluster();
    let (before, after) = (stack(1), stack(2));
    let head = head(&before, &cluster);
    assert!(planned(&after, &cluster, &head).plan.blocks().next().is_none());
    compare(&cluster, &before, &after, &head);
    criterion.bench_function("render 1,000 components", |bencher| bencher.iter(|| rendered(&before, &cluster)));
    criterion.bench_function("plan 1,000 components, 100 changed", |bencher| bencher.iter(|| planned(&after, &cluster, &head)));
    let built = planned(&after, &cluster, &head);
    criterion.bench_function("freeze the plan", |bencher| bencher.iter(|| freeze::freeze(&built.plan).unwrap()));
    let bytes = freeze::freeze(&built.plan).unwrap();
    criterion.bench_function("read the plan back", |bencher| bencher.iter(|| freeze::parse(&bytes).unwrap()));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(5));
    targets = all
}
criterion_main!(benches);
