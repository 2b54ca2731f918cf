//! Charts and release fields that Flux would not take.

use super::{Context, Guard};
use crate::engine::RESERVED_RELEASE_FIELDS;
use crate::finding::Finding;
use crate::resolve::is_label;
use crate::stack::{Addon, Component, Content};

pub const GUARD: Guard = Guard {
    name: "invalid_release",
    passes: "Charts and releases are written as Flux takes them.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        (
            super::tests::Scene::addons(&["a"]).release("driftDetection", serde_json::json!({"mode": "enabled"})),
            super::tests::Scene::addons(&["a"]).release("targetNamespace", serde_json::json!("x")),
        )
    },
};

/// Fields of HelmRelease's spec that an author may set; the CRD of the pinned version has more, which are ours.
const FIELDS: &[&str] = &[
    "commonMetadata",
    "driftDetection",
    "healthCheckExprs",
    "install",
    "interval",
    "maxHistory",
    "persistentClient",
    "postRenderStrategy",
    "postRenderers",
    "releaseName",
    "rollback",
    "serviceAccountName",
    "suspend",
    "test",
    "timeout",
    "uninstall",
    "upgrade",
    "waitStrategy",
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in &context.stack.components {
        if let Some(timeout) = component.timeout.as_deref().filter(|timeout| !is_duration(timeout)) {
            let reason = format!("`{timeout}` is no length of time.");
            findings
                .push(Finding::block("invalid_release", reason).component(&component.id).path("timeout").hint("Write it as 10m or 1h30m."));
        }
        if let Content::Addon(addon) = &component.content {
            addon_findings(component, addon, &mut findings);
        }
    }
    findings
}

fn addon_findings(component: &Component, addon: &Addon, findings: &mut Vec<Finding>) {
    let mut block = |path: &str, reason: String, hint: &str| {
        findings.push(Finding::block("invalid_release", reason).component(&component.id).path(path).hint(hint))
    };
    let repository = &addon.chart.repository;
    let known = ["https://", "http://", "oci://"]
        .iter()
        .any(|scheme| repository.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')));
    if !known || repository.chars().any(|c| c.is_whitespace() || c.is_control()) {
        block(
            "chart.repository",
            format!("`{}` is no chart repository.", crate::visible::one_line(repository)),
            "Write https://… or oci://….",
        );
    } else if repository.split("://").nth(1).is_some_and(|rest| rest.split('/').next().is_some_and(|host| host.contains('@'))) {
        block(
            "chart.repository",
            "The repository's address holds a user or password, which would stand readable in Git.".to_owned(),
            "Leave it out; give Flux a Secret for this repository.",
        );
    }
    let name = &addon.chart.name;
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b)) || name.contains("..") {
        block(
            "chart.name",
            format!("`{}` is no name for a chart.", crate::visible::one_line(name)),
            "Write the chart's name as its repository has it.",
        );
    }
    for field in addon.release.keys() {
        if RESERVED_RELEASE_FIELDS.contains(&field.as_str()) {
            block(
                &format!("release.{field}"),
                format!("`{field}` follows from the component and cannot be set on its release."),
                "Remove it.",
            );
        } else if !FIELDS.contains(&field.as_str()) {
            block(
                &format!("release.{field}"),
                format!("HelmRelease has no field `{}`.", crate::visible::one_line(field)),
                "Remove it, or check its spelling.",
            );
        }
    }
    let release = addon.release_name(component);
    if release.len() > 53 || !release.split('.').all(is_label) {
        block(
            "release.releaseName",
            format!("`{}` is no name for a Helm release.", crate::visible::one_line(release)),
            "Use a-z, 0-9 and hyphens, at most 53.",
        );
    }
}

/// A length of time as Go writes it: `10m`, `1h30m`, `1.5s`.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(0);
        let number = &rest[..digits];
        if number.is_empty() || number.starts_with('.') || number.ends_with('.') || number.matches('.').count() > 1 {
            return false;
        }
        rest = &rest[digits..];
        match ["ms", "s", "m", "h"].iter().find_map(|unit| rest.strip_prefix(unit)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn lengths_of_time_are_go_s() {
        for good in ["10m", "1h30m", "1.5s", "300ms", "0s"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "10", "m", "1d", "10 m", "-1m", "1..5s", ".5s", "1m x"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
