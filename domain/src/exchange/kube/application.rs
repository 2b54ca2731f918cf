//! An Argo CD Application becomes an addon for each chart that it names; waves become edges.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::place::{Written, chart, of_oci};
use super::release::set_path;
use super::{Set, rest};
use crate::exchange::document::{Document, path};
use crate::exchange::explain;
use crate::exchange::note::Kind;
use crate::exchange::rewrite::{Rewrite, rewrite};
use crate::stack::{Addon, Content, field};
use crate::yaml::path::ValuePath;
use crate::yaml::{read, scalar};

const WAVE: &str = "metadata.annotations.\"argocd.argoproj.io/sync-wave\"";

pub fn read(set: &mut Set<'_>, indices: &[usize]) {
    let mut waves: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for &index in indices {
        let made = one(set, index);
        let document = &set.documents[index];
        let wave = document.peek_text(WAVE).and_then(|text| text.trim().parse().ok());
        if wave.is_some() {
            document.take(WAVE);
        }
        waves.entry(wave.unwrap_or(0)).or_default().extend(made);
        rest(set, index, explain::application);
    }
    let waves: Vec<Vec<usize>> = waves.into_values().filter(|wave| !wave.is_empty()).collect();
    for pair in waves.windows(2) {
        for component in &pair[1] {
            for on in &pair[0] {
                set.sketch.connect(*component, *on);
                if set.sketch.is_full {
                    return;
                }
            }
        }
    }
}

fn one(set: &mut Set<'_>, index: usize) -> Vec<usize> {
    let documents = set.documents;
    let document = &documents[index];
    let many = document.list("spec.sources").len();
    let places: Vec<ValuePath> =
        if many > 0 { (0..many).map(|at| path("spec.sources").index(at)).collect() } else { vec![path("spec.source")] };
    let mut made = Vec::new();
    for at in &places {
        if at.key("chart").get(&document.value).is_some_and(Value::is_string) {
            made.push(addon(set, index, at));
        } else if at.get(&document.value).is_some() {
            not_carried(set, document, at);
        }
    }
    if made.is_empty() {
        document.lose(
            &mut set.notes,
            "",
            "It deploys no Helm chart of a repository, and what its folder renders to is not known here.",
            "Import what it renders: `argocd app manifests NAME`.",
        );
        return made;
    }
    for field in ["apiVersion", "kind", "metadata.name"] {
        document.take(field);
    }
    match document.peek_text("spec.destination.namespace").map(field::namespace) {
        Some(Err(why)) => {
            let hint = "State the component's namespace.";
            document.lose(&mut set.notes, "spec.destination.namespace", crate::text::sentence(&why), hint);
        }
        _ => drop(document.take("spec.destination.namespace")),
    }
    if document.peek_text("spec.destination.server") == Some("https://kubernetes.default.svc") {
        document.take("spec.destination.server");
    }
    made
}

fn not_carried(set: &mut Set<'_>, document: &Document, at: &ValuePath) {
    let has = |key: &str| at.key(key).get(&document.value).is_some();
    let (reason, hint) = if has("ref") && !has("path") {
        (
            "It lends its files to the other sources, and files in Git are not read by this import.",
            "Write into the values what those files hold.",
        )
    } else if has("kustomize") {
        ("What kustomize makes of its folder is not known here.", "Import what `kustomize build` prints.")
    } else if has("plugin") {
        ("What its plugin makes is not known here.", "Import what it renders: `argocd app manifests NAME`.")
    } else {
        ("What stands in its folder in Git is not known here.", "Import the files in that folder, or what they render to.")
    };
    document.tell(&mut set.notes, Kind::Lost, at, reason, hint);
}

fn addon(set: &mut Set<'_>, index: usize, at: &ValuePath) -> usize {
    let documents = set.documents;
    let document = &documents[index];
    let text = |key: &str| {
        let at = at.key(key);
        at.get(&document.value).and_then(Value::as_str)?;
        document.take_at(&at).and_then(Value::as_str).map(str::to_owned)
    };
    let (url, chart_name, version) = (text("repoURL"), text("chart"), text("targetRevision"));
    let (repository, chart_name) = place(url, chart_name);
    let written = Written { repository, name: chart_name, version, document, at: &at.to_string() };
    let chart = chart(written, document.name(), &mut set.notes);
    let name = set.name(index, document.name());
    let namespace = document.peek_text("spec.destination.namespace").filter(|text| field::namespace(text).is_ok()).map(str::to_owned);
    let helm = at.key("helm");
    let mut release = Map::new();
    let named = helm.key("releaseName").get(&document.value).and_then(Value::as_str).map(str::to_owned);
    if named.is_some() {
        document.take_at(&helm.key("releaseName"));
    }
    // Argo CD calls a release after its Application.
    let called = named.unwrap_or_else(|| document.name().to_owned());
    match field::release_name(&called) {
        Ok(()) if called != name.as_str() => drop(release.insert("releaseName".into(), called.into())),
        Ok(()) => {}
        Err(why) => {
            let reason = format!("{} The release is called after the component.", crate::text::sentence(&why));
            set.notes.push(document.note(Kind::Lost, &helm.key("releaseName"), reason, "State a release name of at most 53 characters."));
        }
    }
    let skips = helm.key("skipCrds");
    if skips.get(&document.value) == Some(&Value::Bool(true)) {
        release.insert("install".into(), json!({"crds": "Skip"}));
        release.insert("upgrade".into(), json!({"crds": "Skip"}));
    }
    if skips.get(&document.value).is_some_and(Value::is_boolean) {
        document.take_at(&skips);
    }
    let values = values(set, index, &helm, name.as_str());
    told(set, document, &helm);
    let component = set.sketch.add(name, namespace, Content::Addon(Addon { chart, release, values }));
    set.became.insert(index, component);
    component
}

/// Without a scheme an address is a registry's, and the chart may be named with its folders.
fn place(url: Option<String>, chart: Option<String>) -> (Option<String>, Option<String>) {
    let url = url.map(|url| if url.contains("://") { url } else { format!("oci://{url}") });
    match (url, chart) {
        (Some(url), Some(chart)) if url.starts_with("oci://") && chart.contains('/') => {
            of_oci(&format!("{}/{chart}", url.trim_end_matches('/')))
        }
        other => other,
    }
}

/// `valuesObject`, or else `values`; over it the parameters, as Argo CD lays them.
fn values(set: &mut Set<'_>, index: usize, helm: &ValuePath, component: &str) -> String {
    let documents = set.documents;
    let document = &documents[index];
    let (object, text) = (helm.key("valuesObject"), helm.key("values"));
    let written = text.get(&document.value).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let mut out = String::new();
    if let Some(value) = object.get(&document.value).filter(|value| value.as_object().is_some_and(|map| !map.is_empty())) {
        document.take_at(&object);
        let cut = document.cut(&object).unwrap_or_default();
        out = set.polish(index, &object, component, &cut, value, false);
        if written.is_some() {
            document.tell(
                &mut set.notes,
                Kind::Lost,
                &text,
                "Argo CD looks away from it where valuesObject is stated.",
                "Leave it, or take over what is missing.",
            );
        }
    } else if let Some(written) = written {
        document.take_at(&text);
        match read::value(&written) {
            Ok(value) => {
                // It is a text of its own; its secrets are told at the text's own place.
                out = set.polish_inner(index, &text, component, &written, &value);
            }
            Err(error) => {
                let reason = format!("It cannot be read as YAML: {error}.");
                document.tell(&mut set.notes, Kind::Lost, &text, reason, "Repair it and import again.");
            }
        }
    }
    parameters(set, index, helm, component, out)
}

fn parameters(set: &mut Set<'_>, index: usize, helm: &ValuePath, component: &str, text: String) -> String {
    let documents = set.documents;
    let document = &documents[index];
    let list = helm.key("parameters");
    let mut tree = Value::Object(Map::new());
    let mut sets: Vec<Rewrite> = Vec::new();
    for entry in 0..list.get(&document.value).and_then(Value::as_array).map_or(0, Vec::len) {
        let at = list.index(entry);
        let field = |key: &str| at.key(key).get(&document.value);
        let path = field("name").and_then(Value::as_str).and_then(set_path);
        let (Some(path), Some(value)) = (path, field("value").and_then(crate::exchange::document::scalar)) else {
            document.tell(&mut set.notes, Kind::Lost, &at, "Its name is no path into values.", "Write it into the values.");
            continue;
        };
        let forced = field("forceString") == Some(&Value::Bool(true));
        let typed = if forced { Value::String(value.clone()) } else { scalar::resolve(&value).unwrap_or_else(|_| value.as_str().into()) };
        if crate::yaml::edit::place(&mut tree, &path, &typed).is_err() {
            document.tell(&mut set.notes, Kind::Lost, &at, "It contradicts a parameter before it.", "Write it into the values.");
            continue;
        }
        for field in ["name", "value", "forceString"] {
            document.take_at(&at.key(field));
        }
        sets.push(Rewrite { at: path, value: Some(typed) });
    }
    if sets.is_empty() {
        return text;
    }
    // Secrets among them are found by their names like any other.
    let plain = crate::yaml::emit::emit(&tree);
    let polished = set.polish_inner(index, &list, component, &plain, &tree);
    let polished = read::value(&polished).unwrap_or(tree);
    for one in &mut sets {
        one.value = one.at.get(&polished).cloned();
    }
    let base = if text.trim().is_empty() { "{}\n" } else { text.as_str() };
    rewrite(base, &sets).0
}

/// What of `helm` has no place in a component.
fn told(set: &mut Set<'_>, document: &Document, helm: &ValuePath) {
    let lines = [
        ("valueFiles", "Files in Git, or in the chart, are not read by this import.", "Write into the values what those files hold."),
        ("fileParameters", "Files in Git are not read by this import.", "Write into the values what those files hold."),
        ("ignoreMissingValueFiles", "Files in Git are not read by this import.", "Nothing is to be done."),
        ("passCredentials", "Credentials of a chart's source are not part of a stack.", "Use a source that needs none."),
        ("version", "Flux renders with the Helm that it brings.", "Nothing is to be done."),
        ("kubeVersion", "Flux renders for the cluster that it runs in.", "Nothing is to be done."),
        ("apiVersions", "Flux renders for the cluster that it runs in.", "Nothing is to be done."),
        ("namespace", "A release is rendered for the component's namespace.", "Look at the component's namespace."),
        ("skipTests", "Flux runs a chart's tests only where release.test says so.", "Nothing is to be done."),
        (
            "skipSchemaValidation",
            "Flux checks values against the chart's schema.",
            "State release.install.disableSchemaValidation, if it must not.",
        ),
    ];
    for (key, reason, hint) in lines {
        let at = helm.key(key);
        if at.get(&document.value).is_some_and(|value| !value.is_null()) {
            document.tell(&mut set.notes, Kind::Lost, &at, reason, hint);
        }
    }
}
