//! Releases that are upgraded in place: objects that their charts no longer make, and changes that Kubernetes refuses.

use super::{Context, Guard, claim, reinstall};
use crate::engine::RELEASE_GROUP;
use crate::finding::Finding;
use crate::object::ObjectKey;
use crate::plan::brief::list;
use crate::plan::{Effect, What};
use crate::preview::{self, Release, Rendering};
use crate::stack::{Component, Content};

pub const GUARD: Guard = Guard {
    name: "upgrade",
    passes: "No rendered change is one that Kubernetes refuses.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || {
        use crate::preview::Side;
        let made = |service: &str| {
            let spec = serde_json::json!({"serviceName": service, "replicas": 1});
            serde_json::json!([{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"}, "spec": spec}])
        };
        let scene = super::tests::Scene::addons(&["a"]);
        let newer = |after: &str| {
            let changed = scene.clone().version("a", "1.3.0").renders("a", Side::Before, made("db")).renders("a", Side::After, made(after));
            changed.recorded(&scene)
        };
        (newer("db"), newer("other"))
    },
};

/// Releases that stay what they are and change.
fn upgraded<'a>(context: &Context<'a>) -> Vec<(&'a Release<'a>, &'a Component)> {
    let anew = reinstall::anew(context);
    let stays = context.releases.iter().filter(|release| release.before != Rendering::Nothing && release.after != Rendering::Nothing);
    let stays = stays.filter(|release| !anew.iter().any(|one| one.now.id == release.component));
    stays.filter_map(|release| Some((release, context.stack.component(release.component.as_str())?))).collect()
}

/// What upgrades delete, as far as it is known.
pub fn left_out(context: &Context<'_>) -> Vec<Effect> {
    let of = |(release, component): (&Release<'_>, &Component)| {
        let effect = |(what, object, note)| Effect { what, object, component: Some(release.component.to_string()), note };
        if let (Rendering::Objects(before), Rendering::Objects(after)) = (release.before, release.after) {
            return preview::left_out(before, after).into_iter().map(effect).collect();
        }
        let Content::Addon(addon) = &component.content else { return Vec::new() };
        let key = ObjectKey::new(RELEASE_GROUP, "Release", component.namespace.as_deref(), addon.release_name(component));
        let why = release.unknown().unwrap_or_default();
        vec![effect((What::Unknown, key, Some(format!("Helm deletes what its chart no longer makes. {why}").trim_end().to_owned())))]
    };
    upgraded(context).into_iter().flat_map(of).collect()
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    upgraded(context).into_iter().flat_map(|(release, component)| refused(context, release, component)).collect()
}

fn refused(context: &Context<'_>, release: &Release<'_>, component: &Component) -> Vec<Finding> {
    let (Rendering::Objects(before), Rendering::Objects(after)) = (release.before, release.after) else { return Vec::new() };
    let resized = claim::sizes(context).iter().any(|size| size.component == component.id.as_str());
    let told = |field: &String| resized && field == "volumeClaimTemplates";
    let found = preview::refused(before, after).into_iter().filter_map(|one| {
        let fields: Vec<String> = one.fields.into_iter().filter(|field| !told(field)).collect();
        (!fields.is_empty()).then(|| {
            let (word, object) = (if fields.len() == 1 { "field" } else { "fields" }, &one.object);
            let reason = format!(
                "{} changes the {word} {} of {object}. Kubernetes refuses that: the upgrade fails, and Flux rolls it back.",
                component.name,
                list(&fields)
            );
            Finding::warn("upgrade", reason)
                .component(&component.id)
                .hint("Keep the field, or take the object away by hand right before you sign: its chart then makes it anew.")
        })
    });
    found.collect()
}
