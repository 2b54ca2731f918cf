//! What is meant to hurt costs a sentence.
use super::*;

fn refused(text: &str) -> Refused {
    import(&[file("x.yaml", text)], None, None).unwrap_err()
}

fn told(text: &str) -> String {
    match refused(text) {
        Refused::Nothing { notes } => notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => panic!("{other}"),
    }
}

#[test]
fn bombs_and_depths_are_told_at_their_line() {
    let bomb = "apiVersion: v1\nkind: ConfigMap\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    assert!(told(bomb).starts_with("x.yaml line 3, `a`: This document cannot be read as YAML: anchors"), "{}", told(bomb));
    let deep = format!("kind: X\nmetadata: {}1{}\n", "[".repeat(5000), "]".repeat(5000));
    assert!(told(&deep).contains("nested deeper than 100 levels"), "{}", told(&deep));
    assert!(told("kind: {{ .Values.kind }}\n").contains("cannot be read as YAML"));
}

#[test]
fn more_than_an_import_may_hold_is_refused_as_a_whole() {
    let text = "a".repeat(MAX_BYTES + 1);
    assert_eq!(refused(&text), Refused::TooLarge { bytes: MAX_BYTES + 1, limit: MAX_BYTES });
    assert_eq!(refused(&"a: 1\n---\n".repeat(MAX_DOCUMENTS + 1)), Refused::TooManyDocuments);
    let items = format!("kind: List\nitems: [{}]\n", "{a: 1},".repeat(MAX_DOCUMENTS + 1));
    assert_eq!(refused(&items), Refused::TooManyDocuments);
    let many = vec![file("x", "a: 1\n"); MAX_FILES + 1];
    assert_eq!(import(&many, None, None), Err(Refused::TooManyFiles { count: MAX_FILES + 1 }));
}

#[test]
fn a_file_that_many_name_is_brought_only_so_often() {
    let mut cluster = String::from("kind: ImportCluster\nspec:\n  stacks:\n  - name: web\n    manifests:\n");
    for index in 0..40 {
        cluster.push_str(&format!("    - {{name: m{index}, from_file: big.yaml}}\n"));
    }
    let big = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {}}}\n", "x".repeat(900_000));
    let imported = read(&[file("cluster.yaml", &cluster), file("big.yaml", &big)]);
    let bytes: usize = imported.stacks[0].components.iter().map(|component| component.text().len()).sum();
    assert!(bytes < source::MAX_BYTES, "{bytes}");
    assert!(imported.notes.iter().any(|note| note.path == "spec.stacks[0].manifests[39].from_file"));
}

#[test]
fn many_of_one_name_and_every_edge_between_two_waves_stay_bounded() {
    let mut text = String::new();
    for index in 0..700 {
        let wave = index % 2;
        text.push_str(&format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: same, namespace: n{index}, annotations: {{argocd.argoproj.io/sync-wave: \"{wave}\"}}}}\nspec: {{source: {{repoURL: \"https://x.example\", chart: c, targetRevision: 1.0.0}}}}\n---\n"
        ));
    }
    let imported = read(&[file("x.yaml", &text)]);
    let edges: usize = imported.stacks[0].components.iter().map(|component| component.depends_on.len()).sum();
    assert_eq!((imported.stacks[0].components.len(), edges), (700, 50_000));
    assert!(imported.notes.iter().any(|note| note.reason.contains("Not every edge")));
}

#[test]
fn a_broken_document_does_not_take_the_others_along() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n---\n{{ if }}\n---\nb: 1\n";
    let imported = read(&[file("x.yaml", text)]);
    assert_eq!(ids(&imported.stacks[0]), ["a"]);
    let lines: Vec<Option<usize>> = imported.notes.iter().map(|note| note.line).collect();
    assert_eq!(lines, [Some(5), Some(7)]);
}

#[test]
fn many_secrets_in_one_text_are_hidden_all_the_same() {
    let mut text = String::from("apiVersion: v1\nkind: Secret\nmetadata: {name: many, namespace: x} # lost\nstringData:\n");
    for index in 0..4000 {
        text.push_str(&format!("  key{index}: plain-{index}-{}\n", "x".repeat(100)));
    }
    let imported = read(&[file("x.yaml", &text)]);
    let text = component(&imported.stacks[0], "many").text();
    assert!(
        !text.contains("plain-") && text.contains("key3999: ${{ secrets.many_key3999 }}")
            || text.contains("\"${{ secrets.many_key3999 }}\""),
        "{}",
        &text[..400]
    );
}

#[test]
fn what_sops_encrypted_becomes_secrets() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: x}\nstringData: {token: \"ENC[AES256_GCM,data:abc,type:str]\"}\nsops: {mac: \"ENC[AES256_GCM,data:m]\", age: [{recipient: age1x}]}\n";
    let imported = read(&[file("x.yaml", text)]);
    let text = component(&imported.stacks[0], "s").text();
    assert!(!text.contains("ENC[") && !text.contains("sops") && text.contains("secrets.s_token"), "{text}");
}

#[test]
fn a_text_inside_that_cannot_be_read_is_not_kept() {
    let text = "kind: ImportCluster\nspec:\n  stacks:\n  - name: web\n    addons:\n    - {name: a, chart_name: a, chart_version: 1.0.0, registry_url: \"https://x.example\", configuration: \"password: [plain\"}\n";
    let imported = read(&[file("x.yaml", text)]);
    assert_eq!(addon(&imported.stacks[0], "a").values, "");
    assert!(imported.notes.iter().any(|note| note.kind == Kind::Lost && note.path == "spec.stacks[0].addons[0].configuration"));
    assert!(!imported.notes.iter().any(|note| note.to_string().contains("plain")));
}

#[test]
fn tags_and_what_is_no_base64_are_told_where_they_stand() {
    let tagged = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\ndata:\n  a: !!python/object:os.system {x: 1}\n";
    assert!(told(tagged).starts_with("x.yaml line 5, `data.a`: This document cannot be read as YAML: "), "{}", told(tagged));
    let peers = "kind: ImportCluster\nspec:\n  stacks:\n  - name: web\n    manifests:\n    - {name: a, manifest_base64: \"%%%\"}\n    - {name: b, manifest_base64: \"/w==\"}\n";
    let imported = read(&[file("x.yaml", peers)]);
    for index in 0..2 {
        let path = format!("spec.stacks[0].manifests[{index}].manifest_base64");
        assert!(
            imported.notes.iter().any(|note| note.kind == Kind::Lost && note.path == path && note.reason.contains("no base64")),
            "{path}"
        );
    }
}
