//! The canvas: boxes in rows by wave, edges between them, moved and wired with pointer or keys. One tab stop.
//!
//! Only what is in sight is in the page; from afar all of it is two shapes.

mod actions;
mod edge;
mod far;
mod find;
mod folded;
mod gone;
mod hand;
mod help;
mod keys;
mod menu;
mod minimap;
mod node;
mod palette;
mod rows;
mod tools;
mod viewport;

use std::collections::BTreeSet;

use domain::change::Change;
use domain::name::Name;
use domain::stack::Point;
use domain::stack::graph::would_cycle;
use domain::stack::layout::{HEIGHT, Layout, Place, WIDTH};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;

use super::board::{Board, Chosen, use_board};
use super::dom;
use crate::widget::sheet::Empty;

use edge::{Edge, NewEdge};
use far::Far;
use find::Find;
use folded::Folded;
use gone::Gone;
pub use hand::Hand;
use hand::{Drawing, Held};
use help::Help;
use menu::Menu;
pub use minimap::Minimap;
use node::Node;
use rows::Rows;
use tools::Tools;
use viewport::{Area, Viewport};

/// The id of the listening element.
pub const CANVAS: &str = "canvas";
/// The id of the layer that moves.
const WORLD: &str = "canvas-world";
/// How near to the middle of a lower edge a new connection begins, and to the end of a chosen one that it is taken.
const PORT: f64 = 14.0;
/// A pointer that moved less than this has only clicked.
const STILL: f64 = 4.0;

#[component]
pub fn Canvas() -> AnyView {
    let board = use_board();
    let hand = expect_context::<Hand>();
    let measure = move || {
        if let Some(size) = dom::size(CANVAS) {
            hand.size.set(size);
        }
    };
    Effect::new(move |_| {
        measure();
        fit_if_larger(board, hand);
    });
    dom::on_resize(measure);
    palette::answer(board, hand);
    // The drawing is a layer of its own that moves as a whole: nothing of it is painted again while the view moves.
    Effect::new(move |_| {
        let view = hand.view.get();
        dom::translate(WORLD, view.x, view.y);
    });
    let zoom = Memo::new(move |_| hand.view.with(|view| view.zoom));
    let extent = Memo::new(move |_| board.layout.with(|layout| (layout.width * zoom.get(), layout.height * zoom.get())));
    // Whatever is chosen elsewhere comes into sight.
    Effect::new(move |_| {
        if let (Some(id), Held::Nothing) = (board.chosen_component(), hand.held.get_untracked()) {
            show(board, hand, &id);
        }
    });
    let boxes =
        Memo::new(move |_| board.layout.with(|layout| boxes_in(layout, hand.area.get(), hand.is_readable.get(), |id| board.is_chosen(id))));
    let drawn = move || {
        let of = |id: &Name| match () {
            () if board.is_gone(id) => Drawn::Gone,
            () if board.folds.with(|folds| folds.at(id).is_some()) => Drawn::Fold,
            () => Drawn::Component,
        };
        boxes.get().into_iter().map(|id| (of(&id), id)).collect::<Vec<_>>()
    };
    let one = move |(drawn, id): (Drawn, Name)| match drawn {
        Drawn::Gone => view! { <Gone id/> }.into_any(),
        Drawn::Fold => view! { <Folded id/> }.into_any(),
        Drawn::Component => view! { <Node id/> }.into_any(),
    };
    let areas = Memo::new(move |_| board.layout.with(areas));
    let edges = Memo::new(move |_| edges_in(board, hand, &areas));
    let label = move || {
        let count = board.content.with(|stack| stack.components.len());
        let waves =
            board.layout.with(|layout| layout.places.iter().take(board.boxes()).map(|place| place.wave + 1).max().unwrap_or_default());
        let edit = if board.may_edit { ", C connects, Delete removes" } else { "" };
        format!(
            "{count} components in {waves} waves. Arrow keys move between them, Enter opens the inspector{edit}, slash finds, Shift F10 opens the menu, question mark lists all keys."
        )
    };
    let active = move || board.chosen_component().map(|id| node::node_id(&id));
    let is_empty = Memo::new(move |_| board.content.with(|stack| stack.components.is_empty()));
    let scale = move || format!("scale({})", zoom.get());
    let empty = move || {
        is_empty.get().then(|| {
            let text = if board.may_edit { "An addon is a Helm chart at an exact version, a manifest is plain YAML." } else { "Nobody has added a component yet." };
            view! { <div class="canvas-empty"><Empty icon="stack" title="Nothing here yet" text>{board.may_edit.then(|| view! { <button class="btn btn--action" type="button" aria-haspopup="dialog" on:click=move |_| board.adding_addon.set(true)>"Add the first component"</button> })}</Empty></div> }
        })
    };
    let frame = move || match hand.held.get() {
        Held::Frame { from, to } => {
            Some(view! { <path class="choice-frame" d=format!("M{} {}H{}V{}H{}z", from.x, from.y, to.x, to.y, from.x)></path> })
        }
        _ => None,
    };
    view! {
        <div class="canvas" class:canvas--held=move || hand.held.get() != Held::Nothing class:canvas--frames=move || hand.frames.get()>
            <div class="canvas-hand" id=CANVAS data-region="" role="application" aria-roledescription="dependency canvas" tabindex="0" aria-label=label aria-activedescendant=active
                on:pointerdown=move |event| press(board, hand, &event) on:pointermove=move |event| follow(board, hand, &event)
                on:pointerup=move |event| release(board, hand, &event) on:pointercancel=move |_| let_go(hand)
                on:dblclick=move |event| unfold(board, hand, &event)
                on:contextmenu=move |event| ask_what(board, hand, &event)
                on:wheel=move |event| wheel(hand, &event) on:keydown=move |event| keys::press(board, hand, &event)
                on:keyup=move |event| keys::release(hand, &event) on:blur=move |_| hand.space.set(false)>
                <svg class="canvas-drawing">
                    <defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="edge-tip" d="M1 1l6 3-6 3"></path></marker></defs>
                    <Rows/>
                </svg>
                <div class="canvas-world" id=WORLD><svg class="canvas-drawing" width=move || extent.get().0 height=move || extent.get().1>
                    <g transform=scale>
                        <Far/>
                        <g class="edge-lines" aria-hidden="true">
                            <For each=move || edges.get() key=Clone::clone let((component, on))><Edge component on/></For>
                        </g>
                        <For each=drawn key=Clone::clone children=one/>
                        <NewEdge/>
                        {frame}
                    </g>
                </svg></div>
            </div>
            {empty}
            <Find/>
            <Tools/>
            <Menu/>
        </div>
        <Help/>
    }
    .into_any()
}

/// What a box is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Drawn {
    Component,
    /// A folded namespace.
    Fold,
    Gone,
}

fn area_of(place: &Place) -> Area {
    Area(place.at.x, place.at.y, place.at.x + WIDTH, place.at.y + HEIGHT)
}

/// Boxes that are drawn: those in sight, if they can be read there, and those that are chosen.
fn boxes_in(layout: &Layout, area: Area, is_readable: bool, is_chosen: impl Fn(&Name) -> bool) -> Vec<Name> {
    let drawn = layout.places.iter().filter(|place| (is_readable && area.meets(&area_of(place))) || is_chosen(&place.component));
    drawn.map(|place| place.component.clone()).collect()
}

fn areas(layout: &Layout) -> Vec<Area> {
    layout.routes.iter().map(|route| Area::around(route.points.iter().copied())).collect()
}

/// Edges that are drawn one by one: those through what is in sight; from afar those of what is chosen.
fn edges_in(board: Board, hand: Hand, areas: &Memo<Vec<Area>>) -> Vec<(Name, Name)> {
    let (area, is_readable) = (hand.area.get(), hand.is_readable.get());
    let is_chosen = |component: &Name, on: &Name| match board.chosen.get() {
        Some(Chosen::Edge { component: a, on: b }) => a == *component && b == *on,
        Some(Chosen::Component(id)) => id == *component || id == *on,
        None => false,
    };
    board.layout.with(|layout| {
        areas.with(|areas| {
            let drawn = layout
                .routes
                .iter()
                .zip(areas)
                .filter(|(route, own)| (is_readable && area.meets(own)) || is_chosen(&route.component, &route.on));
            drawn.map(|(route, _)| (route.component.clone(), route.on.clone())).collect()
        })
    })
}

/// Once, when the page has a size.
fn fit_if_larger(board: Board, hand: Hand) {
    let fitted = board.layout.with_untracked(|layout| Viewport::fitted(layout, hand.size.get_untracked()));
    if fitted.zoom < 1.0 {
        // Small print helps nobody: rather a part of it at a size that can be read.
        hand.view.set(Viewport { zoom: fitted.zoom.max(0.75), ..Viewport::default() });
    }
}

/// Moves the view as little as possible so that a box is in sight.
fn show(board: Board, hand: Hand, id: &Name) {
    let Some(at) = board.layout.with_untracked(|layout| layout.place(id.as_str()).map(|place| place.at)) else { return };
    let view = hand.view.get_untracked();
    let shown = view.showing(at, (WIDTH, HEIGHT), hand.free());
    if shown != view {
        hand.view.set(shown);
    }
}

/// The box of the draft that this is true of, topmost first.
fn found(board: Board, is_it: impl Fn(Point) -> bool) -> Option<Name> {
    let count = untrack(|| board.boxes());
    board
        .layout
        .with_untracked(|layout| layout.places.iter().take(count).rev().find(|place| is_it(place.at)).map(|place| place.component.clone()))
}

/// The box under a point.
fn box_at(board: Board, at: Point) -> Option<Name> {
    found(board, |corner| (corner.x..=corner.x + WIDTH).contains(&at.x) && (corner.y..=corner.y + HEIGHT).contains(&at.y))
}

/// A fold has none: which of its members would it be?
fn port_at(board: Board, at: Point) -> Option<Name> {
    let port = found(board, |corner| (at.x - corner.x - WIDTH / 2.0).hypot(at.y - corner.y - HEIGHT) <= PORT);
    port.filter(|id| board.fold_at(id).is_none())
}

/// The menu, for the box under the pointer if there is one.
fn ask_what(board: Board, hand: Hand, event: &MouseEvent) {
    event.prevent_default();
    if hand.menu.with_untracked(Option::is_some) {
        return; // a key opened it, and some systems tell of it twice
    }
    let at = dom::pointer(event);
    if let Some(id) = box_at(board, hand.view.get_untracked().world(at)).filter(|id| !board.is_chosen(id)) {
        board.pick(&id);
    }
    hand.menu.set(Some(at));
}

fn unfold(board: Board, hand: Hand, event: &MouseEvent) {
    let fold = box_at(board, hand.view.get_untracked().world(dom::pointer(event))).and_then(|id| board.fold_at(&id));
    if let Some(fold) = fold {
        board.toggle_fold(&fold.namespace);
    }
}

/// The end of a chosen edge under a point: the edge, and whether it is the end that waits.
fn end_at(board: Board, at: Point) -> Option<(Name, Name, bool)> {
    let Some(Chosen::Edge { component, on }) = board.chosen.get_untracked() else { return None };
    board.layout.with_untracked(|layout| {
        let route = layout.routes.iter().find(|route| route.component == component && route.on == on)?;
        let near = |point: &&Point| (at.x - point.x).hypot(at.y - point.y) <= PORT;
        let waits = route.points.last().filter(near).is_some();
        (waits || route.points.first().filter(near).is_some()).then_some((component, on, waits))
    })
}

fn press(board: Board, hand: Hand, event: &PointerEvent) {
    if event.button() > 1 {
        return;
    }
    let from = dom::pointer(event);
    let view = hand.view.get_untracked();
    let at = view.world(from);
    dom::capture(event);
    if hand.space.get_untracked() || event.button() == 1 {
        hand.held.set(Held::View { from, before: view });
        return;
    }
    let (port, found) = (port_at(board, at), box_at(board, at));
    let more = event.shift_key() || event.ctrl_key() || event.meta_key();
    if let Some((component, on, waits)) = end_at(board, at).filter(|_| board.may_edit) {
        let from = if waits { on.clone() } else { component.clone() };
        begin(hand, Drawing { from, waits: !waits, instead: Some((component, on)), to: at, over: None, cycle: None, by_keys: false });
    } else if let Some(on) = port.filter(|_| board.may_edit) {
        begin(hand, Drawing { from: on, waits: false, instead: None, to: at, over: None, cycle: None, by_keys: false });
    } else if let Some(id) = found {
        hand.held.set(Held::Boxes { from: at, moved: false });
        if more {
            board.toggle(&id);
        } else if !board.more.with_untracked(|more| more.contains(&id)) {
            board.pick(&id);
        }
    } else if more || hand.frames.get_untracked() {
        hand.held.set(Held::Frame { from: at, to: at });
    } else {
        hand.held.set(Held::View { from, before: view });
    }
}

fn begin(hand: Hand, drawing: Drawing) {
    hand.drawing.set(Some(drawing));
    hand.held.set(Held::Edge);
}

fn follow(board: Board, hand: Hand, event: &PointerEvent) {
    let now = dom::pointer(event);
    let at = hand.view.get_untracked().world(now);
    match hand.held.get_untracked() {
        Held::Nothing => {}
        Held::View { from, before } => hand.view.set(before.moved(now.0 - from.0, now.1 - from.1)),
        Held::Boxes { from, moved } => {
            let by = Point { x: (at.x - from.x).round(), y: (at.y - from.y).round() };
            if board.may_edit && (moved || by.x.hypot(by.y) > STILL) {
                hand.dragged.set(Some((board.all_chosen(), by)));
                hand.held.set(Held::Boxes { from, moved: true });
            }
        }
        Held::Frame { from, .. } => hand.held.set(Held::Frame { from, to: at }),
        Held::Edge => {
            let over = box_at(board, at);
            aim(board, hand, at, over);
        }
    }
}

/// Shows where a new edge would go, and the cycle that it would close.
fn aim(board: Board, hand: Hand, to: Point, over: Option<Name>) {
    let Some(mut drawing) = hand.drawing.get_untracked() else { return };
    drawing.to = to;
    let over = over.filter(|over| *over != drawing.from && board.fold_at(over).is_none());
    if over != drawing.over {
        drawing.cycle = over.as_ref().and_then(|over| cycle(board, &drawing, over));
        drawing.over = over;
    }
    hand.drawing.set(Some(drawing));
}

fn cycle(board: Board, drawing: &Drawing, over: &Name) -> Option<Vec<Name>> {
    let (component, on) = drawing.edge(over);
    let Some((waiting, awaited)) = &drawing.instead else {
        return board.content.with_untracked(|stack| would_cycle(stack, &component, &on));
    };
    let mut stack = board.content.get_untracked();
    if let Some(found) = stack.component_mut(waiting.as_str()) {
        found.depends_on.retain(|one| one != awaited);
    }
    would_cycle(&stack, &component, &on)
}

/// Draws the edge that is aimed, or says why not.
fn draw(board: Board, hand: Hand) {
    let Some(drawing) = hand.drawing.get_untracked() else { return };
    hand.drawing.set(None);
    let Some(over) = &drawing.over else { return };
    let (component, on) = drawing.edge(over);
    match (drawing.cycle, drawing.instead) {
        (Some(cycle), _) => board.refuse(cycle_words(board, &cycle)),
        (None, None) => board.connect(&component, &on),
        (None, Some((waiting, awaited))) => {
            if (&component, &on) == (&waiting, &awaited) {
                return;
            }
            let there = board.component(&component, |found| found.is_some_and(|found| found.depends_on.contains(&on)));
            let mut changes = vec![Change::Disconnect { component: waiting.clone(), on: awaited.clone() }];
            changes.extend((!there).then(|| Change::Connect { component: component.clone(), on: on.clone() }));
            if board.change(changes) {
                let name = |id: &Name| board.shown_name(id);
                board.said.set(format!(
                    "{} waits for {} instead of {} for {}.",
                    name(&component),
                    name(&on),
                    name(&waiting),
                    name(&awaited)
                ));
                board.chosen.set(Some(Chosen::Edge { component, on }));
            }
        }
    }
}

fn cycle_words(board: Board, cycle: &[Name]) -> String {
    let mut names: Vec<String> = cycle.iter().map(|id| board.shown_name(id)).collect();
    names.extend(names.first().cloned());
    format!("That would make a cycle: {}. No edge was drawn.", names.join(" waits for "))
}

fn release(board: Board, hand: Hand, event: &PointerEvent) {
    let held = hand.held.get_untracked();
    hand.held.set(Held::Nothing);
    match held {
        Held::Nothing => {}
        Held::View { from, .. } => {
            let now = dom::pointer(event);
            if (now.0 - from.0).hypot(now.1 - from.1) <= STILL && !hand.space.get_untracked() {
                board.flush();
                board.more.update(BTreeSet::clear);
                board.chosen.set(None);
            }
        }
        Held::Boxes { .. } => {
            if let Some((ids, by)) = hand.dragged.get_untracked() {
                board.shift(&ids, by);
            }
            hand.dragged.set(None);
        }
        Held::Frame { from, to } => {
            let frame = Area::around([from, to].into_iter());
            let met = |place: &&Place| frame.meets(&area_of(place));
            let layout = board.walkable();
            let met = layout.places.iter().filter(met);
            board.choose_all(met.flat_map(|place| board.folds.with_untracked(|folds| folds.members(&place.component))).collect());
        }
        Held::Edge => draw(board, hand),
    }
}

/// Does what a key of the canvas stands for, asked elsewhere; whether it stands for anything.
pub fn act_by_key(board: Board, hand: Hand, event: &KeyboardEvent) -> bool {
    let is_menu = event.key() == "ContextMenu" || event.key() == "F10" && event.shift_key();
    if is_menu {
        keys::ask_what(board, hand);
    }
    let is_done = is_menu || actions::by_key(board, hand, event);
    // The arrows choose its other end.
    if hand.drawing.with_untracked(Option::is_some) {
        dom::focus(CANVAS);
    }
    is_done
}

fn let_go(hand: Hand) {
    hand.held.set(Held::Nothing);
    hand.drawing.set(None);
    hand.dragged.set(None);
}

/// Two fingers or the wheel move the view; with Ctrl, or pinched, it grows and shrinks.
fn wheel(hand: Hand, event: &WheelEvent) {
    event.prevent_default();
    // Some browsers count lines.
    let unit = if event.delta_mode() == 1 { 16.0 } else { 1.0 };
    let (x, y) = (event.delta_x() * unit, event.delta_y() * unit);
    let around = dom::pointer(event);
    hand.view.update(|view| {
        *view = if event.ctrl_key() || event.meta_key() {
            view.zoomed((-y * 0.004).exp(), around)
        } else if event.shift_key() && x == 0.0 {
            view.moved(-y, 0.0)
        } else {
            view.moved(-x, -y)
        };
    });
}

fn choose_edge(board: Board, component: &Name, on: &Name) {
    if !board.is_edge(component, on) {
        board.said.set("This stands for edges of a folded namespace: unfold it to choose one of them.".to_owned());
        return;
    }
    board.flush();
    board.more.update(BTreeSet::clear);
    board.chosen.set(Some(Chosen::Edge { component: component.clone(), on: on.clone() }));
    dom::focus(CANVAS);
}
