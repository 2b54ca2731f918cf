#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use serde_json::Value;

use super::*;
use crate::cluster::{Cluster, Engine, FluxNames, Repository};
use crate::stack::{Addon, Component, Content};
use crate::variable::Levels;
use crate::yaml::path::ValuePath;
use crate::yaml::{emit, read as yaml};

mod accounting;
mod flux;
mod hostile;
mod out;

pub fn cluster() -> Cluster {
    Cluster {
        name: Name::new("nl-prod-1").unwrap(),
        environment: Name::new("production").unwrap(),
        engine: Engine::Flux,
        repository: Repository { url: "ssh://git@git.example.com/ops/production.git".into(), branch: "main".into(), path: String::new() },
        recipients: vec![],
        kube_system_uid: None,
        flux: FluxNames::default(),
        variables: Levels::default(),
    }
}

fn file(path: &str, text: &str) -> File {
    File { path: path.into(), text: text.into() }
}

fn shop() -> Vec<File> {
    vec![file("shop.yaml", include_str!("fixtures/shop.yaml"))]
}

fn fleet() -> Vec<File> {
    vec![
        file("clusters/prod/infrastructure.yaml", include_str!("fixtures/flux-cluster.yaml")),
        file("infrastructure/controllers/releases.yaml", include_str!("fixtures/flux-controllers.yaml")),
        file("infrastructure/configs/issuer.yaml", include_str!("fixtures/flux-issuer.yaml")),
        file("apps/podinfo.yaml", include_str!("fixtures/flux-podinfo.yaml")),
        file(
            "apps/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: apps\nresources: [podinfo.yaml, ../missing]\n",
        ),
    ]
}

fn applications() -> Vec<File> {
    vec![file("apps.yaml", include_str!("fixtures/argocd.yaml"))]
}

fn peers() -> Vec<File> {
    vec![
        file("cluster.yaml", include_str!("fixtures/import-cluster.yaml")),
        file("manifests/apps.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: apps} # for people\n"),
        file("addons/podinfo.yaml", "# of the file\nui: {message: hello}\n"),
    ]
}

fn read(files: &[File]) -> Imported {
    import(files, None, None).unwrap()
}

fn ids(stack: &Stack) -> Vec<&str> {
    stack.components.iter().map(|component| component.id.as_str()).collect()
}

fn component<'a>(stack: &'a Stack, id: &str) -> &'a Component {
    stack.component(id).unwrap_or_else(|| panic!("{id} is not among {:?}", ids(stack)))
}

fn addon<'a>(stack: &'a Stack, id: &str) -> &'a Addon {
    match &component(stack, id).content {
        Content::Addon(addon) => addon,
        Content::Manifest(_) => panic!("{id} is a manifest"),
    }
}

fn waits(stack: &Stack, id: &str) -> Vec<String> {
    component(stack, id).depends_on.iter().map(ToString::to_string).collect()
}

/// The note on a path of an object.
fn note<'a>(imported: &'a Imported, object: &str, path: &str) -> &'a Note {
    let own = |note: &&Note| note.object.as_deref() == Some(object) && note.path == path;
    imported.notes.iter().find(own).unwrap_or_else(|| {
        let all: Vec<String> = imported.notes.iter().map(ToString::to_string).collect();
        panic!("nothing is said of {object} {path}:\n{}", all.join("\n"))
    })
}

fn in_the_clear(imported: &Imported) -> Vec<&'static str> {
    let plain = [
        "c0ffee-plain",
        "hunter2-plain",
        "aHVudGVyMi1wbGFpbg",
        "mail-plain-9",
        "db-plain-7",
        "s3-plain-1",
        "gw-plain-2",
        "nginx-plain-1",
        "redis-plain-2",
        "cf-plain-9",
        "roof-plain-3",
    ];
    let mut text: String = imported.stacks.iter().map(source::emit).collect();
    text.extend(imported.notes.iter().map(ToString::to_string));
    plain.into_iter().filter(|secret| text.contains(secret)).collect()
}

#[test]
fn a_stack_yaml_is_read_as_it_is() {
    let text = include_str!("../../../examples/monitoring/stack.yaml");
    let imported = read(&[file("stack.yaml", text), file("secrets.yaml", "a: b\n")]);
    assert_eq!(imported.format, Format::Stack);
    assert_eq!(imported.stacks, [source::parse(text).unwrap()]);
    assert_eq!(imported.notes.len(), 1);
}

#[test]
fn plain_objects_become_the_components_that_belong_together() {
    let imported = read(&shop());
    let stack = &imported.stacks[0];
    assert_eq!((imported.format, stack.name.as_str()), (Format::Manifests, "shop"));
    assert_eq!(ids(stack), ["namespace-data", "crds-vault-example-com", "web", "front-door", "db", "nightly"]);
    assert_eq!(waits(stack, "front-door"), ["web"]);
    assert_eq!(waits(stack, "nightly"), ["namespace-data", "crds-vault-example-com"]);
    assert_eq!(waits(stack, "db"), ["namespace-data"]);
    assert_eq!(waits(stack, "web"), [""; 0]);
    let web = component(stack, "web").text();
    for kept in
        ["replicas: 3 # two were not enough", "# read at start", "kind: ClusterRoleBinding", "} # its own", "run: $${{ github.ref }}"]
    {
        assert!(web.contains(kept), "{kept}\n{web}");
    }
    assert!(!web.contains("resourceVersion") && !web.contains("readyReplicas") && !web.contains("last-applied"), "{web}");
    assert!(component(stack, "crds-vault-example-com").text().contains("default: none"));
    note(&imported, "Namespace shop", "");
    note(&imported, "Deployment shop/web", "status");
}

#[test]
fn secrets_in_the_clear_become_secrets_and_are_not_kept() {
    let imported = read(&shop());
    let web = component(&imported.stacks[0], "web").text();
    for placeholder in [
        "api-key: ${{ secrets.web_credentials_api_key }} # from the old vault",
        "password: ${{ secrets.web_credentials_password }}",
        "value: ${{ secrets.web_template_containers_0_env_0 }}",
    ] {
        let name = placeholder.split("secrets.").nth(1).unwrap().split(' ').next().unwrap();
        assert!(
            imported.notes.iter().any(|note| note.kind == Kind::Secret && note.secret.as_deref() == Some(name))
                || name.starts_with("web_template"),
            "{name}"
        );
        let key = placeholder.split(':').next().unwrap();
        assert!(web.contains(&format!("{key}: ")), "{web}");
    }
    assert!(
        web.contains("api-key: \"${{ secrets.web_credentials_api_key }}\" # from the old vault")
            || web.contains("api-key: ${{ secrets.web_credentials_api_key }} # from the old vault"),
        "{web}"
    );
    assert!(note(&imported, "Secret shop/web-credentials", "data.password").hint.contains("decoded from base64"));
    assert!(note(&imported, "Deployment shop/web", "spec.template.spec.containers[0].env[0].value").reason.contains("outside a Secret"));
    for files in [shop(), fleet(), applications(), peers()] {
        assert_eq!(in_the_clear(&read(&files)), [""; 0]);
    }
}

#[test]
fn applications_become_addons_and_waves_become_edges() {
    let imported = read(&applications());
    let stack = &imported.stacks[0];
    assert_eq!((imported.format, ids(stack)), (Format::ArgoCd, vec!["ingress-nginx", "redis", "shop"]));
    assert_eq!(waits(stack, "redis"), ["ingress-nginx"]);
    assert_eq!(waits(stack, "shop"), ["redis"]);
    let nginx = addon(stack, "ingress-nginx");
    assert_eq!(nginx.release["releaseName"], "nginx");
    for kept in ["replicaCount: 2 # one for each zone", "# behind the load balancer", "enabled: true", "prometheus.io/port: \"10254\""] {
        assert!(nginx.values.contains(kept), "{kept}\n{}", nginx.values);
    }
    let redis = addon(stack, "redis");
    assert_eq!((redis.chart.repository.as_str(), redis.chart.version.as_str()), ("oci://registry-1.docker.io/bitnamicharts", "20.6.*"));
    assert!(redis.values.starts_with("# one is enough\nreplica: {replicaCount: 1}\n"), "{}", redis.values);
    assert_eq!(redis.release["install"]["crds"], "Skip");
    for (object, path) in [
        ("Application argocd/ingress-nginx", "spec.ignoreDifferences"),
        ("Application argocd/redis", "spec.source.helm.values"),
        ("Application argocd/shop", "spec.sources[0].helm.valueFiles"),
        ("Application argocd/shop", "spec.sources[2]"),
        ("Application argocd/guestbook", ""),
        ("ApplicationSet argocd/per-cluster", ""),
    ] {
        assert_eq!(note(&imported, object, path).kind, Kind::Lost);
    }
}

#[test]
fn a_peers_file_becomes_a_stack_for_each_of_its_own() {
    let imported = read(&peers());
    assert_eq!(imported.format, Format::ImportCluster);
    let [networking, apps] = imported.stacks.as_slice() else { panic!("{}", imported.stacks.len()) };
    assert_eq!(ids(networking), ["metallb-pool", "cloudflare", "metallb", "ingress"]);
    assert_eq!(waits(networking, "metallb-pool"), ["metallb"]);
    assert_eq!(waits(networking, "ingress"), ["metallb-pool"]);
    let variables: Vec<(&str, bool)> = networking.variables.iter().map(|one| (one.name.as_str(), one.required)).collect();
    assert_eq!(variables, [("domain", false), ("NODES", false), ("pool_range", true)]);
    assert!(component(networking, "metallb-pool").text().contains("[\"${{ vars.pool_range }}\"] # by the router"));
    assert!(component(networking, "cloudflare").text().contains("${{ secrets.cloudflare_api_token }}"));
    let metallb = &addon(networking, "metallb").values;
    assert!(
        metallb.contains("# two speakers") && metallb.contains("replicas: ${{ vars.NODES }}") && metallb.contains("\"$${{ github.sha }}\""),
        "{metallb}"
    );
    assert!(addon(networking, "ingress").values.contains("  # the roof has one node\n"));
    assert_eq!(addon(apps, "podinfo").values, "# of the file\nui: {message: hello}\n");
    assert_eq!(component(apps, "apps-namespace").text(), "apiVersion: v1\nkind: Namespace\nmetadata: {name: apps} # for people\n");
    assert_eq!(apps.depends_on.iter().map(Name::as_str).collect::<Vec<_>>(), ["networking"]);
    let lost = note(&imported, "ImportCluster k0s-attic", "spec.stacks[1].manifests[1].from_file");
    assert!(lost.reason.contains("manifests/lost.yaml") && lost.line.is_some());
    note(&imported, "ImportCluster k0s-attic", "spec.stacks[0].addons[1].registry_credential_name");
    note(&imported, "ImportCluster k0s-attic", "spec.stacks[1].addons[0].settings");
}

#[test]
fn a_note_says_where_what_why_and_what_to_do() {
    let imported = read(&applications());
    let note = note(&imported, "Application argocd/redis", "spec.source.helm.values");
    assert_eq!(
        note.to_string(),
        "apps.yaml line 43, Application argocd/redis, `spec.source.helm.values`: Argo CD looks away from it where valuesObject is stated. Leave it, or take over what is missing."
    );
    for files in [shop(), fleet(), applications(), peers()] {
        for note in read(&files).notes {
            assert!(note.reason.ends_with('.') && note.hint.ends_with('.') && !note.file.is_empty() && note.line.is_some(), "{note}");
        }
    }
}

#[test]
fn what_was_imported_is_a_stack_that_reads_back() {
    for files in [shop(), fleet(), applications(), peers()] {
        for stack in read(&files).stacks {
            assert_eq!(source::parse(&source::emit(&stack)), Ok(stack.clone()));
            crate::stack::graph::Graph::new(&stack).unwrap();
        }
    }
}
