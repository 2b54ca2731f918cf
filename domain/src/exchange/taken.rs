//! What of an import stands in the bound repository already.

use std::collections::BTreeMap;

use crate::cluster::Cluster;
use crate::engine::RELEASE_GROUP;
use crate::finding::Finding;
use crate::name::Name;
use crate::object::ObjectKey;
use crate::plan::facts::{Elsewhere, Head, read_off};
use crate::resolve::{ResolvedContent, resolve};
use crate::stack::{Component, Content, Stack};

/// A finding for each component of which something stands in a file at this head already. What a missing variable leaves
/// open, the plan tells.
pub fn taken(stack: &Stack, cluster: &Cluster, head: &Head) -> Vec<Finding> {
    let resolution = resolve(stack, cluster);
    let mut owners: BTreeMap<ObjectKey, &Name> = BTreeMap::new();
    for resolved in &resolution.components {
        let id = &resolved.component.id;
        match &resolved.content {
            Some(ResolvedContent::Manifest { objects }) => owners.extend(objects.iter().map(|object| (object.key.clone(), id))),
            _ => owners.extend(release(resolved.component).map(|key| (key, id))),
        }
    }
    let objects: Vec<ObjectKey> = owners.keys().cloned().collect();
    let mut found: BTreeMap<&Name, Vec<Elsewhere>> = BTreeMap::new();
    for one in read_off(head, "", &[], &objects).elsewhere {
        if let Some(id) = owners.get(&one.object) {
            found.entry(id).or_default().push(one);
        }
    }
    let mut findings = Vec::new();
    if head.stacks.iter().any(|other| other.id == stack.id) {
        let reason = format!("A stack `{}` stands in the repository of {} already.", stack.id, cluster.name);
        findings.push(Finding::warn("stack_in_repository", reason).hint("Give the imported stack another name."));
    }
    // In the order of the components.
    findings.extend(stack.components.iter().filter_map(|component| found.get(&component.id).map(|places| told(component, places))));
    findings
}

/// A chart's release in its namespace, whatever object stands for it.
fn release(component: &Component) -> Option<ObjectKey> {
    let Content::Addon(addon) = &component.content else { return None };
    let namespace = component.namespace.as_deref()?;
    Some(ObjectKey::new(RELEASE_GROUP, "Release", Some(namespace), addon.release_name(component)))
}

fn told(component: &Component, places: &[Elsewhere]) -> Finding {
    let Some(first) = places.first() else { return Finding::pass("name_taken", "") };
    let object = match first.object.group.as_str() {
        RELEASE_GROUP => format!("The Helm release {}/{}", first.object.namespace.as_deref().unwrap_or_default(), first.object.name),
        _ => first.object.to_string(),
    };
    let more = match places.len() - 1 {
        0 => String::new(),
        1 => String::from(", and one more object of it elsewhere"),
        more => format!(", and {more} more objects of it elsewhere"),
    };
    let reason = format!("{object} of `{}` stands in {} of the repository already{more}.", component.name, first.path);
    Finding::warn("name_taken", reason)
        .component(&component.id)
        .hint("An import takes over nothing that lives: remove it there before this is deployed, or give this one another name.")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::exchange::tests::cluster;
    use crate::exchange::{File, import};
    use crate::plan::facts::{OtherFile, OtherStack, objects_in};

    fn other(path: &str, text: &str) -> OtherFile {
        OtherFile { path: path.into(), stack: None, objects: objects_in(path, text.as_bytes()) }
    }

    #[test]
    fn what_stands_in_the_repository_is_told_once_for_each_component() {
        let text = include_str!("fixtures/flux-controllers.yaml");
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: x, labels: {app: a}}\n";
        let files = [File { path: "r.yaml".into(), text: text.into() }, File { path: "m.yaml".into(), text: map.into() }];
        let stack = import(&files, None, Some(&Name::new("web").unwrap())).unwrap().stacks.remove(0);
        let head = Head {
            others: vec![
                other("apps/releases.yaml", text),
                other("apps/maps.yaml", map),
                other("apps/else.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: x}\n"),
            ],
            stacks: vec![OtherStack { id: Name::new("web").unwrap(), depends_on: vec![] }],
            ..Head::default()
        };
        let findings = taken(&stack, &cluster(), &head);
        let shown: Vec<(&str, Option<&str>)> = findings.iter().map(|one| (one.code.as_str(), one.at.component.as_deref())).collect();
        let named = |id| ("name_taken", Some(id));
        assert_eq!(shown, [("stack_in_repository", None), named("cert-manager"), named("loki"), named("a")]);
        assert!(
            findings[1].reason.starts_with("The Helm release cert-manager/cert-manager of `cert-manager` stands in apps/releases.yaml")
        );
        assert!(findings[3].reason.contains("ConfigMap x/a") && findings[3].reason.contains("one more object"), "{}", findings[3].reason);
        assert_eq!(taken(&stack, &cluster(), &Head::default()), []);
    }
}
