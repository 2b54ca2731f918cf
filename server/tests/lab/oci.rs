//! Charts from an OCI registry: helm pushes them, Flux pulls them, and a new version reaches its release.

use lab::Registry;
use serde_json::json;

use crate::internet::template;
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_comes_from_a_registry_and_so_does_its_next_version() {
    let mut scene = Scene::new().await;
    let registry = Registry::start(&scene.lab.tools).unwrap();
    for version in ["1.0.0", "1.1.0"] {
        let package = scene.internet.charts.publish(&template(), "web", version, &[]).unwrap();
        registry.push(&package).unwrap();
    }
    let stack = format!(
        "apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata:
  name: site
spec:
  components:
    - name: web
      namespace: site
      addon:
        chart:
          repository: \"{}\"
          name: web
          version: 1.0.0
",
        registry.url()
    );
    scene.deploy_new(&stack).await;
    scene.ready(&["site--web", "site--ready"]);
    assert_eq!(installed(&scene), "1.0.0");

    let next = json!({ "change": "set_chart_version", "component": "web", "version": "1.1.0" });
    scene.deploy_changed("site", &[next]).await;
    scene.ready(&["site--web", "site--ready"]);
    assert_eq!(installed(&scene), "1.1.0", "ready with the old chart is not ready");
    scene.gone("OCIRepository", "site", "web-1-0-0");
}

/// The chart version of the newest release, from Helm's own record of it.
fn installed(scene: &Scene) -> String {
    let release = scene.lab.api.find("HelmRelease", "site", "web").unwrap().unwrap();
    release["status"]["history"][0]["chartVersion"].as_str().unwrap().split('+').next().unwrap().to_owned()
}
