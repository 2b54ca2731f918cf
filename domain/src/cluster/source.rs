//! `cluster.yaml`: the written form of a cluster, for rendering without a server.

use serde_json::{Map, Value, json};

use super::{Cluster, Engine, FluxNames, Repository};
use crate::name::Name;
use crate::stack::field;
use crate::stack::source::{API_VERSION, SourceError, annotations};
use crate::variable::{Levels, is_name};
use crate::yaml::emit;
use crate::yaml::fields::{Complaints, Fields, header};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

/// The cluster, or everything that is wrong with the text.
pub fn parse(text: &str) -> Result<Cluster, Vec<SourceError>> {
    let document = read::own_file(text, read::MAX_BYTES).map_err(|error| vec![SourceError::from(error)])?;
    let mut complaints = Complaints::default();
    let cluster = cluster(&mut complaints, &document);
    complaints.finish(text)?;
    cluster.ok_or_else(|| vec![SourceError { path: String::new(), message: "this is no cluster".into(), line: Some(1) }])
}

fn cluster(complaints: &mut Complaints, document: &Value) -> Option<Cluster> {
    let root = Fields::of(complaints, ValuePath::root(), document, &["apiVersion", "kind", "metadata", "spec"]);
    header(complaints, &root, "Cluster");
    let metadata = root.required_fields(complaints, "metadata", &["name", "annotations"]);
    let name = metadata.required_parsed(complaints, "name", Name::new);
    // An open bag for other tools; nothing here reads it.
    annotations(complaints, &metadata);

    const KNOWN: [&str; 7] = ["environment", "engine", "repository", "recipients", "identity", "flux", "variables"];
    let spec = root.required_fields(complaints, "spec", &KNOWN);
    let environment = spec.required_parsed(complaints, "environment", Name::new);
    let engine = spec.parsed(complaints, "engine", |text| {
        if text == "flux" { Ok(Engine::Flux) } else { Err("`flux` belongs here; it is the only engine so far") }
    });
    let repository = spec.required(complaints, "repository").and_then(|value| repository(complaints, spec.at("repository"), value));
    let recipients = spec.get("recipients").map(|value| complaints.each(&spec.at("recipients"), value, recipient)).unwrap_or_default();
    let kube_system_uid = spec.get("identity").and_then(|value| {
        let identity = Fields::of(complaints, spec.at("identity"), value, &["kubeSystemUid"]);
        identity.parsed(complaints, "kubeSystemUid", uid)
    });
    let flux = spec.get("flux").map(|value| flux(complaints, spec.at("flux"), value)).unwrap_or_default();
    let variables = spec.get("variables").map(|value| levels(complaints, spec.at("variables"), value)).unwrap_or_default();
    Some(Cluster {
        name: name?,
        environment: environment?,
        engine: engine.unwrap_or(Engine::Flux),
        repository: repository?,
        recipients,
        kube_system_uid,
        flux,
        variables,
    })
}

fn repository(complaints: &mut Complaints, path: ValuePath, value: &Value) -> Option<Repository> {
    let fields = Fields::of(complaints, path, value, &["url", "branch", "path"]);
    let url = fields.required_parsed(complaints, "url", repository_url);
    let branch = fields.required_parsed(complaints, "branch", branch);
    let path = fields.parsed(complaints, "path", repository_path).unwrap_or_default();
    Some(Repository { url: url?, branch: branch?, path })
}

/// An address that Flux or the deployer can reach. A password in it would stand in Git in the open.
fn repository_url(text: &str) -> Result<String, String> {
    let Some((scheme @ ("ssh" | "https" | "http" | "file"), rest)) = text.split_once("://") else {
        return Err("a repository's address starts with ssh://, https:// or file://".into());
    };
    let host = rest.split('/').next().unwrap_or_default();
    let user = host.rsplit_once('@').map(|(user, _)| user);
    if user.is_some_and(|user| user.contains(':') || scheme.starts_with("http")) {
        return Err("a repository's address carries no password and no token".into());
    }
    let nowhere = if scheme == "file" { rest.is_empty() } else { host.is_empty() };
    if nowhere || !rest.chars().all(|c| !c.is_control() && !c.is_whitespace()) {
        return Err("this is no repository's address".into());
    }
    Ok(text.to_owned())
}

/// A branch as Git allows it, as far as it matters: it becomes `refs/heads/<branch>`.
fn branch(text: &str) -> Result<String, String> {
    let parts_fit =
        text.split('/').all(|part| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock") && !part.ends_with('.'));
    let characters_fit =
        text.bytes().all(|b| b.is_ascii_graphic() && !b"~^:?*[\\".contains(&b)) && !text.contains("..") && !text.contains("@{");
    if parts_fit && characters_fit && text != "@" { Ok(text.to_owned()) } else { Err("this is no branch's name".into()) }
}

/// A folder inside the repository, which prefixes everything.
fn repository_path(text: &str) -> Result<String, String> {
    let fits = |part: &str| {
        part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
            && !part.is_empty()
            && part != "."
            && part != ".."
            && !part.eq_ignore_ascii_case(".git")
    };
    if text.is_empty() || text.split('/').all(fits) {
        return Ok(text.to_owned());
    }
    Err("a path inside the repository: names parted by single slashes, none at the ends".into())
}

fn recipient(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("age1").unwrap_or_default();
    if !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err("an age recipient belongs here: age1 and then letters and digits".into())
}

fn uid(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("a UID belongs here, as `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints it".into())
    }
}

fn flux(complaints: &mut Complaints, path: ValuePath, value: &Value) -> FluxNames {
    let fields = Fields::of(complaints, path, value, &["namespace", "source", "decryptionSecret"]);
    let mut named = |key: &str| {
        fields.parsed(complaints, key, |text| {
            field::namespace(text).map(|()| text.to_owned()).map_err(|_| "the name of a Kubernetes object belongs here")
        })
    };
    let default = FluxNames::default();
    FluxNames {
        namespace: named("namespace").unwrap_or(default.namespace),
        source: named("source").unwrap_or(default.source),
        decryption_secret: named("decryptionSecret").unwrap_or(default.decryption_secret),
    }
}

fn levels(complaints: &mut Complaints, path: ValuePath, value: &Value) -> Levels {
    let fields = Fields::of(complaints, path, value, &["organisation", "environment", "cluster", "stack"]);
    let mut level = |key: &str| {
        let Some(value) = fields.get(key) else { return Map::new() };
        let map = complaints.map(&fields.at(key), value);
        for (name, value) in &map {
            let at = fields.at(key).key(name.as_str());
            if !is_name(name) {
                complaints.add(&at, "a variable's name is made of letters, digits and _ and starts with no digit");
            }
            if value.is_null() {
                complaints.add(&at, "a variable needs a value; take the line out to leave it unset");
            }
        }
        map
    };
    Levels { organisation: level("organisation"), environment: level("environment"), cluster: level("cluster"), stack: level("stack") }
}

/// The written form; [`parse`] gives the cluster back.
pub fn emit(cluster: &Cluster) -> String {
    let mut spec = Map::new();
    spec.insert("environment".into(), json!(cluster.environment));
    spec.insert("engine".into(), json!(cluster.engine));
    spec.insert("repository".into(), json!(cluster.repository));
    if !cluster.recipients.is_empty() {
        spec.insert("recipients".into(), json!(cluster.recipients));
    }
    if let Some(uid) = &cluster.kube_system_uid {
        spec.insert("identity".into(), json!({"kubeSystemUid": uid}));
    }
    if cluster.flux != FluxNames::default() {
        spec.insert("flux".into(), json!(cluster.flux));
    }
    let Levels { organisation, environment, cluster: own, stack } = &cluster.variables;
    let levels = [("organisation", organisation), ("environment", environment), ("cluster", own), ("stack", stack)];
    let variables: Map<String, Value> =
        levels.into_iter().filter(|(_, map)| !map.is_empty()).map(|(name, map)| (name.to_owned(), json!(map))).collect();
    if !variables.is_empty() {
        spec.insert("variables".into(), Value::Object(variables));
    }
    emit::emit(&json!({"apiVersion": API_VERSION, "kind": "Cluster", "metadata": {"name": cluster.name}, "spec": spec}))
}

#[cfg(test)]
mod tests;
