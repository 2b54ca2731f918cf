//! What becomes of the objects of a release: when Helm uninstalls it, and when an upgrade no longer makes them.
//!
//! As Helm does it (its documentation of hooks and of `helm.sh/resource-policy`) and Kubernetes (validation of updates to
//! StatefulSets, Deployments, DaemonSets, Jobs and Services).

use serde_json::Value;

use super::Objects;
use super::objects::Object;
use crate::object::ObjectKey;
use crate::plan::What;

/// An object, what becomes of it, and a sentence where the word does not say it all.
pub type Fate = (What, ObjectKey, Option<String>);

const KEPT: &str = "The chart marks it to be kept.";
const OF_A_HOOK: &str = "A hook of the chart made it, and Helm forgets what hooks make.";
pub const CLAIM: &str = "Claims of a StatefulSet outlive it, one for each replica.";

/// When Helm uninstalls all of it.
pub fn uninstalled(objects: &Objects) -> Vec<Fate> {
    objects.iter().flat_map(gone).collect()
}

/// When an upgrade goes from one rendering to the other.
pub fn left_out(before: &Objects, after: &Objects) -> Vec<Fate> {
    let is_left_out = |object: &&Object| object.key.as_ref().is_some_and(|key| after.get(key).is_none());
    // A hook's object is not a part of the release: no upgrade takes it away.
    before.iter().filter(is_left_out).filter(|object| !is_hook(&object.value)).flat_map(gone).collect()
}

fn gone(object: &Object) -> Vec<Fate> {
    let (Some(key), value) = (object.key.clone(), &object.value) else { return Vec::new() };
    if is_hook(value) {
        return if stays_after_its_hook(value) { vec![(What::StaysBehind, key, Some(OF_A_HOOK.to_owned()))] } else { Vec::new() };
    }
    if annotation(value, "helm.sh/resource-policy").is_some_and(|policy| policy.trim() == "keep") {
        return vec![(What::StaysBehind, key, Some(KEPT.to_owned()))];
    }
    let mut fates = vec![(What::WillBeDeleted, key.clone(), None)];
    fates.extend(claims_of(&key, value).map(|claim| (What::StaysBehind, claim, Some(CLAIM.to_owned()))));
    fates
}

/// The first claim of each template of a StatefulSet; none of another kind.
pub fn claims_of<'a>(key: &'a ObjectKey, object: &'a Value) -> impl Iterator<Item = ObjectKey> + 'a {
    let templates = object.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array);
    let templates = templates.filter(|_| key.is("apps", "StatefulSet")).into_iter().flatten();
    let names = templates.filter_map(|template| template.pointer("/metadata/name").and_then(Value::as_str));
    names.map(|name| ObjectKey::new("", "PersistentVolumeClaim", key.namespace.as_deref(), &format!("{name}-{}-0", key.name)))
}

fn is_hook(object: &Value) -> bool {
    annotation(object, "helm.sh/hook").is_some()
}

/// Of hooks that run at installs and upgrades; those of a removal or a test are made only then.
fn stays_after_its_hook(object: &Value) -> bool {
    let words = |name: &str| annotation(object, name).into_iter().flat_map(|text| text.split(',')).map(str::trim);
    words("helm.sh/hook").any(|hook| ["pre-install", "post-install", "pre-upgrade", "post-upgrade"].contains(&hook))
        && !words("helm.sh/hook-delete-policy").any(|policy| policy == "hook-succeeded")
}

fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get("metadata")?.get("annotations")?.get(name)?.as_str()
}

/// A change that Kubernetes refuses, or that cannot be made in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub object: ObjectKey,
    /// Fields of the spec, as `serviceName`.
    pub fields: Vec<String>,
}

/// What of a StatefulSet's spec may be changed; all else may not.
const SET_MAY: &[&str] = &[
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

pub fn refused(before: &Objects, after: &Objects) -> Vec<Refused> {
    let pairs = after.iter().filter_map(|now| Some((now.key.as_ref()?, before.get(now.key.as_ref()?)?, now)));
    let refused = pairs.filter(|(_, _, now)| !is_hook(&now.value)).filter_map(|(key, was, now)| {
        let fields = fixed(key, was, &now.value);
        (!fields.is_empty()).then(|| Refused { object: key.clone(), fields })
    });
    refused.collect()
}

fn fixed(key: &ObjectKey, was: &Value, now: &Value) -> Vec<String> {
    let spec = |object: &'_ Value| object.get("spec").and_then(Value::as_object).cloned().unwrap_or_default();
    let (was, now) = (spec(was), spec(now));
    let differ = |field: &str| was.get(field) != now.get(field);
    let of = |fields: &[&str]| fields.iter().filter(|field| differ(field)).map(|field| (*field).to_owned()).collect();
    match (key.group.as_str(), key.kind.as_str()) {
        ("apps", "StatefulSet") => {
            let mut fields: Vec<&String> = was.keys().chain(now.keys().filter(|field| !was.contains_key(*field))).collect();
            fields.retain(|field| !SET_MAY.contains(&field.as_str()) && differ(field));
            fields.into_iter().cloned().collect()
        }
        ("apps", "Deployment" | "DaemonSet") => of(&["selector"]),
        ("batch", "Job") => of(&["selector", "template", "completionMode"]),
        ("", "PersistentVolumeClaim") => of(&["accessModes", "storageClassName", "volumeMode", "volumeName", "selector"]),
        _ => Vec::new(),
    }
}
