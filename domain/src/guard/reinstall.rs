//! Releases and objects that are made anew because their namespace, their release's name or their chart is another one.
//!
//! helm-controller uninstalls a release whose name or chart changed before it installs the other one. A HelmRelease in
//! another namespace is another object: Flux makes the new one first, then deletes the old one, and waits for neither.

use super::removal::{UNINSTALLED, uninstalled_objects, uninstalls};
use super::{Context, Guard};
use crate::engine::RELEASE_GROUP;
use crate::finding::Finding;
use crate::object::ObjectKey;
use crate::plan::{Effect, What};
use crate::stack::{Addon, Component, Content};

pub const GUARD: Guard = Guard {
    name: "reinstall",
    passes: "Whatever runs is changed in place.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || {
        let scene = |release: &str| super::tests::Scene::addons(&["a"]).release("releaseName", serde_json::json!(release));
        (scene("b").version("a", "1.2.4").recorded(&scene("b")), scene("c").recorded(&scene("b")))
    },
};

/// One component that is made anew, before and after.
pub struct Anew<'a> {
    pub was: &'a Component,
    pub now: &'a Component,
    how: How,
}

enum How {
    /// A release in another namespace, under the same name or another.
    Place { from: String, to: String, release: String },
    /// A release of another name.
    Release { from: String, to: String },
    /// Another chart under the same release's name.
    Chart { from: String, to: String },
    /// Objects of a manifest in another namespace.
    Objects { from: String, to: String },
}

pub fn anew<'a>(context: &Context<'a>) -> Vec<Anew<'a>> {
    let Some(before) = context.before else { return Vec::new() };
    let both = context.stack.components.iter().filter_map(|now| Some((before.component(now.id.as_str())?, now)));
    // What cannot be rendered stays as it was.
    let both = both.filter(|(_, now)| !context.rendered.skipped.contains(&now.id));
    both.filter_map(|(was, now)| Some(Anew { was, now, how: how(context, was, now)? })).collect()
}

fn how(context: &Context<'_>, was: &Component, now: &Component) -> Option<How> {
    let namespace = |component: &Component| component.namespace.clone().unwrap_or_default();
    let (from, to) = (namespace(was), namespace(now));
    match (&was.content, &now.content) {
        (Content::Addon(old), Content::Addon(new)) => {
            let (old_release, new_release) = (old.release_name(was).to_owned(), new.release_name(now).to_owned());
            if from != to {
                Some(How::Place { from, to, release: new_release })
            } else if old_release != new_release {
                Some(How::Release { from: old_release, to: new_release })
            } else if old.chart.name != new.chart.name && !keeps_its_release(new) {
                Some(How::Chart { from: old.chart.name.clone(), to: new.chart.name.clone() })
            } else {
                None
            }
        }
        (Content::Manifest(_), Content::Manifest(_)) if from != to => {
            let leaves =
                context.delta.removed.iter().any(|one| one.component == was.id.as_str() && one.key.namespace.as_ref() == Some(&from));
            leaves.then_some(How::Objects { from, to })
        }
        _ => None,
    }
}

/// An author may tell helm-controller to upgrade from one chart to the other instead.
fn keeps_its_release(addon: &Addon) -> bool {
    let upgrade = addon.release.get("upgrade");
    upgrade.and_then(|upgrade| upgrade.get("chartNameChangeStrategy")).is_some_and(|strategy| strategy == "InPlace")
}

/// Releases that go although their HelmRelease stays. One that changes its namespace is among the objects that go.
pub fn effects(context: &Context<'_>) -> Vec<Effect> {
    let gone = anew(context).into_iter().filter_map(|one| {
        let name = match &one.how {
            How::Release { from, .. } => from.clone(),
            How::Chart { .. } => match &one.was.content {
                Content::Addon(addon) => addon.release_name(one.was).to_owned(),
                Content::Manifest(_) => return None,
            },
            How::Place { .. } | How::Objects { .. } => return None,
        };
        Some(uninstalled_objects(context, one.was.id.as_str()).unwrap_or_else(|| {
            vec![Effect {
                what: What::Unknown,
                object: ObjectKey::new(RELEASE_GROUP, "Release", one.was.namespace.as_deref(), &name),
                component: Some(one.was.id.to_string()),
                note: Some(UNINSTALLED.to_owned()),
            }]
        }))
    });
    gone.flatten().collect()
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    anew(context).iter().map(|one| finding(context, one)).collect()
}

fn finding(context: &Context<'_>, one: &Anew<'_>) -> Finding {
    let (name, id) = (&one.now.name, &one.now.id);
    let uninstalls = uninstalls(context, id.as_str());
    let confirm = |reason: String| Finding::confirm("reinstall", name.as_str(), reason).component(id);
    match &one.how {
        How::Place { from, to, release } => confirm(format!(
            "{name} goes from the namespace {from} to {to}. Flux installs {release} in {to} and uninstalls what is in {from} at the same \
             time. No data moves: {to} begins empty. The one in {from}: {uninstalls}"
        ))
        .path("namespace")
        .hint(
            "Helm refuses the new release while the old one holds cluster-wide objects of the same name, and gives up after its retries. If \
             the chart has some, remove the component in this entry and add it in the next.",
        ),
        How::Release { from, to } => confirm(format!(
            "{name} becomes the Helm release {to} instead of {from}. Flux uninstalls {from} first, then installs {to}. No data moves: claims \
             bear the release's name, and {to} begins empty. {uninstalls}"
        ))
        .path("release.releaseName"),
        How::Chart { from, to } => confirm(format!(
            "{name} changes from the chart {from} to {to}. Flux uninstalls the release first, then installs the other chart under its name. \
             {uninstalls}"
        ))
        .path("chart.name")
        .hint("If one chart can be upgraded to the other, set upgrade.chartNameChangeStrategy to InPlace on the release."),
        How::Objects { from, to } => Finding::warn(
            "reinstall",
            format!("The objects of {name} are made anew in {to}, then those in {from} are deleted. No data moves from one to the other."),
        )
        .component(id)
        .path("namespace"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::super::tests::Scene;
    use crate::finding::{Finding, Level};
    use crate::plan::What;
    use crate::stack::Content;

    fn found(scene: &Scene) -> Finding {
        let mut found = scene.findings("reinstall");
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    fn in_namespace(mut scene: Scene, namespace: &str) -> Scene {
        scene.stack.components[0].namespace = Some(namespace.into());
        scene
    }

    #[test]
    fn another_namespace_installs_and_uninstalls_at_once_and_no_data_moves() {
        let scene = in_namespace(Scene::addons(&["a"]), "y").recorded(&Scene::addons(&["a"]));
        let plan = scene.build().plan;
        let finding = found(&scene);
        assert_eq!((finding.level, finding.confirm.as_deref()), (Level::Confirm, Some("a")));
        for said in ["from the namespace x to y", "at the same time", "No data moves", "unknown, not rendered"] {
            assert!(finding.reason.contains(said), "{said}: {}", finding.reason);
        }
        assert!(finding.hint.unwrap().contains("cluster-wide"));
        let effects: Vec<String> = plan.effects.iter().map(|effect| format!("{:?} {}", effect.what, effect.object)).collect();
        assert_eq!(effects, ["Unknown HelmRelease x/a"]);
        assert_eq!(plan.brief[0], "Uninstalls and installs anew: a.");
        assert!(!plan.brief.contains(&"Nothing is deleted.".to_owned()));
    }

    #[test]
    fn another_release_name_uninstalls_first() {
        let scene = Scene::addons(&["a"]).release("releaseName", json!("b")).recorded(&Scene::addons(&["a"]));
        let finding = found(&scene);
        assert!(finding.reason.contains("Flux uninstalls a first, then installs b"), "{}", finding.reason);
        let effects = scene.build().plan.effects;
        assert_eq!((effects[0].what, effects[0].object.to_string().as_str()), (What::Unknown, "Release x/a"));
        assert_eq!(scene.build().plan.confirmations(), ["a"]);
    }

    #[test]
    fn another_chart_uninstalls_first_unless_it_is_upgraded_in_place() {
        let other = |mut scene: Scene| {
            let Content::Addon(addon) = &mut scene.stack.components[0].content else { unreachable!() };
            addon.chart.name = "other".into();
            scene
        };
        let scene = other(Scene::addons(&["a"])).recorded(&Scene::addons(&["a"]));
        assert!(found(&scene).reason.contains("from the chart a to other"));
        let in_place = |scene: Scene| scene.release("upgrade", json!({"chartNameChangeStrategy": "InPlace"}));
        let scene = other(in_place(Scene::addons(&["a"]))).recorded(&in_place(Scene::addons(&["a"])));
        assert_eq!(found(&scene).level, Level::Pass);
    }

    #[test]
    fn values_versions_edges_and_shown_names_change_in_place() {
        let before = Scene::addons(&["a", "b"]);
        let mut renamed = before.clone().recorded(&before);
        renamed.stack.components[0].name = super::super::tests::name("z");
        let newer = before.clone().version("a", "1.3.0").recorded(&before);
        for (scene, effects) in [(newer, 1), (before.clone().waits("b", "a").recorded(&before), 0), (renamed, 0)] {
            let plan = scene.build().plan;
            assert_eq!(
                (found(&scene).level, plan.effects.len(), plan.confirmations().len()),
                (Level::Pass, effects, 0),
                "{:?}",
                plan.brief
            );
        }
    }

    #[test]
    fn a_manifest_in_another_namespace_is_made_anew_and_its_data_is_lost_by_name() {
        let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {resources: {requests: {storage: 1Gi}}}\n";
        let scene = in_namespace(Scene::manifest(claim), "y").recorded(&Scene::manifest(claim));
        assert_eq!(found(&scene).level, Level::Warn);
        assert_eq!(scene.build().plan.confirmations(), ["c"]);
    }
}
