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

/// Of the stack's own files: what would be written over asks for a word, what would stay as it is is only said.
fn changed(context: &Context<'_>) -> Vec<Finding> {
    let Some(head) = context.head else { return Vec::new() };
    let stays = |path: &&String| head.files.get(*path).map(|file| &file.bytes) == context.rendered.files.get(*path);
    let (kept, lost): (Vec<&String>, Vec<&String>) = head.foreign_changes.iter().partition(stays);
    let mut findings = Vec::new();
    if let Some(said) = named(&lost) {
        let reason = format!("{said} stands in the repository as nobody countersigned it. Deploying writes over it.");
        findings.push(
            Finding::confirm("foreign_change", context.stack.id.as_str(), reason)
                .hint("Look at the commit first; adopt the change into the draft if it should stay."),
        );
    }
    if let Some(said) = named(&kept) {
        let reason = format!("{said} stands in the repository as nobody countersigned it. Deploying keeps it as it is there.");
        findings.push(Finding::warn("foreign_adopted", reason).hint("Whoever signs answers for it: look at the commit first."));
    }
    findings
}

fn named(paths: &[&String]) -> Option<String> {
    let first = paths.first()?;
    let more = if paths.len() > 1 { format!(" and {} more", paths.len() - 1) } else { String::new() };
    Some(format!("{first}{more}"))
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

    #[test]
    fn what_would_stay_as_somebody_left_it_is_said_and_not_asked_for() {
        let path = "stacks/web/stack.yaml";
        let scene = Scene::addons(&["a"]).foreign_change(path);
        let ours = scene.build().files[path].after.clone().expect("it is written");
        let codes = |bytes: &[u8]| {
            let mut scene = scene.clone();
            scene.head.files.insert(path.to_owned(), HeadFile::new("100644", bytes));
            let plan = scene.build().plan;
            let codes = plan.findings.iter().map(|finding| finding.code.clone()).filter(|code| code.starts_with("foreign"));
            (codes.collect::<Vec<_>>(), plan.confirmations().len())
        };
        assert_eq!(codes(b"theirs"), (vec![String::from("foreign_change")], 1));
        assert_eq!(codes(&ours), (vec![String::from("foreign_adopted")], 0));
    }
}
