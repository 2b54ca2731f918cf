#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::guard::tests::{Scene, name};
use crate::plan::{HeadFile, OtherFile, OtherStack, freeze, stale};

fn shown(plan: &Plan) -> Vec<String> {
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".into());
    plan.values
        .iter()
        .map(|one| format!("{} {}: {} → {}", one.component.as_deref().unwrap_or("stack"), one.path, side(&one.before), side(&one.after)))
        .collect()
}

#[test]
fn planning_twice_gives_the_same_bytes() {
    let scene = Scene::values("a: 1.5\npassword: ${{ secrets.p }}\n").secret("p").recorded(&Scene::values("a: 1\n"));
    let bytes = freeze::freeze(&scene.build().plan).unwrap();
    assert_eq!(freeze::freeze(&scene.build().plan).unwrap(), bytes);
    assert_eq!(freeze::parse(&bytes).unwrap(), scene.build().plan);
}

#[test]
fn values_differ_as_they_reach_the_cluster_with_their_template_beside() {
    let before = Scene::values("# kept\nhost: old.example.com\nreplicas: 1\ngone: true\n");
    let after = Scene::values("host: grafana.${{ vars.domain }}\nreplicas: 2\n")
        .variable("domain", serde_json::json!("example.com"))
        .recorded(&before);
    let plan = after.build().plan;
    assert_eq!(
        shown(&plan),
        [
            "stack (variable domain): - → \"string, required\"",
            "a host: \"old.example.com\" → \"grafana.example.com\"",
            "a replicas: 1 → 2",
            "a gone: true → -"
        ]
    );
    assert_eq!(plan.values[1].template.as_deref(), Some("grafana.${{ vars.domain }}"));
    assert_eq!(plan.values[2].template, None);
}

#[test]
fn a_secret_value_shows_as_its_expression_alone() {
    let before = Scene::values("password: ${{ secrets.a }}\nuser: root\n").secret("a");
    let after = Scene::values("password: ${{ secrets.b }}\nuser: root\n").secret("b").recorded(&before);
    assert_eq!(shown(&after.build().plan), ["a password: \"${{ secrets.a }}\" → \"${{ secrets.b }}\""]);
}

#[test]
fn manifests_differ_by_object_and_path() {
    let text = |size: &str, more: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c}}\nspec: {{resources: {{requests: {{storage: {size}}}}}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {more}}}\n"
        )
    };
    let after = Scene::manifest(&text("20Gi", "new")).recorded(&Scene::manifest(&text("8Gi", "old")));
    assert_eq!(
        shown(&after.build().plan),
        [
            "m ConfigMap x/new: - → \"new object\"",
            "m ConfigMap x/old: \"object\" → -",
            "m PersistentVolumeClaim x/c: spec.resources.requests.storage: \"8Gi\" → \"20Gi\""
        ]
    );
}

#[test]
fn a_components_own_fields_are_values_too() {
    let after = Scene::addons(&["a", "b"]).version("a", "1.2.4").waits("b", "a").recorded(&Scene::addons(&["a", "b"]));
    let plan = after.build().plan;
    assert_eq!(shown(&plan), ["a (chart version): \"1.2.3\" → \"1.2.4\"", "b (waits for): - → [\"a\"]"]);
    assert!(plan.brief.contains(&"a goes from chart 1.2.3 to 1.2.4.".to_owned()));
}

#[test]
fn what_did_not_change_is_not_in_the_diff_and_order_says_what_happens() {
    let before = Scene::addons(&["a", "b", "gone"]).waits("b", "a");
    let mut after = Scene::addons(&["a", "b"]).waits("b", "a").with(Scene::addon("c", "")).recorded(&before);
    let Content::Addon(addon) = &mut after.stack.component_mut("b").unwrap().content else { unreachable!() };
    addon.values = "x: 1\n".into();
    let plan = after.build().plan;
    let order: Vec<Vec<String>> =
        plan.order.iter().map(|wave| wave.steps.iter().map(|step| format!("{} {:?}", step.component, step.does)).collect()).collect();
    assert_eq!(order, [vec!["gone Remove"], vec!["a Nothing", "c Add"], vec!["b Change"]]);
    assert_eq!(plan.brief[..3], ["Removes gone.", "Adds c.", "Changes b."]);
    assert!(plan.changed_files().all(|file| !file.path.contains("components/a/")));
}

#[test]
fn a_shown_name_changes_and_nothing_in_the_cluster_does() {
    let before = Scene::addons(&["a"]);
    let mut scene = before.clone().recorded(&before);
    scene.stack.components[0].name = name("shop-window");
    scene.stack.name = name("shop");
    let plan = scene.build().plan;
    let changed: Vec<&str> = plan.changed_files().map(|file| file.path.as_str()).collect();
    assert_eq!(changed, ["stacks/web/stack.yaml"]);
    let said = [
        "Renames web to shop; nothing in the cluster is renamed.",
        "Renames a to shop-window; nothing in the cluster is renamed.",
        "Nothing is deleted.",
    ];
    assert_eq!(plan.brief[..3], said);
    assert!(plan.effects.is_empty() && plan.confirmations().is_empty());
}

#[test]
fn a_draft_without_changes_says_so() {
    let scene = Scene::values("a: 1\n");
    let plan = scene.clone().recorded(&scene).build().plan;
    assert!(plan.changes_nothing());
    assert_eq!(plan.brief, ["Nothing changes: the record holds all of this already."]);
}

#[test]
fn every_owned_file_is_pinned_and_a_stranger_below_the_stack_is_removed() {
    let mut scene = Scene::addons(&["a"]);
    scene.head.files.insert("stacks/web/notes.txt".into(), HeadFile::new("100755", *b"x\n"));
    let built = scene.build();
    let notes = built.plan.files.iter().find(|file| file.path == "stacks/web/notes.txt").unwrap();
    assert_eq!((notes.before.as_ref().unwrap().mode.as_str(), &notes.after), ("100755", &None));
    assert!(built.plan.files.is_sorted_by_key(|file| &file.path));
    assert!(built.plan.files.iter().all(|file| file.path != "countersign.yaml"));
    for file in &built.plan.files {
        let bytes = &built.files[&file.path];
        assert_eq!(bytes.after.as_deref().map(|bytes| facts::digest_of("100644", bytes)), file.after);
        assert_eq!(bytes.before.is_some(), file.before.is_some());
    }
}

#[test]
fn a_component_that_cannot_be_rendered_stays_as_it_was_and_blocks() {
    let scene = Scene::values("a: [\n").recorded(&Scene::values("a: 1\n"));
    let plan = scene.build().plan;
    assert!(plan.blocks().any(|finding| finding.code == "invalid_yaml"));
    assert!(plan.changed_files().all(|file| !file.path.contains("components/a/")));
    assert!(plan.effects.is_empty());
}

#[test]
fn writers_stand_beside_what_they_wrote() {
    let mut scene = Scene::values("a: {x: 1, z: 2}\nb: 3\n").recorded(&Scene::values("a: {x: 0, z: 0}\nb: 0\n"));
    let writer = |id: &str| Writer { kind: WriterKind::Person, id: id.into(), name: id.into(), owner: None };
    let wrote = |path: Option<&str>, id: &str| Authorship {
        component: Some(name("a")),
        path: path.map(|path| ValuePath::parse(path).unwrap()),
        writer: writer(id),
    };
    scene.authorship = vec![wrote(Some("a"), "p1"), wrote(Some("a.x"), "p2"), wrote(Some("other"), "p3")];
    let plan = scene.build().plan;
    let by: Vec<(&str, &[String])> = plan.values.iter().map(|one| (one.path.as_str(), one.by.as_slice())).collect();
    assert_eq!(by, [("a.x", &["p1".to_owned(), "p2".to_owned()][..]), ("a.z", &["p1".to_owned()][..]), ("b", &[][..])]);
    assert!(plan.was_written_by("p3"));
}

#[test]
fn the_subject_names_the_stack_and_falls_back_on_the_brief() {
    let mut scene = Scene::addons(&["a"]);
    assert_eq!(scene.build().plan.subject, "web: A change");
    scene.about.title = " \n".into();
    assert_eq!(scene.build().plan.subject, "web: Adds a.");
}

#[test]
fn a_neighbours_entry_leaves_a_plan_standing() {
    let scene = Scene::addons(&["a"]).waits_for_stack("storage").neighbour("storage", &[]);
    let plan = scene.build().plan;
    let mut head = scene.head.clone();
    assert_eq!(stale::check(&plan, &head), Ok(()));
    head.stacks.push(OtherStack { id: name("shop"), depends_on: vec![name("web")] });
    head.others.push(OtherFile {
        path: "stacks/shop/components/x/manifest.yaml".into(),
        stack: Some(name("shop")),
        objects: vec![crate::object::ObjectKey::new("", "ConfigMap", Some("y"), "z")],
    });
    head.files.insert("stacks/shop/stack.yaml".into(), HeadFile::new("100644", *b"x"));
    // The neighbour needed the same namespace and wrote the same file.
    let namespace = "clusters/nl-prod-1/namespaces/x.yaml";
    let bytes = scene.build().files[namespace].after.clone().unwrap();
    head.files.insert(namespace.into(), HeadFile::new("100644", bytes));
    assert_eq!(stale::check(&plan, &head), Ok(()));
}

#[test]
fn whatever_touches_a_plan_or_its_facts_makes_it_stale() {
    use stale::Stale;
    let scene = Scene::addons(&["a"]).waits_for_stack("storage").neighbour("storage", &[]);
    let plan = scene.build().plan;
    let moved = |change: &dyn Fn(&mut Head)| {
        let mut head = scene.head.clone();
        change(&mut head);
        stale::check(&plan, &head)
    };
    let path = "stacks/web/stack.yaml".to_owned();
    assert_eq!(
        moved(&|head| drop(head.files.insert(path.clone(), HeadFile::new("100644", *b"x")))),
        Err(Stale::File { path: path.clone() })
    );
    let new = "stacks/web/other.yaml".to_owned();
    assert_eq!(
        moved(&|head| drop(head.files.insert(new.clone(), HeadFile::new("100644", *b"x")))),
        Err(Stale::NewFile { path: new.clone() })
    );
    let namespace = "clusters/nl-prod-1/namespaces/x.yaml".to_owned();
    assert_eq!(
        moved(&|head| drop(head.files.insert(namespace.clone(), HeadFile::new("100644", *b"x")))),
        Err(Stale::File { path: namespace.clone() })
    );
    assert_eq!(moved(&|head| drop(head.files.insert("countersign.yaml".into(), HeadFile::new("100644", *b"x")))), Err(Stale::Binding));
    assert_eq!(moved(&|head| head.stacks.clear()), Err(Stale::Stacks));
    assert_eq!(moved(&|head| head.stacks[0].depends_on.push(name("web"))), Err(Stale::Stacks));
    let release = crate::object::ObjectKey::new("helm.toolkit.fluxcd.io", "HelmRelease", Some("x"), "a");
    assert_eq!(
        moved(&|head| head.others.push(OtherFile { path: "apps/a.yaml".into(), stack: None, objects: vec![release.clone()] })),
        Err(Stale::Objects)
    );
}
