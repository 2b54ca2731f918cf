//! Which of two chart versions is newer, as semantic versions are compared.

use std::cmp::Ordering;

use crate::stack::Chart;

/// Numbers by value, a pre-release before its release, build metadata without a say. What is no version stands before all.
pub fn compare(one: &str, other: &str) -> Ordering {
    match (parts(one), parts(other)) {
        (Some(one), Some(other)) => {
            let release = one.core.cmp(&other.core);
            release.then_with(|| match (one.pre, other.pre) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(one), Some(other)) => compare_pre(one, other),
            })
        }
        (one_is, other_is) => one_is.is_some().cmp(&other_is.is_some()),
    }
    .then_with(|| one.cmp(other))
}

/// Whether three numbers stand in it, as in `1.2.3` and `v1.2.3-rc.1`.
pub fn is_version(text: &str) -> bool {
    parts(text).is_some()
}

/// Whether a version says of itself that it is not finished.
pub fn is_prerelease(version: &str) -> bool {
    parts(version).is_some_and(|parts| parts.pre.is_some())
}

/// Whether it is a version and none on its way to one.
pub fn is_finished(version: &str) -> bool {
    parts(version).is_some_and(|parts| parts.pre.is_none())
}

/// Of known versions the one that is newer than a component's chart, if one is.
pub fn newer<'a>(chart: &Chart, known: &'a [Chart]) -> Option<&'a str> {
    let same = known.iter().filter(|other| other.source() == chart.source());
    let newest = same.max_by(|one, other| compare(&one.version, &other.version))?;
    let is_newer = is_version(&chart.version) && compare(&newest.version, &chart.version) == Ordering::Greater;
    is_newer.then_some(newest.version.as_str())
}

struct Parts<'a> {
    core: Vec<u64>,
    pre: Option<&'a str>,
}

fn parts(version: &str) -> Option<Parts<'_>> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let version = version.split('+').next()?;
    let (core, pre) = version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
    let core: Vec<u64> = core.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    (core.len() == 3).then_some(Parts { core, pre })
}

fn compare_pre(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.split('.'), other.split('.'));
    loop {
        let step = match (one.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => match (one.parse::<u64>(), other.parse::<u64>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => one.cmp(other),
            },
        };
        if step != Ordering::Equal {
            return step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_semantic_versions() {
        let ordered =
            ["latest", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0-beta", "1.0.0-rc.1", "1.0.0", "v1.2.0", "1.10.0"];
        for (index, one) in ordered.iter().enumerate() {
            for other in &ordered[index + 1..] {
                assert_eq!(compare(one, other), Ordering::Less, "{one} {other}");
                assert_eq!(compare(other, one), Ordering::Greater, "{other} {one}");
            }
        }
        assert!(is_prerelease("1.0.0-rc.1") && !is_prerelease("1.0.0+build-7") && !is_prerelease("latest"));
    }

    #[test]
    fn the_newest_known_version_of_the_very_chart_counts_and_only_where_it_is_newer() {
        let chart = |repository: &str, name: &str, version: &str| Chart {
            repository: repository.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
        };
        let known =
            [chart("https://a.test", "web", "1.10.0"), chart("https://a.test", "web", "1.9.0"), chart("https://b.test", "web", "9.0.0")];
        assert_eq!(newer(&chart("https://a.test/", "web", "1.9.3"), &known), Some("1.10.0"));
        assert_eq!(newer(&chart("https://a.test", "web", "1.10.0"), &known), None);
        assert_eq!(newer(&chart("https://a.test", "web", "2.0.0-rc.1"), &known), None);
        assert_eq!(newer(&chart("https://a.test", "web", "${{ var.version }}"), &known), None);
        assert_eq!(newer(&chart("https://c.test", "web", "0.1.0"), &known), None);
    }
}
