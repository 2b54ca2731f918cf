//! A file of the catalog, read strictly: what is not known is refused with its path.

use crate::guard::version::is_exact;
use crate::name::Name;
use crate::stack::{self, field};
use crate::yaml::fields::{Complaints, Fields, SourceError, header};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

use super::{Capability, Category, Chart, Kinds, WellKnown};

/// A file of the catalog is small.
pub const MAX_BYTES: usize = 64 << 10;
const MAX_PURPOSE: usize = 140;
const MAX_NOTE: usize = 280;

/// The chart, or everything that is wrong with the text.
pub fn parse(text: &str) -> Result<Chart, Vec<SourceError>> {
    let document = read::own_file(text, MAX_BYTES).map_err(|error| vec![SourceError::from(error)])?;
    let mut complaints = Complaints::default();
    let root = Fields::of(&mut complaints, ValuePath::root(), &document, &["apiVersion", "kind", "metadata", "spec"]);
    header(&mut complaints, &root, "Chart");
    let metadata = root.required_fields(&mut complaints, "metadata", &["name"]);
    let name = metadata.required_parsed(&mut complaints, "name", Name::new);
    let read = spec(&mut complaints, &root, name);
    complaints.finish(text)?;
    read.ok_or_else(|| vec![SourceError { path: String::new(), message: "this is no chart".into(), line: Some(1) }])
}

fn spec(complaints: &mut Complaints, root: &Fields<'_>, name: Option<Name>) -> Option<Chart> {
    const KNOWN: [&str; 11] = ["purpose", "category", "words", "chart", "namespace", "note", "crds", "gives", "needs", "uses", "fields"];
    let spec = root.required_fields(complaints, "spec", &KNOWN);
    let purpose = spec.required_parsed(complaints, "purpose", |text| sentence(text, MAX_PURPOSE));
    let category = spec.required_parsed(complaints, "category", Category::parse);
    let words = sorted_once(complaints, &spec, "words", word, false);
    let chart = chart(complaints, &spec);
    let namespace = spec.required_parsed(complaints, "namespace", |text| field::namespace(text).map(|()| text.to_owned()));
    let note = spec.parsed(complaints, "note", |text| sentence(text, MAX_NOTE));
    let crds = crds(complaints, &spec);
    let gives = sorted_once(complaints, &spec, "gives", Capability::parse, false);
    let needs = sorted_once(complaints, &spec, "needs", Capability::parse, false);
    let uses = sorted_once(complaints, &spec, "uses", Capability::parse, false);
    for (index, capability) in uses.iter().enumerate() {
        if needs.contains(capability) {
            complaints.add(&spec.at("uses").index(index), "what it needs it uses already; name it once");
        }
    }
    let fields = well_known(complaints, &spec);
    Some(Chart {
        name: name?,
        purpose: purpose?,
        category: category?,
        words,
        chart: chart?,
        namespace: namespace?,
        note,
        crds,
        gives,
        needs,
        uses,
        fields,
    })
}

fn chart(complaints: &mut Complaints, spec: &Fields<'_>) -> Option<stack::Chart> {
    let chart = spec.required_fields(complaints, "chart", &["repository", "name", "version"]);
    let repository = chart.required_parsed(complaints, "repository", |text| field::chart_repository(text).map(|()| text.to_owned()));
    let name = chart.required_parsed(complaints, "name", |text| field::chart_name(text).map(|()| text.to_owned()));
    let version = chart.required_parsed(complaints, "version", |text| {
        if is_exact(text) { Ok(text.to_owned()) } else { Err("one exact version belongs here, such as 1.16.3") }
    });
    Some(stack::Chart { repository: repository?, name: name?, version: version? })
}

fn crds(complaints: &mut Complaints, spec: &Fields<'_>) -> Vec<Kinds> {
    let Some(value) = spec.get("crds") else { return Vec::new() };
    let path = spec.at("crds");
    let mut read: Vec<Kinds> = Vec::new();
    for (index, value) in complaints.list(&path, value).iter().enumerate() {
        let fields = Fields::of(complaints, path.index(index), value, &["group", "kinds"]);
        let group = fields.required_parsed(complaints, "group", group);
        fields.required(complaints, "kinds");
        let kinds = sorted_once(complaints, &fields, "kinds", kind, true);
        let Some(group) = group else { continue };
        if read.last().is_some_and(|before| before.group >= group) {
            complaints.add(&fields.at("group"), "groups stand in the order of the alphabet, each once");
        }
        read.push(Kinds { group, kinds });
    }
    read
}

fn well_known(complaints: &mut Complaints, spec: &Fields<'_>) -> WellKnown {
    let Some(value) = spec.get("fields") else { return WellKnown::default() };
    const KNOWN: [&str; 7] = ["hosts", "sizes", "storageClasses", "replicas", "resources", "secrets", "crds"];
    let fields = Fields::of(complaints, spec.at("fields"), value, &KNOWN);
    let mut paths = |key: &str| sorted_once(complaints, &fields, key, value_path, false);
    WellKnown {
        hosts: paths("hosts"),
        sizes: paths("sizes"),
        storage_classes: paths("storageClasses"),
        replicas: paths("replicas"),
        resources: paths("resources"),
        secrets: paths("secrets"),
        crds: paths("crds"),
    }
}

/// A list in which nothing stands twice; `sorted` also wants the order of the alphabet.
fn sorted_once<T: PartialOrd, E: ToString>(
    complaints: &mut Complaints,
    fields: &Fields<'_>,
    key: &str,
    read: impl Fn(&str) -> Result<T, E>,
    sorted: bool,
) -> Vec<T> {
    let Some(value) = fields.get(key) else { return Vec::new() };
    let path = fields.at(key);
    let items = complaints.each(&path, value, read);
    for (index, item) in items.iter().enumerate() {
        if items[..index].contains(item) {
            complaints.add(&path.index(index), "this stands here twice");
        } else if sorted && index > 0 && items[index - 1] > *item {
            complaints.add(&path.index(index), "these stand in the order of the alphabet");
        }
    }
    items
}

fn sentence(text: &str, max: usize) -> Result<String, String> {
    let starts = text.chars().next().is_some_and(char::is_uppercase);
    if !starts || !text.ends_with('.') || text.chars().any(char::is_control) {
        return Err("a sentence belongs here: a capital, one line, a full stop".to_owned());
    }
    if text.chars().count() > max {
        return Err(format!("a sentence of at most {max} characters belongs here"));
    }
    Ok(text.to_owned())
}

fn word(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(text.to_owned()) } else { Err("one word in small letters belongs here".to_owned()) }
}

fn group(text: &str) -> Result<String, String> {
    let label = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let fits = text.len() <= 253 && text.contains('.') && text.split('.').all(label);
    if fits { Ok(text.to_owned()) } else { Err("an API group belongs here, such as cert-manager.io".to_owned()) }
}

fn kind(text: &str) -> Result<String, String> {
    let fits = text.len() <= 63 && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits { Ok(text.to_owned()) } else { Err("a kind belongs here, such as ClusterIssuer".to_owned()) }
}

/// In the one way in which the path is written, and never the values as a whole.
fn value_path(text: &str) -> Result<ValuePath, String> {
    let path = ValuePath::parse(text).map_err(|error| error.to_string())?;
    if path.segments().is_empty() {
        return Err("a path into the values belongs here".to_owned());
    }
    if path.to_string() != text {
        return Err(format!("write `{path}`"));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const WHOLE: &str = "\
apiVersion: countersign.dev/v1alpha1
kind: Chart
metadata: {name: cert-manager}
spec:
  purpose: Issues certificates.
  category: certificates
  words: [tls, acme]
  chart: {repository: https://charts.jetstack.io, name: cert-manager, version: v1.16.3}
  namespace: cert-manager
  note: Needs care.
  crds:
    - {group: acme.cert-manager.io, kinds: [Challenge, Order]}
    - {group: cert-manager.io, kinds: [Certificate]}
  gives: [certificates]
  needs: [dns]
  uses: [metrics]
  fields: {replicas: [replicaCount, webhook.replicaCount], hosts: ['ingress.hosts[0].host']}
";

    #[test]
    fn a_whole_file_reads() {
        let chart = parse(WHOLE).unwrap();
        assert_eq!(chart.name.as_str(), "cert-manager");
        assert_eq!(chart.chart.version, "v1.16.3");
        assert!(chart.brings("cert-manager.io", "Certificate"));
        assert!(!chart.brings("cert-manager.io", "Order"));
        assert_eq!(chart.fields.hosts[0].to_string(), "ingress.hosts[0].host");
        assert_eq!(
            (chart.gives, chart.needs, chart.uses),
            (vec![Capability::Certificates], vec![Capability::Dns], vec![Capability::Metrics])
        );
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place() {
        for (was, is, at) in [
            ("  note: Needs care.", "  notes: Needs care.", "spec.notes"),
            ("kind: Chart", "kind: Stack", "kind"),
            ("{name: cert-manager}", "{name: cert-manager, id: x}", "metadata.id"),
            ("Issues certificates.", "issues certificates", "spec.purpose"),
            ("category: certificates", "category: tls", "spec.category"),
            ("[tls, acme]", "[tls, tls]", "spec.words[1]"),
            ("version: v1.16.3", "version: ^1.16", "spec.chart.version"),
            ("https://charts.jetstack.io", "file:///charts", "spec.chart.repository"),
            ("namespace: cert-manager", "namespace: ../x", "spec.namespace"),
            ("[Challenge, Order]", "[Order, Challenge]", "spec.crds[0].kinds[1]"),
            ("group: cert-manager.io", "group: aaa.io", "spec.crds[1].group"),
            ("kinds: [Certificate]", "plural: [Certificate]", "spec.crds[1].plural"),
            ("gives: [certificates]", "gives: [tls]", "spec.gives[0]"),
            ("uses: [metrics]", "uses: [dns]", "spec.uses[0]"),
            ("webhook.replicaCount]", "'webhook..replicaCount']", "spec.fields.replicas[1]"),
            ("webhook.replicaCount]", "replicaCount]", "spec.fields.replicas[1]"),
            ("fields: {replicas", "fields: {replica", "spec.fields.replica"),
        ] {
            assert!(WHOLE.contains(was), "{was}");
            let errors = parse(&WHOLE.replacen(was, is, 1)).unwrap_err();
            assert!(errors.iter().any(|error| error.path == at), "{is}: {errors:?}");
        }
    }

    #[test]
    fn what_is_no_map_or_too_large_is_refused() {
        for bad in ["", "x", "[]", &format!("# {}\n{WHOLE}", "x".repeat(MAX_BYTES))] {
            assert!(parse(bad).is_err());
        }
    }
}
