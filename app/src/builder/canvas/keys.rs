//! The canvas by keys: arrows along waves and edges, C to connect, Delete to remove.

use domain::name::Name;
use domain::stack::Point;
use domain::stack::layout::{HEIGHT, Layout, Place, WIDTH};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::{CANVAS, Drawing, Hand, aim, draw, tools};
use crate::builder::board::{Board, Chosen};
use crate::builder::{dom, inspector};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Left,
    Right,
    Up,
    Down,
    First,
    Last,
}

pub fn press(board: Board, hand: Hand, event: &KeyboardEvent) {
    let key = event.key();
    if event.ctrl_key() || event.meta_key() {
        match (key.as_str(), event.shift_key()) {
            ("z", false) => board.undo(),
            ("Z", true) | ("y", false) => board.redo(),
            _ => return,
        }
        return event.prevent_default();
    }
    if event.alt_key() {
        return;
    }
    let way = match key.as_str() {
        "ArrowLeft" => Some(Way::Left),
        "ArrowRight" => Some(Way::Right),
        "ArrowUp" => Some(Way::Up),
        "ArrowDown" => Some(Way::Down),
        "Home" => Some(Way::First),
        "End" => Some(Way::Last),
        _ => None,
    };
    let known = match (way, key.as_str()) {
        (Some(way), _) => go(board, hand, way),
        (_, "Enter") => enter(board, hand),
        (_, "Escape") => cancel(board, hand),
        (_, "Delete" | "Backspace") => {
            board.remove_chosen();
            true
        }
        (_, "c" | "C") if board.may_edit => begin(board, hand),
        (_, "a" | "A") if board.may_edit => {
            board.adding_addon.set(true);
            true
        }
        (_, "t" | "T") if board.may_edit => {
            tools::arrange(board);
            true
        }
        (_, "+" | "=") => zoom(hand, 1.25),
        (_, "-") => zoom(hand, 0.8),
        (_, "0") => zoom(hand, 1.0 / hand.view.get_untracked().zoom),
        (_, "1") => {
            tools::fit(board, hand);
            true
        }
        _ => false,
    };
    if known {
        event.prevent_default();
    }
}

fn zoom(hand: Hand, factor: f64) -> bool {
    tools::zoom(hand, factor);
    true
}

/// Moves the choice, or the target of the edge that is being drawn.
fn go(board: Board, hand: Hand, way: Way) -> bool {
    let layout = board.layout.get_untracked();
    let drawing = hand.drawing.get_untracked().filter(|drawing| drawing.by_keys);
    let chosen = match board.chosen.get_untracked() {
        Some(Chosen::Component(id)) => Some(id),
        Some(Chosen::Edge { component, .. }) => Some(component),
        None => None,
    };
    let from = drawing.as_ref().and_then(|drawing| drawing.over.clone()).or(chosen);
    let Some(to) = next(&layout, from.as_ref(), way) else { return true };
    let Some(place) = layout.place(to.as_str()) else { return true };
    if let Some(size) = dom::size(CANVAS) {
        hand.view.update(|view| *view = view.showing(place.at, (WIDTH, HEIGHT), size));
    }
    let Some(Drawing { on, .. }) = drawing else {
        board.choose(&to);
        board.said.set(format!("{}, wave {}", board.shown_name(&to), place.wave + 1));
        return true;
    };
    let over = Some(to.clone()).filter(|to| *to != on);
    aim(board, hand, on.clone(), place.at, over, true);
    let refused = hand.drawing.with_untracked(|drawing| drawing.as_ref().is_some_and(|drawing| drawing.cycle.is_some()));
    let end = if refused { ": that would make a cycle" } else { "" };
    board.said.set(format!("{} would wait for {}{end}", board.shown_name(&to), board.shown_name(&on)));
    true
}

fn begin(board: Board, hand: Hand) -> bool {
    let Some(Chosen::Component(on)) = board.chosen.get_untracked() else { return false };
    let to = board.layout.with_untracked(|layout| layout.place(on.as_str()).map(|place| place.at)).unwrap_or(Point { x: 0.0, y: 0.0 });
    board.said.set(format!("Choose with the arrows what waits for {}, then press Enter. Escape cancels.", board.shown_name(&on)));
    hand.drawing.set(Some(Drawing {
        on,
        to: Point { x: to.x + WIDTH / 2.0, y: to.y + HEIGHT + 40.0 },
        over: None,
        cycle: None,
        by_keys: true,
    }));
    true
}

fn enter(board: Board, hand: Hand) -> bool {
    if hand.drawing.with_untracked(Option::is_some) {
        draw(board, hand);
    } else if board.chosen.with_untracked(Option::is_some) {
        dom::focus(inspector::FIRST);
    } else {
        go(board, hand, Way::First);
    }
    true
}

fn cancel(board: Board, hand: Hand) -> bool {
    if hand.drawing.with_untracked(Option::is_some) {
        hand.drawing.set(None);
        board.said.set("No edge was drawn.".to_owned());
    } else {
        board.flush();
        board.chosen.set(None);
    }
    true
}

/// Where an arrow leads: left and right inside a wave, up and down along edges, else to the nearest of the next wave.
fn next(layout: &Layout, from: Option<&Name>, way: Way) -> Option<Name> {
    let mut order: Vec<&Place> = layout.places.iter().collect();
    order.sort_by(|a, b| a.wave.cmp(&b.wave).then(a.at.x.total_cmp(&b.at.x)));
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
