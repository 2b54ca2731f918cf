//! When custom resources count as ready: without a rule, one that has no status yet counts at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::resolve::ResolvedContent;

/// Kinds with a condition that says they are ready: group, kinds, the condition's type.
const RULES: &[(&str, &[&str], &str)] = &[
    ("cert-manager.io", &["Certificate", "ClusterIssuer", "Issuer"], "Ready"),
    ("postgresql.cnpg.io", &["Cluster"], "Ready"),
    ("external-secrets.io", &["ClusterSecretStore", "ExternalSecret", "SecretStore"], "Ready"),
    ("monitoring.coreos.com", &["Alertmanager", "Prometheus"], "Available"),
];

/// The `healthCheckExprs` of a component, one per kind that it holds.
pub fn checks(content: &Option<ResolvedContent>) -> Vec<Value> {
    let Some(ResolvedContent::Manifest { objects }) = content else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let mut checks = Vec::new();
    for object in objects {
        let rule = RULES.iter().find(|(group, kinds, _)| *group == object.key.group && kinds.contains(&object.key.kind.as_str()));
        let Some((group, _, condition)) = rule else { continue };
        if !seen.insert((group, &object.key.kind)) {
            continue;
        }
        // A status that is not there is an error of the expression, and an error is not ready. A condition that says which
        // generation it is about must be about this one: after a change the old "ready" stands until the controller looked.
        checks.push(json!({
            "apiVersion": crate::resolve::text(&object.tree, &["apiVersion"]),
            "kind": object.key.kind,
            "current": format!(
                "status.conditions.exists(e, e.type == '{condition}' && e.status == 'True' && \
                 (!has(e.observedGeneration) || e.observedGeneration == metadata.generation))"
            ),
        }));
    }
    checks
}
