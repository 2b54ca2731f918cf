//! What a chart says of itself, taken from its archive: text stays text, and nothing that it names elsewhere is fetched.

use domain::api::catalog::{Contents, Crd, Dependency};
use domain::stack;
use domain::visible;
use serde::Deserialize;
use serde_json::Value;

use super::archive::Files;
use super::index::options;
use super::trouble::Trouble;

/// Names of left out things, as many as anybody reads.
const MAX_NAMED: usize = 20;
const MAX_CRDS: usize = 500;
/// It only asks for colour, and READMEs are full of it.
const EMOJI: char = '\u{fe0f}';

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChartFile {
    name: String,
    version: String,
    app_version: Option<String>,
    description: Option<String>,
    kube_version: Option<String>,
    home: Option<String>,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    dependencies: Option<Vec<DependencyFile>>,
}

#[derive(Deserialize)]
struct DependencyFile {
    name: String,
    version: Option<String>,
    repository: Option<String>,
}

#[derive(Deserialize)]
struct Object {
    kind: Option<String>,
    spec: Option<CrdSpec>,
}

#[derive(Deserialize)]
struct CrdSpec {
    group: Option<String>,
    names: Option<CrdNames>,
    versions: Option<Vec<CrdVersion>>,
}

#[derive(Deserialize)]
struct CrdNames {
    kind: Option<String>,
}

#[derive(Deserialize)]
struct CrdVersion {
    name: Option<String>,
}

/// The chart that was asked for, and not another that lies under its name.
pub fn read(asked: &stack::Chart, files: Files, digest: String) -> Result<Contents, Trouble> {
    let bytes = files.chart.ok_or_else(|| Trouble::archive("it holds no Chart.yaml"))?;
    let chart: ChartFile =
        serde_saphyr::from_str_with_options(&text(&bytes), options()).map_err(|_| Trouble::archive("its Chart.yaml cannot be read"))?;
    let same = |one: &str, other: &str| one.trim_start_matches('v') == other.trim_start_matches('v');
    if chart.name != asked.name || !same(&chart.version, &asked.version) {
        return Err(Trouble::archive("it holds another chart or version than was asked for"));
    }
    let mut notes = Vec::new();
    let schema = files.schema.and_then(|bytes| match serde_json::from_slice::<Value>(&bytes) {
        Ok(schema) => Some(schema),
        Err(_) => {
            notes.push(String::from("values.schema.json is no JSON, and is left out."));
            None
        }
    });
    let mut elsewhere = Vec::new();
    let schema = schema.map(|mut schema| {
        stay_inside(&mut schema, &mut elsewhere);
        schema
    });
    if !elsewhere.is_empty() {
        notes.push(format!("values.schema.json refers to other places, which are not fetched: {}.", elsewhere.join(", ")));
    }
    let mut crds = Vec::new();
    for bytes in files.crds {
        match custom_resources(&text(&bytes)) {
            Some(found) => crds.extend(found),
            None => notes.push(String::from("A file in crds/ cannot be read, and is left out.")),
        }
    }
    crds.sort();
    crds.dedup();
    crds.truncate(MAX_CRDS);
    notes.truncate(MAX_NAMED);
    let line = |text: Option<String>| text.map(|text| visible::one_line(&text.chars().take(300).collect::<String>()));
    let dependencies = chart.dependencies.unwrap_or_default().into_iter().take(100);
    Ok(Contents {
        chart: asked.clone(),
        description: line(chart.description).unwrap_or_default(),
        app_version: line(chart.app_version),
        kube_version: line(chart.kube_version),
        home: line(chart.home).filter(|home| home.starts_with("https://")),
        deprecated: chart.deprecated,
        readme: files.readme.map(|bytes| text(&bytes)),
        values: files.values.map(|bytes| text(&bytes)),
        schema,
        crds,
        dependencies: dependencies
            .map(|dependency| Dependency {
                name: visible::one_line(&dependency.name),
                version: line(dependency.version),
                repository: line(dependency.repository),
            })
            .collect(),
        digest,
        notes,
    })
}

/// Text in which nothing hides: what cannot be seen or turns the direction of writing is spelt out.
fn text(bytes: &[u8]) -> String {
    visible::shown(&String::from_utf8_lossy(bytes).replace(EMOJI, "")).into_owned()
}

/// Takes every reference to another document away; what it would have asked for is then not asked for.
fn stay_inside(schema: &mut Value, elsewhere: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
                let Some(to) = map.get(key).and_then(Value::as_str).filter(|to| !to.starts_with('#')) else { continue };
                let to = visible::one_line(&to.chars().take(200).collect::<String>());
                if elsewhere.len() < MAX_NAMED && !elsewhere.contains(&to) {
                    elsewhere.push(to);
                }
                map.remove(key);
            }
            // It would turn `#/…` into an address.
            if map.get("$id").is_some_and(Value::is_string) {
                map.remove("$id");
            }
            map.values_mut().for_each(|inner| stay_inside(inner, elsewhere));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| stay_inside(inner, elsewhere)),
        _ => {}
    }
}

fn custom_resources(text: &str) -> Option<Vec<Crd>> {
    let objects: Vec<Option<Object>> = serde_saphyr::from_multiple_with_options(text, options()).ok()?;
    let one = |object: Object| {
        let spec = object.spec.filter(|_| object.kind.as_deref() == Some("CustomResourceDefinition"))?;
        let versions = spec.versions.unwrap_or_default().into_iter().filter_map(|version| version.name);
        let line = |text: String| visible::one_line(&text.chars().take(253).collect::<String>());
        Some(Crd { group: line(spec.group?), kind: line(spec.names?.kind?), versions: versions.take(20).map(line).collect() })
    };
    Some(objects.into_iter().flatten().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_keeps_what_is_its_own_and_names_what_is_not() {
        let mut schema = json!({
            "$id": "https://evil.example/base",
            "properties": {
                "own": {"$ref": "#/$defs/own"},
                "remote": {"$ref": "http://127.0.0.1/x.json", "type": "object"},
                "file": {"items": [{"$ref": "file:///etc/passwd"}]},
                "$ref": {"type": "string"},
            },
        });
        let mut elsewhere = Vec::new();
        stay_inside(&mut schema, &mut elsewhere);
        assert_eq!(elsewhere, ["http://127.0.0.1/x.json", "file:///etc/passwd"]);
        assert_eq!(
            schema,
            json!({"properties": {"own": {"$ref": "#/$defs/own"}, "remote": {"type": "object"}, "file": {"items": [{}]}, "$ref": {"type": "string"}}})
        );
    }

    #[test]
    fn custom_resources_are_told_by_group_kind_and_versions() {
        let text = "---\n---\nkind: CustomResourceDefinition\nspec: {group: a.io, names: {kind: Thing, plural: things}, versions: [{name: v1}, {name: v1beta1}]}\n---\nkind: ConfigMap\n";
        let crd = Crd { group: "a.io".into(), kind: "Thing".into(), versions: vec!["v1".into(), "v1beta1".into()] };
        assert_eq!(custom_resources(text), Some(vec![crd]));
        assert_eq!(custom_resources("a: [\n"), None);
    }
}
