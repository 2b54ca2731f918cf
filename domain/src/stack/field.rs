//! What the single fields of a component may hold; both `stack.yaml` and changes are held to it.

/// A Kubernetes namespace. It becomes part of a path in the repository, so nothing else may pass.
pub fn namespace(text: &str) -> Result<(), String> {
    label(text, 63).map_err(|why| format!("`{}` is no namespace: {why}", short(text)))
}

/// A Helm release's name.
pub fn release_name(text: &str) -> Result<(), String> {
    label(text, 53).map_err(|why| format!("`{}` is no release name: {why}", short(text)))
}

fn label(text: &str, max: usize) -> Result<(), String> {
    let edge = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let inner = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if text.len() > max {
        return Err(format!("more than {max} characters"));
    }
    if !inner || !edge(text.as_bytes().first()) || !edge(text.as_bytes().last()) {
        return Err("only a-z, 0-9 and hyphens between them".to_owned());
    }
    Ok(())
}

/// A Go duration as Flux takes it: `90s`, `10m`, `1h30m`.
pub fn timeout(text: &str) -> Result<(), String> {
    let error = || Err(format!("`{}` is no duration: write 90s, 10m or 1h30m", short(text)));
    let mut rest = text;
    while !rest.is_empty() || text.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        rest = &rest[whole..];
        let fraction = rest.strip_prefix('.').map(digits);
        if whole == 0 || fraction == Some(0) {
            return error();
        }
        rest = &rest[fraction.map_or(0, |length| length + 1)..];
        let Some(after) = ["ms", "s", "m", "h"].iter().find_map(|unit| rest.strip_prefix(unit)) else { return error() };
        rest = after;
    }
    if text.len() > 32 { error() } else { Ok(()) }
}

/// Where a chart comes from: `https://…` or the `oci://…` parent. It is recorded in Git in the open.
pub fn chart_repository(text: &str) -> Result<(), String> {
    let Some((scheme @ ("https" | "http" | "oci"), rest)) = text.split_once("://") else {
        return Err(format!("`{}` is no chart repository: it starts with https:// or oci://", short(text)));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return Err(format!("a chart repository carries no user and no password; write {scheme}:// and the host alone"));
    }
    if host.is_empty() || !rest.bytes().all(|b| b.is_ascii_graphic()) || text.len() > 2048 {
        return Err(format!("`{}` is no address of a chart repository", short(text)));
    }
    Ok(())
}

/// A chart's name inside its repository.
pub fn chart_name(text: &str) -> Result<(), String> {
    let fits = |part: &str| {
        part.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    if !fits(text) || text.len() > 250 {
        return Err(format!("`{}` is no chart's name: letters, digits, dots, hyphens and underscores", short(text)));
    }
    Ok(())
}

/// A chart's version as text; whether it is exact is a guard's matter.
pub fn chart_version(text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() > 128 || !text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') || text.trim() != text {
        return Err(format!("`{}` is no version", short(text)));
    }
    Ok(())
}

fn short(text: &str) -> String {
    crate::visible::one_line(&text.chars().take(80).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Result<(), String>, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(rule(text), Ok(()), "{text}");
        }
        for text in bad {
            assert!(rule(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_namespace_can_be_part_of_a_path() {
        check(
            namespace,
            &["a", "cert-manager", "1a", &"a".repeat(63)],
            &["", "../x", "a/b", "A", "-a", "a-", "a.b", "a\n", &"a".repeat(64)],
        );
    }

    #[test]
    fn a_timeout_is_a_go_duration() {
        check(timeout, &["90s", "10m", "1h30m", "1.5h", "100ms"], &["", "10", "m", "1d", ".5m", "1.m", "10m ", "-1m", "1h30"]);
    }

    #[test]
    fn a_chart_repository_carries_no_credentials() {
        check(
            chart_repository,
            &["https://charts.example.com", "oci://ghcr.io/org/charts", "http://10.0.0.1:8080/x"],
            &["", "charts.example.com", "file:///etc", "https://", "https://user:pass@host/x", "https://token@host", "https://host/a b"],
        );
    }

    #[test]
    fn a_chart_has_a_plain_name_and_a_version() {
        check(chart_name, &["loki", "kube-prometheus-stack", "a_b.c"], &["", "../x", "a/b", "-a", "a b"]);
        check(chart_version, &["1.2.3", "v1.16.3", "1.x", ">=1 <2"], &["", " 1", "1\n2"]);
    }
}
