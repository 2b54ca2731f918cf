#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::change::Change;
use crate::change::apply::apply_all;
use crate::change::between::between;
use crate::stack::{Chart, Manifest, Point};
use crate::variable::VariableType;
use crate::yaml::read;
use proptest::prelude::*;

/// Nobody chose anything.
fn rebase(base: &Stack, record: &Stack, draft: &Stack) -> Rebased {
    super::rebase(base, record, draft, &[])
}

fn choose(at: &str, take: Side) -> Choice {
    Choice { component: Some(name("app")), at: at.into(), take }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn addon(id: &str, values: &str) -> Component {
    let chart = Chart { repository: "https://charts.example".into(), name: id.into(), version: "1.0.0".into() };
    Component::new(name(id), Content::Addon(Addon { chart, release: Map::new(), values: values.into() }))
}

fn stack(components: Vec<Component>) -> Stack {
    Stack { components, ..Stack::new(name("web")) }
}

fn values(values: &str) -> Stack {
    stack(vec![addon("app", values)])
}

fn text(stack: &Stack) -> &str {
    stack.component("app").unwrap().text()
}

fn at(rebased: &Rebased) -> Vec<&str> {
    rebased.conflicts.iter().map(|conflict| conflict.at.as_str()).collect()
}

#[test]
fn changes_of_different_values_both_hold_and_the_draft_keeps_its_comments() {
    let base = values("a: 1\nb: 2\nc: {d: 3}\n");
    let record = values("a: 1\nb: 20\nc: {d: 3, e: 4}\n");
    let draft = values("# why\na: 10 # ten\nb: 2\nc: {d: 3}\n");
    let rebased = rebase(&base, &record, &draft);
    assert_eq!(text(&rebased.stack), "# why\na: 10 # ten\nb: 20\nc: {d: 3, e: 4}\n");
    assert_eq!(rebased.conflicts, []);
}

#[test]
fn the_same_value_changed_differently_is_a_conflict_with_all_three() {
    let rebased = rebase(&values("a: {b: 1}\nc: 1\n"), &values("a: {b: 3}\nc: 2\n"), &values("a: {b: 2}\nc: 1\n"));
    assert_eq!(
        rebased.conflicts,
        [Conflict { component: Some(name("app")), at: "values.a.b".into(), base: json!(1), mine: json!(2), theirs: json!(3) }]
    );
    assert_eq!(text(&rebased.stack), "a: {b: 2}\nc: 2\n");
}

#[test]
fn the_same_change_on_both_sides_is_none() {
    let rebased = rebase(&values("a: 1\n"), &values("a: 2 # theirs\n"), &values("a: 2\n"));
    assert_eq!((text(&rebased.stack), rebased.conflicts.len()), ("a: 2\n", 0));
}

#[test]
fn a_list_is_one_value() {
    let rebased = rebase(&values("a: [1, 2]\n"), &values("a: [1, 2, 3]\n"), &values("a: [0, 1, 2]\n"));
    assert_eq!(at(&rebased), ["values.a"]);
}

#[test]
fn what_the_record_removed_goes_unless_the_draft_worked_on_it() {
    let rebased = rebase(&values("a: 1\nb: 1\nc: 1\n"), &values("c: 1\n"), &values("a: 1\nb: 2\nc: 3\n"));
    assert_eq!(at(&rebased), ["values.b"]);
    assert_eq!(text(&rebased.stack), "b: 2\nc: 3\n");
}

#[test]
fn broken_text_is_a_conflict_as_a_whole_and_stays_as_typed() {
    let rebased = rebase(&values("a: 1\n"), &values("a: 2\n"), &values("a: [\n"));
    assert_eq!((text(&rebased.stack), at(&rebased)), ("a: [\n", vec!["values"]));
}

#[test]
fn objects_of_a_manifest_are_merged_each_for_itself() {
    let manifest = |first: &str, second: &str| {
        let text = format!("kind: A\nspec: {first}\n---\nkind: B # second\nspec: {second}\n");
        stack(vec![Component::new(name("app"), Content::Manifest(Manifest { text }))])
    };
    let rebased = rebase(&manifest("1", "1"), &manifest("1", "2"), &manifest("3", "1"));
    assert_eq!(text(&rebased.stack), "kind: A\nspec: 3\n---\nkind: B # second\nspec: 2\n");
    let rebased = rebase(&manifest("1", "1"), &manifest("1", "2"), &manifest("1", "3"));
    assert_eq!(at(&rebased), ["manifest[1].spec"]);
}

#[test]
fn fields_of_a_component_are_merged_one_by_one() {
    let base = values("");
    let (mut record, mut draft) = (base.clone(), base.clone());
    record.components[0].namespace = Some("one".into());
    record.components[0].layout = Some(Point { x: 1.0, y: 1.0 });
    draft.components[0].timeout = Some("5m".into());
    draft.components[0].layout = Some(Point { x: 2.0, y: 2.0 });
    let Content::Addon(addon) = &mut record.components[0].content else { unreachable!() };
    addon.chart.version = "2.0.0".into();
    let rebased = rebase(&base, &record, &draft);
    let merged = &rebased.stack.components[0];
    assert_eq!(
        (merged.namespace.as_deref(), merged.timeout.as_deref(), merged.layout),
        (Some("one"), Some("5m"), Some(Point { x: 2.0, y: 2.0 }))
    );
    assert!(matches!(&merged.content, Content::Addon(addon) if addon.chart.version == "2.0.0"));
    assert_eq!(rebased.conflicts, []);
    let Content::Addon(addon) = &mut draft.components[0].content else { unreachable!() };
    addon.chart.version = "3.0.0".into();
    assert_eq!(at(&rebase(&base, &record, &draft)), ["version"]);
}

#[test]
fn components_come_and_go_on_both_sides() {
    let base = stack(vec![addon("app", "a: 1\n"), addon("old", ""), addon("gone", "")]);
    let mut record = stack(vec![addon("app", "a: 1\n"), addon("gone", ""), addon("theirs", "")]);
    record.components[0].depends_on = vec![name("theirs")];
    let mut draft = stack(vec![addon("ours", ""), addon("app", "a: 1\n"), addon("old", "")]);
    draft.components[1].depends_on = vec![name("ours")];
    let rebased = rebase(&base, &record, &draft);
    let ids: Vec<&str> = rebased.stack.components.iter().map(|component| component.id.as_str()).collect();
    assert_eq!(ids, ["ours", "app", "theirs"]);
    assert_eq!(rebased.stack.components[1].depends_on, [name("ours"), name("theirs")]);
    assert_eq!(rebased.conflicts, []);
}

#[test]
fn a_component_that_the_other_side_began_to_wait_for_is_not_taken_away_unasked() {
    let base = stack(vec![addon("app", ""), addon("old", "")]);
    let without = stack(vec![addon("app", "")]);
    let mut waits = base.clone();
    waits.components[0].depends_on = vec![name("old")];
    for (record, draft, mine_waits) in [(&without, &waits, true), (&waits, &without, false)] {
        let rebased = rebase(&base, record, draft);
        assert_eq!(at(&rebased), ["component"]);
        for take in [Side::Mine, Side::Theirs] {
            let chosen = Choice { component: Some(name("old")), at: "component".into(), take };
            let rebased = super::rebase(&base, record, draft, &[chosen]);
            let kept = (take == Side::Mine) == mine_waits;
            assert_eq!((rebased.conflicts.len(), rebased.stack.components.len()), (0, if kept { 2 } else { 1 }));
            assert_eq!(rebased.stack.components[0].depends_on.len(), usize::from(kept));
        }
    }
}

#[test]
fn what_both_added_under_one_id_is_compared_field_by_field() {
    let theirs = values("a: 1\nb: 2\n");
    let mut ours = values("a: 1\nb: 3\nc: 4\n");
    ours.components[0].namespace = Some("web".into());
    let rebased = rebase(&stack(vec![]), &theirs, &ours);
    assert_eq!((at(&rebased), text(&rebased.stack)), (vec!["values.b"], "a: 1\nb: 3\nc: 4\n"));
    assert_eq!(rebased.stack.components[0].namespace.as_deref(), Some("web"));
}

#[test]
fn one_name_for_two_components_stays_with_the_record_s() {
    let mut ours = stack(vec![addon("mine", "")]);
    ours.components[0].name = name("cache");
    let mut theirs = stack(vec![addon("theirs", "")]);
    theirs.components[0].name = name("cache");
    let rebased = rebase(&stack(vec![]), &theirs, &ours);
    let named: Vec<(&str, &str)> = rebased.stack.components.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
    assert_eq!(named, [("mine", "cache-2"), ("theirs", "cache")]);
}

#[test]
fn a_choice_settles_its_conflict_and_nothing_else() {
    let (base, record, draft) = (values("a: 1\nb: 1\n"), values("a: 2\nb: 2\n"), values("# mine\na: 3\nb: 3\n"));
    let rebased = super::rebase(&base, &record, &draft, &[choose("values.a", Side::Theirs)]);
    assert_eq!((at(&rebased), text(&rebased.stack)), (vec!["values.b"], "# mine\na: 2\nb: 3\n"));
    let both = [choose("values.a", Side::Theirs), choose("values.b", Side::Mine)];
    let rebased = super::rebase(&base, &record, &draft, &both);
    assert_eq!((rebased.conflicts.len(), text(&rebased.stack), rebased.unmet.len()), (0, "# mine\na: 2\nb: 3\n", 0));
    let none = [choose("values.c", Side::Theirs)];
    assert_eq!(super::rebase(&base, &record, &draft, &none).unmet, none);
}

#[test]
fn a_value_that_the_text_cannot_take_makes_the_whole_text_the_conflict() {
    let (base, record) = (values("a: {b: 1}\nc: {b: 1}\n"), values("a: {b: 1}\nc: {b: 2}\n"));
    let draft = values("a: &x {b: 1}\nc: *x\nd: 1\n");
    let rebased = rebase(&base, &record, &draft);
    if rebased.conflicts.is_empty() {
        assert_eq!(read::value(text(&rebased.stack)).unwrap(), json!({ "a": { "b": 1 }, "c": { "b": 2 }, "d": 1 }));
    } else {
        assert_eq!(at(&rebased), ["values"]);
        let rebased = super::rebase(&base, &record, &draft, &[choose("values", Side::Theirs)]);
        assert_eq!((rebased.conflicts.len(), text(&rebased.stack)), (0, "a: {b: 1}\nc: {b: 2}\n"));
    }
}

#[test]
fn a_conflict_knows_the_edit_that_led_to_it() {
    use crate::change::touch::touches;
    let conflict = &rebase(&values("a: {b: 1}\n"), &values("a: {b: 3}\n"), &values("a: {b: 2}\n")).conflicts[0];
    let set = |path: &str| touches(&Change::SetValue { component: name("app"), path: ValuePath::parse(path).unwrap(), value: json!(2) });
    assert!(conflict.touch().overlaps(&set("a.b")) && !conflict.touch().overlaps(&set("a.c")));
}

#[test]
fn a_component_that_one_side_removed_and_the_other_changed_is_a_conflict() {
    let (base, without, changed) = (values("a: 1\n"), stack(vec![]), values("a: 2\n"));
    let rebased = rebase(&base, &without, &changed);
    assert_eq!((at(&rebased), rebased.stack.components.len()), (vec!["component"], 1));
    let rebased = rebase(&base, &changed, &without);
    assert_eq!((at(&rebased), rebased.stack.components.len()), (vec!["component"], 0));
    let mut moved = base.clone();
    moved.components[0].layout = Some(Point { x: 1.0, y: 2.0 });
    assert_eq!(rebase(&base, &without, &moved).conflicts, []);
}

#[test]
fn variables_and_fields_of_the_stack_are_merged() {
    let variable = |name: &str, default: i64| Declaration {
        name: name.into(),
        kind: VariableType::Number,
        description: None,
        default: Some(json!(default)),
        required: false,
    };
    let with = |variables: Vec<Declaration>, description: &str| Stack { variables, description: Some(description.into()), ..stack(vec![]) };
    let base = with(vec![variable("a", 1), variable("b", 1)], "x");
    let record = with(vec![variable("a", 2), variable("b", 2), variable("d", 1)], "x");
    let draft = with(vec![variable("c", 1), variable("a", 1), variable("b", 3)], "y");
    let rebased = rebase(&base, &record, &draft);
    assert_eq!(rebased.stack.variables, [variable("c", 1), variable("a", 2), variable("b", 3), variable("d", 1)]);
    assert_eq!(rebased.stack.description.as_deref(), Some("y"));
    assert_eq!(at(&rebased), ["variables.b"]);
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![(0..4i64).prop_map(Value::from), Just(json!([1, 2])), Just(Value::Null)];
    let map = |inner: BoxedStrategy<Value>| {
        proptest::collection::btree_map("[a-d]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect()))
    };
    let inner = prop_oneof![leaf.clone(), map(leaf.boxed())].boxed();
    map(inner)
}

/// `app` is gone and runs on.
fn let_go(mut stack: Stack) -> Stack {
    apply_all(&mut stack, &[Change::LetGo { component: name("app") }]).unwrap();
    stack
}

#[test]
fn what_either_side_let_go_of_is_let_go() {
    let base = stack(vec![addon("app", "a: 1\n"), addon("other", "")]);
    let gone = let_go(base.clone());
    for (record, draft) in [(&gone, &base), (&base, &gone), (&gone, &gone)] {
        let rebased = rebase(&base, record, draft);
        assert!(rebased.conflicts.is_empty());
        assert_eq!((rebased.stack.let_go.len(), rebased.stack.component("app")), (1, None));
    }
    assert_eq!(between(&base, &gone), [Change::LetGo { component: name("app") }]);
}

#[test]
fn what_the_draft_worked_on_and_the_record_let_go_of_is_chosen() {
    let base = values("a: 1\n");
    let draft = values("a: 2\n");
    let record = let_go(base.clone());
    let rebased = rebase(&base, &record, &draft);
    assert_eq!(rebased.conflicts.len(), 1);
    let mine = super::rebase(&base, &record, &draft, &[choose("component", Side::Mine)]);
    assert!(mine.stack.let_go.is_empty() && mine.stack.component("app").is_some(), "taken back");
    let theirs = super::rebase(&base, &record, &draft, &[choose("component", Side::Theirs)]);
    assert_eq!((theirs.stack.let_go.len(), theirs.stack.components.len()), (1, 0));
}

proptest! {
    /// Without an own change the draft becomes the record; without a change of the record it stays.
    #[test]
    fn one_side_alone_always_holds(base in tree(), changed in tree()) {
        let (base, changed) = (values(&crate::yaml::emit::emit(&base)), values(&crate::yaml::emit::emit(&changed)));
        prop_assert_eq!(rebase(&base, &changed, &base), Rebased { stack: changed.clone(), conflicts: vec![], unmet: vec![] });
        prop_assert_eq!(rebase(&base, &base, &changed), Rebased { stack: changed, conflicts: vec![], unmet: vec![] });
    }

    /// Draft and record give the same values whichever is which, as long as they do not meet.
    #[test]
    fn without_conflicts_the_sides_are_equal(base in tree(), ours in tree(), theirs in tree()) {
        let [base, ours, theirs] = [base, ours, theirs].map(|tree| values(&crate::yaml::emit::emit(&tree)));
        let (here, there) = (rebase(&base, &theirs, &ours), rebase(&base, &ours, &theirs));
        prop_assert_eq!(here.conflicts.len(), there.conflicts.len());
        if here.conflicts.is_empty() {
            prop_assert_eq!(read::value(text(&here.stack)).unwrap(), read::value(text(&there.stack)).unwrap());
        }
    }

    /// Whoever chooses one side everywhere is asked nothing more, and gets that side's value wherever the two met.
    #[test]
    fn choosing_settles_every_conflict(base in tree(), ours in tree(), theirs in tree(), mine in any::<bool>()) {
        let [base, ours, theirs] = [base, ours, theirs].map(|tree| values(&crate::yaml::emit::emit(&tree)));
        let asked = rebase(&base, &theirs, &ours).conflicts;
        let take = if mine { Side::Mine } else { Side::Theirs };
        let choices: Vec<Choice> =
            asked.iter().map(|one| Choice { component: one.component.clone(), at: one.at.clone(), take }).collect();
        let settled = super::rebase(&base, &theirs, &ours, &choices);
        prop_assert_eq!((settled.conflicts, settled.unmet), (vec![], vec![]));
        let merged = read::value(text(&settled.stack)).unwrap();
        for conflict in asked {
            let path = ValuePath::parse(conflict.at.strip_prefix("values").unwrap().trim_start_matches('.')).unwrap();
            let chosen = if mine { conflict.mine } else { conflict.theirs };
            prop_assert_eq!(path.get(&merged).cloned().unwrap_or(Value::Null), chosen);
        }
    }

    /// The history that a rebase leaves leads to what the rebase made, byte by byte.
    #[test]
    fn the_changes_of_a_rebase_lead_to_its_result(base in tree(), ours in tree(), theirs in tree()) {
        let [base, mut ours, mut theirs] = [base, ours, theirs].map(|tree| values(&crate::yaml::emit::emit(&tree)));
        ours.components.push(addon("ours", ""));
        theirs.components.push(addon("theirs", "x: 1\n"));
        theirs.components[0].depends_on = vec![name("theirs")];
        theirs.components[0].namespace = Some("web".into());
        let rebased = rebase(&base, &theirs, &ours).stack;
        let mut replayed = ours.clone();
        prop_assert_eq!(apply_all(&mut replayed, &between(&ours, &rebased)), Ok(()));
        prop_assert_eq!(replayed, rebased);
    }
}
