//! One object in two places: two owners would undo each other's work.

use std::collections::BTreeMap;

use super::{Context, Guard};
use crate::engine::RELEASE_GROUP;
use crate::finding::Finding;
use crate::object::ObjectKey;

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
    for elsewhere in &context.facts.elsewhere {
        let component =
            context.rendered.objects.iter().find(|object| object.key == elsewhere.object).and_then(|object| object.component.clone());
        let finding = match &elsewhere.stack {
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
    findings
}

fn shown(key: &ObjectKey) -> String {
    if key.group == RELEASE_GROUP {
        format!("The Helm release {}/{}", key.namespace.as_deref().unwrap_or_default(), key.name)
    } else {
        key.to_string()
    }
}
