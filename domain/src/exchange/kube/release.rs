//! A HelmRelease becomes an addon, with its values as they were written.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::place::{Written, chart, of_oci};
use super::source::Sources;
use super::{Set, own_labels, rest};
use crate::exchange::document::{Document, path};
use crate::exchange::explain;
use crate::exchange::note::Kind;
use crate::exchange::rewrite::{Rewrite, rewrite};
use crate::exchange::secret;
use crate::stack::{Addon, Chart, Content, field};
use crate::yaml::merge::merge;
use crate::yaml::path::ValuePath;
use crate::yaml::read;

/// Fields of a release that a component carries as they are.
const CARRIED: &[&str] = &[
    "interval",
    "install",
    "upgrade",
    "rollback",
    "uninstall",
    "test",
    "driftDetection",
    "maxHistory",
    "persistentClient",
    "postRenderStrategy",
    "postRenderers",
    "serviceAccountName",
    "suspend",
    "commonMetadata",
    "waitStrategy",
    "healthCheckExprs",
];

pub fn read(set: &mut Set<'_>, indices: &[usize], sources: &Sources<'_>) -> Vec<usize> {
    for &index in indices {
        one(set, index, sources);
    }
    indices.to_vec()
}

fn one(set: &mut Set<'_>, index: usize, sources: &Sources<'_>) {
    let documents = set.documents;
    let document = &documents[index];
    for identity in ["apiVersion", "kind", "metadata.name"] {
        document.take(identity);
    }
    let own = document.namespace().to_owned();
    let Some(chart) = source(set, document, sources, &own) else {
        return document.lose(
            &mut set.notes,
            "",
            "Its chart comes from a folder in Git or from a bucket, and a component's chart from a Helm repository or an OCI registry.",
            "Publish the chart, or import what it renders as manifests.",
        );
    };
    let namespace = namespace(set, document);
    let name = set.name(index, document.name());
    let mut release = Map::new();
    for field in CARRIED {
        release.extend(carried(set, index, field).map(|value| ((*field).to_owned(), value)));
    }
    release_name(set, document, name.as_str(), &mut release);
    let values = values(set, index, name.as_str());
    let timeout = document.peek_text("spec.timeout").filter(|text| field::timeout(text).is_ok()).map(str::to_owned);
    if timeout.is_some() {
        document.take("spec.timeout");
    }
    own_labels(document);
    let component = set.sketch.add(name, namespace, Content::Addon(Addon { chart, release, values }));
    set.sketch.stack.components[component].timeout = timeout;
    set.became.insert(index, component);
}

/// A field as it is, if a component can hold what is in it.
fn carried(set: &mut Set<'_>, index: usize, field: &str) -> Option<Value> {
    let documents = set.documents;
    let (document, at) = (&documents[index], format!("spec.{field}"));
    let value = document.take(&at)?;
    if secret::is_below(value) {
        let reason = "Something in it looks like a secret, and of a release only the values may hold one.";
        document.lose(&mut set.notes, &at, reason, "Write it anew without the secret, or say it in the values.");
        return None;
    }
    if set.substitutes_of(index).is_some() && serde_json::to_string(value).is_ok_and(|text| text.contains("${")) {
        let reason = "Flux would put something in the place of `${…}` in it, and of a release only the values may hold a variable.";
        document.lose(&mut set.notes, &at, reason, "Write it anew with what stands there on this cluster.");
        return None;
    }
    beyond_default(field, value)
}

/// What of a field goes beyond what is written for every release.
fn beyond_default(field: &str, value: &Value) -> Option<Value> {
    let default = match field {
        "interval" => json!("30m"),
        "install" => json!({"crds": "CreateReplace", "remediation": {"retries": 3}}),
        "upgrade" => json!({"crds": "CreateReplace", "remediation": {"retries": 3, "remediateLastFailure": true}}),
        _ => return Some(value.clone()),
    };
    beyond(value, &default)
}

fn beyond(value: &Value, default: &Value) -> Option<Value> {
    match (value, default) {
        (value, default) if value == default => None,
        (Value::Object(map), Value::Object(known)) => {
            let left = map.iter().filter_map(|(key, value)| {
                let value = known.get(key).map_or_else(|| Some(value.clone()), |default| beyond(value, default))?;
                Some((key.clone(), value))
            });
            Some(Value::Object(left.collect()))
        }
        _ => Some(value.clone()),
    }
}

fn namespace(set: &mut Set<'_>, document: &Document) -> Option<String> {
    let own = document.take_text("metadata.namespace").map(str::to_owned);
    let target = document.take_text("spec.targetNamespace").map(str::to_owned);
    let at = if target.is_some() { "spec.targetNamespace" } else { "metadata.namespace" };
    if target.is_some() && own.is_some() && target != own {
        let reason = "The HelmRelease stands in the namespace that it installs into, not in one of its own.";
        document.change(&mut set.notes, "metadata.namespace", reason, "Nothing is to be done.");
    }
    let namespace = target.or(own)?;
    match field::namespace(&namespace) {
        Ok(()) => Some(namespace),
        Err(why) => {
            document.lose(&mut set.notes, at, crate::text::sentence(&why), "State the component's namespace.");
            None
        }
    }
}

/// Flux calls a release `<targetNamespace>-<name>` where a target is stated, and else `<name>`.
fn release_name(set: &mut Set<'_>, document: &Document, component: &str, release: &mut Map<String, Value>) {
    let stated = document.take_text("spec.releaseName").map(str::to_owned);
    let name = stated.unwrap_or_else(|| match document.peek_text("spec.targetNamespace") {
        Some(target) => format!("{target}-{}", document.name()),
        None => document.name().to_owned(),
    });
    match field::release_name(&name) {
        Ok(()) if name != component => drop(release.insert("releaseName".into(), name.into())),
        Ok(()) => {}
        Err(why) => {
            let reason = format!("{} The release is called after the component.", crate::text::sentence(&why));
            document.lose(&mut set.notes, "spec.releaseName", reason, "State a release name of at most 53 characters.");
        }
    }
}

/// Absent where the chart comes from no place that a component can name.
fn source(set: &mut Set<'_>, document: &Document, sources: &Sources<'_>, own: &str) -> Option<Chart> {
    let text = |at: &str| document.take_text(at).map(str::to_owned);
    if document.peek("spec.chartRef").is_some() {
        let (kind, name) = (text("spec.chartRef.kind")?, text("spec.chartRef.name").unwrap_or_default());
        let namespace = text("spec.chartRef.namespace").unwrap_or_else(|| own.to_owned());
        let at = "spec.chartRef";
        let found = sources.get(&kind, &namespace, &name);
        if kind == "HelmChart" {
            let Some(found) = found else {
                return Some(chart(Written { repository: None, name: None, version: None, document, at }, document.name(), &mut set.notes));
            };
            return from_spec(set, found, "spec", sources, found.namespace());
        }
        let written = match found {
            None => Written { repository: None, name: None, version: None, document, at },
            Some(found) => {
                let (repository, name) = found.take_text("spec.url").map(of_oci).unwrap_or_default();
                let tag = found.take_scalar("spec.ref.tag").map(|tag| tag.replace('_', "+"));
                let version = tag.or_else(|| found.take_scalar("spec.ref.semver"));
                Written { repository, name, version, document: found, at: "spec" }
            }
        };
        return Some(chart(written, document.name(), &mut set.notes));
    }
    from_spec(set, document, "spec.chart.spec", sources, own)
}

/// Of a HelmRelease's `spec.chart.spec` or a HelmChart's `spec`.
fn from_spec(set: &mut Set<'_>, document: &Document, spec: &str, sources: &Sources<'_>, own: &str) -> Option<Chart> {
    let at = |field: &str| format!("{spec}.{field}");
    let kind = document.take_text(&at("sourceRef.kind")).unwrap_or("HelmRepository").to_owned();
    if kind != "HelmRepository" {
        return None;
    }
    if spec == "spec" {
        for identity in ["apiVersion", "kind", "metadata.name", "metadata.namespace"] {
            document.take(identity);
        }
    }
    document.take(&at("sourceRef.apiVersion"));
    let name = document.take_text(&at("sourceRef.name")).unwrap_or_default().to_owned();
    let namespace = document.take_text(&at("sourceRef.namespace")).unwrap_or(own).to_owned();
    let found = sources.get(&kind, &namespace, &name);
    let repository = found.and_then(|found| found.take_text("spec.url")).map(str::to_owned);
    if let Some(found) = found {
        // An address with oci:// says as much.
        found.take("spec.type");
    }
    let chart_name = document.take_text(&at("chart")).map(str::to_owned);
    let version = document.take_scalar(&at("version"));
    // What an address hides is told where it stands.
    let repository = repository.and_then(|url| match field::chart_repository(&url) {
        Ok(()) => Some(url),
        Err(why) => {
            if let Some(found) = found {
                found.lose(&mut set.notes, "spec.url", crate::text::sentence(&why), "State the chart's repository without credentials.");
            }
            None
        }
    });
    let written = Written { repository, name: chart_name, version, document, at: spec };
    Some(chart(written, document.name(), &mut set.notes))
}

/// What stands inline, over what `valuesFrom` brings.
fn values(set: &mut Set<'_>, index: usize, component: &str) -> String {
    let documents = set.documents;
    let document = &documents[index];
    let at = path("spec.values");
    let mut text = String::new();
    let mut inline = Value::Object(Map::new());
    if let Some(value) = document.take_at(&at)
        && value.as_object().is_none_or(|map| !map.is_empty())
    {
        inline = value.clone();
        let cut = document.cut(&at).unwrap_or_default();
        text = set.polish(index, &at, component, &cut, value, false);
    }
    let mut under = Value::Object(Map::new());
    for entry in 0..document.list("spec.valuesFrom").len() {
        from(set, index, component, &path("spec.valuesFrom").index(entry), &mut under);
    }
    let mut missing = Vec::new();
    absent(ValuePath::root(), &under, &inline, &mut missing);
    if text.is_empty() && !missing.is_empty() {
        text = String::from("{}\n");
    }
    rewrite(&text, &missing).0
}

/// What is in `under` and not in `over`, as deep down as needed.
fn absent(at: ValuePath, under: &Value, over: &Value, missing: &mut Vec<Rewrite>) {
    let (Value::Object(under), Value::Object(over)) = (under, over) else { return };
    for (key, value) in under {
        let at = at.key(key.as_str());
        match over.get(key) {
            None => missing.push(Rewrite { at, value: Some(value.clone()) }),
            Some(over) => absent(at, value, over, missing),
        }
    }
}

/// One entry of `valuesFrom`, laid over those before it.
fn from(set: &mut Set<'_>, index: usize, component: &str, at: &ValuePath, under: &mut Value) {
    let documents = set.documents;
    let document = &documents[index];
    let text = |key: &str| at.key(key).get(&document.value).and_then(Value::as_str).map(str::to_owned);
    let (kind, name) = (text("kind").unwrap_or_default(), text("name").unwrap_or_default());
    let key = text("valuesKey").unwrap_or_else(|| "values.yaml".to_owned());
    let (namespace, target) = (document.namespace(), text("targetPath"));
    let named = set.index.get(&(kind.clone(), name.clone())).map(Vec::as_slice).unwrap_or_default();
    let found = named
        .iter()
        .map(|index| (*index, &documents[*index]))
        .find(|(_, one)| one.group().is_empty() && (one.namespace() == namespace || one.namespace().is_empty() || namespace.is_empty()));
    let shown = format!("{kind} `{}`", crate::visible::one_line(&name));
    if kind == "Secret" {
        if let Some(target) = target.as_deref().and_then(set_path) {
            let secret = set.sketch.secret(&format!("{component} {target}"));
            let placeholder = format!("${{{{ secrets.{secret} }}}}");
            let reason = format!("It comes from the {shown}: `{placeholder}` stands at `{target}`, and the value was not kept.");
            let mut note = document.note(Kind::Secret, at, reason, format!("Set the secret `{secret}` to what `{key}` holds."));
            note.secret = Some(secret);
            set.notes.push(note);
            document.take_at(at);
            let _ = crate::yaml::edit::place(under, &target, &placeholder.into());
            return;
        }
        let reason = format!("Values from the {shown} are not read, so that no secret is kept in the clear.");
        let hint = "Write what it holds into the values, each secret as `${{ secrets.NAME }}`.";
        return document.tell(&mut set.notes, Kind::Lost, at, reason, hint);
    }
    let data = found.and_then(|(_, one)| path("data").key(key.as_str()).get(&one.value)).and_then(Value::as_str);
    let (Some((place, _)), Some(data)) = (found, data) else {
        let reason = format!("Values come from the {shown}, key `{key}`, which is not in this import.");
        return document.tell(
            &mut set.notes,
            Kind::Lost,
            at,
            reason,
            "Import it together with the release, or write its content into the values.",
        );
    };
    if !set.spend(data.len()) {
        return document.tell(&mut set.notes, Kind::Lost, at, super::TOO_MUCH, "Import it in parts.");
    }
    let brought = match &target {
        Some(target) => set_path(target).map(|target| {
            let mut one = Value::Object(Map::new());
            let _ = crate::yaml::edit::place(&mut one, &target, &data.into());
            one
        }),
        None => read::value(data).ok().filter(Value::is_object),
    };
    let Some(brought) = brought else {
        let reason = format!("What the {shown} holds under `{key}` cannot be read as values.");
        return document.tell(&mut set.notes, Kind::Lost, at, reason, "Write it into the values.");
    };
    let reason = format!("The values of the {shown} stand in the component's own values; that object itself is carried over as it is.");
    document.tell(&mut set.notes, Kind::Changed, at, reason, "Leave the object out, if nothing else reads it.");
    let text = crate::yaml::emit::emit(&brought);
    let polished = set.polish(place, &path("data").key(key.as_str()), component, &text, &brought, false);
    merge(under, &read::value(&polished).unwrap_or(brought));
}

/// A path as `helm --set` takes it: `a.b[0]`, with `\.` for a dot in a key.
pub fn set_path(text: &str) -> Option<ValuePath> {
    const DOT: char = '\u{1}';
    let mut at = ValuePath::root();
    for part in text.replace("\\.", &DOT.to_string()).split('.') {
        let (key, indices) = part.split_once('[').map_or((part, None), |(key, rest)| (key, Some(rest)));
        if key.is_empty() {
            return None;
        }
        at = at.key(key.replace(DOT, "."));
        for index in indices.into_iter().flat_map(|rest| rest.split('[')) {
            at = at.index(index.strip_suffix(']')?.parse().ok().filter(|index| *index < 1000)?);
        }
    }
    Some(at)
}

/// Edges between releases, and what is left of each.
pub fn edges(set: &mut Set<'_>, releases: &[usize]) {
    let mut by_name: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let documents = set.documents;
    for index in releases {
        by_name.entry((documents[*index].name(), documents[*index].namespace())).or_insert(*index);
    }
    for &index in releases {
        let document = &documents[index];
        for entry in 0..document.list("spec.dependsOn").len() {
            let at = path("spec.dependsOn").index(entry);
            let text = |key: &str| at.key(key).get(&document.value).and_then(Value::as_str);
            let name = text("name").unwrap_or_default();
            let namespace = text("namespace").unwrap_or(document.namespace());
            let any = || {
                by_name.range((name, "")..).next().filter(|((found, _), _)| *found == name && namespace.is_empty()).map(|(_, index)| *index)
            };
            let on = by_name.get(&(name, namespace)).or_else(|| by_name.get(&(name, ""))).copied().or_else(any);
            match (set.became.get(&index).copied(), on.and_then(|on| set.became.get(&on).copied())) {
                (Some(component), Some(on)) => {
                    set.sketch.connect(component, on);
                    for key in ["name", "namespace"] {
                        document.take_at(&at.key(key));
                    }
                }
                _ => {
                    let reason = format!("`{}` is not in this import, so nothing waits for it.", crate::visible::one_line(name));
                    document.tell(&mut set.notes, Kind::Lost, &at, reason, "Draw the edge, once that component is there.");
                }
            }
        }
        rest(set, index, explain::release);
    }
}
