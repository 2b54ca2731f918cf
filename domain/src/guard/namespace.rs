//! Namespaces that are missing, reserved or misspelt.

use super::{Context, Guard, resolved};
use crate::engine::is_reserved_namespace;
use crate::finding::Finding;
use crate::resolve::is_label;
use crate::stack::Content;

pub const GUARD: Guard = Guard {
    name: "namespaces",
    passes: "Every component has its namespace.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        let namespace =
            |name: &str| super::tests::Scene::manifest(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n"));
        (namespace("shop"), namespace("kube-system"))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in &context.stack.components {
        match component.namespace.as_deref() {
            None if matches!(component.content, Content::Addon(_)) => {
                let reason = format!("{} has no namespace to install its chart into.", component.name);
                findings.push(
                    Finding::block("namespace_missing", reason)
                        .component(&component.id)
                        .path("namespace")
                        .hint("Set the component's namespace."),
                );
            }
            Some(namespace) if !is_label(namespace) => {
                let reason = format!("`{}` is no name for a namespace.", crate::visible::one_line(namespace));
                findings.push(
                    Finding::block("namespace_missing", reason)
                        .component(&component.id)
                        .path("namespace")
                        .hint("Use a-z, 0-9 and inner hyphens, at most 63."),
                );
            }
            Some(namespace) if namespace == context.cluster.flux.namespace => {
                let reason = format!("{} goes into {namespace}, where Flux itself lives.", component.name);
                findings.push(
                    Finding::warn("reserved_namespace", reason)
                        .component(&component.id)
                        .path("namespace")
                        .hint("Choose a namespace of its own."),
                );
            }
            _ => {}
        }
    }
    for (component, object) in context.resolution.objects() {
        if object.key.is("", "Namespace") && is_reserved_namespace(context.cluster, &object.key.name) {
            let reason = format!(
                "The namespace {} belongs to Kubernetes or to Flux; a stack that brings it would delete it when it goes.",
                object.key.name
            );
            findings.push(Finding::block("reserved_namespace", reason).component(&component.id).hint("Remove this object."));
        }
    }
    findings.extend(resolved(context, &["namespace_missing", "namespace_unknown"]));
    findings
}
