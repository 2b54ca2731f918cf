//! What goes away, and what is lost with it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Context, Guard};
use crate::finding::Finding;
use crate::name::Name;
use crate::object::ObjectKey;
use crate::plan::brief::list;
use crate::plan::delta::Was;
use crate::plan::{Does, Effect, What};

pub const GUARD: Guard = Guard {
    name: "removal",
    passes: "Nothing is removed.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || {
        (
            super::tests::Scene::addons(&["a", "b"]).recorded(&super::tests::Scene::addons(&["a"])),
            super::tests::Scene::addons(&["a"]).recorded(&super::tests::Scene::addons(&["a", "b"])),
        )
    },
};

const NOT_RENDERED: &str = "What the chart created was not examined: unknown, not rendered.";

/// Objects whose loss loses data, or other objects.
pub fn holds_data(key: &ObjectKey) -> bool {
    key.is("", "PersistentVolumeClaim")
        || key.is("", "PersistentVolume")
        || key.is("", "Namespace")
        || key.is("apps", "StatefulSet")
        || key.is("apiextensions.k8s.io", "CustomResourceDefinition")
        || key.is("postgresql.cnpg.io", "Cluster")
}

/// What happens to each object that the plan no longer holds.
pub fn effects(context: &Context<'_>) -> Vec<Effect> {
    context.delta.removed.iter().flat_map(effects_of).collect()
}

fn effects_of(was: &Was) -> Vec<Effect> {
    let effect =
        |what: What, object: ObjectKey, note: Option<String>| Effect { what, object, component: Some(was.component.clone()), note };
    let key = was.key.clone();
    if key.is("helm.toolkit.fluxcd.io", "HelmRelease") {
        return vec![effect(What::Unknown, key, Some(NOT_RENDERED.to_owned()))];
    }
    // Sources and sealed values belong to the release and say nothing of their own.
    let ours = key.group.ends_with("toolkit.fluxcd.io")
        || key.is("", "Secret") && key.name.starts_with(&format!("{}-values-", was.component)) && was.object.get("sops").is_some();
    if ours {
        return Vec::new();
    }
    if annotation(&was.object, "kustomize.toolkit.fluxcd.io/prune") == Some("disabled") {
        return vec![effect(What::StaysBehind, key, Some("Flux does not prune it.".to_owned()))];
    }
    let mut effects = Vec::new();
    if key.is("apps", "StatefulSet") {
        let templates = was.object.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array).into_iter().flatten();
        for name in templates.filter_map(|template| template.pointer("/metadata/name").and_then(Value::as_str)) {
            let claim = ObjectKey::new("", "PersistentVolumeClaim", key.namespace.as_deref(), &format!("{name}-{}-0", key.name));
            effects.push(effect(What::StaysBehind, claim, Some("Claims of a StatefulSet outlive it, one for each replica.".to_owned())));
        }
    }
    effects.insert(0, effect(What::WillBeDeleted, key, None));
    effects
}

fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get("metadata")?.get("annotations")?.get(name)?.as_str()
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let effects = effects(context);
    let mut findings = Vec::new();
    for id in context.delta.that(Does::Remove) {
        findings.push(component(context, id, &effects));
    }
    findings.extend(unordered(context));
    let removed: BTreeSet<&str> = context.delta.that(Does::Remove).collect();
    for effect in &effects {
        let gone = effect.component.as_deref().is_some_and(|id| removed.contains(id));
        let finding = match effect.what {
            What::WillBeDeleted if holds_data(&effect.object) => data(&effect.object),
            What::Unknown if !gone => {
                let reason = format!(
                    "The release {} leaves its namespace or name: Flux uninstalls it and installs it anew. {NOT_RENDERED}",
                    effect.object.name
                );
                Finding::confirm("removal", effect.object.name.as_str(), reason)
            }
            _ => continue,
        };
        findings.push(effect.component.iter().fold(finding, Finding::component));
    }
    for (key, from, to) in &context.delta.moved {
        let reason = format!(
            "{key} moves from {from} to {to}. If Flux removes it from the first before it reaches the second, it is gone for a moment."
        );
        findings.push(Finding::warn("moved_object", reason).component(to));
    }
    findings
}

fn component(context: &Context<'_>, id: &str, effects: &[Effect]) -> Finding {
    let name = context.before.and_then(|before| before.component(id)).map_or_else(|| id.to_owned(), |component| component.name.to_string());
    let mine = || effects.iter().filter(|effect| effect.component.as_deref() == Some(id));
    let reason = if mine().any(|effect| effect.what == What::Unknown) {
        format!("Removing {name} uninstalls its chart. {NOT_RENDERED}")
    } else {
        let deleted: Vec<String> =
            mine().filter(|effect| effect.what == What::WillBeDeleted).map(|effect| effect.object.to_string()).collect();
        let stays: Vec<String> = mine().filter(|effect| effect.what == What::StaysBehind).map(|effect| effect.object.to_string()).collect();
        let stays = if stays.is_empty() { String::new() } else { format!(" {} stays behind.", list(&stays)) };
        match deleted.len() {
            0 => format!("Removing {name} deletes nothing.{stays}"),
            1..=6 => format!("Removing {name} deletes {}.{stays}", list(&deleted)),
            count => format!("Removing {name} deletes {count} objects, among them {}.{stays}", deleted[..4].join(", ")),
        }
    };
    Finding::confirm("removal", name, reason).component(id)
}

fn data(key: &ObjectKey) -> Finding {
    let place = key.namespace.as_deref().map_or_else(|| key.name.clone(), |namespace| format!("{namespace}/{}", key.name));
    let reason = match key.kind.as_str() {
        "PersistentVolumeClaim" => {
            format!("The claim {place} will be deleted. Unless its volume is kept (reclaim policy Retain), its data is gone.")
        }
        "PersistentVolume" => format!("The volume {place} will be deleted."),
        "Namespace" => format!("The namespace {place} will be deleted, and everything in it."),
        "CustomResourceDefinition" => format!("The definition {place} will be deleted, and every object of its kind in the cluster."),
        "StatefulSet" => format!("The StatefulSet {place} will be deleted. Its claims stay behind."),
        _ => format!("{key} will be deleted, and its data with it."),
    };
    Finding::confirm("removal", key.name.as_str(), reason)
}

/// Components that waited for each other and go at once go in any order.
fn unordered(context: &Context<'_>) -> Option<Finding> {
    let before = context.before?;
    let removed: BTreeSet<&str> = context.delta.that(Does::Remove).collect();
    let on_removed = |id: &Name| removed.contains(id.as_str());
    let edge = before
        .components
        .iter()
        .filter(|component| on_removed(&component.id))
        .find_map(|component| Some((component, component.depends_on.iter().find(|on| on_removed(on))?)));
    let (component, on) = edge?;
    let reason = format!(
        "{} and {on} go in one commit, unordered: Flux removes them at the same time, so {on} may be gone before what needs it.",
        component.name
    );
    Some(
        Finding::confirm("unordered_removal", context.stack.id.as_str(), reason)
            .hint(format!("Or remove {} first, and {on} in the next entry.", component.name)),
    )
}
