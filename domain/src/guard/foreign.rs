//! Changes under our feet: files of this stack that somebody changed outside of Countersign.

use super::{Context, Guard};
use crate::finding::Finding;

pub const GUARD: Guard = Guard {
    name: "foreign_change",
    passes: "Nobody else changed this stack's files.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || (super::tests::Scene::addons(&["a"]), super::tests::Scene::addons(&["a"]).foreign_change("stacks/web/stack.yaml")),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let paths = context.head.map_or(&[][..], |head| &head.foreign_changes);
    let Some(first) = paths.first() else { return Vec::new() };
    let more = if paths.len() > 1 { format!(" and {} more", paths.len() - 1) } else { String::new() };
    let reason = format!("{first}{more} changed in the repository without a countersignature. Deploying overwrites that change.");
    vec![
        Finding::confirm("foreign_change", context.stack.id.as_str(), reason)
            .hint("Look at the commit first; adopt the change into the draft if it should stay."),
    ]
}
