//! Secrets that are used and not set, or that would stand outside a Secret.

use super::{Context, Guard};
use crate::finding::Finding;
use crate::sealing::{Piece, ValuesTree};
use crate::secret::State;
use crate::yaml::path::ValuePath;
use crate::yaml::read;

pub const MISSING: Guard = Guard {
    name: "missing_secret",
    passes: "Every secret that is used is set.",
    needs_head: false,
    check: missing,
    #[cfg(test)]
    examples: || {
        let scene = super::tests::Scene::values("password: ${{ secrets.admin }}\n");
        (scene.clone().secret("admin"), scene)
    },
};

pub const OUTSIDE: Guard = Guard {
    name: "secret_outside_secret",
    passes: "Secrets stand in values and in Secrets alone.",
    needs_head: false,
    check: outside,
    #[cfg(test)]
    examples: || {
        let object = |kind: &str, field: &str| {
            super::tests::Scene::manifest(&format!(
                "apiVersion: v1\nkind: {kind}\nmetadata: {{name: a, namespace: x}}\n{field}:\n  key: ${{{{ secrets.admin }}}}\n"
            ))
            .secret("admin")
        };
        (object("Secret", "stringData"), object("ConfigMap", "data"))
    },
};

fn missing(context: &Context<'_>) -> Vec<Finding> {
    let unset = |name: &str| context.secrets.get(name).is_none_or(|fact| fact.state == State::Missing);
    let mut findings = Vec::new();
    if context.cluster.recipients.is_empty() && !context.resolution.uses.secrets.is_empty() {
        let finding = Finding::block("no_recipients", "The cluster has no recipients, so nothing could be sealed for it.");
        findings.push(finding.hint("Enter the cluster's age recipient in its settings."));
    }
    for (name, used_by) in context.resolution.uses.secrets.iter().filter(|(name, _)| unset(name)) {
        for component in used_by {
            let finding = Finding::block("missing_secret", format!("The secret `{name}` is used here and is not set for this cluster."))
                .component(component);
            findings.push(finding.hint(format!("Set `{name}` for this stack here, for the cluster or for its environment.")));
        }
    }
    findings
}

fn outside(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (component, object) in context.resolution.objects() {
        let is_secret = object.key.is("", "Secret");
        walk(&object.tree, &object.within, &mut |path, name| {
            let below = &path.segments()[object.within.segments().len()..];
            let in_data =
                is_secret && matches!(below.first(), Some(crate::yaml::path::Segment::Key(key)) if key == "data" || key == "stringData");
            if in_data {
                return;
            }
            let reason = format!("The secret `{name}` would stand readable in {}.", object.key);
            let finding = Finding::block("secret_outside_secret", reason).component(&component.id).path(path);
            let finding = finding.hint("Put it into `stringData` of a Secret and refer to that Secret here.");
            findings.push(match read::line_in(component.text(), object.document, path) {
                Some(line) => finding.line(line),
                None => finding,
            });
        });
    }
    findings
}

/// Every secret in a tree, with its path.
fn walk(tree: &ValuesTree, path: &ValuePath, found: &mut impl FnMut(&ValuePath, &str)) {
    match tree {
        ValuesTree::Plain(_) => {}
        ValuesTree::Text(text) => {
            for piece in &text.0 {
                if let Piece::Secret(name) = piece {
                    found(path, name);
                }
            }
        }
        ValuesTree::List(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, &path.index(index), found)),
        ValuesTree::Map(entries) => entries.iter().for_each(|(key, entry)| walk(entry, &path.key(key.as_str()), found)),
    }
}
