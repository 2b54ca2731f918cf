//! Each fix on the scene that it mends: afterwards the finding is gone.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::OnceLock;

use super::*;
use crate::catalog::known::Known;
use crate::catalog::{Chart, source};
use crate::guard::tests::{Scene, name};
use crate::stack::{Component, Content, Manifest};

fn catalog() -> &'static [Chart] {
    static ALL: OnceLock<Vec<Chart>> = OnceLock::new();
    ALL.get_or_init(|| {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog")).unwrap();
        files.map(|file| source::parse(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap()).collect()
    })
}

/// A stack of charts of the catalog, which is known.
pub fn with_catalog(charts: &[&str]) -> Scene {
    let known = Known { catalog: catalog(), ..Known::default() };
    charts.iter().fold(Scene { known, ..Scene::empty() }, |scene, chart| {
        let known = catalog().iter().find(|one| one.name.as_str() == *chart).unwrap();
        let values = if known.fields.crds.is_empty() { "" } else { "crds:\n  enabled: true\n" };
        let mut component = Scene::addon(chart, values);
        if let Content::Addon(addon) = &mut component.content {
            addon.chart = known.chart.clone();
        }
        scene.with(component)
    })
}

fn manifest(id: &str, text: &str) -> Component {
    Component { namespace: Some("x".into()), ..Component::new(name(id), Content::Manifest(Manifest { text: text.into() })) }
}

/// A ClusterIssuer beside charts of the catalog.
pub fn issuer(charts: &[&str]) -> Scene {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\napiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: le}\nspec: {}\n";
    with_catalog(charts).with(manifest("m", text))
}

/// The fixes of the findings with a code, each with its finding.
fn of(scene: &Scene, code: &str) -> Vec<(Finding, Vec<Fix>)> {
    let built = scene.build();
    let all = built.plan.findings.into_iter().enumerate().filter(|(_, finding)| finding.code == code && finding.level > Level::Pass);
    all.map(|(index, finding)| (finding, built.fixes.iter().filter(|fix| fix.finding == index).cloned().collect())).collect()
}

fn titles(fixes: &[Fix]) -> Vec<&str> {
    fixes.iter().map(|fix| fix.title.as_str()).collect()
}

fn applied(mut scene: Scene, fix: &Fix) -> Scene {
    let Mend::Changes { changes } = &fix.mend else { panic!("{fix:?}") };
    apply_all(&mut scene.stack, changes).unwrap();
    scene
}

#[test]
fn a_custom_resource_gets_an_edge_from_what_defines_it() {
    let scene = issuer(&["cert-manager"]);
    let found = of(&scene, "crd_not_awaited");
    let (finding, fixes) = &found[0];
    assert_eq!((finding.at.component.as_deref(), finding.at.line), (Some("m"), Some(6)));
    assert_eq!(titles(fixes), ["Add edge from cert-manager"]);
    let mended = applied(scene.clone(), &fixes[0]);
    assert_eq!(mended.stack.component("m").unwrap().depends_on, [name("cert-manager")]);
    assert!(of(&mended, "crd_not_awaited").is_empty());
    // By way of another it waits as well, and what would close a cycle is no way.
    assert!(of(&scene.clone().with(Scene::addon("a", "")).waits("m", "a").waits("a", "cert-manager"), "crd_not_awaited").is_empty());
    assert!(of(&scene.waits("cert-manager", "m"), "crd_not_awaited")[0].1.is_empty());
}

#[test]
fn a_custom_resource_that_nobody_defines_gets_the_chart_that_does() {
    let scene = issuer(&["grafana"]);
    let found = of(&scene, "crd_missing");
    let (finding, fixes) = &found[0];
    assert_eq!((finding.at.component.as_deref(), finding.at.line), (Some("m"), Some(6)));
    assert_eq!(titles(fixes), ["Add cert-manager, with an edge"]);
    let mended = applied(scene.clone(), &fixes[0]);
    let added = mended.stack.component("cert-manager").unwrap();
    assert_eq!((added.namespace.as_deref(), added.text()), (Some("cert-manager"), "crds:\n  enabled: true\n"));
    assert!(mended.codes().is_empty(), "{:?}", mended.codes());
    // Another stack of the cluster has it, or a manifest of this one defines it.
    let mut elsewhere = scene.clone();
    elsewhere.known.elsewhere = catalog().iter().flat_map(|chart| chart.crds.clone()).collect();
    assert!(of(&elsewhere, "crd_missing").is_empty());
    let own = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: i}\nspec: {group: cert-manager.io, scope: Cluster, names: {kind: ClusterIssuer}}\n";
    let scene = scene.with(manifest("own", own));
    assert!(of(&scene, "crd_missing").is_empty());
    assert_eq!(titles(&of(&scene, "crd_not_awaited")[0].1), ["Add edge from own"]);
}

#[test]
fn a_chart_that_leaves_its_definitions_out_is_told_to_bring_them() {
    let mut scene = issuer(&["cert-manager"]).waits("m", "cert-manager");
    let Content::Addon(addon) = &mut scene.stack.component_mut("cert-manager").unwrap().content else { panic!() };
    addon.values = "replicaCount: 2 # one for each zone\n".into();
    let found = of(&scene, "crd_missing");
    assert_eq!(titles(&found[0].1), ["Set crds.enabled of cert-manager"]);
    let mended = applied(scene, &found[0].1[0]);
    assert_eq!(mended.stack.component("cert-manager").unwrap().text(), "replicaCount: 2 # one for each zone\ncrds:\n  enabled: true\n");
    assert!(mended.codes().is_empty(), "{:?}", mended.codes());
}

#[test]
fn what_no_chart_of_the_catalog_defines_is_told_only_where_all_charts_are_known() {
    let widget = manifest("w", "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: x}\n");
    let scene = with_catalog(&["grafana"]).with(widget.clone());
    assert_eq!(of(&scene, "crd_missing").len(), 1);
    let mut scene = scene.with(Scene::addon("closed", ""));
    assert!(of(&scene, "crd_missing").is_empty(), "nobody knows what is inside");
    scene.known.opened.insert("closed".into(), vec![]);
    assert_eq!(of(&scene, "crd_missing").len(), 1);
    scene.known.opened.insert("closed".into(), vec![crate::catalog::Kinds { group: "example.com".into(), kinds: vec!["Widget".into()] }]);
    assert_eq!(titles(&of(&scene, "crd_not_awaited")[0].1), ["Add edge from closed"]);
}

#[test]
fn what_a_chart_needs_it_waits_for() {
    let scene = with_catalog(&["keycloakx", "cloudnative-pg"]);
    let found = of(&scene, "need_not_awaited");
    assert_eq!(found[0].0.at.component.as_deref(), Some("keycloakx"));
    assert_eq!(titles(&found[0].1), ["Add edge from cloudnative-pg"]);
    assert!(of(&applied(scene, &found[0].1[0]), "need_not_awaited").is_empty());
    assert!(of(&with_catalog(&["cloudnative-pg", "keycloakx"]).waits("cloudnative-pg", "keycloakx"), "need_not_awaited").is_empty());
    assert!(of(&with_catalog(&["longhorn", "harbor"]), "need_not_awaited").is_empty(), "a claim waits by itself");
}

const INGRESS: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  tls: [{hosts: [\"shop.${{ vars.domain }}\"], secretName: shop-tls}]
  rules:
    - host: shop.${{ vars.domain }} # the old one
      http: {paths: [{path: /, pathType: Prefix}]}
";

fn one_host() -> Scene {
    let values = "ingress:\n  enabled: true\n  hosts:\n    - host: Shop.example.com\n      paths: [/]\n";
    Scene::empty().variable("domain", "example.com".into()).with(manifest("blog", INGRESS)).with(Scene::addon("web", values))
}

#[test]
fn a_host_that_is_used_twice_is_told_at_both_places_and_either_gets_another() {
    let scene = one_host();
    let found = of(&scene, "host_twice");
    let places: Vec<_> = found.iter().map(|(finding, _)| (finding.at.component.clone().unwrap(), finding.at.line)).collect();
    assert_eq!(places, [("blog".to_owned(), Some(7)), ("web".to_owned(), Some(4))]);
    assert_eq!(titles(&found[0].1), ["Change it to blog.${{ vars.domain }}"]);
    assert_eq!(titles(&found[1].1), ["Change it to web.example.com", "Remove it from web"]);
    let mended = applied(scene.clone(), &found[0].1[0]);
    let text = mended.stack.component("blog").unwrap().text();
    assert_eq!(text, INGRESS.replace("shop.${{", "blog.${{"), "the certificate goes with it, comments stay");
    assert!(of(&mended, "host_twice").is_empty());
    for fix in &found[1].1 {
        assert!(of(&applied(scene.clone(), fix), "host_twice").is_empty(), "{}", fix.title);
    }
}

#[test]
fn two_parts_of_a_host_two_controllers_and_what_is_off_are_no_clash() {
    let ingress = |id: &str, more: &str| Scene::addon(id, &format!("ingress:\n  {more}\n"));
    let both = |one: &str, other: &str| Scene::empty().with(ingress("a", one)).with(ingress("b", other));
    let host = "hosts: [{host: a.example.com, paths: [/]}]";
    assert_eq!(of(&both(host, host), "host_twice").len(), 2);
    for other in [
        "hosts: [{host: a.example.com, paths: [/api]}]".to_owned(),
        format!("enabled: false\n  {host}"),
        "hosts: [{host: b.example.com}]".to_owned(),
    ] {
        assert!(of(&both(host, &other), "host_twice").is_empty(), "{other}");
    }
    let class = |class: &str| format!("className: {class}\n  {host}");
    assert!(of(&both(&class("inside"), &class("outside")), "host_twice").is_empty());
    for other in ["hosts: [a.example.com]", "host: a.example.com", "hostname: a.example.com", "hosts: {core: a.example.com}"] {
        let found = of(&both(host, other), "host_twice");
        assert_eq!(found.len(), 2, "{other}");
        assert_eq!(titles(&found[1].1)[0], "Change it to b.example.com", "{other}");
    }
}

#[test]
fn a_claim_that_shrinks_gets_its_recorded_size_back() {
    let values = |size: &str| Scene::values(&format!("persistence:\n  size: {size} # for a year\n"));
    let scene = values("8Gi").recorded(&values("20Gi"));
    let found = of(&scene, "claim_shrinks");
    assert_eq!((found[0].0.at.component.as_deref(), found[0].0.at.line), (Some("a"), Some(2)));
    assert_eq!(titles(&found[0].1), ["Set it back to 20Gi"]);
    let mended = applied(scene, &found[0].1[0]);
    assert_eq!(mended.stack.component("a").unwrap().text(), "persistence:\n  size: 20Gi # for a year\n");
    assert!(of(&mended, "claim_shrinks").is_empty());

    let claim = |size: &str| {
        let keep = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
        let claim = format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data}}\nspec:\n  resources:\n    requests:\n      storage: {size}\n"
        );
        Scene::manifest(&format!("{keep}---\n{claim}"))
    };
    let scene = claim("1Gi").recorded(&claim("4Gi"));
    let found = of(&scene, "claim_shrinks");
    assert_eq!(found[0].0.at.line, Some(11));
    assert!(of(&applied(scene, &found[0].1[0]), "claim_shrinks").is_empty());
}

/// The one way of a scene's first finding, with the value that goes to the vault.
fn moved(scene: &Scene, code: &str) -> (Mend, String, String) {
    let (_, fixes) = of(scene, code).remove(0);
    assert_eq!(titles(&fixes), ["Move to a secret…"]);
    let Mend::MoveToSecret { component, path, name } = &fixes[0].mend else { panic!() };
    let value = secret::literal(&scene.stack, component, path).unwrap();
    let mut stack = scene.stack.clone();
    apply_all(&mut stack, &[secret::replaced(component, path, name)]).unwrap();
    let text = stack.component(component.as_str()).unwrap().text().to_owned();
    assert!(!serde_json::to_string(&fixes).unwrap().contains(value.trim()), "a fix repeats what it moves");
    (fixes[0].mend.clone(), value, text)
}

#[test]
fn a_secret_in_plain_text_leaves_its_place_to_an_expression() {
    let scene = Scene::values("admin:\n  user: root\n  password: \"hunter2\" # set by hand\n");
    let (mend, value, text) = moved(&scene, "plaintext_secret");
    let Mend::MoveToSecret { name: secret, .. } = mend else { panic!() };
    assert_eq!((secret.as_str(), value.as_str()), ("a_password", "hunter2"));
    assert_eq!(text, "admin:\n  user: root\n  password: \"${{ secrets.a_password }}\" # set by hand\n");
    // A name that is set already is not taken.
    let Mend::MoveToSecret { name: other, .. } = moved(&scene.clone().secret("a_password"), "plaintext_secret").0 else { panic!() };
    assert_eq!(other, "a_password_2");
    let mut mended = scene.secret("a_password");
    mended.stack.component_mut("a").unwrap().content = Scene::addon("a", &text).content;
    assert!(mended.codes().is_empty(), "{:?}", mended.codes());

    for (before, value, after) in [
        ("password: hunter2\n", "hunter2", "password: ${{ secrets.a_password }}\n"),
        ("password: 'hunter2'\n", "hunter2", "password: '${{ secrets.a_password }}'\n"),
        ("{user: a, password: hunter2}\n", "hunter2", "{user: a, password: \"${{ secrets.a_password }}\"}\n"),
        (
            "privateKey: | # of the CA\n  one\n  two\nrest: 1\n",
            "one\ntwo\n",
            "privateKey: ${{ secrets.a_private_key }} # of the CA\nrest: 1\n",
        ),
    ] {
        let (_, stored, text) = moved(&Scene::values(before), "plaintext_secret");
        assert_eq!((stored.as_str(), text.as_str()), (value, after));
    }
}

#[test]
fn in_a_secret_the_value_is_what_its_field_means_and_elsewhere_there_is_no_way() {
    let secret = |field: &str| {
        Scene::manifest(&format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{field}\n"
        ))
    };
    let (mend, value, text) = moved(&secret("data: {password: aHVudGVyMg==}"), "plaintext_secret");
    assert_eq!(value, "hunter2", "what is base64 is stored as what it means");
    assert!(text.ends_with("data: {password: \"${{ secrets.m_password }}\"}\n"), "{text}");
    let Mend::MoveToSecret { path, .. } = mend else { panic!() };
    assert_eq!(path.to_string(), "[1].data.password");
    assert_eq!(moved(&secret("stringData: {user: root}"), "literal_in_secret").1, "root");
    let binary = secret("data: {password: /w==}");
    assert!(of(&binary, "plaintext_secret")[0].1.is_empty(), "what is no text cannot be moved");
    let readable = Scene::manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {password: hunter2}\n");
    assert!(of(&readable, "plaintext_secret")[0].1.is_empty(), "it would stand readable there");
    let variable = Scene::values("password: ${{ vars.word }}\n").variable("word", "hunter2".into());
    assert!(of(&variable, "plaintext_secret")[0].1.is_empty(), "the value is not written here");
}

#[test]
fn namespaces_versions_and_variables_have_their_ways() {
    let mut scene = with_catalog(&["grafana"]);
    scene.stack.components[0].namespace = None;
    let known = catalog().iter().find(|one| one.name.as_str() == "grafana").unwrap();
    let found = of(&scene, "namespace_missing");
    assert_eq!(titles(&found[0].1), [format!("Put it into the namespace {}", known.namespace)]);
    assert!(of(&applied(scene, &found[0].1[0]), "namespace_missing").is_empty());

    let scene = with_catalog(&["grafana"]).version("grafana", "^8");
    let found = of(&scene, "floating_version");
    assert_eq!(titles(&found[0].1), [format!("Pin it to {}", known.chart.version)]);
    assert!(of(&applied(scene, &found[0].1[0]), "floating_version").is_empty());
    let recorded = Scene::addons(&["a"]).version("a", "1.x").recorded(&Scene::addons(&["a"]).version("a", "1.4.0"));
    assert_eq!(titles(&of(&recorded, "floating_version")[0].1), ["Pin it to 1.4.0"]);

    let scene = Scene::values("host: \"a.${{ vars.domian }}\" # ours\n").variable("domain", "example.com".into());
    let found = of(&scene, "undeclared_variable");
    assert_eq!(titles(&found[0].1), ["Use domain", "Declare domian"]);
    let mended = applied(scene.clone(), &found[0].1[0]);
    assert_eq!(mended.stack.component("a").unwrap().text(), "host: \"a.${{ vars.domain }}\" # ours\n");
    assert!(of(&applied(scene, &found[0].1[1]), "undeclared_variable").is_empty());
}
