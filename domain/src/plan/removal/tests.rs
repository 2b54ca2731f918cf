#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use proptest::prelude::*;

use super::*;
use crate::finding::Level;
use crate::guard::tests::{Scene, name};
use crate::plan::{OtherStack, freeze, stale};
use crate::stack::graph::Graph;

fn input<'a>(scene: &'a Scene, together: bool) -> RemovalInput<'a> {
    RemovalInput {
        cluster: &scene.cluster,
        stack: &scene.stack.id,
        head: &scene.head,
        about: &scene.about,
        policy: scene.policy,
        writers: Vec::new(),
        recorded: None,
        goes_on_from: None,
        together,
        previews: &scene.previews,
    }
}

fn planned(scene: &Scene) -> Plan {
    remove(&input(scene, false)).unwrap().plan
}

/// The head once this is deployed.
fn deployed(head: &Head, built: &Built) -> Head {
    let mut head = head.clone();
    for (path, bytes) in &built.files {
        match &bytes.after {
            Some(after) => drop(head.files.insert(path.clone(), HeadFile::new("100644", after.clone()))),
            None => drop(head.files.remove(path)),
        }
    }
    head
}

/// `c` waits for `b`, which waits for `a`; `d` stands alone.
fn chain() -> Scene {
    let scene = Scene::addons(&["a", "b", "c", "d"]).waits("b", "a").waits("c", "b");
    scene.clone().recorded(&scene)
}

fn steps(plan: &Plan) -> Vec<Vec<String>> {
    plan.order.iter().map(|wave| wave.steps.iter().map(|step| format!("{} {:?}", step.component, step.does)).collect()).collect()
}

fn codes(plan: &Plan) -> Vec<(&str, Level)> {
    plan.findings.iter().filter(|finding| finding.level != Level::Pass).map(|finding| (finding.code.as_str(), finding.level)).collect()
}

#[test]
fn what_nothing_waits_for_goes_first_and_the_stack_with_the_last() {
    let mut scene = chain();
    let mut told = Vec::new();
    for _ in 0..3 {
        let built = remove(&input(&scene, false)).unwrap();
        told.push(built.plan.brief[0].clone());
        scene.head = deployed(&scene.head, &built);
    }
    let expected = [
        "Removes c and d of the stack web; what it waits for stays.",
        "Removes b of the stack web; what it waits for stays.",
        "Removes the stack web, with a.",
    ];
    assert_eq!(told, expected);
    assert!(remove(&input(&scene, false)).is_none());
    let left: Vec<&str> = scene.head.files.keys().map(String::as_str).collect();
    let shared = ["clusters/nl-prod-1/countersign/namespaces.yaml", "clusters/nl-prod-1/namespaces/x.yaml", "countersign.yaml"];
    assert_eq!(left, shared, "Namespaces and the binding stay");
}

#[test]
fn the_plan_shows_every_wave_and_what_this_entry_takes() {
    let plan = planned(&chain());
    assert_eq!(steps(&plan), [vec!["c Remove", "d Remove"], vec!["b Nothing"], vec!["a Nothing"]]);
    assert!(plan.brief.contains(&"2 more entries take the rest: b, then a.".to_owned()), "{:?}", plan.brief);
    assert_eq!((plan.kind, plan.subject.as_str()), (Kind::StackRemoval, "web: A change"));
    assert_eq!(freeze::parse(&freeze::freeze(&plan).unwrap()).unwrap(), plan);
}

#[test]
fn it_is_confirmed_by_the_stacks_name_and_says_what_goes_and_what_stays() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  volumeClaimTemplates:\n  - metadata: {name: data}\n---\n\
               apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\n\
               spec: {group: example.com, scope: Namespaced, names: {kind: Widget}}\n";
    let scene = Scene::manifest(set).with(Scene::addon("a", ""));
    let plan = planned(&scene.clone().recorded(&scene));
    let effects: Vec<String> = plan.effects.iter().map(|effect| format!("{:?} {}", effect.what, effect.object)).collect();
    let expected = [
        "WillBeDeleted CustomResourceDefinition widgets.example.com",
        "WillBeDeleted StatefulSet x/db",
        "StaysBehind PersistentVolumeClaim x/data-db-0",
        "Unknown HelmRelease x/a",
        "StaysBehind Namespace x",
    ];
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(effects), sorted(expected.map(str::to_owned).to_vec()));
    assert_eq!(plan.confirmations(), ["db", "web", "widgets.example.com"]);
    assert!(plan.findings[0].reason.ends_with('.'));
    assert!(plan.files.iter().all(|file| file.after.is_none()));
}

#[test]
fn a_stack_that_others_wait_for_is_not_removed_and_they_are_named() {
    let scene = chain().neighbour("shop", &["web"]).neighbour("blog", &["web"]).neighbour("other", &["shop"]);
    let plan = planned(&scene);
    let block = plan.blocks().next().unwrap();
    assert_eq!(block.code, "needed_by");
    assert!(block.reason.contains("shop and blog wait for web"), "{}", block.reason);
    assert_eq!(plan.facts.needed_by, [name("shop"), name("blog")]);
}

#[test]
fn a_stack_that_comes_to_wait_for_it_makes_the_removal_stale() {
    let scene = chain();
    let plan = planned(&scene);
    assert_eq!(stale::check(&plan, &scene.head), Ok(()));
    let mut head = scene.head.clone();
    head.stacks.push(OtherStack { id: name("shop"), depends_on: vec![name("web")] });
    assert_eq!(stale::check(&plan, &head), Err(stale::Stale::Needed));
}

#[test]
fn all_at_once_is_unordered_and_typed_for() {
    let scene = chain();
    let built = remove(&input(&scene, true)).unwrap();
    assert!(built.files.values().all(|file| file.after.is_none()));
    assert_eq!(steps(&built.plan), [vec!["c Remove", "d Remove", "b Remove", "a Remove"]]);
    let found = codes(&built.plan);
    assert!(found.contains(&("unordered_removal", Level::Confirm)) && found.contains(&("stack_removal", Level::Confirm)), "{found:?}");
    let alone = Scene::addons(&["a", "b"]);
    let built = remove(&input(&alone.clone().recorded(&alone), true)).unwrap();
    assert!(!codes(&built.plan).iter().any(|(code, _)| *code == "unordered_removal"), "what waits for nothing has no order");
}

#[test]
fn the_next_entry_asks_to_look_whether_the_earlier_wave_is_gone() {
    let scene = chain();
    let plan = remove(&RemovalInput { goes_on_from: Some(7), ..input(&scene, false) }).unwrap().plan;
    let warning = plan.findings.iter().find(|finding| finding.code == "earlier_wave").unwrap();
    assert_eq!(warning.level, Level::Warn);
    assert!(warning.reason.starts_with("№ 0007 ") && warning.hint.as_ref().unwrap().contains("countersign.dev/stack=web"));
    assert!(!codes(&planned(&scene)).iter().any(|(code, _)| *code == "earlier_wave"));
}

#[test]
fn what_remains_keeps_its_bytes_whatever_changed_around_it() {
    let before = Scene::values("host: ${{ vars.domain }}\n")
        .with(Scene::addon("b", ""))
        .waits("b", "a")
        .variable("domain", serde_json::json!("old"));
    let mut scene = before.clone().recorded(&before);
    scene.cluster.variables.cluster.insert("domain".into(), serde_json::json!("new"));
    let recorded = before.build().plan;
    let plan = remove(&RemovalInput { recorded: Some(&recorded), ..input(&scene, false) }).unwrap().plan;
    let changed: Vec<&str> = plan.changed_files().map(|file| file.path.as_str()).filter(|path| !path.contains("/components/b/")).collect();
    let frame = [
        "clusters/nl-prod-1/countersign/web.yaml",
        "stacks/web/flux/b.yaml",
        "stacks/web/flux/kustomization.yaml",
        "stacks/web/stack.yaml",
    ];
    assert_eq!(changed, frame);
    assert_eq!(plan.variables, recorded.variables, "what the record was made with still stands in its plan");
    assert_eq!(plan.charts.len(), 1);
}

#[test]
fn what_the_stack_let_go_of_runs_on_when_the_stack_goes() {
    let before = Scene::addons(&["a", "b"]);
    let scene = before.clone().recorded(&before).lets_go("b");
    let scene = scene.clone().recorded(&scene);
    let plan = planned(&scene);
    assert!(plan.effects.iter().all(|effect| effect.component.as_deref() != Some("b")), "{:?}", plan.effects);
    assert!(plan.files.iter().any(|file| file.path == "stacks/web/flux/b.yaml" && file.after.is_none()));
}

/// A stack whose edges lead from later components to earlier ones, so that it has an order.
fn ordered() -> impl Strategy<Value = Scene> {
    proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 0..3), 1..8).prop_map(|edges| {
        let ids: Vec<String> = (0..edges.len()).map(|place| format!("c{place}")).collect();
        let mut scene = Scene::addons(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        for (place, edges) in edges.iter().enumerate().skip(1) {
            let on: BTreeSet<usize> = edges.iter().map(|edge| edge.index(place)).collect();
            for on in on {
                scene = scene.waits(&ids[place], &ids[on]);
            }
        }
        scene.clone().recorded(&scene)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_component_goes_before_what_waits_for_it(scene in ordered()) {
        let waves = reverse_waves(&scene.stack);
        let wave_of = |id: &Name| waves.iter().position(|wave| wave.contains(id)).unwrap();
        for component in &scene.stack.components {
            for on in &component.depends_on {
                prop_assert!(wave_of(&component.id) < wave_of(on));
            }
        }
        prop_assert_eq!(waves.concat().len(), scene.stack.components.len());
        // No step more than the order asks for.
        prop_assert_eq!(waves.len(), Graph::new(&scene.stack).unwrap().waves().len());
    }

    #[test]
    fn entry_by_entry_only_the_frame_of_what_remains_changes(mut scene in ordered()) {
        let frame = ["stacks/web/stack.yaml", "stacks/web/flux/kustomization.yaml", "clusters/nl-prod-1/countersign/web.yaml"];
        let mut entries = 0;
        while let Some(built) = remove(&input(&scene, false)) {
            entries += 1;
            prop_assert!(built.plan.blocks().next().is_none());
            let is_last = built.files.values().all(|file| file.after.is_none());
            for (path, file) in &built.files {
                prop_assert!(is_last || file.after.is_none() || file.after == file.before || frame.contains(&path.as_str()), "{}", path);
            }
            scene.head = deployed(&scene.head, &built);
        }
        prop_assert_eq!(entries, reverse_waves(&scene.stack).len());
        prop_assert!(!scene.head.files.keys().any(|path| path.starts_with("stacks/")));
    }
}
