//! One object in two places: two owners would undo each other's work.

use std::collections::BTreeMap;

use super::{Context, Guard};
use crate::engine::RELEASE_GROUP;
use crate::finding::Finding;
use crate::object::ObjectKey;
use crate::plan::facts::Elsewhere;

pub const GUARD: Guard = Guard {
    name: "name_clash",
    passes: "Every object stands in one place only.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n";
        (super::tests::Scene::manifest(object), super::tests::Scene::manifest(&format!("{object}---\n{object}")))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut places: BTreeMap<&ObjectKey, Vec<&str>> = BTreeMap::new();
    for object in &context.rendered.objects {
        places.entry(&object.key).or_default().push(object.component.as_ref().map_or("the stack itself", |id| id.as_str()));
    }
    for (key, components) in places.iter().filter(|(_, components)| components.len() > 1) {
        let (first, last) = (components[0], components[components.len() - 1]);
        let reason = if first == last {
            format!("{} stands twice in {first}.", shown(key))
        } else {
            format!("{} stands in both {first} and {last}.", shown(key))
        };
        findings.push(Finding::block("name_clash", reason).component(last).hint("Rename or remove one of the two."));
    }
    for elsewhere in context.facts.elsewhere.iter().filter(|one| !is_told(context, one)) {
        let component =
            context.rendered.objects.iter().find(|object| object.key == elsewhere.object).and_then(|object| object.component.clone());
        let finding = match &elsewhere.stack {
            _ if context.rendered.common.contains(&elsewhere.object) => of_common(elsewhere),
            Some(stack) => Finding::block(
                "name_clash",
                format!(
                    "{} stands in the stack {stack} too ({}); the two would undo each other.",
                    shown(&elsewhere.object),
                    elsewhere.path
                ),
            )
            .hint(format!("Rename this one, or let go of the other in {stack} first: then it moves here and is not uninstalled.")),
            None => Finding::warn(
                "name_clash",
                format!("{} stands in {} too, a file that Countersign does not write.", shown(&elsewhere.object), elsewhere.path),
            )
            .hint("If Flux applies that file, remove one of the two."),
        };
        findings.push(component.into_iter().fold(finding, Finding::component));
    }
    findings.extend(beside_the_common_one(context));
    findings
}

/// A HelmRelease and the release that it makes are one cause: it is told once.
fn is_told(context: &Context<'_>, one: &Elsewhere) -> bool {
    let of = |key: &ObjectKey| {
        let object = context.rendered.objects.iter().find(|object| object.key == *key);
        object.and_then(|object| object.component.as_ref())
    };
    let is_its_release = |other: &Elsewhere| {
        other.path == one.path && other.object.is("helm.toolkit.fluxcd.io", "HelmRelease") && of(&other.object) == of(&one.object)
    };
    one.object.group == RELEASE_GROUP && context.facts.elsewhere.iter().any(is_its_release)
}

/// What stacks share is applied without ever being pruned and leaves what others set: nothing of it is undone by a second
/// file, and going into a namespace that is there already is what people do. What is left is the other's right to delete.
fn of_common(elsewhere: &Elsewhere) -> Finding {
    let Elsewhere { object, path, stack } = elsewhere;
    let place = match stack {
        Some(stack) => format!("in the stack {stack} too ({path})"),
        None => format!("in {path} too, a file that Countersign does not write"),
    };
    if !object.is("", "Namespace") {
        let reason = format!("{} stands {place}; whatever is applied last stays.", shown(object));
        return Finding::warn("name_clash", reason).hint("Take it out there: every stack of this cluster waits for ours.");
    }
    let reason = format!(
        "{} stands {place}. Flux may delete the namespace when it goes there, with everything in it, this stack's included.",
        shown(object)
    );
    Finding::warn("name_clash", reason)
        .hint("Annotate it there with kustomize.toolkit.fluxcd.io/prune: disabled, or leave the namespace to one of the two.")
}

/// The same seen from the other side: this stack brings a Namespace of its own beside the one that stacks share.
fn beside_the_common_one<'a>(context: &'a Context<'_>) -> impl Iterator<Item = Finding> + 'a {
    let ours = context.rendered.objects.iter().filter(|object| object.key.is("", "Namespace"));
    ours.filter_map(|object| {
        let path = context.tree.namespace(&object.key.name);
        context.head?.files.get(&path)?;
        let reason = format!(
            "{} stands in {path} too, which keeps it for every stack. Flux may delete the namespace when this stack goes, with \
             everything in it, whoever put it there.",
            shown(&object.key)
        );
        let finding = Finding::warn("name_clash", reason)
            .hint("Annotate it with kustomize.toolkit.fluxcd.io/prune: disabled, or remove this object: stacks share the other one.");
        Some(object.component.iter().fold(finding, |finding, id| finding.component(id)))
    })
}

fn shown(key: &ObjectKey) -> String {
    if key.group == RELEASE_GROUP {
        format!("The Helm release {}/{}", key.namespace.as_deref().unwrap_or_default(), key.name)
    } else {
        key.to_string()
    }
}
