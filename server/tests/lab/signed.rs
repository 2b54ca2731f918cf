//! Level G1: with the platform's key in `spec.verify`, Flux takes no commit that the platform did not sign.

use lab::{FLUX_NAMESPACE, Pace, condition};
use serde_json::{Value, json};

use crate::scene::{PATIENCE, Scene};
use crate::support::git::git;

const STACK: &str = r#"apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata:
  name: web
spec:
  components:
    - name: greeting
      namespace: web
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: greeting
        data:
          text: hello
"#;

fn source(scene: &Scene) -> Value {
    scene.lab.api.find("GitRepository", FLUX_NAMESPACE, "flux-system").unwrap().unwrap()
}

/// The platform's public key, from the roster in the repository.
fn platform_key(scene: &Scene) -> String {
    let roster = git(&scene.repository, &["show", "main:allowed_signers"]);
    let line = roster.lines().find(|line| line.contains("namespaces=\"git\"")).unwrap();
    let at = line.find("ssh-ed25519 ").unwrap();
    line[at..].to_owned()
}

/// A commit by stock git, unsigned, that changes what is deployed.
fn push_around(scene: &Scene) -> String {
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "-q", scene.repository.to_str().unwrap(), "."]);
    let file = clone.path().join("stacks/web/components/greeting/manifest.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("hello"));
    std::fs::write(&file, text.replace("hello", "owned")).unwrap();
    git(clone.path(), &["commit", "-q", "-a", "-m", "around"]);
    git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
    git(clone.path(), &["rev-parse", "HEAD"])
}

fn greeting(scene: &Scene) -> Value {
    scene.lab.api.find("ConfigMap", "web", "greeting").unwrap().unwrap()["data"]["text"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_commit_never_becomes_the_applied_revision() {
    let mut scene = Scene::unfollowed(Pace::Quick).await;
    scene.secret("platform-signers", &[("platform.sshpub", &platform_key(&scene))]);
    scene.follow(&[("verify", json!({"mode": "HEAD", "secretRef": {"name": "platform-signers"}}))]).await;
    scene.deploy_new(STACK).await;
    scene.ready(&["web--greeting", "web--ready"]);
    assert_eq!(condition(&source(&scene), "SourceVerified").unwrap().0, "True");
    let signed = scene.head();

    let unsigned = push_around(&scene);
    scene.fetch();
    let refused = scene.lab.api.until("Flux to refuse the unsigned commit", PATIENCE, |_| {
        let source = source(&scene);
        Ok(condition(&source, "SourceVerified").filter(|(status, _, _)| *status == "False").map(|_| source.clone()))
    });
    let revision = |source: &Value| source["status"]["artifact"]["revision"].as_str().unwrap().to_owned();
    assert!(revision(&refused.unwrap()).ends_with(&signed));
    assert!(scene.is_ready_at("web--greeting", &signed));
    assert_eq!(greeting(&scene), "hello");

    // Without the key the very same commit is applied: it was the signature that it lacked.
    scene.lab.api.patch("GitRepository", FLUX_NAMESPACE, "flux-system", "", &json!({"spec": {"verify": null}})).unwrap();
    scene.ready(&["web--greeting"]);
    assert!(revision(&source(&scene)).ends_with(&unsigned));
    assert_eq!(greeting(&scene), "owned");
}
