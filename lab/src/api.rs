//! The cluster's API as JSON: read, apply, remove, and wait for what is to come.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::Value;

use crate::http;
use crate::process::PATIENCE;

/// Kinds by the path of their collection: group and version, plural.
const KINDS: &[(&str, &str, &str)] = &[
    ("Namespace", "api/v1", "namespaces"),
    ("Secret", "api/v1", "secrets"),
    ("ConfigMap", "api/v1", "configmaps"),
    ("Event", "api/v1", "events"),
    ("CustomResourceDefinition", "apis/apiextensions.k8s.io/v1", "customresourcedefinitions"),
    ("Deployment", "apis/apps/v1", "deployments"),
    ("StatefulSet", "apis/apps/v1", "statefulsets"),
    ("DaemonSet", "apis/apps/v1", "daemonsets"),
    ("ClusterRole", "apis/rbac.authorization.k8s.io/v1", "clusterroles"),
    ("GitRepository", "apis/source.toolkit.fluxcd.io/v1", "gitrepositories"),
    ("HelmRepository", "apis/source.toolkit.fluxcd.io/v1", "helmrepositories"),
    ("OCIRepository", "apis/source.toolkit.fluxcd.io/v1", "ocirepositories"),
    ("Kustomization", "apis/kustomize.toolkit.fluxcd.io/v1", "kustomizations"),
    ("HelmRelease", "apis/helm.toolkit.fluxcd.io/v2", "helmreleases"),
    ("Provider", "apis/notification.toolkit.fluxcd.io/v1beta3", "providers"),
    ("Alert", "apis/notification.toolkit.fluxcd.io/v1beta3", "alerts"),
    ("ClusterIssuer", "apis/cert-manager.io/v1", "clusterissuers"),
    ("PersistentVolumeClaim", "api/v1", "persistentvolumeclaims"),
    // By the name of its operator's product: other kinds are called Cluster as well.
    ("PostgresCluster", "apis/postgresql.cnpg.io/v1", "clusters"),
    ("Database", "apis/postgresql.cnpg.io/v1", "databases"),
    ("IPAddressPool", "apis/metallb.io/v1beta1", "ipaddresspools"),
    ("L2Advertisement", "apis/metallb.io/v1beta1", "l2advertisements"),
    ("PrometheusRule", "apis/monitoring.coreos.com/v1", "prometheusrules"),
];

/// Asks again this often.
const PAUSE: Duration = Duration::from_millis(100);

/// The API server behind `kubectl proxy`, which brings the credentials.
#[derive(Debug, Clone)]
pub struct Api {
    port: u16,
}

impl Api {
    pub fn at(port: u16) -> Api {
        Api { port }
    }

    /// Whether the server and all that it starts with are up.
    pub fn is_ready(&self) -> bool {
        http::request(self.port, "GET", "/readyz", "", b"").is_ok_and(|answer| answer.status == 200)
    }

    /// What makes this cluster itself and no other: the UID of its `kube-system` namespace.
    pub fn uid(&self) -> anyhow::Result<String> {
        let namespace = self.until("the namespace kube-system", PATIENCE, |api| api.find("Namespace", "", "kube-system"))?;
        Ok(namespace["metadata"]["uid"].as_str().unwrap_or_default().to_owned())
    }

    /// All objects of a kind, in every namespace.
    pub fn list(&self, kind: &str) -> anyhow::Result<Vec<Value>> {
        let answer = http::request(self.port, "GET", &collection(kind, None)?, "", b"")?;
        let mut list: Value = parsed(&answer)?;
        Ok(list["items"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }

    /// One object; a kind that the cluster does not know has none.
    pub fn find(&self, kind: &str, namespace: &str, name: &str) -> anyhow::Result<Option<Value>> {
        let answer = http::request(self.port, "GET", &path(kind, namespace, name)?, "", b"")?;
        if answer.status == 404 { Ok(None) } else { parsed(&answer).map(Some) }
    }

    /// Creates the object or changes it to this; fields that others set stay.
    pub fn apply(&self, object: &Value) -> anyhow::Result<Value> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let path = path(text("/kind"), text("/metadata/namespace"), text("/metadata/name"))?;
        let path = format!("{path}?fieldManager=lab&force=true");
        let answer = http::request(self.port, "PATCH", &path, "application/apply-patch+yaml", object.to_string().as_bytes())?;
        parsed(&answer).with_context(|| format!("applying {} {}", text("/kind"), text("/metadata/name")))
    }

    /// A definition of a kind, as the YAML of its authors; gives its name.
    pub fn apply_definition(&self, yaml: &str) -> anyhow::Result<String> {
        // `metadata.name` is the only line of these files that is indented by two and starts so.
        let name = yaml.lines().find_map(|line| line.strip_prefix("  name: ")).context("a definition without a name")?;
        let path = format!("{}?fieldManager=lab&force=true", path("CustomResourceDefinition", "", name)?);
        parsed(&http::request(self.port, "PATCH", &path, "application/apply-patch+yaml", yaml.as_bytes())?)?;
        Ok(name.to_owned())
    }

    /// Lays a patch over the object, or over its status alone.
    pub fn patch(&self, kind: &str, namespace: &str, name: &str, subresource: &str, patch: &Value) -> anyhow::Result<Value> {
        let path = format!("{}{subresource}", path(kind, namespace, name)?);
        let answer = http::request(self.port, "PATCH", &path, "application/merge-patch+json", patch.to_string().as_bytes())?;
        parsed(&answer).with_context(|| format!("patching {kind} {name}"))
    }

    pub fn delete(&self, kind: &str, namespace: &str, name: &str) -> anyhow::Result<()> {
        let answer = http::request(self.port, "DELETE", &path(kind, namespace, name)?, "", b"")?;
        parsed(&answer).map(drop)
    }

    /// Asks until there is an answer. Whoever waits says for what, and what is the case instead when time is up.
    pub fn until<T>(&self, what: &str, patience: Duration, mut answer: impl FnMut(&Api) -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let began = Instant::now();
        loop {
            if let Some(answer) = answer(self)? {
                return Ok(answer);
            }
            anyhow::ensure!(began.elapsed() < patience, "waited {} s for {what}\n{}", patience.as_secs(), self.state());
            std::thread::sleep(PAUSE);
        }
    }

    /// What Flux says of its objects, a line each.
    pub fn state(&self) -> String {
        let mut lines = Vec::new();
        for kind in ["GitRepository", "HelmRepository", "OCIRepository", "Kustomization", "HelmRelease"] {
            for object in self.list(kind).unwrap_or_default() {
                let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
                let (status, reason, message) = condition(&object, "Ready").unwrap_or_default();
                lines.push(format!("{kind} {name}: Ready={status} {reason}: {message}"));
            }
        }
        lines.join("\n")
    }
}

/// Status, reason and message of a condition.
pub fn condition<'a>(object: &'a Value, kind: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let condition = conditions.iter().find(|condition| condition["type"] == kind)?;
    let text = |key: &str| condition[key].as_str().unwrap_or_default();
    Some((text("status"), text("reason"), text("message")))
}

fn collection(kind: &str, namespace: Option<&str>) -> anyhow::Result<String> {
    let (_, group, plural) = KINDS.iter().find(|(known, _, _)| *known == kind).with_context(|| format!("the lab does not know {kind}"))?;
    Ok(match namespace {
        Some(namespace) => format!("/{group}/namespaces/{namespace}/{plural}"),
        None => format!("/{group}/{plural}"),
    })
}

fn path(kind: &str, namespace: &str, name: &str) -> anyhow::Result<String> {
    let namespace = (!namespace.is_empty()).then_some(namespace);
    Ok(format!("{}/{name}", collection(kind, namespace)?))
}

fn parsed(answer: &http::Answer) -> anyhow::Result<Value> {
    let text = String::from_utf8_lossy(&answer.body);
    anyhow::ensure!((200..300).contains(&answer.status), "the API server answered {}: {text}", answer.status);
    Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
}
