//! What goes away, and what is lost with it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Context, Guard, reinstall, upgrade};
use crate::finding::Finding;
use crate::name::Name;
use crate::object::ObjectKey;
use crate::plan::brief::list;
use crate::plan::delta::Was;
use crate::plan::{Does, Effect, What};
use crate::preview::{self, Rendering};
use crate::stack::Stack;

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

/// What Helm does to a release that goes, and what it leaves.
pub const UNINSTALLED: &str = "Helm uninstalls it; claims that its StatefulSets made, definitions from the chart's crds folder and what is marked to be \
                               kept stay behind. What the chart created was not examined: unknown, not rendered.";

const CRDS_STAY: &str = "definitions from the chart's crds folder stay behind.";

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
    let let_go = |was: &Was| context.stack.let_go.iter().any(|gone| gone.component.as_str() == was.component);
    let gone = context.delta.removed.iter().flat_map(|was| effects_of(context, was, let_go(was)));
    let mut effects: Vec<Effect> = gone.chain(reinstall::effects(context)).chain(upgrade::left_out(context)).collect();
    // What a chart made may be a long list: what matters most stands first.
    effects.sort_by_key(|effect| (effect.what != What::WillBeDeleted || !holds_data(&effect.object), effect.what));
    effects
}

/// What becomes of the objects of a release that Helm uninstalls; absent where they are not known.
pub(super) fn uninstalled_objects(context: &Context<'_>, component: &str) -> Option<Vec<Effect>> {
    let Rendering::Objects(objects) = context.release(component)?.before else { return None };
    let effect = |(what, object, note)| Effect { what, object, component: Some(component.to_owned()), note };
    Some(preview::uninstalled(objects).into_iter().map(effect).collect())
}

/// What a person is told of a release that Helm uninstalls.
pub(super) fn uninstalls(context: &Context<'_>, component: &str) -> String {
    let Some(objects) = uninstalled_objects(context, component) else { return UNINSTALLED.to_owned() };
    let count = objects.iter().filter(|effect| effect.what == What::WillBeDeleted).count();
    format!("Helm uninstalls it and deletes {count} object{}; {CRDS_STAY}", if count == 1 { "" } else { "s" })
}

fn effects_of(context: &Context<'_>, was: &Was, let_go: bool) -> Vec<Effect> {
    let effect =
        |what: What, object: ObjectKey, note: Option<String>| Effect { what, object, component: Some(was.component.clone()), note };
    let key = was.key.clone();
    let is_release = key.is("helm.toolkit.fluxcd.io", "HelmRelease");
    if is_release && !let_go {
        if let Some(objects) = uninstalled_objects(context, &was.component) {
            return objects;
        }
        return vec![effect(What::Unknown, key, Some(UNINSTALLED.to_owned()))];
    }
    let is_values = key.is("", "Secret") && key.name.starts_with(&format!("{}-values-", was.component)) && was.object.get("sops").is_some();
    if is_values && let_go {
        let note = "The stack that takes the release over brings sealed values under another name. Remove these by hand then.";
        return vec![effect(What::StaysBehind, key, Some(note.to_owned()))];
    }
    // Sources and sealed values belong to the release and say nothing of their own.
    if is_values || !is_release && key.group.ends_with("toolkit.fluxcd.io") {
        return Vec::new();
    }
    if let_go {
        return vec![effect(What::StaysBehind, key, Some("It runs on as it is, and no stack has it any more.".to_owned()))];
    }
    if annotation(&was.object, "kustomize.toolkit.fluxcd.io/prune") == Some("disabled") {
        return vec![effect(What::StaysBehind, key, Some("Flux does not prune it.".to_owned()))];
    }
    let claims = preview::claims_of(&key, &was.object).map(|claim| effect(What::StaysBehind, claim, Some(preview::CLAIM.to_owned())));
    let claims: Vec<Effect> = claims.collect();
    std::iter::once(effect(What::WillBeDeleted, key, None)).chain(claims).collect()
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
    findings.extend(first_to_go(context));
    findings.extend(lost(&effects));
    findings.extend(uninstalled(context));
    for (key, from, to) in &context.delta.moved {
        if waits_for(context.stack, from, to) {
            continue;
        }
        let reason = format!(
            "{key} moves from {from} to {to}. If Flux removes it from the first before it reaches the second, it is gone for a moment."
        );
        let hint = format!("While {from} waits for {to}, the second takes it over before the first would remove it.");
        findings.push(Finding::warn("moved_object", reason).component(to).hint(hint));
    }
    findings
}

/// Data that goes, each to be typed by its name.
pub fn lost(effects: &[Effect]) -> Vec<Finding> {
    let goes = effects.iter().filter(|effect| effect.what == What::WillBeDeleted && holds_data(&effect.object));
    goes.map(|effect| effect.component.iter().fold(data(&effect.object), Finding::component)).collect()
}

/// Releases that go although their component stays; what is made anew is told elsewhere.
fn uninstalled(context: &Context<'_>) -> Vec<Finding> {
    let anew: BTreeSet<String> = reinstall::anew(context).iter().map(|one| one.now.id.to_string()).collect();
    let told = |id: &str| anew.contains(id) || context.delta.that(Does::Remove).any(|gone| gone == id);
    let let_go = |id: &str| context.stack.let_go.iter().any(|gone| gone.component.as_str() == id);
    let releases = context.delta.removed.iter().filter(|was| was.key.is("helm.toolkit.fluxcd.io", "HelmRelease"));
    releases
        .filter(|was| !told(&was.component) && !let_go(&was.component))
        .map(|was| {
            let reason = format!("The release {} goes. {}", was.key.name, uninstalls(context, &was.component));
            Finding::confirm("removal", was.key.name.as_str(), reason).component(&was.component)
        })
        .collect()
}

/// Whether one component waits for another, directly or through others. What is gone waits for nobody.
fn waits_for(stack: &Stack, component: &str, on: &str) -> bool {
    let (mut open, mut seen) = (vec![component.to_owned()], BTreeSet::new());
    while let Some(id) = open.pop() {
        for next in stack.component(&id).into_iter().flat_map(|component| &component.depends_on) {
            if next.as_str() == on {
                return true;
            }
            if seen.insert(next.clone()) {
                open.push(next.to_string());
            }
        }
    }
    false
}

/// Those that stay and waited for what goes: nothing holds it back until they are changed.
fn first_to_go(context: &Context<'_>) -> Vec<Finding> {
    let Some(before) = context.before else { return Vec::new() };
    let removed: BTreeSet<&str> = context.delta.that(Does::Remove).collect();
    let mut findings = Vec::new();
    for component in &context.stack.components {
        let waited = before.component(component.id.as_str()).into_iter().flat_map(|was| &was.depends_on);
        for on in waited.filter(|on| removed.contains(on.as_str())) {
            let gone = shown(before, on);
            let reason = format!(
                "{} waited for {gone}. Flux removes {gone} as soon as it sees the commit and does not wait until {} is changed.",
                component.name, component.name
            );
            let hint = format!("If it needs {gone} until then, disconnect the two in this entry and remove {gone} in the next.");
            findings.push(Finding::warn("removed_first", reason).component(&component.id).hint(hint));
        }
    }
    findings
}

fn shown(stack: &Stack, id: &Name) -> String {
    stack.component(id.as_str()).map_or_else(|| id.to_string(), |component| component.name.to_string())
}

fn component(context: &Context<'_>, id: &str, effects: &[Effect]) -> Finding {
    let name = context.before.and_then(|before| before.component(id)).map_or_else(|| id.to_owned(), |component| component.name.to_string());
    let mine = || effects.iter().filter(|effect| effect.component.as_deref() == Some(id));
    let is_release = context.delta.removed.iter().any(|was| was.component == id && was.key.is("helm.toolkit.fluxcd.io", "HelmRelease"));
    let reason = if is_release {
        format!("Removing {name} takes its release away. {}", uninstalls(context, id))
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
        "StatefulSet" => format!("The StatefulSet {place} will be deleted. Its claims stay behind, with all that is in them."),
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
