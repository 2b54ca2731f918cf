//! Components that move from one stack to another without being uninstalled: the first lets go, the second takes over.
//!
//! Flux prunes only what bears the owner's labels, and what is suspended prunes nothing: whatever it sees first, the
//! objects stay. What another stack let go of is no fact of the plan: if that stack takes it back, the objects stand in
//! two places, and that is one.

use super::{Context, Guard};
use crate::finding::Finding;
use crate::name::Name;
use crate::plan::{Does, LeftRunning};
use crate::stack::Component;

pub const GUARD: Guard = Guard {
    name: "handover",
    passes: "Nothing runs on beside what this plan installs.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || {
        let scene = |namespace: &str| super::tests::Scene::addons(&["a"]).left_running("old", "a", namespace);
        (scene("x"), scene("y"))
    },
};

/// The components that are new here and run already, with the stack that let them go.
pub fn taken_over<'a>(context: &Context<'a>) -> Vec<(&'a Component, &'a Name)> {
    new_here(context).filter(|(component, left)| is_same(component, left)).map(|(component, left)| (component, &left.by)).collect()
}

fn new_here<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Component, &'a LeftRunning)> {
    let left = context.head.map_or(&[][..], |head| &head.left_running);
    let added = context.stack.components.iter().filter(move |component| context.delta.does(&component.id) == Does::Add);
    added.filter_map(move |component| Some((component, left.iter().find(|left| left.gone.component == component.id)?)))
}

/// Same objects, same release: applying them changes their labels and nothing else.
fn is_same(component: &Component, left: &LeftRunning) -> bool {
    component.let_go() == left.gone
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let differ = new_here(context).filter(|(component, left)| !is_same(component, left));
    differ
        .map(|(component, left)| {
            let now = component.let_go();
            let mut what = Vec::new();
            for (field, before, after) in [
                ("namespace", &left.gone.namespace, &now.namespace),
                ("release name", &left.gone.release, &now.release),
                ("chart", &left.gone.chart, &now.chart),
            ] {
                if before != after {
                    let text = |side: &Option<String>| side.clone().unwrap_or_else(|| "none".to_owned());
                    what.push(format!("{field} {} instead of {}", text(after), text(before)));
                }
            }
            let reason = format!(
                "{} runs already, since the stack {} let go of it, and here it has another place: {}. Flux does not take it over as it is: \
                 what differs is uninstalled and installed anew, or installed beside it.",
                component.name,
                left.by,
                what.join(", ")
            );
            Finding::warn("handover", reason)
                .component(&component.id)
                .hint(format!("Give it what it had in {}; change it once it is here.", left.by))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::tests::Scene;
    use crate::finding::Level;
    use crate::plan::{Does, What};
    use crate::stack::Content;

    /// `web` had `a` and `b`, and lets go of `b`.
    fn letting_go() -> Scene {
        let before = Scene::addons(&["a", "b"]).waits("b", "a");
        before.clone().recorded(&before).lets_go("b")
    }

    #[test]
    fn what_is_let_go_stays_behind_and_nobody_types_for_it() {
        let plan = letting_go().build().plan;
        let effects: Vec<String> = plan.effects.iter().map(|effect| format!("{:?} {}", effect.what, effect.object)).collect();
        assert_eq!(effects, ["StaysBehind HelmRelease x/b"]);
        assert!(plan.confirmations().is_empty() && plan.blocks().next().is_none(), "{:?}", plan.findings);
        assert_eq!(plan.brief[0], "Lets go of b: nothing of it is uninstalled, and it runs on without this stack.");
        assert_eq!((plan.order[0].steps[0].component.as_str(), plan.order[0].steps[0].does), ("b", Does::LetGo));
    }

    #[test]
    fn what_stands_for_it_applies_nothing_and_takes_nothing_along() {
        let built = letting_go().build();
        let text = String::from_utf8(built.files["stacks/web/flux/b.yaml"].after.clone().unwrap()).unwrap();
        for line in ["name: web--b", "suspend: true", "prune: false", "deletionPolicy: Orphan"] {
            assert!(text.contains(line), "{line}: {text}");
        }
        let list = String::from_utf8(built.files["stacks/web/flux/kustomization.yaml"].after.clone().unwrap()).unwrap();
        assert!(list.contains("b.yaml"), "{list}");
        assert!(built.files["stacks/web/components/b/release.yaml"].after.is_none());
        let entry = String::from_utf8(built.files["clusters/nl-prod-1/countersign/web.yaml"].after.clone().unwrap()).unwrap();
        assert!(!entry.contains("web--b"), "nobody waits for what is suspended: {entry}");
    }

    #[test]
    fn the_next_entry_says_nothing_of_it_any_more() {
        let scene = letting_go();
        let plan = scene.clone().recorded(&scene).build().plan;
        assert!(plan.changes_nothing() && plan.effects.is_empty(), "{:?}", plan.brief);
        assert!(plan.order.iter().flat_map(|wave| &wave.steps).all(|step| step.component.as_str() == "a"));
    }

    #[test]
    fn the_other_stack_takes_it_over_as_it_is() {
        let plan = Scene::addons(&["a"]).left_running("old", "a", "x").build().plan;
        let said = "Takes over a, which runs since the stack old let go of it: nothing is installed anew.";
        assert!(plan.brief.contains(&said.to_owned()), "{:?}", plan.brief);
        assert!(plan.effects.iter().all(|effect| effect.what != What::WillBeDeleted));
    }

    #[test]
    fn another_place_release_or_chart_is_not_taken_over_and_the_plan_says_which() {
        let warned = |scene: &Scene| {
            let found = scene.findings("handover").remove(0);
            assert_eq!(found.level, Level::Warn);
            found.reason
        };
        assert!(warned(&Scene::addons(&["a"]).left_running("old", "a", "y")).contains("namespace x instead of y"));
        let renamed = Scene::addons(&["a"]).release("releaseName", serde_json::json!("b")).left_running("old", "a", "x");
        assert!(warned(&renamed).contains("release name b instead of a"));
        let mut other = Scene::addons(&["a"]).left_running("old", "a", "x");
        let Content::Addon(addon) = &mut other.stack.components[0].content else { unreachable!() };
        addon.chart.name = "other".into();
        assert!(warned(&other).contains("chart other instead of a"));
    }

    #[test]
    fn taken_back_it_is_a_component_like_any_other() {
        let scene = letting_go();
        let mut back = scene.clone().recorded(&scene);
        let change = crate::change::Change::AddComponent { component: Scene::addon("b", "") };
        crate::change::apply::apply(&mut back.stack, &change).unwrap();
        assert!(back.stack.let_go.is_empty());
        let text = String::from_utf8(back.build().files["stacks/web/flux/b.yaml"].after.clone().unwrap()).unwrap();
        assert!(text.contains("prune: true") && !text.contains("suspend"), "{text}");
    }
}
