//! Sets of Flux objects.
use super::*;

#[test]
fn releases_become_addons_with_their_charts_and_values() {
    let imported = read(&fleet());
    let stack = &imported.stacks[0];
    assert_eq!(imported.format, Format::Flux);
    assert_eq!(ids(stack), ["cert-manager", "loki", "letsencrypt", "podinfo-values", "podinfo"]);
    let cert = addon(stack, "cert-manager");
    assert_eq!(
        cert.chart,
        crate::stack::Chart { repository: "https://charts.jetstack.io".into(), name: "cert-manager".into(), version: "v1.16.3".into() }
    );
    assert_eq!(cert.values, "# with the chart, or nothing works\ncrds: {enabled: true}\nreplicaCount: 2 # one for each zone\n");
    assert_eq!(serde_json::to_value(&cert.release).unwrap(), serde_json::json!({"install": {"crds": "Create"}}));
    assert_eq!(component(stack, "cert-manager").timeout.as_deref(), Some("8m"));
    let loki = addon(stack, "loki");
    assert_eq!((component(stack, "loki").namespace.as_deref(), loki.chart.version.as_str()), (Some("monitoring"), "*"));
    assert_eq!(loki.chart.repository, "oci://ghcr.io/grafana/helm-charts");
    assert_eq!(loki.release["releaseName"], "monitoring-loki");
    assert!(loki.values.contains("existingSecret: loki-s3") && loki.values.contains("accessKeyId: loki"), "{}", loki.values);
    let podinfo = addon(stack, "podinfo");
    assert_eq!((podinfo.chart.repository.as_str(), podinfo.chart.version.as_str()), ("oci://ghcr.io/stefanprodan/charts", "6.9.1+build.2"));
    let values = yaml::value(&podinfo.values).unwrap();
    assert_eq!(values["replicaCount"], 3);
    assert_eq!(values["ui"]["message"], "from the map");
    assert_eq!(values["redis"]["auth"]["password"], "${{ secrets.podinfo_redis_auth_password }}");
    assert!(podinfo.values.starts_with("# more than the map says\nreplicaCount: 3\n"), "{}", podinfo.values);
}

#[test]
fn edges_follow_depends_on_of_releases_and_of_kustomizations() {
    let imported = read(&fleet());
    let stack = &imported.stacks[0];
    assert_eq!(waits(stack, "loki"), ["cert-manager"]);
    assert_eq!(waits(stack, "letsencrypt"), ["loki"]);
    assert!(waits(stack, "podinfo").contains(&"letsencrypt".to_owned()));
    assert_eq!(note(&imported, "Kustomization flux-system/infra-configs", "spec.dependsOn[1]").kind, Kind::Lost);
    assert_eq!(note(&imported, "HelmRelease flux-system/loki", "spec.dependsOn[1]").kind, Kind::Lost);
}

#[test]
fn what_flux_substitutes_becomes_variables() {
    let imported = read(&fleet());
    let stack = &imported.stacks[0];
    let issuer = component(stack, "letsencrypt").text();
    assert!(
        issuer.contains("${{ vars.acme_email }}") && issuer.contains("weight: ${{ vars.weight }}") && issuer.contains("region: ${region}"),
        "{issuer}"
    );
    let defaults: Vec<(&str, Value)> = stack.variables.iter().map(|one| (one.name.as_str(), one.default.clone().unwrap())).collect();
    assert_eq!(
        defaults,
        [
            ("acme_email", "ops@example.com".into()),
            ("acme_server", "https://acme-v02.api.letsencrypt.org/directory".into()),
            ("weight", 7.into())
        ]
    );
    note(&imported, "Kustomization flux-system/infra-configs", "spec.postBuild.substituteFrom");
    assert_eq!(note(&imported, "ClusterIssuer letsencrypt", "spec.acme.region").kind, Kind::Lost);
}

#[test]
fn what_a_component_cannot_say_is_told() {
    let imported = read(&fleet());
    for (object, path) in [
        ("HelmRelease apps/inhouse", ""),
        ("HelmRelease flux-system/loki", "spec.storageNamespace"),
        ("HelmRelease flux-system/loki", "spec.chart.spec.valuesFiles"),
        ("HelmRelease flux-system/loki", "spec.chart.spec"),
        ("HelmRelease podinfo/podinfo", "spec.valuesFrom[2]"),
        ("HelmRelease podinfo/podinfo", "spec.valuesFrom[3]"),
        ("HelmRepository monitoring/grafana", "spec.secretRef"),
        ("HelmRepository monitoring/grafana", "metadata.labels"),
        ("Kustomization flux-system/apps", "spec.patches"),
        ("GitRepository flux-system/flux-system", ""),
        ("Kustomization", "namespace"),
        ("Kustomization", "resources[1]"),
    ] {
        assert_eq!(note(&imported, object, path).kind, Kind::Lost, "{object} {path}");
    }
}

#[test]
fn named_as_manifests_every_object_stays_an_object() {
    let imported = import(&fleet()[1..2], Some(Format::Manifests), Some(&Name::new("kept").unwrap())).unwrap();
    let stack = &imported.stacks[0];
    assert_eq!(stack.name.as_str(), "kept");
    assert!(stack.components.iter().all(|component| matches!(component.content, Content::Manifest(_))));
    assert!(component(stack, "loki").text().contains("kind: HelmRelease"));
}

#[test]
fn what_only_values_may_hold_is_not_carried_in_a_release() {
    let text = r#"apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: a, namespace: x}
spec:
  chart: {spec: {chart: a, version: 1.0.0, sourceRef: {kind: HelmRepository, name: r}}}
  maxHistory: 3
  postRenderers:
  - kustomize:
      patches:
      - patch: |
          kind: Deployment
          spec: {password: canary-patch}
"#;
    let imported = read(&[file("x.yaml", text)]);
    assert_eq!(note(&imported, "HelmRelease x/a", "spec.postRenderers").kind, Kind::Lost);
    let stack = &imported.stacks[0];
    assert_eq!(addon(stack, "a").release.keys().collect::<Vec<_>>(), ["maxHistory"]);
    assert!(!source::emit(stack).contains("canary-patch"));
}

#[test]
fn dollars_mean_what_they_mean_to_flux() {
    let map = |head: &str, script: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: x{head}}}\ndata: {{run: {script:?}}}\n")
    };
    let kustomization = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: flux-system}\nspec: {path: ./apps, postBuild: {substitute: {who: ann}}}\n";
    let run = |head: &str, script: &str| {
        let imported = read(&[file("k.yaml", kustomization), file("apps/a.yaml", &map(head, script))]);
        let text = component(&imported.stacks[0], "a").text().to_owned();
        yaml::value(&text).unwrap()["data"]["run"].as_str().unwrap().to_owned()
    };
    assert_eq!(run("", "echo $HOME $$x $${who} ${who} $"), "echo $HOME $x ${who} ${{ vars.who }} $");
    let off = ", annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}";
    assert_eq!(run(off, "echo $$x ${who}"), "echo $$x ${who}");
}
