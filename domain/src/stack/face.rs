//! What a component's text says of it at a glance; read line by line, so that broken YAML says something too.

use super::{Component, Content};

/// An addon's first host, or what kinds of objects a manifest holds.
pub fn glance(component: &Component) -> String {
    match &component.content {
        Content::Addon(addon) => host(&addon.values).map_or_else(|| addon.chart.name.clone(), str::to_owned),
        Content::Manifest(manifest) => kinds(&manifest.text),
    }
}

/// `host: a.example.com`, or the first entry under `hosts:`.
fn host(values: &str) -> Option<&str> {
    let mut below_hosts = false;
    for line in values.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let item = line.strip_prefix("- ");
        let entry = item.unwrap_or(line).trim_start();
        let value = entry.strip_prefix("host:").or_else(|| entry.strip_prefix("hostname:"));
        let value = value.or_else(|| item.filter(|_| below_hosts)).map(plain);
        if let Some(value) = value.filter(|value| value.contains('.') && !value.contains(": ") && !value.ends_with(':')) {
            return Some(value);
        }
        below_hosts = line == "hosts:";
    }
    None
}

fn plain(value: &str) -> &str {
    let value = value.split(" #").next().unwrap_or_default().trim();
    value.trim_matches(|quote| quote == '"' || quote == '\'')
}

/// `Deployment, 2 Service`: top-level kinds in the order in which they first come.
fn kinds(text: &str) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for kind in text.lines().filter_map(|line| line.strip_prefix("kind:")).map(plain).filter(|kind| !kind.is_empty()) {
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    if kinds.is_empty() {
        return "empty manifest".to_owned();
    }
    let words = kinds.iter().map(|(kind, count)| if *count == 1 { (*kind).to_owned() } else { format!("{count} {kind}") });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_host_is_found_in_the_usual_shapes() {
        assert_eq!(host("ingress:\n  hosts:\n    - \"grafana.${{ domain }}\" # shown\n"), Some("grafana.${{ domain }}"));
        assert_eq!(host("ingress:\n  hosts:\n    - host: a.example.com\n      paths: []\n"), Some("a.example.com"));
        assert_eq!(host("# host: no.example.com\nhost: b.example.com\n"), Some("b.example.com"));
        assert_eq!(host("hosts:\n  - name: x\nreplicas: 2\nargs:\n  - v1.2\n"), None);
    }

    #[test]
    fn a_manifest_shows_its_top_level_kinds_once() {
        let text = "kind: Deployment\nspec:\n  kind: Nested\n---\nkind: Service\n---\nkind: \"Service\"\n";
        assert_eq!(kinds(text), "Deployment, 2 Service");
        assert_eq!(kinds("# nothing\n"), "empty manifest");
    }
}
