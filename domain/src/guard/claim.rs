//! Claims that grow or shrink.

use serde_json::Value;

use super::{Context, Guard};
use crate::finding::Finding;
use crate::object::ObjectKey;
use crate::plan::diff;
use crate::preview::{self, Rendering};
use crate::resolve::is_label;
use crate::stack::Content;
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::read;

pub const GUARD: Guard = Guard {
    name: "claims",
    passes: "No claim shrinks, and no claim template has to grow.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || {
        let scene = |from: &str, to: &str| {
            super::tests::Scene::values(&format!("persistentVolume: {{size: {to}}}\n"))
                .recorded(&super::tests::Scene::values(&format!("persistentVolume: {{size: {from}}}\n")))
        };
        (scene("8Gi", "8192Mi"), scene("20Gi", "8Gi"))
    },
};

/// A claim whose size changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    pub component: String,
    /// The component's shown name.
    pub name: String,
    pub path: String,
    pub before: String,
    pub after: String,
    pub grows: bool,
    pub made_by: MadeBy,
    /// Its line in the component's text, where it stands there.
    pub line: Option<usize>,
}

/// What the claim comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadeBy {
    /// It is one itself.
    Itself,
    /// A StatefulSet's template, by the set's name and namespace; Kubernetes changes no template.
    Template { set: String, namespace: String },
    /// A chart's value: perhaps a template, perhaps not.
    Chart { release: String, namespace: String },
    /// An operator's object.
    Operator,
}

impl Size {
    /// For the summary; `nothing_deleted` says that nothing else in the plan takes data away.
    pub fn sentence(&self, nothing_deleted: bool) -> String {
        let Size { name, before, after, grows, .. } = self;
        let verb = if *grows { "grows" } else { "shrinks" };
        let end = if *grows && nothing_deleted { "; nothing is deleted" } else { "" };
        format!("The claim of {name} {verb} from {before} to {after}{end}.")
    }
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for size in sizes(context) {
        if size.grows {
            findings.extend(grows(size));
            continue;
        }
        let Size { component, name, path, before, after, made_by, line, .. } = size;
        let finding = if made_by == MadeBy::Itself {
            Finding::block(
                "claim_shrinks",
                format!("The claim of {name} would shrink from {before} to {after}. Kubernetes refuses to shrink a claim."),
            )
            .hint("Keep its size, or make a new claim under another name and copy the data.")
        } else {
            let reason = format!(
                "{path} of {name} goes from {before} to {after}. Kubernetes shrinks no claim: either the upgrade fails, or the claim is made anew and its data is lost."
            );
            Finding::confirm("claim_shrinks", name, reason)
        };
        findings.push(at_line(finding.component(component).path(path), line));
    }
    findings
}

fn at_line(finding: Finding, line: Option<usize>) -> Finding {
    match line {
        Some(line) => finding.line(line),
        None => finding,
    }
}

/// A claim may grow, a template may not: the pods keep their claims, and the set is made anew around them.
fn grows(size: Size) -> Option<Finding> {
    let Size { component, name, path, before, after, made_by, line, .. } = size;
    let after = after.trim();
    let patch = format!("-p '{{\"spec\":{{\"resources\":{{\"requests\":{{\"storage\":\"{after}\"}}}}}}}}'");
    let (reason, place, set, claims) = match made_by {
        MadeBy::Itself | MadeBy::Operator => return None,
        MadeBy::Template { set, namespace } => {
            let reason = format!(
                "{path} of {name} goes from {before} to {after}. Kubernetes changes no claim template of a StatefulSet: the upgrade will be \
                 refused, and the claims keep their size."
            );
            let (namespace, set) = (plain(namespace, "NAMESPACE"), plain(set, "SET"));
            let claims = format!("kubectl -n {namespace} get pvc, those whose name ends in -{set}-N");
            (reason, namespace, set, claims)
        }
        MadeBy::Chart { release, namespace } => {
            let reason = format!(
                "{path} of {name} goes from {before} to {after}. If the chart puts it into the claim template of a StatefulSet, the upgrade \
                 will be refused and rolled back, and the claims keep their size. The chart was not examined: unknown, not rendered."
            );
            let (namespace, release) = (plain(namespace, "NAMESPACE"), plain(release, "RELEASE"));
            let claims = format!("kubectl -n {namespace} get statefulset,pvc -l app.kubernetes.io/instance={release}");
            (reason, namespace, "SET".to_owned(), claims)
        }
    };
    let hint = format!(
        "By hand, right before signing: find the claims ({claims}); grow each (kubectl -n {place} patch pvc CLAIM {patch}), which its \
         StorageClass must allow; take the set away and leave its pods (kubectl -n {place} delete statefulset {set} --cascade=orphan). The \
         deploy then makes the set anew around them."
    );
    Some(at_line(Finding::warn("claim_grows", reason).component(component).path(path).hint(hint), line))
}

/// A name from a manifest as part of a command that somebody may paste into a shell: as it is, or not at all.
fn plain(name: String, instead: &str) -> String {
    if name.split('.').all(is_label) { name } else { instead.to_owned() }
}

/// The claims whose size changes, in objects and in the values of charts.
pub fn sizes(context: &Context<'_>) -> Vec<Size> {
    let mut sizes = Vec::new();
    for leaf in changed_leaves(context) {
        if !is_size(&leaf.path) {
            continue;
        }
        let (Some(before), Some(after)) = (bytes(&leaf.before), bytes(&leaf.after)) else { continue };
        if before == after {
            continue;
        }
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = context.stack.component(&leaf.component).map_or_else(|| leaf.component.clone(), |component| component.name.to_string());
        let made_by = made_by(context, &leaf);
        let (path, line) = place(context, &leaf);
        sizes.push(Size {
            component: leaf.component,
            name,
            path,
            before: text(&leaf.before),
            after: text(&leaf.after),
            grows: after > before,
            made_by,
            line,
        });
    }
    sizes
}

/// Where a size stands in the component's text: its path there, and its line.
fn place(context: &Context<'_>, leaf: &Leaf) -> (String, Option<usize>) {
    let object = context.resolution.objects().find(|(component, object)| component.id.as_str() == leaf.component && object.key == leaf.key);
    let (document, path) = match object {
        Some((_, object)) => (object.document, leaf.path.segments().iter().fold(object.within.clone(), |path, segment| path.join(segment))),
        None => (0, leaf.path.clone()),
    };
    let line = context.stack.component(&leaf.component).and_then(|component| read::line_in(component.text(), document, &path));
    (path.to_string(), line)
}

fn made_by(context: &Context<'_>, leaf: &Leaf) -> MadeBy {
    let namespace = leaf.key.namespace.clone().unwrap_or_default();
    match leaf.key.kind.as_str() {
        "PersistentVolumeClaim" => MadeBy::Itself,
        "StatefulSet" => MadeBy::Template { set: leaf.key.name.clone(), namespace },
        "HelmRelease" => {
            let addon = context.stack.component(&leaf.component).and_then(|component| match &component.content {
                Content::Addon(addon) => Some(addon.release_name(component).to_owned()),
                Content::Manifest(_) => None,
            });
            if let Some(rendered) = rendered(context, &leaf.component) {
                return rendered;
            }
            MadeBy::Chart { release: addon.unwrap_or_else(|| leaf.key.name.clone()), namespace }
        }
        _ => MadeBy::Operator,
    }
}

/// What the chart itself makes of the size, where that is known.
fn rendered(context: &Context<'_>, component: &str) -> Option<MadeBy> {
    let release = context.release(component)?;
    let (Rendering::Objects(before), Rendering::Objects(after)) = (release.before, release.after) else { return None };
    let refused = preview::refused(before, after).into_iter().find(|one| one.fields.iter().any(|field| field == "volumeClaimTemplates"));
    Some(
        refused
            .map_or(MadeBy::Operator, |one| MadeBy::Template { set: one.object.name, namespace: one.object.namespace.unwrap_or_default() }),
    )
}

/// A scalar that changes: in a chart's values with its path there, in other objects with its path in the object.
pub struct Leaf {
    pub component: String,
    pub key: ObjectKey,
    pub path: ValuePath,
    pub before: Value,
    pub after: Value,
}

pub fn changed_leaves(context: &Context<'_>) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for changed in &context.delta.changed {
        let is_release = changed.key.is("helm.toolkit.fluxcd.io", "HelmRelease");
        let side = |object: &'_ Value| if is_release { object.pointer("/spec/values").cloned() } else { Some(object.clone()) };
        for one in diff::values(side(&changed.before).as_ref(), side(&changed.after).as_ref()) {
            if let (Some(before), Some(after)) = (one.before, one.after) {
                leaves.push(Leaf { component: changed.component.clone(), key: changed.key.clone(), path: one.path, before, after });
            }
        }
    }
    leaves
}

/// `persistence.size`, `persistentVolume.size`, `storage.size`, `….resources.requests.storage` and their kin.
fn is_size(path: &ValuePath) -> bool {
    let keys: Vec<&str> = path
        .segments()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        })
        .collect();
    match keys.as_slice() {
        [.., "requests", "storage"] => true,
        [above @ .., "size"] => above.iter().rev().take(2).any(|key| {
            let key = key.to_ascii_lowercase();
            key.contains("persisten") || key.contains("storage") || key.contains("volume")
        }),
        _ => false,
    }
}

/// A quantity of Kubernetes in bytes.
fn bytes(value: &Value) -> Option<u128> {
    if let Some(number) = value.as_u64() {
        return Some(u128::from(number));
    }
    let text = value.as_str()?.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit: f64 = match &text[end..] {
        "" => 1.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        _ => return None,
    };
    let bytes = number * unit;
    (bytes.is_finite() && bytes >= 0.0).then_some(bytes as u128)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_compare_across_units() {
        assert!(bytes(&json!("1Gi")) > bytes(&json!("1G")));
        assert_eq!(bytes(&json!("1024Mi")), bytes(&json!("1Gi")));
        assert_eq!(bytes(&json!("0.5Gi")), bytes(&json!("512Mi")));
        for none in [json!("big"), json!("8 Gi"), json!(null), json!("8gb")] {
            assert_eq!(bytes(&none), None, "{none}");
        }
    }

    #[test]
    fn sizes_of_storage_are_told_from_other_sizes() {
        for size in [
            "persistence.size",
            "persistentVolume.size",
            "singleBinary.persistence.size",
            "persistence.data.size",
            "spec.storage.size",
            "a.b.volumeClaimTemplate.spec.resources.requests.storage",
        ] {
            assert!(is_size(&ValuePath::parse(size).unwrap()), "{size}");
        }
        for other in ["cache.size", "size", "resources.requests.memory", "persistence.storageClass", "poolSize"] {
            assert!(!is_size(&ValuePath::parse(other).unwrap()), "{other}");
        }
    }
}
