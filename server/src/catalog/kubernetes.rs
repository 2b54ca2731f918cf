//! The schemas of Kubernetes' own objects, from the file that ships with the product (`schemas/kubernetes/`).

use std::io::Read;
use std::sync::OnceLock;

use flate2::read::GzDecoder;
use serde_json::Value;

static PACKED: &[u8] = include_bytes!("../../../schemas/kubernetes/objects.json.gz");

/// The whole file: `kinds` by `group/version/Kind`, and the `definitions` to which their references lead.
pub fn objects() -> &'static Value {
    static OBJECTS: OnceLock<Value> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let mut text = String::new();
        let read = GzDecoder::new(PACKED).read_to_string(&mut text);
        read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
    })
}

/// The schema of a kind, if it is one of Kubernetes' own.
pub fn schema(api_version: &str, kind: &str) -> Option<&'static Value> {
    let objects = objects();
    let name = objects["kinds"].get(format!("{api_version}/{kind}"))?.as_str()?;
    objects["definitions"].get(name)
}

/// Every kind with its `apiVersion`.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    let kinds = objects()["kinds"].as_object();
    kinds.into_iter().flatten().filter_map(|(name, _)| name.rsplit_once('/'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn every_kind_has_its_definition_and_no_reference_leads_nowhere() {
        for (api_version, kind) in kinds() {
            assert!(schema(api_version, kind).unwrap()["properties"]["metadata"].is_object(), "{api_version} {kind}");
        }
        let text = objects()["definitions"].to_string();
        for name in text.split("\"$ref\":\"#/definitions/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(objects()["definitions"].get(name).is_some(), "{name}");
        }
        for known in [
            "apps/v1/Deployment",
            "v1/PersistentVolumeClaim",
            "batch/v1/CronJob",
            "networking.k8s.io/v1/Ingress",
            "policy/v1/PodDisruptionBudget",
        ] {
            assert!(objects()["kinds"].get(known).is_some(), "{known}");
        }
    }
}
