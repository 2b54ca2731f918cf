//! Other names and places: what stays the same object, what is made anew, and in which order.

use std::collections::BTreeMap;

use lab::condition;
use serde_json::json;

use crate::internet::template;
use crate::scene::{PATIENCE, Scene, addon, config_map, manifest, stack};

/// What every object was when it was last written; Flux's own note of the revision is no change of the object.
fn versions(scene: &Scene) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    for kind in ["HelmRelease", "Deployment", "ConfigMap", "Namespace", "Kustomization"] {
        for object in scene.lab.api.list(kind).unwrap() {
            let meta = &object["metadata"];
            let name = format!("{kind} {} {}", meta["namespace"].as_str().unwrap_or_default(), meta["name"].as_str().unwrap());
            versions.insert(name, format!("{} {}", meta["uid"], meta["generation"]));
        }
    }
    versions
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_touches_nothing_and_a_release_name_makes_another_release() {
    let mut scene = Scene::new().await;
    let parts = [addon("web", &[], "lab: {hold: false}"), manifest("page", &["web"], &config_map("page"))];
    let text = stack("shop", &parts);
    scene.internet.stand_in(&text);
    // Before Flux reads the index: it looks once an hour.
    scene.internet.charts.publish(&template(), "other", "1.0.0", &[]).unwrap();
    scene.deploy_new(&text).await;
    scene.ready(&["shop--web", "shop--page", "shop--ready"]);
    let before = versions(&scene);

    let renames = [
        json!({ "change": "rename_component", "component": "web", "name": "storefront" }),
        json!({ "change": "rename_stack", "name": "market" }),
    ];
    scene.deploy_changed("shop", &renames).await;
    scene.ready(&["shop--web", "shop--page", "shop--ready"]);
    assert_eq!(versions(&scene), before, "a shown name is nothing to the cluster");

    // Helm keeps each release in a Secret: the old one's goes before the new one's comes.
    let renamed = json!({ "change": "set_release_name", "component": "web", "release_name": "storefront" });
    scene.deploy_changed("shop", &[renamed]).await;
    scene.ready(&["shop--web", "shop--ready"]);
    let went = scene.last(&["delete"], "secrets", "sh.helm.release.v1.web.v1");
    let came = scene.made("secrets", "shop", "sh.helm.release.v1.storefront.v1");
    assert!(went < came, "the old release went at {went}, the new one came at {came}");
    assert!(scene.exists("Deployment", "shop", "storefront") && !scene.exists("Deployment", "shop", "web"));

    // The same for another chart under the same name.
    let other = json!({ "change": "set_chart_source", "component": "web", "repository": scene.internet.charts.url(), "name": "other" });
    scene.deploy_changed("shop", &[other]).await;
    scene.ready(&["shop--web", "shop--ready"]);
    let went = scene.last(&["delete"], "secrets", "sh.helm.release.v1.storefront.v1");
    let came = scene.made("secrets", "shop", "sh.helm.release.v1.storefront.v1");
    assert!(went < came, "the old chart's release went at {went}, the new one's came at {came}");
    let release = scene.lab.api.find("HelmRelease", "shop", "web").unwrap().unwrap();
    assert_eq!(release["status"]["history"][0]["chartName"], "other", "{}", release["status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_another_namespace_both_releases_stand_for_a_while_and_cluster_wide_objects_are_in_the_way() {
    let mut scene = Scene::new().await;
    let parts = [addon("web", &[], "lab: {hold: false}"), addon("wide", &[], "lab: {hold: false, wide: true}")];
    let text = stack("shop", &parts);
    scene.internet.stand_in(&text);
    scene.deploy_new(&text).await;
    scene.ready(&["shop--web", "shop--wide", "shop--ready"]);
    let moved = ["web", "wide"].map(|id| json!({ "change": "set_namespace", "component": id, "namespace": "market" }));
    scene.deploy_changed("shop", &moved).await;
    scene.ready(&["shop--web"]);
    let came = scene.made("helmreleases", "market", "web");
    let went = scene.last(&["delete"], "helmreleases", "web");
    assert!(came < went, "the new release was made at {came}, the old one deleted at {went}");
    scene.gone("Deployment", "shop", "web");

    // The ClusterRole is the old release's until that one has gone; then the new one gets it, or says that it did not.
    let told = scene.lab.api.until("the release with a ClusterRole", PATIENCE, |api| {
        let release = api.find("HelmRelease", "market", "wide")?.unwrap_or_default();
        Ok(condition(&release, "Ready")
            .filter(|(status, _, _)| *status != "Unknown")
            .map(|(status, reason, why)| format!("{status} {reason}: {why}")))
    });
    println!("a release with a ClusterRole in another namespace: {}", told.unwrap());
    scene.ready(&["shop--wide", "shop--ready"]);
    assert_eq!(
        scene.lab.api.find("ClusterRole", "", "wide").unwrap().unwrap()["metadata"]["annotations"]["meta.helm.sh/release-namespace"],
        "market"
    );
}
