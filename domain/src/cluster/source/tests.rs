#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;

const WRITTEN: &str = "\
apiVersion: countersign.dev/v1alpha1
kind: Cluster
metadata:
  name: nl-prod-1
spec:
  environment: production
  engine: flux
  repository:
    url: \"ssh://git@git.example.com/ops/production.git\"
    branch: main
    path: clusters/nl
  recipients:
    - age1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s3q2lpx
  identity:
    kubeSystemUid: 6f1c0f6e-0000-4000-8000-000000000001
  flux:
    namespace: gitops
    source: platform
    decryptionSecret: sops-age
  variables:
    organisation:
      team: platform
    environment:
      domain: example.com
    cluster:
      storage_class: longhorn
    stack:
      retention: 30d
";

fn check(from: &str, to: &str, path: &str, message: &str) {
    assert!(WRITTEN.contains(from), "{from}");
    let errors = parse(&WRITTEN.replace(from, to)).unwrap_err();
    assert!(
        errors.iter().any(|error| error.path == path && error.message.contains(message) && error.line.is_some()),
        "{path}: {errors:#?}"
    );
}

#[test]
fn a_written_cluster_is_read_and_written_again() {
    let cluster = parse(WRITTEN).unwrap();
    assert_eq!(cluster.variables.stack["retention"], json!("30d"));
    let written = emit(&cluster);
    assert_eq!(parse(&written), Ok(cluster));
}

#[test]
fn what_is_left_out_has_its_default() {
    let text = "apiVersion: countersign.dev/v1alpha1\nkind: Cluster\nmetadata: {name: dev}\nspec:\n  environment: dev\n  repository: {url: file:///srv/dev.git, branch: main}\n";
    let cluster = parse(text).unwrap();
    assert_eq!(cluster.flux, FluxNames::default());
    assert_eq!(cluster.engine, Engine::Flux);
    assert_eq!(cluster.repository.path, "");
    assert_eq!(parse(&emit(&cluster)), Ok(cluster));
}

#[test]
fn faults_are_told_at_their_field() {
    check("name: nl-prod-1", "name: nl--prod", "metadata.name", "single hyphens");
    check("environment: production", "env: production", "spec.env", "not known here");
    check("environment: production", "env: production", "spec.environment", "needed");
    check("engine: flux", "engine: helm", "spec.engine", "only engine");
    check("ssh://git@", "https://token@", "spec.repository.url", "no password");
    check("ssh://git@", "ssh://git:pw@", "spec.repository.url", "no password");
    check("ssh://git@git.example.com/", "git@git.example.com:", "spec.repository.url", "starts with ssh://");
    check("branch: main", "branch: a..b", "spec.repository.branch", "no branch");
    check("path: clusters/nl", "path: ../x", "spec.repository.path", "inside the repository");
    check("path: clusters/nl", "path: .git/hooks", "spec.repository.path", "inside the repository");
    check("- age1", "- AGE-SECRET-KEY-1", "spec.recipients[0]", "age recipient");
    check("namespace: gitops", "namespace: a/b", "spec.flux.namespace", "name of a Kubernetes object");
    check("storage_class: longhorn", "storage-class: longhorn", "spec.variables.cluster.storage-class", "letters, digits and _");
    check("retention: 30d", "retention:", "spec.variables.stack.retention", "needs a value");
}

proptest! {
    #[test]
    fn parse_of_emit_is_identity(
        name in "[a-z][a-z0-9]{0,10}", branch in "[a-zA-Z0-9_]{1,8}(/[a-zA-Z0-9_]{1,8})?", host in "[a-z]{1,8}",
        uid in proptest::option::of("[0-9a-f-]{1,36}"), values in proptest::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,8}", "(?s).{0,20}", 0..4),
        recipients in proptest::collection::vec("age1[a-z0-9]{1,58}", 0..3),
    ) {
        prop_assume!(Name::new(&name).is_ok());
        let name = Name::new(&name).unwrap();
        let values: Map<String, Value> = values.into_iter().map(|(key, value)| (key, Value::String(value))).collect();
        let cluster = Cluster {
            environment: name.clone(), name, engine: Engine::Flux,
            repository: Repository { url: format!("ssh://git@{host}/x.git"), branch, path: String::new() },
            recipients, kube_system_uid: uid, flux: FluxNames::default(),
            variables: Levels { stack: values.clone(), organisation: values, ..Levels::default() },
        };
        prop_assert_eq!(parse(&emit(&cluster)), Ok(cluster));
    }
}
