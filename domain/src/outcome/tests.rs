//! Whatever the network does to events, no wrong state is shown.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::stack::{Component, Content, Manifest, Stack};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// `a`, `b` after it, `c` after both, `d` alone.
fn web() -> Stack {
    let component = |id: &str, on: &[&str]| Component {
        depends_on: on.iter().map(|on| name(on)).collect(),
        ..Component::new(name(id), Content::Manifest(Manifest { text: String::new() }))
    };
    let mut stack = Stack::new(name("web"));
    stack.components = vec![component("a", &[]), component("b", &["a"]), component("c", &["a", "b"]), component("d", &[])];
    stack
}

fn commit(n: usize) -> String {
    format!("{n:040x}")
}

/// № 1 binds, № 2 is web's, № 3 a neighbour's, then somebody else's commit that leaves web alone, № 4 is web's again,
/// and the last is somebody else's change to web.
fn branch() -> Vec<Commit> {
    let touches = |stacks: &[&str]| stacks.iter().map(|stack| name(stack)).collect::<BTreeSet<_>>();
    let rows = [(Some(1), &[][..]), (Some(2), &["web"]), (Some(3), &["shop"]), (None, &[]), (Some(4), &["web"]), (None, &["web"])];
    rows.iter().enumerate().map(|(n, (entry, stacks))| Commit { id: commit(n), entry: *entry, touches: touches(stacks) }).collect()
}

fn event(part: &str, n: usize, said: Said, at: i64) -> Event {
    let part = if part == "stack" { Part::Stack } else { Part::Component(name(part)) };
    Event { stack: name("web"), part, commit: commit(n), said, at, message: format!("{said:?} at {at}") }
}

fn of<'a>(found: &'a [Standing], id: &str) -> &'a State {
    &found.iter().find(|one| one.component.as_str() == id).unwrap().state
}

fn folded(entry: u64, events: &[Event]) -> Vec<Standing> {
    fold(&web(), &span(&branch(), &name("web"), entry), events)
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let said = prop_oneof![Just(Said::Progressing), Just(Said::Waiting), Just(Said::Reconciled), Just(Said::Failing)];
    let one = (prop_oneof![Just("a"), Just("b"), Just("c"), Just("d"), Just("stack")], 0..7_usize, said, 0..30_i64);
    prop::collection::vec(one.prop_map(|(part, n, said, at)| event(part, n, said, at)), 0..40)
}

proptest! {
    #[test]
    fn order_and_repetition_are_nothing(events in events(), seed in any::<u64>(), entry in 1..6_u64) {
        let mut shuffled: Vec<Event> = events.iter().chain(events.iter().step_by(2)).cloned().collect();
        let len = shuffled.len().max(1) as u64;
        for at in 0..shuffled.len() {
            let other = (seed.wrapping_mul(at as u64 + 1).rotate_left(17) % len) as usize;
            shuffled.swap(at, other);
        }
        prop_assert_eq!(folded(entry, &events), folded(entry, &shuffled));
    }

    #[test]
    fn nothing_is_reconciled_without_an_event_that_says_so_of_this_content(events in events(), lost in any::<u64>(), entry in 1..6_u64) {
        let left: Vec<Event> = events.into_iter().enumerate().filter(|(n, _)| lost >> (n % 64) & 1 == 0).map(|(_, event)| event).collect();
        let branch = branch();
        let span = span(&branch, &name("web"), entry);
        for one in fold(&web(), &span, &left) {
            let part = Part::Component(one.component.clone());
            let said = |said: Said| left.iter().any(|event| event.part == part && event.said == said && span.contains(&event.commit.as_str()));
            match one.state {
                State::Reconciled => prop_assert!(said(Said::Reconciled)),
                State::Failing { .. } => prop_assert!(said(Said::Failing)),
                State::Silent => prop_assert!(one.since.is_none() && one.heard.is_none()),
                _ => {}
            }
        }
    }

    #[test]
    fn what_is_said_of_other_commits_changes_nothing(ours in events(), others in events()) {
        let branch = branch();
        let span = span(&branch, &name("web"), 4);
        let outside = others.into_iter().filter(|event| !span.contains(&event.commit.as_str()));
        let all: Vec<Event> = outside.chain(ours.iter().cloned()).collect();
        prop_assert_eq!(folded(4, &ours), folded(4, &all));
    }

    #[test]
    fn whoever_depends_on_a_failing_one_waits_unless_it_is_settled_itself(events in events(), entry in 1..6_u64) {
        let found = folded(entry, &events);
        for component in web().components {
            let fails = component.depends_on.iter().any(|on| matches!(of(&found, on.as_str()), State::Failing { .. }));
            let state = of(&found, component.id.as_str());
            prop_assert!(!fails || !matches!(state, State::Silent | State::Progressing), "{component:?} is {state:?}");
            if let State::Waits { on, because } = state {
                prop_assert!(!on.is_empty() && !because.is_empty());
            }
        }
    }

    #[test]
    fn the_first_and_the_last_of_a_kind_tell_as_much_as_all(events in events(), entry in 1..6_u64) {
        let states = |events: &[Event]| -> Vec<_> { folded(entry, events).into_iter().map(|one| (one.component, word(&one.state), one.heard)).collect() };
        prop_assert_eq!(states(&events), states(&compact(&events)));
    }

    #[test]
    fn heard_one_by_one_in_any_order_and_twice_it_is_the_same(events in events().prop_shuffle(), entry in 1..6_u64) {
        let one_by_one = events.iter().chain(&events).fold(Vec::new(), |kept, event| compact(&[kept, vec![event.clone()]].concat()));
        let told = |events: &[Event]| -> Vec<_> { folded(entry, events).into_iter().map(|one| (one.component, one.state, one.heard)).collect() };
        prop_assert_eq!(told(&one_by_one), told(&events));
    }

    #[test]
    fn what_was_settled_at_a_commit_is_moved_by_no_word_of_an_earlier_one(events in events(), late in events()) {
        // Of № 2 with its neighbours: commits 1, 2 and 3.
        let part = |id: &Name| Part::Component(id.clone());
        let settles = |event: &&Event| matches!(event.said, Said::Reconciled | Said::Failing);
        let before = folded(2, &events);
        for one in &before {
            let told = events.iter().filter(settles).filter(|event| event.part == part(&one.component));
            let Some(highest) = told.map(|event| event.commit.clone()).filter(|id| *id <= commit(3) && *id >= commit(1)).max() else { continue };
            let earlier = late.iter().filter(|event| event.part == part(&one.component) && event.commit < highest);
            let all: Vec<Event> = events.iter().chain(earlier).cloned().collect();
            let after = folded(2, &all);
            prop_assert_eq!(of(&after, one.component.as_str()), &one.state);
        }
    }

    #[test]
    fn what_is_said_of_a_component_that_is_gone_changes_nothing(events in events(), gone in events()) {
        // Flux finds the folder of a removed component empty before it prunes what stood for it.
        let mut stack = web();
        let path = |event: Event| Event { part: Part::Component(name("e")), said: Said::Failing, message: "path not found".into(), ..event };
        let all: Vec<Event> = events.iter().cloned().chain(gone.into_iter().map(path)).collect();
        prop_assert_eq!(folded(2, &events), folded(2, &all));
        stack.components.retain(|component| component.id.as_str() != "d");
        let branch = branch();
        let left: Vec<Event> = all.iter().filter(|event| event.part != Part::Component(name("d"))).cloned().collect();
        let span = span(&branch, &name("web"), 2);
        prop_assert_eq!(fold(&stack, &span, &all), fold(&stack, &span, &left));
    }

    #[test]
    fn an_event_on_top_never_makes_an_older_commit_win(events in events(), late in 0..30_i64) {
        // № 4 failed; however late somebody repeats that № 2 succeeded, № 4 has failed.
        let mut events: Vec<Event> = events.into_iter().filter(|event| event.part != Part::Component(name("d"))).collect();
        events.push(event("d", 4, Said::Failing, 5));
        events.push(event("d", 1, Said::Reconciled, 100 + late));
        let found = folded(4, &events);
        let fails = matches!(of(&found, "d"), State::Failing { .. });
        prop_assert!(fails);
    }
}

#[test]
fn a_neighbours_commit_counts_and_somebody_elses_change_to_the_stack_does_not() {
    let branch = branch();
    assert_eq!(span(&branch, &name("web"), 2), [commit(1), commit(2), commit(3)]);
    assert_eq!(span(&branch, &name("web"), 4), [commit(4)]);
    assert_eq!(folded(2, &[event("a", 3, Said::Reconciled, 1)])[0].state, State::Reconciled);
    assert_eq!(folded(4, &[event("a", 5, Said::Reconciled, 1)])[0].state, State::Silent);
}

#[test]
fn an_entry_is_overruled_by_somebody_elses_change_until_another_entry_answers() {
    let branch = branch();
    let by = |entry| overruled(&branch, &name("web"), entry).map(|commit| commit.id.clone());
    assert_eq!((by(2), by(4), by(9)), (None, Some(commit(5)), None));
    assert_eq!(overruled(&branch, &name("shop"), 3), None);
    let mut answered = branch.clone();
    answered.push(Commit { id: commit(6), entry: Some(5), touches: BTreeSet::from([name("web")]) });
    assert_eq!(overruled(&answered, &name("web"), 4), None);
}

#[test]
fn a_chain_says_who_waits_for_whom_and_why() {
    let found = folded(2, &[event("a", 1, Said::Failing, 7), event("d", 1, Said::Reconciled, 8)]);
    assert_eq!(of(&found, "b"), &State::Waits { on: "a".into(), because: "it fails: Failing at 7".into() });
    assert_eq!(of(&found, "c"), &State::Waits { on: "a".into(), because: "it fails: Failing at 7".into() });
    assert_eq!(found[1].since, Some(7));
    let (state, words) = summary(&found);
    assert_eq!((word(&state), words.as_str()), ("Failing", "a failing, 1 of 4 reconciled"));
}

#[test]
fn trying_again_is_no_recovery_and_a_later_failure_is_shown() {
    let failed = event("a", 1, Said::Failing, 5);
    let again = [failed.clone(), event("a", 1, Said::Progressing, 9), event("a", 2, Said::Waiting, 10)];
    assert!(matches!(of(&folded(2, &again), "a"), State::Failing { .. }));
    let recovered = [failed.clone(), event("a", 1, Said::Reconciled, 9), event("a", 2, Said::Progressing, 12)];
    assert_eq!((of(&folded(2, &recovered), "a"), folded(2, &recovered)[0].since), (&State::Reconciled, Some(9)));
    let relapsed = [failed, event("a", 1, Said::Reconciled, 9), event("a", 1, Said::Failing, 20)];
    assert_eq!(folded(2, &relapsed)[0].since, Some(20));
}

#[test]
fn the_place_of_the_commit_goes_before_any_clock() {
    // A neighbour's entry is later than the stack's own, whatever the cluster's clock said when.
    let told = [event("a", 3, Said::Failing, 5), event("a", 1, Said::Reconciled, 100)];
    assert!(matches!(of(&folded(2, &told), "a"), State::Failing { .. }));
    let told = [event("a", 3, Said::Reconciled, 5), event("a", 1, Said::Failing, 100)];
    assert_eq!(of(&folded(2, &told), "a"), &State::Reconciled);
}

#[test]
fn what_hands_the_stack_over_holds_all_of_it_up() {
    let found = folded(2, &[event("stack", 1, Said::Failing, 3)]);
    assert!(found.iter().all(|one| matches!(&one.state, State::Waits { on, .. } if on == "the stack itself" || on == "a")), "{found:?}");
}

fn posted(name: &str, severity: &str, reason: &str, revision: &str) -> Vec<u8> {
    json!({
        "involvedObject": {"kind": "Kustomization", "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "name": name, "namespace": "flux-system", "uid": "u"},
        "severity": severity, "timestamp": "2026-11-22T19:00:00Z", "message": "said\u{202e}so", "reason": reason,
        "metadata": {"revision": revision, "stack": "web"}, "reportingController": "kustomize-controller", "reportingInstance": "k-1",
    })
    .to_string()
    .into_bytes()
}

#[test]
fn an_event_is_read_as_flux_posts_it() {
    let revision = format!("main@sha1:{}", commit(1));
    let read_one = |name: &str, severity: &str, reason: &str| read(&posted(name, severity, reason, &revision)).unwrap();
    let event = read_one("web--login", "info", "ReconciliationSucceeded").unwrap();
    assert_eq!((event.stack.as_str(), &event.part, event.said), ("web", &Part::Component(name("login")), Said::Reconciled));
    assert_eq!((event.commit, event.message.as_str()), (commit(1), "said[U+202E]so"));
    assert_eq!(read_one("web--login", "error", "HealthCheckFailed").unwrap().said, Said::Failing);
    assert_eq!(read_one("web--login", "info", "DependencyNotReady").unwrap().said, Said::Waiting);
    assert_eq!(read_one("web--stack", "info", "Progressing").unwrap().part, Part::Stack);
    for name in ["web--ready", "nl-prod-1--namespaces", "flux-system", "Web--x", "web--login--x"] {
        assert_eq!(read_one(name, "info", "ReconciliationSucceeded"), None, "{name}");
    }
    assert_eq!(read(&posted("web--login", "info", "ReconciliationSucceeded", "6.7.0")), Ok(None));
    assert_eq!(read(b"{}"), Err(NotAnEvent));
}

#[test]
fn a_refused_signature_is_read_as_flux_posts_it_and_nothing_else_is_taken_for_one() {
    let said = |kind: &str, reason: &str, message: &str| {
        let event = json!({
            "involvedObject": {"kind": kind, "apiVersion": "source.toolkit.fluxcd.io/v1", "name": "countersign", "namespace": "flux-system"},
            "severity": "error", "timestamp": "2026-11-22T19:00:00Z", "message": message, "reason": reason,
        });
        read_refusal(event.to_string().as_bytes())
    };
    let message = format!("signature verification of commit '{}' failed: unable to verify", commit(1));
    let refusal = said("GitRepository", "InvalidCommitSignature", &message).unwrap();
    assert_eq!((refusal.source.as_str(), refusal.namespace.as_str(), refusal.commit), ("countersign", "flux-system", commit(1)));
    assert_eq!(said("Kustomization", "InvalidCommitSignature", &message), None);
    assert_eq!(said("GitRepository", "GitOperationFailed", &message), None);
    assert_eq!(said("GitRepository", "InvalidCommitSignature", "signature verification of commit 'x' failed"), None);
    assert_eq!(read_refusal(b"{}"), None);
}
