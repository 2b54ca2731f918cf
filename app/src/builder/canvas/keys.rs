//! The canvas by keys: arrows along waves and edges, C to connect, Delete to remove.

use std::collections::BTreeSet;

use domain::name::Name;
use domain::stack::Point;
use domain::stack::layout::{GAP, HEIGHT, Layout, Place, Route, WIDTH};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::{Drawing, Hand, actions, aim, draw, show};
use crate::builder::board::{Board, Chosen};
use crate::builder::{dom, fold, inspector, standing};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Left,
    Right,
    Up,
    Down,
    First,
    Last,
}

pub fn press(board: Board, hand: Hand, event: &KeyboardEvent) {
    match event.key().as_str() {
        "F10" if event.shift_key() => ask_what(board, hand),
        "ContextMenu" => ask_what(board, hand),
        "Escape" => cancel(board, hand),
        " " => hand.space.set(true),
        "Enter" if hand.drawing.with_untracked(Option::is_some) => draw(board, hand),
        "Enter" if board.chosen.with_untracked(Option::is_none) => go(board, hand, Way::First),
        _ if actions::by_key(board, hand, event) => {}
        _ => match way(event) {
            Some(way) => walk(board, hand, way, event.shift_key()),
            None => return,
        },
    }
    event.prevent_default();
}

fn way(event: &KeyboardEvent) -> Option<Way> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    Some(match event.key().as_str() {
        "ArrowLeft" => Way::Left,
        "ArrowRight" => Way::Right,
        "ArrowUp" => Way::Up,
        "ArrowDown" => Way::Down,
        "Home" => Way::First,
        "End" => Way::Last,
        _ => return None,
    })
}

/// With Shift, what was chosen stays chosen.
fn walk(board: Board, hand: Hand, way: Way, more: bool) {
    let before = if more { board.all_chosen() } else { BTreeSet::new() };
    go(board, hand, way);
    if !before.is_empty() {
        board.more.set(before.into_iter().chain(board.chosen_component()).collect());
    }
}

/// Opens the menu at what is chosen.
pub fn ask_what(board: Board, hand: Hand) {
    let at = board.chosen_component().and_then(|id| board.layout.with_untracked(|layout| layout.place(id.as_str()).map(|place| place.at)));
    let view = hand.view.get_untracked();
    hand.menu.set(Some(at.map_or((60.0, 20.0), |at| (view.x + (at.x + 24.0) * view.zoom, view.y + (at.y + 40.0) * view.zoom))));
}

pub fn release(hand: Hand, event: &KeyboardEvent) {
    if event.key() == " " {
        hand.space.set(false);
    }
}

/// Moves the chosen boxes by hand, half a gap at a time.
pub fn push(board: Board, way: Way) {
    let step = GAP / 2.0;
    let by = match way {
        Way::Left => Point { x: -step, y: 0.0 },
        Way::Right => Point { x: step, y: 0.0 },
        Way::Up => Point { x: 0.0, y: -step },
        Way::Down => Point { x: 0.0, y: step },
        Way::First | Way::Last => return,
    };
    board.shift(&board.all_chosen(), by);
}

/// Whatever lives where one of the chosen lives.
pub fn choose_namespace(board: Board) {
    let chosen = board.all_chosen();
    board.choose_all(board.content.with_untracked(|stack| {
        let here: Vec<_> = stack.components.iter().filter(|one| chosen.contains(&one.id)).map(|one| &one.namespace).collect();
        stack.components.iter().filter(|one| here.contains(&&one.namespace)).map(|one| one.id.clone()).collect()
    }));
}

pub fn choose_all(board: Board) {
    board.choose_all(board.content.with_untracked(|stack| stack.components.iter().map(|found| found.id.clone()).collect()));
}

/// Chooses the edges of what is chosen, one after the other.
pub fn next_edge(board: Board) {
    let (of, at) = match board.chosen.get_untracked() {
        Some(Chosen::Component(id)) => (id, None),
        Some(Chosen::Edge { component, on }) => (component.clone(), Some((component, on))),
        None => return,
    };
    let layout = board.walkable();
    let is_its = |route: &&Route| (route.component == of || route.on == of) && board.is_edge(&route.component, &route.on);
    let own: Vec<_> = layout.routes.iter().filter(is_its).collect();
    let next = at.and_then(|at| own.iter().position(|route| (&route.component, &route.on) == (&at.0, &at.1))).map_or(0, |at| at + 1);
    let Some(route) = own.get(next).or_else(|| own.first()) else { return };
    board.said.set(format!(
        "Edge: {} waits for {}. C leads it elsewhere, Delete removes it.",
        board.shown_name(&route.component),
        board.shown_name(&route.on)
    ));
    board.more.update(BTreeSet::clear);
    board.chosen.set(Some(Chosen::Edge { component: route.component.clone(), on: route.on.clone() }));
}

/// The next component with something open, in the order of waves.
pub fn next_problem(board: Board) {
    let count = board.content.with_untracked(|stack| stack.components.len());
    let layout = board.whole.get_untracked().only_first(count);
    let order = in_order(&layout);
    let here = board.chosen_component().and_then(|id| order.iter().position(|place| place.component == id));
    let from = here.map_or(0, |here| here + 1);
    let open = |place: &&&Place| board.open.with_untracked(|open| open.contains_key(place.component.as_str()));
    let Some(place) = order[from..].iter().chain(&order[..from]).find(open) else {
        board.said.set("Nothing is open.".to_owned());
        return;
    };
    let tally = board.open.with_untracked(|open| open.get(place.component.as_str()).map(|open| standing::tally(open)).unwrap_or_default());
    board.choose(&place.component);
    board.said.set(format!("{}: {tally}", board.shown_name(&place.component)));
}

fn in_order(layout: &Layout) -> Vec<&Place> {
    layout.in_order().into_iter().filter_map(|index| layout.places.get(index)).collect()
}

/// Moves the choice, or the target of the edge that is being drawn.
fn go(board: Board, hand: Hand, way: Way) {
    let layout = board.walkable();
    let drawing = hand.drawing.get_untracked().filter(|drawing| drawing.by_keys);
    let chosen = match board.chosen.get_untracked() {
        Some(Chosen::Component(id)) => Some(id),
        Some(Chosen::Edge { component, .. }) => Some(component),
        None => None,
    };
    let aimed = drawing.as_ref().map(|drawing| drawing.over.clone().unwrap_or_else(|| drawing.from.clone()));
    let Some(to) = next(&layout, aimed.or(chosen).as_ref(), way) else { return };
    let Some(place) = layout.place(to.as_str()) else { return };
    show(board, hand, &to);
    let Some(drawing) = drawing else {
        board.pick(&to);
        if board.fold_at(&to).is_none() {
            board.said.set(format!("{}, wave {}", board.shown_name(&to), place.wave + 1));
        }
        return;
    };
    if let Some(fold) = board.fold_at(&to) {
        aim(board, hand, place.at, Some(to));
        board.said.set(format!("{} is folded: unfold it to connect one of its components.", fold::named(&fold.namespace)));
        return;
    }
    let (component, on) = drawing.edge(&to);
    aim(board, hand, place.at, Some(to));
    let refused = hand.drawing.with_untracked(|drawing| drawing.as_ref().is_some_and(|drawing| drawing.cycle.is_some()));
    let end = if refused { ": that would make a cycle" } else { "" };
    board.said.set(format!("{} would wait for {}{end}", board.shown_name(&component), board.shown_name(&on)));
}

/// A new edge from what is chosen, or the chosen edge on its way elsewhere.
pub fn begin(board: Board, hand: Hand) {
    if let Some(fold) = board.chosen_fold() {
        board.said.set(format!("{} is folded: unfold it to connect one of its components.", fold::named(&fold.namespace)));
        return;
    }
    let (from, instead) = match board.chosen.get_untracked() {
        Some(Chosen::Component(on)) => (on, None),
        Some(Chosen::Edge { component, on }) => (on.clone(), Some((component, on))),
        None => return,
    };
    let at = board.layout.with_untracked(|layout| layout.place(from.as_str()).map(|place| place.at)).unwrap_or(Point { x: 0.0, y: 0.0 });
    let over = instead.as_ref().map(|(component, _)| component.clone());
    board.said.set(format!("Choose with the arrows what waits for {}, then press Enter. Escape cancels.", board.shown_name(&from)));
    let to = Point { x: at.x + WIDTH / 2.0, y: at.y + HEIGHT + 40.0 };
    hand.drawing.set(Some(Drawing { from, waits: false, instead, to, over, cycle: None, by_keys: true }));
}

pub fn enter(board: Board, _: Hand) {
    if board.chosen_fold().is_some() {
        fold::toggle(board);
    } else {
        dom::focus(inspector::FIRST);
    }
}

fn cancel(board: Board, hand: Hand) {
    if hand.drawing.with_untracked(Option::is_some) {
        hand.drawing.set(None);
        board.said.set("No edge was drawn.".to_owned());
    } else {
        board.flush();
        board.more.update(BTreeSet::clear);
        board.chosen.set(None);
    }
}

/// Where an arrow leads: left and right inside a wave, up and down along edges, else to the nearest of the next wave.
fn next(layout: &Layout, from: Option<&Name>, way: Way) -> Option<Name> {
    let order = in_order(layout);
    let Some(here) = from.and_then(|from| layout.place(from.as_str())) else { return order.first().map(|place| place.component.clone()) };
    let near = |places: Vec<&Place>| {
        places
            .into_iter()
            .min_by(|a, b| (a.at.x - here.at.x).abs().total_cmp(&(b.at.x - here.at.x).abs()))
            .map(|place| place.component.clone())
    };
    let row = |wave: Option<usize>| order.iter().copied().filter(|place| Some(place.wave) == wave).collect::<Vec<_>>();
    let own = row(Some(here.wave));
    let at = own.iter().position(|place| place.component == here.component)?;
    let wired = |up: bool| {
        let ends = layout.routes.iter().filter_map(|route| match up {
            true => (route.component == here.component).then_some(&route.on),
            false => (route.on == here.component).then_some(&route.component),
        });
        ends.filter_map(|id| layout.place(id.as_str())).collect::<Vec<_>>()
    };
    match way {
        Way::Left => at.checked_sub(1).and_then(|at| own.get(at)).map(|place| place.component.clone()),
        Way::Right => own.get(at + 1).map(|place| place.component.clone()),
        Way::Up => near(wired(true)).or_else(|| near(row(here.wave.checked_sub(1)))),
        Way::Down => near(wired(false)).or_else(|| near(row(Some(here.wave + 1)))),
        Way::First => order.first().map(|place| place.component.clone()),
        Way::Last => order.last().map(|place| place.component.clone()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::stack::layout::layout;
    use domain::stack::{Component, Content, Manifest, Stack};

    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    #[test]
    fn arrows_follow_edges_up_and_down_and_stay_inside_a_wave_otherwise() {
        let mut stack = Stack::new(name("web"));
        for (id, on) in [("a", vec![]), ("b", vec![]), ("c", vec!["b"]), ("d", vec!["c"])] {
            let content = Content::Manifest(Manifest { text: String::new() });
            let depends_on = on.into_iter().map(name).collect();
            stack.components.push(Component { depends_on, ..Component::new(name(id), content) });
        }
        let layout = layout(&stack);
        let go = |from: &str, way| next(&layout, Some(&name(from)), way).map(|to| to.to_string());
        assert_eq!(go("c", Way::Up).as_deref(), Some("b"));
        assert_eq!(go("b", Way::Down).as_deref(), Some("c"));
        assert_eq!(go("c", Way::Down).as_deref(), Some("d"));
        assert_eq!(go("a", Way::Down).as_deref(), Some("c"));
        assert_eq!(go("c", Way::Left), None);
        assert_eq!(go("a", Way::Up), None);
        assert!(go("a", Way::Right).or(go("a", Way::Left)).as_deref() == Some("b"));
        assert_eq!(next(&layout, None, Way::Right).map(|to| to.to_string()), go("d", Way::First));
    }
}
