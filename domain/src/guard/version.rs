//! Chart versions that could mean another chart tomorrow.

use super::{Context, Guard};
use crate::finding::Finding;
use crate::stack::Content;

pub const GUARD: Guard = Guard {
    name: "floating_version",
    passes: "Every chart stands at an exact version.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || (super::tests::Scene::addons(&["a"]).version("a", "v1.16.3"), super::tests::Scene::addons(&["a"]).version("a", "^1.16")),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in &context.stack.components {
        let Content::Addon(addon) = &component.content else { continue };
        let version = &addon.chart.version;
        if !is_exact(version) {
            let reason = if version.is_empty() {
                "The chart has no version.".to_owned()
            } else {
                format!("The chart's version `{version}` is not exact; it could mean another chart tomorrow.")
            };
            findings.push(
                Finding::block("floating_version", reason)
                    .component(&component.id)
                    .path("chart.version")
                    .hint("Name one version, such as 1.16.3."),
            );
        }
    }
    findings
}

/// `1.2.3`, `v1.2.3`, `1.2.3-rc.1+build`: nothing that a range, a tag or a partial version could be.
pub fn is_exact(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let (version, build) = version.split_once('+').map_or((version, None), |(version, build)| (version, Some(build)));
    let (core, pre) = version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
    let number = |part: &str| {
        !part.is_empty() && part.len() <= 18 && part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let parts: Vec<&str> = core.split('.').collect();
    let label = |text: &str| text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    parts.len() == 3 && parts.into_iter().all(number) && pre.is_none_or(label) && build.is_none_or(label)
}

#[cfg(test)]
mod tests {
    use super::is_exact;

    #[test]
    fn only_whole_versions_are_exact() {
        for exact in ["1.2.3", "v1.16.3", "0.0.0", "1.2.3-rc.1", "1.2.3+build.7", "10.20.30-alpha-1+x"] {
            assert!(is_exact(exact), "{exact}");
        }
        for floating in [
            "",
            "1",
            "1.2",
            "1.x",
            "1.2.x",
            "*",
            "^1.2.3",
            "~1.2.3",
            ">=1.2.3",
            "1.2.3 - 2.0.0",
            "1.2.3 || 1.2.4",
            "latest",
            "v",
            "1.2.3.4",
            "01.2.3",
            "1.2.3-",
            "1.2.3+",
            "=1.2.3",
        ] {
            assert!(!is_exact(floating), "{floating}");
        }
    }
}
