//! Nothing is dropped silently: every leaf is in the result, or somebody is told.
use super::*;

/// What an object is called that became something else, or that lent its address: that is no setting of anybody's.
const IDENTITY: &[&str] = &["apiVersion", "kind", "metadata.name", "metadata.namespace"];
const BECOME: &[&str] = &["HelmRelease", "HelmRepository", "OCIRepository", "HelmChart", "Kustomization", "Application"];

/// What stands in the stack in another way of writing: object, path, and what to look for.
const REWRITTEN: &[(&str, &str, &str)] = &[
    // A release that says what Countersign says of every release says nothing.
    ("HelmRelease cert-manager/cert-manager", "spec.interval", "name: cert-manager"),
    // The kind of a source is in its address.
    ("HelmRelease cert-manager/cert-manager", "spec.chart.spec.sourceRef.kind", "https://charts.jetstack.io"),
    ("HelmRelease podinfo/podinfo", "spec.chartRef.kind", "oci://ghcr.io/stefanprodan/charts"),
    ("OCIRepository podinfo/podinfo", "spec.url", "oci://ghcr.io/stefanprodan/charts"),
    ("OCIRepository podinfo/podinfo", "spec.ref.tag", "6.9.1+build.2"),
    ("ClusterIssuer letsencrypt", "spec.acme.email", "${{ vars.acme_email }}"),
    ("ClusterIssuer letsencrypt", "spec.acme.server", "${{ vars.acme_server }}"),
    ("ClusterIssuer letsencrypt", "spec.acme.weight", "${{ vars.weight }}"),
    // Paths of parameters are maps in the values.
    ("Application argocd/ingress-nginx", "spec.source.helm.parameters[0].name", "metrics:"),
    ("Application argocd/ingress-nginx", "spec.source.helm.parameters[1].name", "prometheus.io/port"),
    // The cluster itself.
    ("Application argocd/ingress-nginx", "spec.destination.server", "ingress-nginx"),
    ("ImportCluster k0s-attic", "spec.stacks[0].manifests[0].manifest", "addresses: [\"${{ vars.pool_range }}\"] # by the router"),
    ("ImportCluster k0s-attic", "spec.stacks[0].manifests[1].manifest_base64", "api-token: ${{ secrets.cloudflare_api_token }}"),
    ("ImportCluster k0s-attic", "spec.stacks[1].manifests[0].from_file", "metadata: {name: apps} # for people"),
    ("ImportCluster k0s-attic", "spec.stacks[1].addons[0].configuration.from_file", "# of the file"),
    // Nobody to wait for.
    ("ImportCluster k0s-attic", "spec.stacks[0].manifests[1].parents", "cloudflare"),
    ("ImportCluster k0s-attic", "spec.stacks[0].addons[0].parents", "metallb"),
    // A list of files that are all here.
    ("Kustomization", "resources[0]", "podinfo"),
];

/// Whether a value at this place of an object is in a stack or in a note.
fn is_accounted(imported: &Imported, text: &str, file: &str, object: &Option<String>, at: &ValuePath, leaf: &Value) -> bool {
    let shown = document::scalar(leaf).unwrap_or_default();
    let empty = leaf.as_array().is_some_and(Vec::is_empty) || leaf.as_object().is_some_and(serde_json::Map::is_empty);
    let lines: Vec<&str> = shown.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let carried = !empty && !lines.is_empty() && lines.iter().all(|line| text.contains(line));
    let became = object.as_deref().is_some_and(|object| BECOME.contains(&object.split(' ').next().unwrap_or_default()));
    // Who waits for whom is in the edges, under the names of components.
    let is_edge =
        object.as_deref().is_some_and(|object| object.starts_with("Kustomization ")) && at.to_string().starts_with("spec.dependsOn[");
    let is_rewritten =
        REWRITTEN.iter().any(|(of, path, found)| object.as_deref() == Some(of) && at.to_string() == *path && text.contains(found));
    carried
        || is_rewritten
        || is_edge && (at.to_string().ends_with("].name") || at.to_string().ends_with("].namespace"))
        || became && IDENTITY.contains(&at.to_string().as_str())
        || leaf.is_null()
        || imported.notes.iter().any(|note| {
            let path = note.path.split(": ").next().unwrap_or_default();
            // What is told of a text inside is told under the component's name.
            note.file == file
                && (note.object == *object || note.path.contains(": "))
                && ValuePath::parse(path).is_ok_and(|path| at.starts_with(&path))
        })
}

fn leaves(at: ValuePath, value: &Value, found: &mut Vec<(ValuePath, Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(key, value)| leaves(at.key(key.as_str()), value, found)),
        Value::Array(list) if !list.is_empty() => list.iter().enumerate().for_each(|(index, value)| leaves(at.index(index), value, found)),
        leaf => found.push((at, leaf.clone())),
    }
}

fn maps(at: ValuePath, value: &Value, found: &mut Vec<ValuePath>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| maps(at.key(key.as_str()), value, found));
            found.push(at);
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| maps(at.index(index), value, found)),
        _ => {}
    }
}

/// The objects of a document, with where each stands in it.
fn objects(document: &Value) -> Vec<(ValuePath, Value)> {
    if document["kind"] == "List" {
        let items = document["items"].as_array().unwrap();
        return items.iter().enumerate().map(|(index, item)| (ValuePath::root().key("items").index(index), item.clone())).collect();
    }
    vec![(ValuePath::root(), document.clone())]
}

fn label(object: &Value) -> Option<String> {
    let kind = object["kind"].as_str()?.to_owned();
    crate::object::ObjectKey::of(object).map(|key| key.to_string()).or(Some(kind))
}

/// What is in the stacks, with text as its reader sees it.
fn texts(imported: &Imported) -> String {
    let mut out = String::new();
    for stack in &imported.stacks {
        out.push_str(&source::emit(stack));
        for component in &stack.components {
            for document in yaml::documents(component.text()).unwrap() {
                out.push_str(&serde_json::to_string(&document.value).unwrap().replace("\\n", "\n").replace("\\\"", "\""));
            }
        }
    }
    out
}

#[test]
fn every_leaf_of_every_source_is_carried_or_told() {
    for files in [shop(), fleet(), applications(), peers()] {
        let imported = read(&files);
        let text = texts(&imported);
        let (mut count, mut forgotten) = (0, Vec::new());
        for file in &files {
            for document in yaml::documents(&file.text).unwrap() {
                for (_, object) in objects(&document.value) {
                    let mut found = Vec::new();
                    leaves(ValuePath::root(), &object, &mut found);
                    for (at, leaf) in found {
                        count += 1;
                        if !is_accounted(&imported, &text, &file.path, &label(&object), &at, &leaf) {
                            forgotten.push(format!("{}: {:?} {at} = {leaf}", file.path, label(&object)));
                        }
                    }
                }
            }
        }
        assert!(forgotten.is_empty(), "neither carried nor told:\n{}", forgotten.join("\n"));
        assert!(count > 50, "{count}");
    }
}

/// Words that stand nowhere else, put into every map of a document; each document in turn.
#[test]
fn a_field_that_nobody_knows_is_carried_or_told_wherever_it_stands() {
    for files in [shop(), fleet(), applications(), peers()] {
        for (place, file) in files.iter().enumerate() {
            let documents: Vec<Value> = yaml::documents(&file.text).unwrap().into_iter().map(|document| document.value).collect();
            for number in 0..documents.len() {
                let mut changed = documents.clone();
                let mut found = Vec::new();
                for (within, object) in objects(&documents[number]) {
                    maps(within, &object, &mut found);
                }
                for (word, at) in found.iter().enumerate() {
                    crate::yaml::edit::place(&mut changed[number], &at.key("zz"), &format!("canary-{word}-").into()).unwrap();
                }
                let mut all = files.clone();
                all[place].text = emit::emit_documents(&changed);
                let imported = read(&all);
                let text = texts(&imported);
                for (word, at) in found.iter().enumerate() {
                    let (within, object) = objects(&changed[number]).into_iter().find(|(within, _)| at.starts_with(within)).unwrap();
                    let inner = ValuePath::of(&at.segments()[within.segments().len()..]).key("zz");
                    let leaf = Value::from(format!("canary-{word}-"));
                    assert!(
                        is_accounted(&imported, &text, &file.path, &label(&object), &inner, &leaf),
                        "{}: {:?} {inner} is neither carried nor told",
                        file.path,
                        label(&object)
                    );
                }
            }
        }
    }
}
