//! A person's own application without YAML: a few facts about an image become a component of plain manifests, which is
//! edited as YAML from then on.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::expression::{self, Piece};
use crate::name::Name;
use crate::problem::Problem;
use crate::stack::{Component, Content, Manifest, field};
use crate::text::sentence;
use crate::variable;
use crate::yaml::emit;

/// What the form asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Application {
    pub name: Name,
    pub namespace: String,
    /// `ghcr.io/acme/shop:1.4.2`
    pub image: String,
    #[serde(default = "one")]
    pub replicas: u32,
    /// Where it listens; absent: nothing reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The name under which the world reaches it, by an Ingress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Setting>,
    /// Environment variables whose values are secrets of the stack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretSetting>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SecretSetting {
    /// Of the environment variable.
    pub name: String,
    /// Of the secret; absent: after application and variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A claim that outlives the application's pods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// `10Gi`
    pub size: String,
    /// Where it is mounted: `/data`.
    pub path: String,
}

fn one() -> u32 {
    1
}

/// More than anybody means by a form.
const REPLICAS: u32 = 1000;
const SETTINGS: usize = 200;

impl Application {
    /// The component, with an id that is `name` until the stack knows one of that id already.
    pub fn component(&self) -> Result<Component, Problem> {
        self.check()?;
        let documents = self.documents();
        let text = emit::emit_documents(&documents);
        let content = Content::Manifest(Manifest { text });
        Ok(Component { namespace: Some(self.namespace.clone()), ..Component::new(self.name.clone(), content) })
    }

    fn check(&self) -> Result<(), Problem> {
        let wrong = |at: &str, why: &str| Err(Problem::invalid("invalid_field", sentence(why)).at(at));
        if let Err(why) = field::namespace(&self.namespace) {
            return wrong("namespace", &why);
        }
        if let Err(why) = image(&self.image) {
            return wrong("image", why);
        }
        if self.replicas > REPLICAS {
            return wrong("replicas", "more than 1,000 replicas are no application of a form");
        }
        if self.port == Some(0) {
            return wrong("port", "a port is between 1 and 65535");
        }
        if let Some(host) = &self.host {
            if self.port.is_none() {
                return wrong("port", "what a host leads to needs a port");
            }
            if !is_host(host) {
                return wrong("host", "a host is written as shop.example.com");
            }
        }
        if self.environment.len() + self.secrets.len() > SETTINGS {
            return wrong("environment", "at most 200 variables");
        }
        let names = self.environment.iter().map(|one| ("environment", &one.name));
        let names: Vec<(&str, &String)> = names.chain(self.secrets.iter().map(|one| ("secrets", &one.name))).collect();
        for (place, (at, name)) in names.iter().enumerate() {
            if !is_setting(name) {
                return wrong(at, &format!("`{}` cannot be the name of an environment variable", crate::visible::one_line(name)));
            }
            if names[..place].iter().any(|(_, before)| before == name) {
                return wrong(at, &format!("`{name}` is set twice"));
            }
        }
        for one in &self.environment {
            match expression::parse(&one.value) {
                Err(error) => return wrong("environment", &format!("`{}`: {error}", one.name)),
                Ok(pieces) if pieces.iter().any(is_secret) => {
                    return wrong("environment", &format!("`{}` holds a secret: name it among the secrets", one.name));
                }
                Ok(_) => {}
            }
        }
        if let Some(name) = self.secrets.iter().filter_map(|one| one.secret.as_ref()).find(|name| !variable::is_name(name)) {
            let why = format!("`{}` cannot name a secret: letters, digits and underscores", crate::visible::one_line(name));
            return wrong("secrets", &why);
        }
        match &self.volume {
            Some(volume) if !is_size(&volume.size) => wrong("volume_size", "a size is written as 10Gi"),
            Some(volume) if !is_folder(&volume.path) => wrong("volume_path", "a folder is written as /data"),
            // The claim is of a kind that one node mounts, which every storage class can.
            Some(_) if self.replicas > 1 => wrong("replicas", "a volume goes with one replica: several would wait for each other"),
            _ => Ok(()),
        }
    }

    fn documents(&self) -> Vec<Value> {
        let mut documents = Vec::new();
        if !self.secrets.is_empty() {
            let data: serde_json::Map<String, Value> =
                self.secrets.iter().map(|one| (one.name.clone(), format!("${{{{ secrets.{} }}}}", self.secret(one)).into())).collect();
            let metadata = self.metadata(&self.secret_name());
            documents.push(json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data }));
        }
        if let Some(volume) = &self.volume {
            documents.push(json!({
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": self.metadata(&self.claim_name()),
                "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": volume.size } } },
            }));
        }
        documents.push(self.deployment());
        if self.port.is_some() {
            documents.push(json!({
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": self.metadata(self.name.as_str()),
                "spec": { "selector": self.labels(), "ports": [{ "name": "http", "port": 80, "targetPort": "http" }] },
            }));
        }
        if let Some(host) = &self.host {
            let backend = json!({ "service": { "name": self.name, "port": { "name": "http" } } });
            let rule = json!({ "host": host, "http": { "paths": [{ "path": "/", "pathType": "Prefix", "backend": backend }] } });
            documents.push(json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": self.metadata(self.name.as_str()),
                "spec": { "rules": [rule] },
            }));
        }
        documents
    }

    fn deployment(&self) -> Value {
        let mut container = json!({ "name": self.name, "image": self.image });
        let mut put = |key: &str, value: Value| drop(container.as_object_mut().map(|map| map.insert(key.to_owned(), value)));
        if let Some(port) = self.port {
            put("ports", json!([{ "name": "http", "containerPort": port }]));
            put("readinessProbe", json!({ "tcpSocket": { "port": "http" } }));
        }
        let plain = self.environment.iter().map(|one| json!({ "name": one.name, "value": one.value }));
        let key = |name: &str| json!({ "secretKeyRef": { "name": self.secret_name(), "key": name } });
        let secret = self.secrets.iter().map(|one| json!({ "name": one.name, "valueFrom": key(&one.name) }));
        let environment: Vec<Value> = plain.chain(secret).collect();
        if !environment.is_empty() {
            put("env", environment.into());
        }
        if let Some(volume) = &self.volume {
            put("volumeMounts", json!([{ "name": "data", "mountPath": volume.path }]));
        }
        let mut pod = json!({ "containers": [container] });
        let mut spec = json!({ "replicas": self.replicas, "selector": { "matchLabels": self.labels() } });
        if self.volume.is_some() {
            pod["volumes"] = json!([{ "name": "data", "persistentVolumeClaim": { "claimName": self.claim_name() } }]);
            // The next pod can mount it only once the last one is gone.
            spec["strategy"] = json!({ "type": "Recreate" });
        }
        spec["template"] = json!({ "metadata": { "labels": self.labels() }, "spec": pod });
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": self.metadata(self.name.as_str()), "spec": spec })
    }

    fn metadata(&self, name: &str) -> Value {
        json!({ "name": name, "namespace": self.namespace, "labels": self.labels() })
    }

    fn labels(&self) -> Value {
        json!({ "app.kubernetes.io/name": self.name })
    }

    fn secret_name(&self) -> String {
        format!("{}-env", self.name)
    }

    fn claim_name(&self) -> String {
        format!("{}-data", self.name)
    }

    fn secret(&self, one: &SecretSetting) -> String {
        let own = || format!("{}_{}", self.name.as_str().replace('-', "_"), one.name.to_lowercase().replace(['.', '-'], "_"));
        one.secret.clone().unwrap_or_else(own)
    }
}

/// Another image tomorrow under the same words would be deployed by nobody's hand.
fn image(text: &str) -> Result<(), &'static str> {
    if text.is_empty() || text.len() > 500 || text.contains(char::is_control) {
        return Err("an image is written as ghcr.io/acme/shop:1.4.2");
    }
    let pieces = expression::parse(text).map_err(|_| "this expression cannot be read: write ${{ vars.NAME }}")?;
    let plain: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => *text,
            _ => "x",
        })
        .collect();
    if plain.contains(|c: char| !c.is_ascii_graphic()) || pieces.iter().any(is_secret) {
        return Err("an image is written as ghcr.io/acme/shop:1.4.2");
    }
    let last = plain.rsplit('/').next().unwrap_or_default();
    match last.split_once('@').map_or_else(|| last.split_once(':').map(|(_, tag)| tag), |(_, digest)| Some(digest)) {
        None | Some("" | "latest") => Err("state the image's tag or digest, and not `latest`: what is signed is one image"),
        Some(_) => Ok(()),
    }
}

fn is_secret(piece: &Piece<'_>) -> bool {
    matches!(piece, Piece::Secret(_))
}

/// Names of the DNS, or with a variable in them.
fn is_host(text: &str) -> bool {
    if expression::is_in(text) {
        return expression::parse(text).is_ok_and(|pieces| !pieces.iter().any(is_secret));
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.strip_prefix("*.").unwrap_or(text).split('.').all(label)
}

fn is_setting(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 250
        && bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

fn is_size(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && digits <= 9 && !text.starts_with('0') && ["Ki", "Mi", "Gi", "Ti"].contains(&&text[digits..])
}

fn is_folder(text: &str) -> bool {
    text.len() > 1 && text.len() <= 1024 && text.starts_with('/') && !text.contains([':', '\\']) && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests;
