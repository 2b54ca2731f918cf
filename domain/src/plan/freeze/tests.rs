#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::finding::Finding;
use crate::name::Name;
use crate::object::ObjectKey;
use crate::plan::*;
use proptest::prelude::*;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// A plan with something in every member.
fn plan() -> Plan {
    let object = ObjectKey::new("", "PersistentVolumeClaim", Some("monitoring"), "loki");
    Plan {
        v: VERSION,
        kind: Kind::Stack,
        cluster: ClusterIdentity { name: name("nl-prod-1"), environment: name("production"), kube_system_uid: None },
        repository: RepositoryIdentity { url: "ssh://git@git.example.com/ops.git".into(), branch: "main".into(), path: String::new() },
        stack: Some(StackIdentity { id: name("monitoring"), name: name("monitoring") }),
        draft: Some(DraftIdentity { id: "d1".into(), revision: 14, based_on: Some(412), origin: "person".into() }),
        title: "Keep logs for 14 days".into(),
        why: "The disk is full – ∑ 🚀".into(),
        ticket: Some("https://tickets.example.com/88".into()),
        subject: "monitoring: keep logs for 14 days".into(),
        author: Author { id: "p1".into(), name: "Tomás Ruiz".into(), email: "tomas@example.com".into() },
        frozen_at: "2026-11-22T15:40:09Z".into(),
        not_after: "2026-11-23T15:40:09Z".into(),
        nonce: "00ff".into(),
        policy: Policy { four_eyes: true, approvals: 1, passkey: true },
        writers: vec![Writer { kind: WriterKind::Agent, id: "a1".into(), name: "assistant".into(), owner: Some("p2".into()) }],
        brief: vec!["The claim grows from 8Gi to 20Gi; nothing is deleted.".into()],
        findings: vec![Finding::confirm("removal", "loki", "Removing loki deletes its claim.").component("loki").line(3)],
        effects: vec![Effect { what: What::WillBeDeleted, object: object.clone(), component: Some("loki".into()), note: None }],
        values: vec![ValueChange {
            component: Some("loki".into()),
            path: "replicas".into(),
            before: Some("1.5".into()),
            after: None,
            template: None,
            by: vec!["a1".into()],
        }],
        variables: vec![PlannedVariable {
            name: "domain".into(),
            kind: VariableType::String,
            value: "\"x\"".into(),
            from: variable::Level::Cluster,
            shadowed: vec![PlannedShadow { from: variable::Level::Default, value: "null".into() }],
            used_by: vec!["loki".into()],
        }],
        secrets: vec![PlannedSecret {
            name: "token".into(),
            state: crate::secret::State::Same,
            from: Some(crate::secret::Level::Cluster),
            used_by: vec![],
        }],
        recipients: vec!["age1x".into()],
        order: vec![Wave { steps: vec![Step { component: name("loki"), name: name("loki"), does: Does::Change }] }],
        charts: vec![ChartPin {
            component: name("loki"),
            repository: "https://charts.example.com".into(),
            name: "loki".into(),
            version: "6.24.0".into(),
            digest: None,
        }],
        preview: Some(Preview { helm: Some("v4.2.2".into()), releases: Vec::new() }),
        files: vec![FileChange {
            path: "stacks/monitoring/stack.yaml".into(),
            before: None,
            after: Some(facts::digest_of("100644", b"x")),
            shared: false,
            added: 1,
            removed: 0,
        }],
        facts: Facts {
            needed_by: vec![],
            binding: Some("aa".into()),
            depends_on: vec![name("storage")],
            stacks: vec![],
            objects: vec![object],
            elsewhere: vec![],
        },
    }
}

#[test]
fn a_plan_comes_back_as_it_was_and_freezes_to_the_same_bytes() {
    let bytes = freeze(&plan()).unwrap();
    let read = parse(&bytes).unwrap();
    assert_eq!(read, plan());
    assert_eq!(freeze(&read).unwrap(), bytes);
}

#[test]
fn every_other_spelling_is_refused() {
    let text = String::from_utf8(freeze(&plan()).unwrap()).unwrap();
    let spellings = [
        format!("{text}\n"),
        format!(" {text}"),
        text.replacen('{', "{\"v\":1,", 1),
        text.replacen("\"v\":1", "\"v\":1,\"v\":1", 1),
        text.replacen("\"v\":1", "\"v\":1,\"w\":1", 1),
        text.replacen("\"passkey\":true", "\"passkey\":true,\"signer\":\"p1\"", 1),
        text.replacen("\"revision\":14", "\"revision\":14.0", 1),
        text.replacen("\"revision\":14", "\"revision\":1.4e1", 1),
        text.replacen("Tomás", "Tom\\u00e1s", 1),
        text.replacen("monitoring", "\\u006donitoring", 1),
        text.replacen("\"shared\":", "\"shared\":false,\"x\":", 1),
        text.replacen("\"note\":", "", 1).replacen("\"title\"", "\"effects\":[],\"title\"", 1),
        text.replacen("\"kube_system_uid\":null,", "", 1),
        text.replacen("2026-11-22T15:40:09Z", "2026-11-22T15:40:09.0Z", 1),
        text.replacen("2026-11-22T15:40:09Z", "2026-11-22T16:40:09+01:00", 1),
        text.replacen("\"v\":1", "\"v\":2", 1),
    ];
    for (index, spelling) in spellings.iter().enumerate() {
        if *spelling != text {
            assert!(parse(spelling.as_bytes()).is_err(), "spelling {index} is read");
        }
    }
    assert!(spellings.iter().filter(|spelling| **spelling != text).count() >= 14);
}

#[test]
fn what_is_too_large_is_refused_on_both_sides() {
    let mut large = plan();
    large.why = "x".repeat(MAX_BYTES);
    assert!(matches!(freeze(&large), Err(FreezeError::TooLarge(_))));
    assert!(matches!(parse(&vec![b' '; MAX_BYTES + 1]), Err(ParseError::TooLarge(_))));
}

#[test]
fn an_agents_values_count_as_its_owners() {
    let plan = plan();
    assert!(plan.was_written_by("p2"));
    assert!(!plan.was_written_by("a1") && !plan.was_written_by("p1"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_changed_byte_is_another_plan_or_none(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = freeze(&plan()).unwrap();
        let mut changed = bytes.clone();
        let at = at.index(changed.len());
        changed[at] = byte;
        prop_assume!(changed != bytes);
        prop_assert_ne!(digest(&changed), digest(&bytes));
        if let Ok(read) = parse(&changed) {
            prop_assert_ne!(&read, &plan());
            prop_assert_eq!(freeze(&read).unwrap(), changed);
        }
    }

    #[test]
    fn any_text_survives_as_it_was_typed(why in any::<String>()) {
        let mut with = plan();
        with.why = why;
        let bytes = freeze(&with).unwrap();
        prop_assert_eq!(parse(&bytes).unwrap(), with);
    }
}
