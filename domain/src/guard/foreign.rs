//! Changes under our feet: files that this plan writes and that somebody else wrote, outside of Countersign.

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
    let mut findings = changed(context);
    findings.extend(shared(context));
    findings
}

/// What stacks share is written once and the same by all: other bytes there are somebody's.
fn shared(context: &Context<'_>) -> Vec<Finding> {
    let Some(head) = context.head else { return Vec::new() };
    let differs = |path: &&String| head.files.get(*path).is_some_and(|file| context.rendered.files.get(*path) != Some(&file.bytes));
    let found = context.rendered.shared.iter().filter(differs);
    found
        .map(|path| {
            let reason = format!("{path} stands in the repository already and says something else. Deploying writes over it.");
            Finding::confirm("foreign_change", context.stack.id.as_str(), reason).hint("Look at who wrote it first.")
        })
        .collect()
}

fn changed(context: &Context<'_>) -> Vec<Finding> {
    let paths = context.head.map_or(&[][..], |head| &head.foreign_changes);
    let Some(first) = paths.first() else { return Vec::new() };
    let more = if paths.len() > 1 { format!(" and {} more", paths.len() - 1) } else { String::new() };
    let reason = format!("{first}{more} stands in the repository as nobody countersigned it. Deploying writes over it.");
    vec![
        Finding::confirm("foreign_change", context.stack.id.as_str(), reason)
            .hint("Look at the commit first; adopt the change into the draft if it should stay."),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::Scene;
    use crate::plan::HeadFile;

    #[test]
    fn somebody_elses_namespace_is_not_written_over_unasked() {
        let scene = Scene::addons(&["a"]);
        let shared = scene.build().plan.files.into_iter().find(|file| file.shared).map(|file| file.path).expect("a shared file");
        let with = |bytes: &[u8]| {
            let mut scene = scene.clone();
            scene.head.files.insert(shared.clone(), HeadFile::new("100644", bytes));
            scene.build().plan.confirmations().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(with(b"kind: Namespace\n"), ["web"]);
        let ours = scene.build().files[&shared].after.clone().expect("it is written");
        assert!(with(&ours).is_empty());
    }
}
