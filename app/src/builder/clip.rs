//! Components taken from one stack into another: this browser keeps them, so that any of its pages can paste them.

use std::collections::{BTreeMap, BTreeSet};

use domain::change::Change;
use domain::name::Name;
use domain::stack::{Component, Stack};
use leptos::prelude::*;

use super::board::Board;
use super::dom;
use super::inspector::mentions;

const KEY: &str = "countersign-components";

pub fn copy(board: Board) {
    let clip = taken(board);
    let count = clip.components.len();
    let kept = serde_json::to_string(&clip).is_ok_and(|text| dom::keep(dom::Kept::ForAll, KEY, &text));
    board.said.set(if kept { format!("{} copied.", counted(count)) } else { "This browser keeps nothing: not copied.".to_owned() });
}

pub fn paste(board: Board) {
    match dom::kept(dom::Kept::ForAll, KEY).and_then(|text| serde_json::from_str::<Stack>(&text).ok()) {
        Some(clip) => put(board, &clip),
        None => board.said.set("Nothing was copied.".to_owned()),
    }
}

pub fn duplicate(board: Board) {
    put(board, &taken(board));
}

fn taken(board: Board) -> Stack {
    board.flush();
    let chosen = board.all_chosen();
    board.content.with_untracked(|stack| take(stack, &chosen))
}

fn put(board: Board, clip: &Stack) {
    let (changes, added) = board.content.with_untracked(|stack| put_into(stack, clip));
    let count = added.len();
    if board.change(changes) {
        board.choose_all(added);
        board.said.set(format!("{} pasted.", counted(count)));
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 component".to_owned() } else { format!("{count} components") }
}

/// The chosen as a stack of their own, with the variables that their texts mention.
fn take(stack: &Stack, chosen: &BTreeSet<Name>) -> Stack {
    let components: Vec<Component> = stack.components.iter().filter(|one| chosen.contains(&one.id)).cloned().collect();
    let is_used = |name: &str| components.iter().any(|one| mentions(one.text(), name));
    let variables = stack.variables.iter().filter(|declared| is_used(&declared.name)).cloned().collect();
    Stack { components, variables, ..Stack::new(stack.name.clone()) }
}

/// What brings a clip into a stack, and the ids of what it adds. Taken ids and names get a number; an edge is kept where
/// its other end comes along or has a namesake here.
fn put_into(stack: &Stack, clip: &Stack) -> (Vec<Change>, BTreeSet<Name>) {
    let mut taken = BTreeSet::new();
    for one in &stack.components {
        taken.extend([one.id.to_string(), one.name.to_string()]);
    }
    let mut ids = BTreeMap::new();
    for one in &clip.components {
        let id = free(&taken, &one.id);
        taken.insert(id.to_string());
        ids.insert(one.id.clone(), id);
    }
    let declared = |name: &str| stack.variables.iter().any(|declared| declared.name == name);
    let missing = clip.variables.iter().filter(|one| !declared(&one.name));
    let mut changes: Vec<Change> = missing.map(|one| Change::DeclareVariable { declaration: one.clone() }).collect();
    let mut edges = Vec::new();
    for one in &clip.components {
        let Some(id) = ids.get(&one.id) else { continue };
        let name = if stack.components.iter().any(|other| other.name == one.name) { id.clone() } else { one.name.clone() };
        let component = Component { id: id.clone(), name, depends_on: Vec::new(), layout: None, ..one.clone() };
        changes.push(Change::AddComponent { component });
        for on in &one.depends_on {
            let here = || stack.component(on.as_str()).map(|found| found.id.clone());
            edges.extend(ids.get(on).cloned().or_else(here).map(|on| Change::Connect { component: id.clone(), on }));
        }
    }
    changes.extend(edges);
    (changes, ids.into_values().collect())
}

/// This name, or the first of `name-2`, `name-3` … that nothing holds.
fn free(taken: &BTreeSet<String>, name: &Name) -> Name {
    let shortened = |number: usize| {
        let end = format!("-{number}");
        let stem: String = name.as_str().chars().take(Name::MAX - end.len()).collect();
        Name::new(&format!("{}{end}", stem.trim_end_matches('-'))).ok()
    };
    let numbered = (2..10_000).filter_map(shortened);
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name.as_str())).unwrap_or_else(|| name.clone())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::change::apply::apply_all;
    use domain::stack::{Content, Manifest};

    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn manifest(id: &str, on: &[&str]) -> Component {
        let content = Content::Manifest(Manifest { text: format!("kind: {id}\n") });
        Component { depends_on: on.iter().map(|on| name(on)).collect(), ..Component::new(name(id), content) }
    }

    fn pasted(from: &Stack, chosen: &[&str], into: &Stack) -> Stack {
        let clip = take(from, &chosen.iter().map(|id| name(id)).collect());
        let clip: Stack = serde_json::from_str(&serde_json::to_string(&clip).unwrap()).unwrap();
        let (changes, added) = put_into(into, &clip);
        let mut stack = into.clone();
        apply_all(&mut stack, &changes).unwrap();
        assert!(added.iter().all(|id| stack.component(id.as_str()).is_some()));
        stack
    }

    #[test]
    fn edges_come_along_where_both_ends_do_or_the_other_has_a_namesake() {
        let mut from = Stack::new(name("from"));
        from.components = vec![manifest("a", &[]), manifest("b", &["a"]), manifest("c", &["b"]), manifest("z", &[])];
        from.components[2].depends_on.push(name("z"));
        let mut into = Stack::new(name("into"));
        into.components = vec![manifest("a", &[])];
        let stack = pasted(&from, &["b", "c"], &into);
        assert_eq!(stack.component("b").unwrap().depends_on, [name("a")]);
        assert_eq!(stack.component("c").unwrap().depends_on, [name("b")]);
    }

    #[test]
    fn pasted_where_it_came_from_everything_gets_a_number_and_the_first_stays_as_it_was() {
        let mut from = Stack::new(name("from"));
        from.components = vec![manifest("a", &[]), manifest("b", &["a"])];
        let once = pasted(&from, &["a", "b"], &from);
        let twice = pasted(&from, &["a", "b"], &once);
        assert_eq!(twice.components[..2], from.components[..]);
        assert_eq!(twice.component("b-2").unwrap().depends_on, [name("a-2")]);
        assert_eq!(twice.component("b-3").unwrap().depends_on, [name("a-3")]);
    }

    #[test]
    fn the_longest_name_is_shortened_for_its_number() {
        let long = name(&"n".repeat(Name::MAX));
        let mut from = Stack::new(name("from"));
        from.components = vec![Component::new(long, Content::Manifest(Manifest { text: String::new() }))];
        assert_eq!(pasted(&from, &[&"n".repeat(Name::MAX)], &from).components.len(), 2);
    }
}
