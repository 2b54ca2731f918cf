//! Whether a stack came up in the order that it asks for, by the timestamps of Kubernetes.

use std::collections::BTreeMap;

use domain::stack::{Content, source};
use lab::{FLUX_NAMESPACE, Lab, condition};
use serde_json::Value;

/// Kinds in which components come, besides what their charts install.
const KINDS: [&str; 11] = [
    "HelmRelease",
    "HelmRepository",
    "Secret",
    "ConfigMap",
    "PersistentVolumeClaim",
    "ClusterIssuer",
    "PrometheusRule",
    "PostgresCluster",
    "Database",
    "IPAddressPool",
    "L2Advertisement",
];

/// What one Kustomization applied: kind and name, with the object.
fn applied(lab: &Lab, kustomization: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for kind in KINDS {
        for object in lab.api.list(kind).unwrap_or_default() {
            if object["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/name"] == kustomization {
                found.insert(format!("{kind} {}", object["metadata"]["name"].as_str().unwrap()), object);
            }
        }
    }
    found
}

/// By the timestamps of the API server: nothing of a component is older than the readiness of what it depends on.
pub fn in_order(lab: &Lab, name: &str, stack: &str, at_least: usize) {
    let mut compared = 0;
    for component in source::parse(stack).unwrap().components {
        let own = applied(lab, &format!("{name}--{}", component.id));
        assert!(!own.is_empty() || matches!(component.content, Content::Manifest(_)), "{} applied nothing", component.id);
        for on in &component.depends_on {
            let dependency = lab.api.find("Kustomization", FLUX_NAMESPACE, &format!("{name}--{on}")).unwrap().unwrap();
            assert_eq!(condition(&dependency, "Ready").unwrap().0, "True");
            let conditions = dependency["status"]["conditions"].as_array().unwrap();
            let ready = conditions.iter().find(|condition| condition["type"] == "Ready").unwrap();
            let since = ready["lastTransitionTime"].as_str().unwrap();
            for (what, object) in &own {
                // RFC 3339 in UTC without a fraction: text compares as time does.
                let created = object["metadata"]["creationTimestamp"].as_str().unwrap();
                assert!(since <= created, "{what} of {} was made at {created}, {on} was ready at {since}", component.id);
                compared += 1;
            }
        }
    }
    assert!(compared >= at_least, "only {compared} objects were compared");
}
