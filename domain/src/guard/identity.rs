//! Whether this repository is this cluster's.

use super::{Context, Guard};
use crate::binding::Binding;
use crate::finding::Finding;

pub const GUARD: Guard = Guard {
    name: "cluster_identity",
    passes: "Repository, path and UID name this cluster.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || (super::tests::Scene::addons(&["a"]), super::tests::Scene::addons(&["a"]).bound_to("other")),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let block = |reason: String, hint: &str| vec![Finding::block("cluster_identity", reason).hint(hint)];
    let cluster = context.cluster;
    let path = context.tree.binding();
    let Some(file) = context.head.and_then(|head| head.files.get(&path)) else {
        return block(
            format!("The repository has no {path}: it is not bound to a cluster yet."),
            "Bind it in the cluster's settings first.",
        );
    };
    let binding = match std::str::from_utf8(&file.bytes)
        .map_err(|error| error.to_string())
        .and_then(|text| Binding::parse(text).map_err(|error| error.to_string()))
    {
        Ok(binding) => binding,
        Err(error) => {
            return block(format!("{path} cannot be read: {error}."), "Find out who changed it; nothing is deployed until it is right.");
        }
    };
    if binding.cluster != cluster.name || binding.environment != cluster.environment {
        let reason = format!(
            "The repository belongs to the cluster {} ({}), and this plan is for {} ({}).",
            binding.cluster, binding.environment, cluster.name, cluster.environment
        );
        return block(reason, "Check the repository in the cluster's settings.");
    }
    if binding.path != cluster.repository.path {
        return block(
            format!("The repository says that this cluster lives in `{}`, the settings say `{}`.", binding.path, cluster.repository.path),
            "Check the path in the cluster's settings.",
        );
    }
    match (&binding.kube_system_uid, &cluster.kube_system_uid) {
        (Some(bound), Some(known)) if bound != known => block(
            format!("The repository is bound to a cluster with the UID {bound}, and this one has {known}."),
            "Was the cluster rebuilt? Then bind its new identity first.",
        ),
        (Some(_), Some(_)) => Vec::new(),
        _ => vec![
            Finding::warn(
                "cluster_identity",
                "The cluster's UID is not known on both sides, so the repository is told apart by name and path alone.",
            )
            .hint("Enter the UID of the namespace kube-system in the cluster's settings."),
        ],
    }
}
