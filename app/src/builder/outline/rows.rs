//! The rows of the outline: groups, and under those that are open their components.

use std::collections::{BTreeMap, BTreeSet};

use domain::name::Name;
use leptos::prelude::*;

use crate::builder::board::Board;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum At {
    /// A wave's number, or a namespace.
    Group(String),
    Item(Name),
}

/// What the key of a namespace's group begins with.
pub const NAMESPACE: &str = "namespace-";

impl At {
    pub fn dom_id(&self) -> String {
        match self {
            At::Group(key) => format!("group-{key}"),
            At::Item(id) => format!("outline-{id}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    pub at: At,
    /// Among its siblings, from 1, and how many there are.
    pub place: usize,
    pub of: usize,
    /// Of a group: what it is, how many are in it, whether they are shown.
    pub words: String,
    pub count: usize,
    pub is_open: bool,
}

struct Group {
    key: String,
    words: String,
    ids: Vec<Name>,
}

/// By wave from left to right as the canvas draws them, or by namespace in the order of waves.
pub fn rows(board: Board, by_namespace: bool, closed: &BTreeSet<String>) -> Vec<Row> {
    listed(groups(board, by_namespace), closed)
}

/// The group that holds a component.
pub fn group_of(board: Board, at: &At, by_namespace: bool) -> Option<String> {
    let At::Item(id) = at else { return None };
    groups(board, by_namespace).into_iter().find(|group| group.ids.contains(id)).map(|group| group.key)
}

fn groups(board: Board, by_namespace: bool) -> Vec<Group> {
    // What is gone stands behind the others and is listed elsewhere.
    let placed = board.content.with(|stack| {
        let namespace = |index: usize| stack.components.get(index).and_then(|found| found.namespace.clone()).unwrap_or_default();
        let count = stack.components.len();
        board.whole.with(|layout| {
            let of_draft = layout.in_order().into_iter().filter(|&index| index < count);
            of_draft.map(|index| (layout.places[index].wave, namespace(index), layout.places[index].component.clone())).collect::<Vec<_>>()
        })
    });
    let mut by: BTreeMap<(usize, String), Vec<Name>> = BTreeMap::new();
    for (wave, namespace, id) in placed {
        let of = if by_namespace { (0, namespace) } else { (wave, String::new()) };
        by.entry(of).or_default().push(id);
    }
    let group = |((wave, namespace), ids): ((usize, String), Vec<Name>)| {
        let (key, words) = match (by_namespace, wave) {
            (true, _) if namespace.is_empty() => (NAMESPACE.to_owned(), "as the objects say".to_owned()),
            (true, _) => (format!("{NAMESPACE}{namespace}"), namespace),
            (false, 0) => ("wave-1".to_owned(), "1 first".to_owned()),
            (false, wave) => (format!("wave-{}", wave + 1), format!("{} when wave {wave} is ready", wave + 1)),
        };
        Group { key, words, ids }
    };
    by.into_iter().map(group).collect()
}

fn listed(groups: Vec<Group>, closed: &BTreeSet<String>) -> Vec<Row> {
    let of = groups.len();
    let mut rows = Vec::new();
    for (place, Group { key, words, ids }) in groups.into_iter().enumerate() {
        let (is_open, count) = (!closed.contains(&key), ids.len());
        rows.push(Row { at: At::Group(key), place: place + 1, of, words, count, is_open });
        let item =
            |(place, id): (usize, Name)| Row { at: At::Item(id), place: place + 1, of: count, words: String::new(), count: 0, is_open };
        rows.extend(ids.into_iter().enumerate().filter(|_| is_open).map(item));
    }
    rows
}

/// Which rows are in the page: those in sight and some around them, in steps, so that most scrolling changes nothing.
pub fn window(top: f64, height: f64, count: usize) -> (usize, usize) {
    const STEP: usize = 16;
    let from = ((top.max(0.0) as usize).saturating_sub(STEP / 2) / STEP * STEP).min(count);
    let to = (top.max(0.0) + height).ceil() as usize + STEP / 2;
    (from, to.div_ceil(STEP).saturating_mul(STEP).min(count))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn group(key: &str, ids: &[&str]) -> Group {
        Group { key: key.to_owned(), words: key.to_owned(), ids: ids.iter().map(|id| Name::new(id).unwrap()).collect() }
    }

    #[test]
    fn a_closed_group_hides_its_components_and_still_counts_them() {
        let groups = || vec![group("wave-1", &["a", "b"]), group("wave-2", &["c"])];
        let all = listed(groups(), &BTreeSet::new());
        assert_eq!(all.len(), 5);
        assert_eq!((all[2].place, all[2].of, all[3].place, all[3].of), (2, 2, 2, 2));
        let closed = listed(groups(), &BTreeSet::from(["wave-1".to_owned()]));
        let ids: Vec<String> = closed.iter().map(|row| row.at.dom_id()).collect();
        assert_eq!(ids, ["group-wave-1", "group-wave-2", "outline-c"]);
        assert_eq!((closed[0].count, closed[0].is_open), (2, false));
    }

    #[test]
    fn the_window_holds_what_is_in_sight_and_little_more() {
        for top in [0.0, 1.0, 30.5, 400.0, 990.0] {
            let (from, to) = window(top, 30.0, 1_000);
            assert!(from as f64 <= top && to as f64 >= (top + 30.0).min(1_000.0), "{top}: {from}..{to}");
            assert!(to - from <= 80, "{top}: {from}..{to}");
        }
        assert_eq!(window(0.0, 30.0, 5), (0, 5));
        assert_eq!(window(99.0, 30.0, 5), (5, 5));
        assert_eq!(window(40.0, 30.0, 1_000), window(41.0, 30.0, 1_000));
    }
}
