//! Retentions that are cut: what is older goes.

use serde_json::Value;

use super::claim::changed_leaves;
use super::{Context, Guard};
use crate::finding::Finding;
use crate::yaml::path::{Segment, ValuePath};

pub const GUARD: Guard = Guard {
    name: "retention",
    passes: "No retention is cut.",
    needs_head: true,
    check,
    #[cfg(test)]
    examples: || {
        let scene = |from: &str, to: &str| {
            super::tests::Scene::values(&format!("prometheus: {{retention: {to}}}\n"))
                .recorded(&super::tests::Scene::values(&format!("prometheus: {{retention: {from}}}\n")))
        };
        (scene("15d", "30d"), scene("30d", "15d"))
    },
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for leaf in changed_leaves(context) {
        if !is_retention(&leaf.path) {
            continue;
        }
        let (Some(before), Some(after)) = (hours(&leaf.before), hours(&leaf.after)) else { continue };
        // Zero means without end for those who read these fields.
        let ends = after != 0.0 && (before == 0.0 || after < before);
        if ends {
            let reason =
                format!("{} is cut from {} to {}. What is older is deleted soon after.", leaf.path, text(&leaf.before), text(&leaf.after));
            findings.push(Finding::warn("retention", reason).component(&leaf.component).path(&leaf.path));
        }
    }
    findings
}

fn is_retention(path: &ValuePath) -> bool {
    let Some(Segment::Key(key)) = path.segments().last() else { return false };
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    matches!(key.as_str(), "retention" | "retentionperiod" | "retentiondays" | "retentiontime" | "retentionpolicy" | "retentionduration")
        || key.ends_with("retention")
        || key.ends_with("retentionperiod")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A length of time in hours: `15d`, `336h`, `1y6w`, or a bare number in whatever unit the field has.
fn hours(value: &Value) -> Option<f64> {
    if let Some(number) = value.as_f64() {
        return Some(number);
    }
    let mut rest = value.as_str()?.trim();
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(&rest[digits..], |end| &rest[digits..digits + end]);
        total += number
            * match unit {
                "ms" => 1.0 / 3_600_000.0,
                "s" => 1.0 / 3600.0,
                "m" => 1.0 / 60.0,
                "h" => 1.0,
                "d" => 24.0,
                "w" => 168.0,
                "y" => 8760.0,
                _ => return None,
            };
        rest = &rest[digits + unit.len()..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lengths_compare_across_units() {
        assert_eq!(hours(&json!("14d")), hours(&json!("336h")));
        assert_eq!(hours(&json!("1d12h")), Some(36.0));
        for bad in [json!("10GB"), json!(""), json!("x"), json!(null)] {
            assert_eq!(hours(&bad), None, "{bad}");
        }
    }
}
