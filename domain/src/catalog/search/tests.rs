//! What people type and what must come first, over the catalog that ships.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use super::*;
use crate::catalog::source;

/// Every file of the catalog by its name.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .filter(|(name, _)| name.ends_with(".yaml"))
        .collect();
    files.sort();
    files
}

fn charts() -> Vec<Chart> {
    files().iter().map(|(name, text)| source::parse(text).unwrap_or_else(|errors| panic!("{name}: {errors:?}"))).collect()
}

fn found(charts: &[Chart], query: &str) -> Vec<String> {
    search(charts, query).iter().map(|chart| chart.name.to_string()).collect()
}

#[test]
fn every_file_reads_and_is_named_after_its_chart() {
    let files = files();
    assert!(files.len() >= 40, "{}", files.len());
    for ((file, _), chart) in files.iter().zip(charts()) {
        assert_eq!(*file, format!("{}.yaml", chart.name));
    }
}

#[test]
fn no_chart_is_listed_twice() {
    let charts = charts();
    let mut sources: Vec<(&str, &str)> =
        charts.iter().map(|chart| (chart.chart.repository.trim_end_matches('/'), chart.chart.name.as_str())).collect();
    sources.sort_unstable();
    let before = sources.len();
    sources.dedup();
    assert_eq!(before, sources.len());
}

#[test]
fn what_one_chart_needs_another_gives() {
    let charts = charts();
    for chart in &charts {
        for need in chart.needs.iter().chain(&chart.uses) {
            assert!(charts.iter().any(|other| other.gives.contains(need)), "nothing gives `{}` to {}", need.as_str(), chart.name);
        }
    }
}

#[test]
fn what_is_meant_comes_first() {
    let charts = charts();
    for (query, first) in [
        ("loki", "loki"),
        ("grafana", "grafana"),
        ("Cert Manager", "cert-manager"),
        ("cert", "cert-manager"),
        ("tls", "cert-manager"),
        ("certificates", "cert-manager"),
        ("letsencrypt", "cert-manager"),
        ("ClusterIssuer", "cert-manager"),
        ("nginx", "ingress-nginx"),
        ("ingress", "ingress-nginx"),
        ("prometheus", "kube-prometheus-stack"),
        ("postgres", "cloudnative-pg"),
        ("redis", "valkey"),
        ("kafka", "strimzi-kafka-operator"),
        ("elasticsearch", "eck-operator"),
        ("keycloak", "keycloakx"),
        ("kyvreno", "kyverno"),
        ("grafna", "grafana"),
        ("longhron", "longhorn"),
        ("github runner", "actions-runner-controller"),
        ("backup", "velero"),
        ("kube prom", "kube-prometheus-stack"),
    ] {
        assert_eq!(found(&charts, query).first().map(String::as_str), Some(first), "{query}: {:?}", found(&charts, query));
    }
}

#[test]
fn who_gives_something_stands_before_who_uses_it() {
    let charts = charts();
    for capability in crate::catalog::Capability::ALL {
        let found = search(&charts, capability.as_str());
        let gives = |chart: &&Chart| chart.gives.contains(capability);
        let named = |chart: &&Chart| chart.name.as_str().contains(capability.as_str());
        let last_giver = found.iter().rposition(&gives);
        let first_user = found.iter().position(|chart| !gives(chart) && !named(chart) && chart.uses.contains(capability));
        if let (Some(giver), Some(user)) = (last_giver, first_user) {
            assert!(giver < user, "{}: {:?}", capability.as_str(), found.iter().map(|chart| chart.name.as_str()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn every_word_of_a_query_must_stand_somewhere() {
    let charts = charts();
    assert_eq!(found(&charts, "grafana logs"), found(&charts, "logs grafana"));
    assert!(found(&charts, "loki zzzz").is_empty());
    assert!(found(&charts, "qqqqqq").is_empty());
}

#[test]
fn nothing_asked_shows_all_by_name() {
    let charts = charts();
    let all: Vec<String> = charts.iter().map(|chart| chart.name.to_string()).collect();
    for nothing in ["", "   ", "--"] {
        assert_eq!(found(&charts, nothing), all);
    }
}

#[test]
fn a_long_query_is_cut_and_not_refused() {
    assert_eq!(Query::new(&"loki ".repeat(10_000)).words.len(), MAX_WORDS);
}
