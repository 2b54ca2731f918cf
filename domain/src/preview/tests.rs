#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use serde_json::{Value, json};

use super::*;
use crate::guard::tests::{Scene, name};
use crate::plan::{self, Input, Plan};
use crate::stack::Content;

fn object(kind: &str, name: &str, more: Value) -> Value {
    let group = match kind {
        "StatefulSet" | "Deployment" => "apps/v1",
        "Job" => "batch/v1",
        "ClusterRole" => "rbac.authorization.k8s.io/v1",
        _ => "v1",
    };
    let mut object = json!({"apiVersion": group, "kind": kind, "metadata": {"name": name}});
    crate::yaml::merge::merge(&mut object, &more);
    object
}

fn annotated(kind: &str, name: &str, annotations: Value) -> Value {
    object(kind, name, json!({"metadata": {"annotations": annotations}}))
}

fn effects(plan: &Plan) -> Vec<String> {
    plan.effects.iter().map(|effect| format!("{:?} {}", effect.what, effect.object)).collect()
}

/// The addon `a` goes from 1.2.3 to 1.3.0.
fn upgraded() -> Scene {
    let before = Scene::addons(&["a"]);
    before.clone().version("a", "1.3.0").recorded(&before)
}

fn requests(scene: &Scene) -> Vec<Request> {
    let sealed = scene.sealed();
    plan::preview_requests(&Input {
        cluster: &scene.cluster,
        stack: &scene.stack,
        secrets: &scene.secrets,
        sealed: &sealed,
        head: &scene.head,
        about: &scene.about,
        authorship: &scene.authorship,
        policy: scene.policy,
        chart_digests: &BTreeMap::new(),
        previews: &scene.previews,
        known: &scene.known,
    })
}

#[test]
fn a_release_is_rendered_on_both_sides_when_something_of_it_changes_and_not_otherwise() {
    let before = Scene::addons(&["a", "b", "gone"]);
    let mut after = Scene::addons(&["a", "b"]).version("a", "1.3.0").waits("b", "a").with(Scene::addon("new", "x: 1\n"));
    let Content::Addon(addon) = &mut after.stack.component_mut("a").unwrap().content else { unreachable!() };
    addon.values = "deep: {z: 2}\n".into();
    let asked: Vec<String> = requests(&after.recorded(&before))
        .iter()
        .map(|one| format!("{} {:?} {} {}/{} {}", one.component, one.side, one.chart.version, one.namespace, one.release, one.values))
        .collect();
    assert_eq!(
        asked,
        [
            "a Before 1.2.3 x/a {}",
            "a After 1.3.0 x/a {\"deep\":{\"z\":2}}",
            "gone Before 1.2.3 x/gone {}",
            "new After 1.2.3 x/new {\"x\":1}"
        ]
    );
}

#[test]
fn no_secret_is_asked_for_and_the_recorded_side_has_the_values_of_the_branch() {
    let values =
        |port: u16| format!("auth: {{password: \"${{{{ secrets.KEY }}}}\", user: u}}\nhost: \"${{{{ vars.HOST }}}}\"\nport: {port}\n");
    let scene = |port: u16, host: &str| Scene::values(&values(port)).variable("HOST", json!(host)).secret("KEY");
    let asked = requests(&scene(2, "new.example").recorded(&scene(1, "old.example")));
    let expected = |port: u16, host: &str| json!({"auth": {"password": "<secret KEY>", "user": "u"}, "host": host, "port": port});
    assert_eq!(asked.iter().map(|one| one.values.clone()).collect::<Vec<_>>(), [expected(1, "old.example"), expected(2, "new.example")]);
}

#[test]
fn what_an_upgrade_no_longer_makes_is_deleted_and_data_is_asked_for_by_name() {
    let was = json!([
        object("ConfigMap", "stays", json!({})),
        object("ConfigMap", "goes", json!({})),
        object("PersistentVolumeClaim", "data", json!({})),
        annotated("PersistentVolumeClaim", "kept", json!({"helm.sh/resource-policy": "keep"})),
        annotated("Job", "migrate", json!({"helm.sh/hook": "pre-upgrade"})),
        object("ClusterRole", "reader", json!({"metadata": {"namespace": "x"}})),
    ]);
    let scene = upgraded().renders("a", Side::Before, was).renders("a", Side::After, json!([object("ConfigMap", "stays", json!({}))]));
    let plan = scene.build().plan;
    assert_eq!(
        effects(&plan),
        [
            "WillBeDeleted PersistentVolumeClaim x/data",
            "WillBeDeleted ConfigMap x/goes",
            "WillBeDeleted ClusterRole reader",
            "StaysBehind PersistentVolumeClaim x/kept"
        ]
    );
    assert_eq!(plan.confirmations(), ["data"]);
    assert!(plan.brief.contains(&"Deletes PersistentVolumeClaim x/data.".to_owned()), "{:?}", plan.brief);
    assert!(plan.brief.contains(&"Deletes 3 objects that charts no longer make.".to_owned()), "{:?}", plan.brief);
    assert!(!plan.brief.contains(&"Nothing is deleted.".to_owned()));
}

#[test]
fn an_upgrade_that_leaves_nothing_out_deletes_nothing() {
    let made = || json!([object("ConfigMap", "c", json!({}))]);
    let plan = upgraded().renders("a", Side::Before, made()).renders("a", Side::After, made()).build().plan;
    assert!(plan.effects.is_empty());
    assert!(plan.brief.contains(&"Nothing is deleted.".to_owned()), "{:?}", plan.brief);
}

#[test]
fn a_release_that_goes_is_told_object_by_object() {
    let before = Scene::addons(&["a", "b"]);
    let claims = json!({"spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}});
    let was = json!([
        object("Deployment", "web", json!({})),
        object("StatefulSet", "db", claims),
        annotated("Secret", "by-hook", json!({"helm.sh/hook": "pre-install"})),
        annotated("Job", "done", json!({"helm.sh/hook": "post-install", "helm.sh/hook-delete-policy": "hook-succeeded"})),
        annotated("Job", "clean", json!({"helm.sh/hook": "pre-delete"})),
    ]);
    let plan = Scene::addons(&["a"]).recorded(&before).renders("b", Side::Before, was).build().plan;
    assert_eq!(
        effects(&plan),
        [
            "WillBeDeleted StatefulSet x/db",
            "WillBeDeleted Deployment x/web",
            "StaysBehind Secret x/by-hook",
            "StaysBehind PersistentVolumeClaim x/data-db-0"
        ]
    );
    assert_eq!(plan.confirmations(), ["b", "db"]);
    let told = plan.findings.iter().find(|finding| finding.confirm.as_deref() == Some("b")).unwrap();
    assert!(told.reason.contains("deletes 2 objects"), "{}", told.reason);
    assert!(!told.reason.contains("not rendered"), "{}", told.reason);
}

#[test]
fn without_helm_an_upgrade_is_unknown_and_says_why() {
    let plan = upgraded().build().plan;
    assert_eq!(effects(&plan), ["Unknown Release x/a"]);
    assert_eq!(
        plan.effects[0].note.as_deref(),
        Some("Helm deletes what its chart no longer makes. This server has no Helm to render charts with.")
    );
    assert!(!plan.brief.contains(&"Nothing is deleted.".to_owned()));
    let preview = plan.preview.unwrap();
    assert_eq!((preview.helm, preview.releases[0].unknown.as_deref()), (None, Some("This server has no Helm to render charts with.")));
}

#[test]
fn one_side_that_failed_leaves_both_unknown_and_nothing_half_shown() {
    let mut scene = upgraded().renders("a", Side::Before, json!([object("ConfigMap", "c", json!({}))]));
    scene.previews.made.insert((name("a"), Side::After), Err("Helm says: no.".into()));
    let built = scene.build();
    assert_eq!(effects(&built.plan), ["Unknown Release x/a"]);
    let release = &built.plan.preview.as_ref().unwrap().releases[0];
    assert_eq!((release.unknown.as_deref(), &release.before, &release.after), (Some("Helm says: no."), &None, &None));
    assert!(built.rendered.is_empty());
}

#[test]
fn the_plan_names_the_texts_by_digest_and_no_text_holds_a_secret() {
    let secret = |value: &str| json!([object("Secret", "s", json!({"data": {"k": value}, "stringData": {"l": value}}))]);
    let built = upgraded().renders("a", Side::Before, secret("b25l")).renders("a", Side::After, secret("dHdv")).build();
    let preview = built.plan.preview.as_ref().unwrap();
    let release = &preview.releases[0];
    assert_eq!(preview.helm.as_deref(), Some("v4.2.2"));
    assert_eq!((&release.before, release.added, release.removed), (&release.after, 0, 0), "what is not shown does not differ");
    let text = String::from_utf8(built.rendered[&release.after.as_ref().unwrap().sha256].clone()).unwrap();
    assert!(text.contains("k: not shown") && !text.contains("dHdv"), "{text}");
    assert!(built.plan.digests().any(|digest| Some(digest) == release.after.as_ref()));
    assert!(built.plan.files.iter().all(|file| file.after != release.after), "it is no part of the commit");
}

#[test]
fn lists_are_opened_and_the_order_is_not_the_charts() {
    let list = json!({"apiVersion": "v1", "kind": "ConfigMapList", "items": [object("ConfigMap", "b", json!({})), object("ConfigMap", "a", json!({}))]});
    let objects = Objects::of([list, Value::Null, json!("text"), json!({"kind": "Odd"})], "x");
    let keys: Vec<Option<String>> = objects.iter().map(|object| object.key.as_ref().map(ToString::to_string)).collect();
    assert_eq!(keys, [None, Some("ConfigMap x/a".to_owned()), Some("ConfigMap x/b".to_owned())]);
    assert_eq!(
        objects,
        Objects::of([object("ConfigMap", "a", json!({})), json!({"kind": "Odd"}), object("ConfigMap", "b", json!({}))], "x")
    );
}

#[test]
fn a_field_that_kubernetes_never_changes_is_warned_of() {
    let set =
        |service: &str, replicas: u8| json!([object("StatefulSet", "db", json!({"spec": {"serviceName": service, "replicas": replicas}}))]);
    let scene = |after: Value| upgraded().renders("a", Side::Before, set("db", 1)).renders("a", Side::After, after);
    assert!(scene(set("db", 3)).codes().iter().all(|code| code != "upgrade"));
    let found = scene(set("other", 1)).findings("upgrade").remove(0);
    assert!(found.reason.contains("the field serviceName of StatefulSet x/db"), "{}", found.reason);
}

#[test]
fn a_removal_is_told_object_by_object_too() {
    let scene =
        Scene::addons(&["a"]).recorded(&Scene::addons(&["a"])).renders("a", Side::Before, json!([object("ConfigMap", "c", json!({}))]));
    let input = plan::RemovalInput {
        cluster: &scene.cluster,
        stack: &scene.stack.id,
        head: &scene.head,
        about: &scene.about,
        policy: scene.policy,
        writers: Vec::new(),
        recorded: None,
        goes_on_from: None,
        together: true,
        previews: &scene.previews,
    };
    assert_eq!(plan::removal_requests(&input).len(), 1);
    let plan = plan::remove(&input).unwrap().plan;
    assert!(effects(&plan).contains(&"WillBeDeleted ConfigMap x/c".to_owned()), "{:?}", plan.effects);
}
