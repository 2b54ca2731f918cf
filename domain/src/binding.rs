//! `countersign.yaml`: whose repository this is. It is checked before every push.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::name::Name;
use crate::yaml::{emit, read};

pub const API_VERSION: &str = "countersign.dev/v1alpha1";
pub const KIND: &str = "Binding";

/// The cluster that a repository belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub cluster: Name,
    pub environment: Name,
    /// Where in the repository the cluster lives; empty: at the root.
    pub path: String,
    pub kube_system_uid: Option<String>,
    pub recipients: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    #[error(transparent)]
    Yaml(#[from] read::YamlError),
    #[error("`{0}` is not a field of a binding")]
    Unknown(String),
    #[error("`{0}` is missing or of another type")]
    Field(&'static str),
    #[error("{0} is written by a newer Countersign")]
    Version(String),
}

impl Binding {
    pub fn of(cluster: &Cluster) -> Binding {
        Binding {
            cluster: cluster.name.clone(),
            environment: cluster.environment.clone(),
            path: cluster.repository.path.clone(),
            kube_system_uid: cluster.kube_system_uid.clone(),
            recipients: cluster.recipients.clone(),
        }
    }

    /// The file.
    pub fn text(&self) -> String {
        let mut spec = json!({"environment": self.environment, "path": self.path, "recipients": self.recipients});
        if let Some(uid) = &self.kube_system_uid {
            spec["identity"] = json!({"kubeSystemUid": uid});
        }
        emit::emit(&json!({"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": self.cluster}, "spec": spec}))
    }

    /// Reads the file; fields that are not known are refused.
    pub fn parse(text: &str) -> Result<Binding, BindingError> {
        let value = read::value(text)?;
        let string = |pointer: &'static str| value.pointer(pointer).and_then(Value::as_str);
        match string("/apiVersion") {
            Some(API_VERSION) => {}
            Some(other) => return Err(BindingError::Version(other.to_owned())),
            None => return Err(BindingError::Field("apiVersion")),
        }
        if string("/kind") != Some(KIND) {
            return Err(BindingError::Field("kind"));
        }
        known(&value, "", &["apiVersion", "kind", "metadata", "spec"])?;
        known(&value["metadata"], "metadata.", &["name"])?;
        known(&value["spec"], "spec.", &["environment", "path", "recipients", "identity"])?;
        known(&value["spec"]["identity"], "spec.identity.", &["kubeSystemUid"])?;
        let name = |pointer: &'static str, field: &'static str| {
            string(pointer).and_then(|text| Name::new(text).ok()).ok_or(BindingError::Field(field))
        };
        let recipients = value.pointer("/spec/recipients").and_then(Value::as_array).ok_or(BindingError::Field("spec.recipients"))?;
        let recipients: Option<Vec<String>> = recipients.iter().map(|recipient| recipient.as_str().map(str::to_owned)).collect();
        Ok(Binding {
            cluster: name("/metadata/name", "metadata.name")?,
            environment: name("/spec/environment", "spec.environment")?,
            path: string("/spec/path").ok_or(BindingError::Field("spec.path"))?.to_owned(),
            kube_system_uid: string("/spec/identity/kubeSystemUid").map(str::to_owned),
            recipients: recipients.ok_or(BindingError::Field("spec.recipients"))?,
        })
    }
}

fn known(value: &Value, at: &str, fields: &[&str]) -> Result<(), BindingError> {
    match value.as_object().into_iter().flatten().find(|(key, _)| !fields.contains(&key.as_str())) {
        Some((key, _)) => Err(BindingError::Unknown(format!("{at}{key}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn binding() -> Binding {
        Binding {
            cluster: Name::new("nl-prod-1").unwrap(),
            environment: Name::new("production").unwrap(),
            path: "clusters/nl".into(),
            kube_system_uid: Some("6f1c0f6e-0000-4000-8000-000000000000".into()),
            recipients: vec!["age1xyz".into()],
        }
    }

    #[test]
    fn a_binding_reads_back() {
        assert_eq!(Binding::parse(&binding().text()), Ok(binding()));
        let unknown = Binding { kube_system_uid: None, path: String::new(), ..binding() };
        assert_eq!(Binding::parse(&unknown.text()), Ok(unknown));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let text = binding().text();
        assert_eq!(Binding::parse(&format!("{text}extra: 1\n")), Err(BindingError::Unknown("extra".into())));
        assert_eq!(Binding::parse(&text.replace("kubeSystemUid", "uid")), Err(BindingError::Unknown("spec.identity.uid".into())));
        assert!(matches!(Binding::parse(&text.replace("v1alpha1", "v9")), Err(BindingError::Version(_))));
        assert_eq!(Binding::parse(&text.replace("name: nl-prod-1", "name: ../x")), Err(BindingError::Field("metadata.name")));
    }
}
