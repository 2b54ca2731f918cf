#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::guard::tests::{Scene, name};
use crate::resolve;
use crate::stack::{Component, Manifest};
use std::fmt::Write as _;

/// The worked example: a chart, an issuer with a secret token that waits for it, an OCI chart with secret values.
fn example() -> Scene {
    let issuer = "\
apiVersion: v1
kind: Secret
metadata: {name: cloudflare-api-token, namespace: cert-manager}
stringData: {api-token: \"${{ secrets.cloudflare }}\"}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: letsencrypt-dns}
spec:
  acme:
    email: ops@${{ vars.domain }}
    privateKeySecretRef: {name: letsencrypt-dns-account}
";
    let podinfo = "\
# shown at the top of the page
ui: {message: \"Hello ${NAME} $$\"}
ingress:
  enabled: true
  hosts: [{host: \"podinfo.${{ vars.domain }}\"}]
admin: {user: root, password: \"${{ secrets.admin }}\"}
env: [{name: A, value: plain}, {name: B, value: \"${{ secrets.admin }}\"}]
";
    let mut scene = Scene::empty()
        .with(Component { namespace: Some("cert-manager".into()), ..Scene::addon("cert-manager", "crds: {enabled: true}\n") })
        .with(Component::new(name("issuer"), Content::Manifest(Manifest { text: issuer.into() })))
        .with(Component { timeout: Some("20m".into()), ..Scene::addon("podinfo", podinfo) })
        .waits("issuer", "cert-manager")
        .waits("podinfo", "issuer")
        .waits_for_stack("storage")
        .variable("domain", serde_json::json!("example.com"))
        .secret("cloudflare")
        .secret("admin");
    let Content::Addon(addon) = &mut scene.stack.components[2].content else { unreachable!() };
    addon.chart.repository = "oci://ghcr.io/stefanprodan/charts".into();
    addon.chart.version = "6.9.1+build.2".into();
    addon.release.insert("upgrade".into(), serde_json::json!({"remediation": {"retries": 5}}));
    scene
}

fn rendered(scene: &Scene) -> Rendered {
    let resolution = resolve::resolve(&scene.stack, &scene.cluster);
    render(&scene.stack, &scene.cluster, &resolution, &scene.sealed())
}

fn file(rendered: &Rendered, path: &str) -> String {
    String::from_utf8(rendered.files[path].clone()).unwrap()
}

#[test]
fn the_worked_example_has_this_tree() {
    let rendered = rendered(&example());
    let mut text = String::new();
    for (path, bytes) in &rendered.files {
        let _ = writeln!(text, "# ---------- {path}\n{}", String::from_utf8_lossy(bytes));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_worked_example_asks_for_this_to_be_sealed() {
    let scene = example();
    let requests = sealing_requests(&scene.stack, &scene.cluster, &resolve::resolve(&scene.stack, &scene.cluster));
    for request in &requests {
        request.check().unwrap();
    }
    insta::assert_yaml_snapshot!(requests);
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    assert_eq!(rendered(&example()), rendered(&example()));
}

#[test]
fn a_component_without_its_sealed_file_is_left_out_whole() {
    let mut scene = example();
    scene.secrets.remove("admin");
    let rendered = rendered(&scene);
    assert_eq!(rendered.skipped, BTreeSet::from([name("podinfo")]));
    assert!(!rendered.files.keys().any(|path| path.contains("podinfo")));
    assert!(rendered.files.contains_key("stacks/web/components/issuer/manifest.yaml"));
}

#[test]
fn lists_with_a_secret_live_in_the_secret_alone() {
    let release = file(&rendered(&example()), "stacks/web/components/podinfo/release.yaml");
    assert!(release.contains("user: root") && !release.contains("env:") && !release.contains("password"), "{release}");
}

#[test]
fn encoded_data_is_marked_where_it_holds_an_expression() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {made: \"${{ vars.domain }}\", given: aGk=, both: \"x-${{ secrets.admin }}\"}\n";
    let scene = Scene::manifest(text).variable("domain", serde_json::json!("example.com")).secret("admin");
    let requests = sealing_requests(&scene.stack, &scene.cluster, &resolve::resolve(&scene.stack, &scene.cluster));
    let encoded: Vec<(&str, bool)> = requests[0].leaves.iter().map(|leaf| (leaf.key.as_str(), leaf.base64)).collect();
    assert_eq!(encoded, [("made", true), ("given", false), ("both", true)]);
}

#[test]
fn an_empty_secret_needs_no_sealing() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {kubernetes.io/service-account.name: a}}\ntype: kubernetes.io/service-account-token\n";
    let rendered = rendered(&Scene::manifest(text));
    assert_eq!(rendered.files.keys().filter(|path| path.ends_with(".enc.yaml")).count(), 0);
    assert!(file(&rendered, "stacks/web/components/m/manifest.yaml").contains("service-account-token"));
}

#[test]
fn a_prefix_stands_before_every_path_and_in_every_kustomization() {
    let mut scene = example();
    scene.cluster.repository.path = "clusters/nl".into();
    let rendered = rendered(&scene);
    assert!(rendered.files.keys().all(|path| path.starts_with("clusters/nl/")));
    assert!(file(&rendered, "clusters/nl/stacks/web/flux/issuer.yaml").contains("path: \"./clusters/nl/stacks/web/components/issuer\"\n"));
}

#[test]
fn reserved_namespaces_are_never_written() {
    let mut scene = Scene::addons(&["a", "b", "c", "d"]);
    for (component, namespace) in scene.stack.components.iter_mut().zip(["kube-system", "default", "flux-system", "shop"]) {
        component.namespace = Some(namespace.into());
    }
    let rendered = rendered(&scene);
    let shared: Vec<&str> = rendered.shared.iter().map(String::as_str).collect();
    assert_eq!(shared, ["clusters/nl-prod-1/countersign/namespaces.yaml", "clusters/nl-prod-1/namespaces/shop.yaml"]);
    assert!(!file(&rendered, "stacks/web/flux/a.yaml").contains("--namespaces"));
    let waits = "- name: nl-prod-1--namespaces\n      readyExpr: \"has(dep.status.inventory) && dep.status.inventory.entries.exists(e, e.id == '_shop__Namespace')\"\n";
    assert!(file(&rendered, "stacks/web/flux/d.yaml").contains(waits), "{}", file(&rendered, "stacks/web/flux/d.yaml"));
}

#[test]
fn a_namespace_that_the_stack_brings_itself_is_not_written_twice() {
    let scene = Scene::manifest(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    );
    assert!(rendered(&scene).shared.is_empty());
    assert!(scene.codes().is_empty());
}

#[test]
fn other_stacks_are_waited_for_by_those_that_wait_for_nothing_else() {
    let rendered = rendered(&example());
    assert!(file(&rendered, "stacks/web/flux/cert-manager.yaml").contains("- name: storage--ready"));
    assert!(!file(&rendered, "stacks/web/flux/issuer.yaml").contains("storage--ready"));
    let entry = file(&rendered, "clusters/nl-prod-1/countersign/web.yaml");
    assert!(
        entry.contains("name: web--ready") && entry.contains("dependsOn:\n    - name: web--podinfo\n") && !entry.contains("wait:"),
        "{entry}"
    );
}

#[test]
fn a_stack_of_nothing_renders() {
    let rendered = rendered(&Scene::empty());
    assert_eq!(
        rendered.files.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "clusters/nl-prod-1/countersign/web.yaml",
            "stacks/web/flux/kustomization.yaml",
            "stacks/web/ready/kustomization.yaml",
            "stacks/web/ready/marker.yaml",
            "stacks/web/stack.yaml",
        ]
    );
}
