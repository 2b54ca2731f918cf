#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::finding::Level;
use crate::guard::tests::Scene;
use crate::plan::stale;

const PLATFORM: &str = "countersign namespaces=\"git\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ILSE: &str = "ilse namespaces=\"countersign-deploy@v1\" sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTY=";

fn scene() -> Scene {
    let mut scene = Scene::empty();
    scene.head.files.clear();
    scene
}

fn input<'a>(scene: &'a Scene, allowed_signers: &'a str) -> BindInput<'a> {
    BindInput {
        cluster: &scene.cluster,
        head: &scene.head,
        about: &scene.about,
        policy: scene.policy,
        is_first: !scene.head.files.contains_key("countersign.yaml"),
        foreign_files: 0,
        allowed_signers,
    }
}

/// The scene once the plan is recorded.
fn recorded(scene: &Scene, built: Built) -> Scene {
    let mut scene = scene.clone();
    for (path, bytes) in built.files {
        scene.head.files.insert(path, HeadFile::new("100644", bytes.after.unwrap()));
    }
    scene
}

#[test]
fn a_first_binding_writes_three_files_and_a_second_changes_nothing() {
    let scene = scene();
    let built = bind(&input(&scene, PLATFORM));
    assert_eq!(built.files.keys().map(String::as_str).collect::<Vec<_>>(), [".sops.yaml", "allowed_signers", "countersign.yaml"]);
    assert_eq!(built.plan.blocks().count(), 0);
    assert_eq!(
        recipients_of(std::str::from_utf8(built.files[".sops.yaml"].after.as_ref().unwrap()).unwrap()),
        Some(scene.cluster.recipients.clone())
    );
    assert_eq!(freeze::parse(&freeze::freeze(&built.plan).unwrap()).unwrap(), built.plan);
    assert_eq!(stale::check(&built.plan, &scene.head), Ok(()));
    let again = recorded(&scene, built);
    assert!(bind(&input(&again, ILSE)).plan.changes_nothing());
    assert_eq!(
        stale::check(&bind(&input(&scene, PLATFORM)).plan, &again.head).unwrap_err(),
        stale::Stale::File { path: ".sops.yaml".into() }
    );
}

#[test]
fn a_repository_of_another_cluster_is_refused() {
    let scene = scene().bound_to("other");
    assert!(bind(&input(&scene, PLATFORM)).plan.blocks().any(|finding| finding.code == "cluster_identity"));
}

#[test]
fn a_repository_with_content_asks_for_the_clusters_name() {
    let scene = scene();
    let built = bind(&BindInput { foreign_files: 3, ..input(&scene, PLATFORM) });
    assert_eq!(built.plan.confirmations(), ["nl-prod-1"]);
}

#[test]
fn a_foreign_sops_file_stays_and_ours_follows_the_recipients() {
    let mut foreign = scene();
    foreign.head.files.insert(".sops.yaml".into(), HeadFile::new("100644", *b"creation_rules: []\n"));
    let built = bind(&input(&foreign, PLATFORM));
    assert!(!built.files.contains_key(".sops.yaml"));
    assert!(built.plan.findings.iter().any(|finding| finding.code == "foreign_sops"));

    let first = scene();
    let mut later = recorded(&first, bind(&input(&first, PLATFORM)));
    later.cluster.recipients = vec!["age1new".into()];
    let plan = bind(&input(&later, PLATFORM)).plan;
    assert_eq!(plan.brief, ["Seals for age1new as well, from the next deploy of each stack on.", "Seals no longer for age1recipient."]);
    assert_eq!(plan.changed_files().map(|file| file.path.as_str()).collect::<Vec<_>>(), [".sops.yaml", "countersign.yaml"]);
    assert!(plan.findings.iter().any(|finding| finding.code == "recipient_removed" && finding.level == Level::Warn));
}

#[test]
fn files_that_were_there_first_are_never_written_over() {
    let foreign = b"ilse@example.com ssh-ed25519 AAAA\n";
    for (path, code) in [("allowed_signers", "foreign_roster"), ("countersign.yaml", "foreign_binding"), (".sops.yaml", "foreign_sops")] {
        let mut scene = scene();
        let bytes = match path {
            "countersign.yaml" => Binding::of(&scene.cluster).text().into_bytes(),
            // As if an earlier installation had left it.
            ".sops.yaml" => sops_file(&["age1other".into()]).into_bytes(),
            _ => foreign.to_vec(),
        };
        scene.head.files.insert(path.into(), HeadFile::new("100644", bytes));
        let built = bind(&BindInput { is_first: true, ..input(&scene, PLATFORM) });
        assert!(!built.files.contains_key(path) && built.plan.files.iter().all(|file| file.path != path), "{path}");
        let finding = built.plan.findings.iter().find(|finding| finding.code == code).unwrap();
        assert_eq!(finding.level == Level::Block, path != ".sops.yaml", "{path}");
        assert!(finding.hint.is_some(), "{path}: no way out");

        // A folder of its own is the way out.
        scene.cluster.repository.path = "countersign".into();
        let beside = bind(&BindInput { is_first: true, ..input(&scene, PLATFORM) });
        assert_eq!(beside.plan.blocks().count(), 0, "{path}");
        assert!(beside.files.keys().all(|path| path.starts_with("countersign/")), "{path}");
    }
}

#[test]
fn a_new_uid_is_confirmed() {
    let first = scene();
    let mut later = recorded(&first, bind(&input(&first, PLATFORM)));
    later.cluster.kube_system_uid = Some("rebuilt".into());
    assert_eq!(bind(&input(&later, PLATFORM)).plan.confirmations(), ["nl-prod-1"]);
}

#[test]
fn a_roster_grows_and_ends_and_never_loses_a_line() {
    let first = scene();
    let bound = recorded(&first, bind(&input(&first, &format!("{PLATFORM}\n"))));
    let grown = format!("# who may sign\n{PLATFORM}\n{ILSE}\n");
    let plan = roster(&input(&bound, &grown)).plan;
    assert_eq!((plan.kind, plan.blocks().count(), plan.brief[0].as_str()), (Kind::Roster, 0, "Adds 1 key to those that may sign."));
    assert_eq!(plan.values[0].path, "(signer ilse)");

    let bound = recorded(&bound, roster(&input(&bound, &grown)));
    let ended = grown.replace("@v1\"", "@v1\",valid-before=\"20261122150000Z\"");
    let plan = roster(&input(&bound, &ended)).plan;
    assert_eq!((plan.blocks().count(), plan.brief[0].as_str()), (0, "Ends 1 key."));
    assert!(plan.values[0].before.is_some());

    let lost = roster(&input(&bound, &format!("{PLATFORM}\n"))).plan;
    assert!(lost.blocks().any(|finding| finding.code == "roster_line_removed"));
}

#[test]
fn a_roster_needs_a_bound_repository() {
    let scene = scene();
    assert!(roster(&input(&scene, PLATFORM)).plan.blocks().any(|finding| finding.code == "cluster_identity"));
}
