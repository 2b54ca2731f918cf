//! A host that two components answer for: one of them gets the other's requests.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Context, Guard, Told};
use crate::change::Change;
use crate::finding::Finding;
use crate::fix::{Mend, Proposal, written};
use crate::resolve::{ResolvedContent, ResolvedObject};
use crate::sealing::ValuesTree;
use crate::stack::Component;
use crate::yaml::path::ValuePath;
use crate::yaml::read;

pub const GUARD: Guard = Guard {
    name: "hosts",
    passes: "No host is used twice.",
    needs_head: false,
    check: |context| told(context).into_iter().map(|told| told.finding).collect(),
    #[cfg(test)]
    examples: || {
        let web =
            |id: &str, host: &str| super::tests::Scene::addon(id, &format!("ingress:\n  enabled: true\n  hosts:\n    - host: {host}\n"));
        let both = |one: &str, other: &str| super::tests::Scene::empty().with(web("a", one)).with(web("b", other));
        (both("a.example.com", "b.example.com"), both("a.example.com", "A.example.com"))
    },
};

/// One place where a host stands.
struct Use<'a> {
    component: &'a Component,
    document: usize,
    /// In the component's text, without its document.
    path: ValuePath,
    /// The object, or the part of the values, that it belongs to.
    of: ValuePath,
    host: String,
    paths: Vec<String>,
    /// Whose business it is: another controller's hosts are others.
    class: Option<String>,
    /// What goes where the host is no longer to be used here.
    rule: Option<ValuePath>,
}

pub(crate) fn told(context: &Context<'_>) -> Vec<Told> {
    let uses = uses(context);
    let mut by_host: BTreeMap<&str, Vec<&Use<'_>>> = BTreeMap::new();
    for one in &uses {
        by_host.entry(&one.host).or_default().push(one);
    }
    let is_taken = |host: &str| by_host.contains_key(host);
    uses.iter()
        .filter_map(|one| {
            let others = by_host.get(one.host.as_str())?.iter().filter(|other| one.meets(other));
            let mut names: Vec<&str> = others.map(|other| other.component.name.as_str()).collect();
            names.dedup();
            (!names.is_empty()).then(|| tell(one, &names, &is_taken))
        })
        .collect()
}

impl Use<'_> {
    fn meets(&self, other: &Use<'_>) -> bool {
        let is_same = self.component.id == other.component.id && self.document == other.document && self.of == other.of;
        let is_other_class = matches!((&self.class, &other.class), (Some(one), Some(other)) if one != other);
        !is_same && !is_other_class && self.paths.iter().any(|path| other.paths.contains(path))
    }
}

fn tell(one: &Use<'_>, others: &[&str], is_taken: &dyn Fn(&str) -> bool) -> Told {
    let Use { component, document, path, host, .. } = one;
    let name = &component.name;
    let reason = match others {
        [other] if *other == name.as_str() => format!("{host} is used twice in {name}: one of the two gets the other's requests."),
        _ => format!("{host} is used by {name} and by {}: one of them gets the other's requests.", others.join(", ")),
    };
    let mut finding = Finding::warn("host_twice", reason).component(&component.id).path(path);
    if let Some(line) = read::line_in(component.text(), *document, path) {
        finding = finding.line(line);
    }
    Told { finding: finding.hint("Give one of them another host."), fixes: fixes(one, is_taken) }
}

fn fixes(one: &Use<'_>, is_taken: &dyn Fn(&str) -> bool) -> Vec<Proposal> {
    let component = one.component;
    let Some(value) = written::document(component, one.document) else { return Vec::new() };
    let Some(raw) = one.path.get(&value).and_then(Value::as_str) else { return Vec::new() };
    let mut fixes = Vec::new();
    if let Some(free) = free(raw, &one.host, component.name.as_str(), is_taken) {
        let set = |path: &ValuePath| Change::SetValue {
            component: component.id.clone(),
            path: written::for_change(component, one.document, path),
            value: Value::String(free.clone()),
        };
        let mut changes = vec![set(&one.path)];
        // The certificate is for the same host.
        changes.extend(certified(&value, &one.of, raw).iter().map(set));
        fixes.push((format!("Change it to {free}"), Mend::Changes { changes }));
    }
    if let Some(rule) = &one.rule {
        let path = written::for_change(component, one.document, rule);
        let changes = vec![Change::UnsetValue { component: component.id.clone(), path }];
        fixes.push((format!("Remove it from {}", component.name), Mend::Changes { changes }));
    }
    fixes
}

/// Another host in the same domain, as it would be written: named after the component, or with a number.
fn free(raw: &str, host: &str, component: &str, is_taken: &dyn Fn(&str) -> bool) -> Option<String> {
    let dot = raw.split("${{").next().unwrap_or_default().find('.');
    let Some(dot) = dot else {
        // Whatever the expression becomes, this is below it.
        let below = format!("{component}.");
        return (raw.starts_with("${{") && !is_taken(&format!("{below}{host}"))).then(|| below + raw);
    };
    let ((label, rest), (_, domain)) = (raw.split_at(dot), host.split_once('.')?);
    let numbered = (2..10).map(|number| format!("{label}-{number}"));
    let named = std::iter::once(component.to_owned()).filter(|name| name != label);
    named.chain(numbered).find(|name| !is_taken(&format!("{name}.{domain}"))).map(|name| format!("{name}{rest}"))
}

/// Where the same host stands under `tls`.
fn certified(value: &Value, of: &ValuePath, raw: &str) -> Vec<ValuePath> {
    fn walk(value: &Value, path: &ValuePath, raw: &str, below: bool, found: &mut Vec<ValuePath>) {
        match value {
            Value::String(text) if below && text == raw => found.push(path.clone()),
            Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, &path.index(index), raw, below, found)),
            Value::Object(members) => {
                members.iter().for_each(|(key, member)| walk(member, &path.key(key.as_str()), raw, below || key == "tls", found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some(part) = of.get(value) {
        walk(part, of, raw, false, &mut found);
    }
    found
}

fn uses<'a>(context: &'a Context<'_>) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    for resolved in &context.resolution.components {
        match &resolved.content {
            Some(ResolvedContent::Manifest { objects }) => {
                objects.iter().for_each(|object| of_object(resolved.component, object, &mut uses))
            }
            Some(ResolvedContent::Addon { values }) => of_values(resolved.component, values, &ValuePath::root(), false, &mut uses),
            None => {}
        }
    }
    uses
}

fn of_object<'a>(component: &'a Component, object: &ResolvedObject, uses: &mut Vec<Use<'a>>) {
    // One with a secret in it is none of these.
    let ValuesTree::Plain(value) = &object.tree else { return };
    let spec = object.within.key("spec");
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let list = |pointer: &str| value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut add = |host: &Value, path: ValuePath, rule: Option<ValuePath>, paths: Vec<String>, class: Option<String>| {
        uses.extend(one(component, object.document, host, path).map(|one| Use { of: object.within.clone(), rule, paths, class, ..one }));
    };
    match (object.key.group.as_str(), object.key.kind.as_str()) {
        ("networking.k8s.io", "Ingress") => {
            let class = text("/spec/ingressClassName").or_else(|| text("/metadata/annotations/kubernetes.io~1ingress.class"));
            let rules = list("/spec/rules");
            for (index, rule) in rules.iter().enumerate() {
                let at = spec.key("rules").index(index);
                // An Ingress without a rule would be none.
                let gone = (rules.len() > 1).then(|| at.clone());
                add(&rule["host"], at.key("host"), gone, paths_in(&rule["http"]["paths"]), class.clone());
            }
        }
        ("gateway.networking.k8s.io", "HTTPRoute") => {
            let class = text("/spec/parentRefs/0/name").map(|gateway| format!("gateway {gateway}"));
            let matches = list("/spec/rules").iter().flat_map(|rule| rule["matches"].as_array().into_iter().flatten());
            let mut paths: Vec<String> = matches.filter_map(|one| one["path"]["value"].as_str()).map(str::to_owned).collect();
            if paths.is_empty() {
                paths.push("/".to_owned());
            }
            let hosts = list("/spec/hostnames");
            for (index, host) in hosts.iter().enumerate() {
                let at = spec.key("hostnames").index(index);
                let gone = (hosts.len() > 1).then(|| at.clone());
                add(host, at, gone, paths.clone(), class.clone());
            }
        }
        _ => {}
    }
}

/// Every `ingress` in the values of a chart that is not switched off, by itself or by what is around it.
fn of_values<'a>(component: &'a Component, values: &ValuesTree, path: &ValuePath, is_ingress: bool, uses: &mut Vec<Use<'a>>) {
    let names_ingress = |key: &str| key.to_ascii_lowercase().ends_with("ingress");
    match values {
        ValuesTree::Plain(value) => in_plain(component, value, path, is_ingress, uses),
        ValuesTree::Map(entries) => {
            let is_off = entries.iter().any(|(key, value)| key == "enabled" && *value == ValuesTree::Plain(Value::Bool(false)));
            if !is_off {
                entries.iter().for_each(|(key, value)| of_values(component, value, &path.key(key.as_str()), names_ingress(key), uses));
            }
        }
        ValuesTree::Text(_) | ValuesTree::List(_) => {}
    }
}

fn in_plain<'a>(component: &'a Component, value: &Value, path: &ValuePath, is_ingress: bool, uses: &mut Vec<Use<'a>>) {
    let Value::Object(members) = value else { return };
    if members.get("enabled") == Some(&Value::Bool(false)) {
        return;
    }
    if is_ingress {
        of_ingress(component, value, path, uses);
    }
    for (key, member) in members {
        in_plain(component, member, &path.key(key.as_str()), key.to_ascii_lowercase().ends_with("ingress"), uses);
    }
}

/// The shapes that charts give it.
fn of_ingress<'a>(component: &'a Component, ingress: &Value, at: &ValuePath, uses: &mut Vec<Use<'a>>) {
    let class = ["ingressClassName", "className", "ingressClass"].iter().find_map(|key| ingress[*key].as_str()).map(str::to_owned);
    let whole = || vec![ingress["path"].as_str().unwrap_or("/").to_owned()];
    let mut add = |host: &Value, path: ValuePath, rule: ValuePath, paths: Vec<String>| {
        let found = one(component, 0, host, path);
        uses.extend(found.map(|one| Use { of: at.clone(), rule: Some(rule), paths, class: class.clone(), ..one }));
    };
    for key in ["host", "hostname"] {
        add(&ingress[key], at.key(key), at.key(key), whole());
    }
    for key in ["hosts", "rules"] {
        let below = at.key(key);
        match &ingress[key] {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let place = below.index(index);
                    match item {
                        Value::Object(members) => {
                            let named = ["host", "name"].into_iter().find(|key| members.contains_key(*key)).unwrap_or("host");
                            add(&item[named], place.key(named), place, paths_in(&item["paths"]));
                        }
                        host => add(host, place.clone(), place, whole()),
                    }
                }
            }
            Value::Object(members) => members.iter().for_each(|(name, host)| add(host, below.key(name), below.key(name), whole())),
            _ => {}
        }
    }
}

/// The paths of a host: texts, or maps with a path; all of it where none is named.
fn paths_in(paths: &Value) -> Vec<String> {
    let one = |path: &Value| path.as_str().or_else(|| path["path"].as_str()).unwrap_or("/").to_owned();
    match paths.as_array() {
        Some(paths) if !paths.is_empty() => paths.iter().map(one).collect(),
        _ => vec!["/".to_owned()],
    }
}

fn one<'a>(component: &'a Component, document: usize, host: &Value, path: ValuePath) -> Option<Use<'a>> {
    let host = host.as_str().map(|host| host.trim().to_ascii_lowercase()).filter(|host| host.contains('.'))?;
    Some(Use { component, document, path, of: ValuePath::root(), host, paths: Vec::new(), class: None, rule: None })
}
