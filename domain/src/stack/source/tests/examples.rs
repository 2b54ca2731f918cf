//! The examples that ship with the product hold what they promise.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::binding::Binding;
use crate::cluster::{self, Cluster};
use crate::finding::Level;
use crate::plan::{self, About, Author, Head, HeadFile, Input, Policy, SecretFact};
use crate::sealing::{Sealed, SealedFiles};
use crate::stack::source::{emit, parse};
use crate::stack::{Content, Stack};
use crate::yaml::read;
use crate::{expression, resolve, secret};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The folders with a stack in them.
fn examples() -> Vec<(String, Stack)> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<String> =
        entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), parse(&text(&format!("{name}/stack.yaml"))).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"))))
        .collect()
}

fn clusters(example: &str) -> Vec<Cluster> {
    let read = |environment| {
        let path = format!("{example}/clusters/{environment}.yaml");
        cluster::source::parse(&text(&path)).unwrap_or_else(|errors| panic!("{path}: {errors:#?}"))
    };
    ["dev", "staging", "production"].map(read).into()
}

#[test]
fn there_are_examples() {
    assert!(!examples().is_empty());
}

#[test]
fn every_example_is_written_as_the_product_writes_it() {
    for (name, stack) in examples() {
        let text = text(&format!("{name}/stack.yaml"));
        let diff = similar::TextDiff::from_lines(&text, emit(&stack)).unified_diff().to_string();
        assert!(diff.is_empty(), "{name}:\n{diff}");
    }
}

#[test]
fn every_text_is_valid_and_every_chart_exact() {
    for (name, stack) in examples() {
        for component in &stack.components {
            read::documents(component.text()).unwrap_or_else(|error| panic!("{name}, {}: {error}", component.id));
            if let Content::Addon(addon) = &component.content {
                assert!(addon.chart.version.trim_start_matches('v').split('.').count() == 3, "{name}: {}", addon.chart.version);
            }
        }
    }
}

#[test]
fn what_is_declared_is_used_and_the_example_secrets_are_complete() {
    for (name, stack) in examples() {
        let uses = expression::uses(&stack);
        let declared: BTreeSet<&str> = stack.variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(uses.variables.keys().map(String::as_str).collect::<BTreeSet<_>>(), declared, "{name}");
        let secrets = read::value(&text(&format!("{name}/secrets.example.yaml"))).unwrap();
        let given: BTreeSet<&str> = secrets.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(uses.secrets.keys().map(String::as_str).collect::<BTreeSet<_>>(), given, "{name}");
    }
}

/// Who a cluster is differs of course: its name, repository, recipients and UID.
#[test]
fn the_clusters_differ_in_variables_alone() {
    for (name, stack) in examples() {
        let all = clusters(&name);
        let identities: BTreeSet<_> =
            all.iter().map(|cluster| (&cluster.name, &cluster.repository.url, &cluster.recipients, &cluster.kube_system_uid)).collect();
        assert_eq!(identities.len(), all.len(), "{name}");
        let domains: BTreeSet<String> = all
            .iter()
            .map(|cluster| resolve::resolve(&stack, cluster).variables.iter().find(|one| one.name == "domain").unwrap().value.to_string())
            .collect();
        assert_eq!(domains.len(), all.len(), "{name}: every cluster has its own domain");
        for cluster in &all {
            assert_eq!((cluster.engine, &cluster.flux), (all[0].engine, &all[0].flux), "{name}");
            let known: BTreeSet<&str> = stack.variables.iter().map(|variable| variable.name.as_str()).collect();
            let levels =
                [&cluster.variables.organisation, &cluster.variables.environment, &cluster.variables.cluster, &cluster.variables.stack];
            for variable in levels.into_iter().flat_map(|level| level.keys()) {
                assert!(known.contains(variable.as_str()), "{name}: {} sets `{variable}`, which nobody declares", cluster.name);
            }
        }
    }
}

#[test]
fn every_example_can_be_planned_for_every_cluster_and_nothing_blocks() {
    for (name, stack) in examples() {
        for cluster in clusters(&name) {
            let blocks = blocking(&stack, &cluster);
            assert!(blocks.is_empty(), "{name} on {}: {blocks:#?}", cluster.name);
        }
    }
}

fn blocking(stack: &Stack, cluster: &Cluster) -> Vec<String> {
    let secrets: BTreeMap<String, SecretFact> = expression::uses(stack)
        .secrets
        .into_keys()
        .map(|name| (name, SecretFact { state: secret::State::New, from: secret::Level::Cluster }))
        .collect();
    let mut head = Head::default();
    head.files.insert("countersign.yaml".into(), HeadFile::new("100644", Binding::of(cluster).text()));
    let about = About {
        draft: None,
        title: "Load the example".into(),
        why: "To try it".into(),
        ticket: None,
        author: Author { id: "p1".into(), name: "Ilse Brandt".into(), email: "ilse@nordhavn.example".into() },
        frozen_at: "2026-11-22T15:00:00Z".parse().unwrap(),
        not_after: "2026-11-23T15:00:00Z".parse().unwrap(),
        nonce: "00".into(),
    };
    let mut sealed = SealedFiles::default();
    for request in plan::sealing_requests(stack, cluster) {
        let (path, secret) = request.named("0123456789").unwrap();
        sealed.insert(request.path.clone(), Sealed { path, name: secret, bytes: b"sealed: true\n".to_vec() });
    }
    let input = Input {
        cluster,
        stack,
        secrets: &secrets,
        sealed: &sealed,
        head: &head,
        about: &about,
        authorship: &[],
        policy: Policy { four_eyes: false, approvals: 1, passkey: true },
        chart_digests: &BTreeMap::new(),
        previews: &crate::preview::Previews::default(),
        known: &crate::catalog::known::Known::default(),
    };
    let findings = plan::build(&input).plan.findings;
    findings
        .into_iter()
        .filter(|finding| finding.level == Level::Block)
        .map(|finding| format!("{} at {:?}: {}", finding.code, finding.at, finding.reason))
        .collect()
}
