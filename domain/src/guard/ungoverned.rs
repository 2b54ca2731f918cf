//! Manifests that bring in what nobody signed: sources of their own, and values from elsewhere in the cluster.

use serde_json::Value;

use super::version::is_exact;
use super::{Context, Guard};
use crate::finding::Finding;
use crate::resolve::ResolvedObject;
use crate::sealing::ValuesTree;

pub const GUARD: Guard = Guard {
    name: "ungoverned_source",
    passes: "All that reaches the cluster comes from this plan and its charts.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        let kustomization =
            |more: &str| super::tests::Scene::manifest(&format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\n{more}"));
        let from_cluster = "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\n\
                            spec: {postBuild: {substituteFrom: [{kind: ConfigMap, name: outside}]}}\n";
        (kustomization(""), kustomization(from_cluster))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (component, object) in context.resolution.objects() {
        findings.extend(look(object).map(|finding| finding.component(&component.id)));
    }
    findings
}

fn look(object: &ResolvedObject) -> Option<Finding> {
    let key = &object.key;
    let ValuesTree::Plain(value) = &object.tree else { return None };
    let filled = |pointer: &str| value.pointer(pointer).and_then(Value::as_array).is_some_and(|items| !items.is_empty());
    if key.is("kustomize.toolkit.fluxcd.io", "Kustomization") && filled("/spec/postBuild/substituteFrom") {
        let reason = format!("{key} takes values from objects of the cluster (substituteFrom) that no plan shows and nobody signs.");
        return Some(Finding::block("ungoverned_source", reason).hint("Write the values out, or make them variables of the stack."));
    }
    if key.is("helm.toolkit.fluxcd.io", "HelmRelease") {
        if filled("/spec/valuesFrom") {
            let reason = format!("{key} takes values from objects of the cluster (valuesFrom) that no plan shows and nobody signs.");
            return Some(
                Finding::block("ungoverned_source", reason).hint("Add the chart as an addon; its secrets are then sealed for you."),
            );
        }
        let chart = value.pointer("/spec/chart/spec")?;
        let version = chart.get("version").and_then(Value::as_str).unwrap_or_default();
        return (!is_exact(version)).then(|| {
            let reason = format!("{key} asks for the chart version `{}`, which is not exact.", crate::visible::one_line(version));
            Finding::block("floating_version", reason).hint("Name one version, such as 1.16.3, or add the chart as an addon.")
        });
    }
    let brings = match key.group.as_str() {
        "source.toolkit.fluxcd.io" | "kustomize.toolkit.fluxcd.io" => true,
        "argoproj.io" => key.kind.starts_with("Application"),
        _ => false,
    };
    brings.then(|| {
        let reason = format!("{key} can bring objects into the cluster that this plan does not show.");
        Finding::warn("ungoverned_source", reason).hint("Make them components of a stack, if they should be reviewed here.")
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::Scene;

    fn release(spec: &str) -> Scene {
        Scene::manifest(&format!("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: r}}\nspec: {spec}\n"))
    }

    #[test]
    fn a_release_in_a_manifest_keeps_the_rules_of_addons() {
        assert!(release("{chart: {spec: {chart: a, version: '1.x'}}}").codes().contains("floating_version"));
        assert!(release("{chart: {spec: {chart: a}}}").codes().contains("floating_version"));
        assert!(release("{chart: {spec: {chart: a, version: 1.2.3}}}").codes().is_empty());
        assert!(release("{valuesFrom: [{kind: Secret, name: outside}]}").codes().contains("ungoverned_source"));
    }

    #[test]
    fn a_source_of_its_own_is_a_warning() {
        let source =
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: r}\nspec: {url: https://git.example.com}\n";
        assert!(Scene::manifest(source).codes().contains("ungoverned_source"));
    }
}
