//! Flux's own schemas, as strict as they can be read: what they refuse, the cluster would refuse or drop.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Flux's schemas by group and kind, with unknown fields refused.
pub struct Schemas(BTreeMap<(String, String), jsonschema::Validator>);

impl Schemas {
    pub fn load() -> Schemas {
        let mut validators = BTreeMap::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flux-crds");
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let definition: Value = serde_yaml_ng::from_slice(&fs::read(&path).unwrap()).unwrap();
            let group = definition["spec"]["group"].as_str().unwrap();
            let kind = definition["spec"]["names"]["kind"].as_str().unwrap();
            for version in definition["spec"]["versions"].as_array().unwrap().iter().filter(|version| version["served"] == true) {
                let mut schema = version["schema"]["openAPIV3Schema"].clone();
                close(&mut schema);
                let api_version = format!("{group}/{}", version["name"].as_str().unwrap());
                validators.insert((api_version, kind.to_owned()), jsonschema::validator_for(&schema).unwrap());
            }
        }
        Schemas(validators)
    }

    pub fn check(&self, object: &Value) -> Result<(), String> {
        let (version, kind) = (object["apiVersion"].as_str().unwrap_or_default(), object["kind"].as_str().unwrap_or_default());
        let Some(validator) = self.0.get(&(version.to_owned(), kind.to_owned())) else {
            return Err(format!("{version} {kind} is not served"));
        };
        validator.validate(object).map_err(|error| format!("{kind} {}: {error} at {}", object["metadata"]["name"], error.instance_path()))
    }
}

/// What the API server does with fields that a structural schema does not know, made strict.
fn close(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else { return };
    let open = map.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true)) || map.contains_key("additionalProperties");
    if map.contains_key("properties") && !open {
        map.insert("additionalProperties".into(), false.into());
    }
    for (key, inner) in map.iter_mut() {
        match key.as_str() {
            "properties" => inner.as_object_mut().into_iter().flatten().for_each(|(_, property)| close(property)),
            "items" | "additionalProperties" => close(inner),
            _ => {}
        }
    }
}
