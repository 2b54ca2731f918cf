#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use serde_json::json;

use super::*;
use crate::change::apply::apply_all;
use crate::name::Name;
use crate::stack::{Component, Manifest};
use crate::yaml::path::ValuePath;

const TEXT: &str = "# How many.\nreplicas: 2\nui:\n  colour: blue\n  title: Shop # shown\n";

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn base() -> Stack {
    let manifest = |id: &str| Component::new(name(id), Content::Manifest(Manifest { text: TEXT.into() }));
    Stack { components: vec![manifest("web"), manifest("db")], ..Stack::new(name("shop")) }
}

fn typed(from: &str, to: &str) -> Change {
    Change::SetManifestText { component: name("web"), text: TEXT.replace(from, to) }
}

fn by_others(change: Change) -> Later {
    Later { changes: vec![change], own: false, settled: None }
}

/// The text of `web` once everything later and then the carried changes hold.
fn result(changes: &[Change], later: &[Later]) -> String {
    let mut stack = base();
    for edit in later {
        apply_all(&mut stack, &edit.changes).unwrap();
    }
    apply_all(&mut stack, &carry(&base(), changes, later).unwrap()).unwrap();
    stack.component("web").unwrap().text().to_owned()
}

#[test]
fn two_texts_typed_at_once_hold_together_where_they_change_other_values() {
    let later = [by_others(typed("blue", "green"))];
    let text = result(&[typed("replicas: 2", "replicas: 5")], &later);
    assert_eq!(text, TEXT.replace("blue", "green").replace("replicas: 2", "replicas: 5"), "comments and all");
}

#[test]
fn the_same_value_meets_and_each_side_is_named_by_its_value_alone() {
    let later = [by_others(typed("blue", "green")), by_others(typed("Shop", "Store"))];
    let met = carry(&base(), &[typed("Shop", "Market")], &later).unwrap_err();
    let set =
        |value: &str| Change::SetValue { component: name("web"), path: ValuePath::parse("[0].ui.title").unwrap(), value: json!(value) };
    assert_eq!(met[0].mine, set("Market"));
    // The second text was typed without the first one's colour, so it takes that back as well; the title is what meets.
    assert_eq!((met.len(), met[0].place, met[0].later, &met[0].theirs), (1, 0, 1, &set("Store")));
}

#[test]
fn a_page_never_meets_its_own_edits_and_builds_on_them() {
    // As the server keeps it: a text that was carried over another's is told by its values.
    let kept = narrowed(&base(), &[typed("Shop", "Sh")]).into_iter().map(|(_, change)| change).collect();
    let later = [by_others(typed("blue", "green")), Later { changes: kept, own: true, settled: None }];
    let text = result(&[typed("Shop", "Shoes")], &later);
    assert_eq!(text, TEXT.replace("blue", "green").replace("Shop", "Shoes"));
}

#[test]
fn what_a_person_saw_and_settled_takes_the_chosen_side_there_and_keeps_the_rest_of_both() {
    for (take, title) in [(Side::Mine, "Market"), (Side::Theirs, "Store")] {
        let theirs = Change::SetManifestText { component: name("web"), text: TEXT.replace("Shop", "Store").replace("blue", "green") };
        let mine =
            Change::SetManifestText { component: name("web"), text: TEXT.replace("Shop", "Market").replace("replicas: 2", "replicas: 5") };
        let later = [Later { settled: Some(take), ..by_others(theirs) }];
        let text = result(&[mine], &later);
        assert_eq!(text, TEXT.replace("Shop", title).replace("blue", "green").replace("replicas: 2", "replicas: 5"));
    }
}

#[test]
fn what_came_after_a_choice_was_not_chosen_about() {
    let seen = Later { settled: Some(Side::Mine), ..by_others(typed("Shop", "Store")) };
    let later = [seen, by_others(Change::RemoveComponent { component: name("web") })];
    assert_eq!(carry(&base(), &[typed("Shop", "Market")], &later).unwrap_err()[0].later, 1);
}

#[test]
fn a_comment_is_no_value_so_two_whole_texts_meet() {
    let later = [by_others(typed("How many.", "Pods."))];
    let met = carry(&base(), &[typed("blue", "green")], &later).unwrap_err();
    assert!(matches!(met[0].theirs, Change::SetManifestText { .. }), "{met:?}");
}

#[test]
fn what_both_did_alike_is_done_once() {
    let gone = Change::RemoveComponent { component: name("web") };
    let rest = Change::SetNamespace { component: name("db"), namespace: Some("data".into()) };
    let carried = carry(&base(), &[gone.clone(), rest.clone()], &[by_others(gone)]).unwrap();
    assert_eq!(carried, [rest]);
}
