//! The canvas: boxes in rows by wave, edges between them, moved and wired with pointer or keys. One tab stop.

mod edge;
mod keys;
mod node;
mod rows;
mod tools;
mod viewport;

use domain::change::Change;
use domain::name::Name;
use domain::stack::Point;
use domain::stack::graph::would_cycle;
use domain::stack::layout::{HEIGHT, Layout, Route, WIDTH};
use leptos::ev::{PointerEvent, WheelEvent};
use leptos::prelude::*;

use super::board::{Board, Chosen, use_board};
use super::dom;
use crate::widget::sheet::Empty;

use edge::{Edge, NewEdge};
use node::Node;
use rows::Rows;
use tools::Tools;
use viewport::Viewport;

/// The id of the listening element.
const CANVAS: &str = "canvas";
/// How near to the middle of a lower edge a new connection begins.
const PORT: f64 = 14.0;
/// A pointer that moved less than this has only clicked.
const STILL: f64 = 4.0;

/// What the pointer holds.
#[derive(Debug, Clone, PartialEq)]
enum Held {
    Nothing,
    View {
        from: (f64, f64),
        before: Viewport,
    },
    Box {
        id: Name,
        from: Point,
        grip: Point,
        moved: bool,
    },
    /// A new edge: whoever it is dropped on waits for `on`.
    Edge {
        on: Name,
    },
}

/// An edge while it is being drawn, with pointer or keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    pub on: Name,
    pub to: Point,
    pub over: Option<Name>,
    /// The cycle that it would close.
    pub cycle: Option<Vec<Name>>,
    /// Drawn by keys: the target moves with the arrows.
    pub by_keys: bool,
}

#[derive(Clone, Copy)]
pub struct Hand {
    view: RwSignal<Viewport>,
    held: RwSignal<Held>,
    pub drawing: RwSignal<Option<Drawing>>,
}

#[component]
pub fn Canvas() -> AnyView {
    let board = use_board();
    let hand = Hand { view: RwSignal::new(Viewport::default()), held: RwSignal::new(Held::Nothing), drawing: RwSignal::new(None) };
    provide_context(hand);
    Effect::new(move |_| fit_if_larger(board, hand));
    let label = move || {
        let (count, waves) = (board.content.with(|stack| stack.components.len()), board.layout.with(|layout| layout.waves));
        let edit = if board.may_edit { ", C connects, Delete removes" } else { "" };
        format!("{count} components in {waves} waves. Arrow keys move between them, Enter opens the inspector{edit}.")
    };
    let active = move || board.chosen_component().map(|id| node::node_id(&id));
    let is_empty = Memo::new(move |_| board.content.with(|stack| stack.components.is_empty()));
    let transform = move || hand.view.get().transform();
    let empty = move || {
        is_empty.get().then(|| {
            let text = if board.may_edit { "An addon is a Helm chart at an exact version, a manifest is plain YAML." } else { "Nobody has added a component yet." };
            view! { <div class="canvas-empty"><Empty icon="stack" title="Nothing here yet" text>{board.may_edit.then(|| view! { <button class="btn btn--action" type="button" aria-haspopup="dialog" on:click=move |_| board.adding_addon.set(true)>"Add the first component"</button> })}</Empty></div> }
        })
    };
    view! {
        <div class="canvas" class:canvas--held=move || hand.held.get() != Held::Nothing>
            <div class="canvas-hand" id=CANVAS role="application" aria-roledescription="dependency canvas" tabindex="0" aria-label=label aria-activedescendant=active
                on:pointerdown=move |event| press(board, hand, &event) on:pointermove=move |event| follow(board, hand, &event)
                on:pointerup=move |event| release(board, hand, &event) on:pointercancel=move |_| let_go(board, hand)
                on:wheel=move |event| wheel(hand, &event) on:keydown=move |event| keys::press(board, hand, &event)>
                <svg class="canvas-drawing">
                    <defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="edge-tip" d="M1 1l6 3-6 3"></path></marker></defs>
                    <Rows/>
                    <g transform=transform>
                        <g class="edge-lines" aria-hidden="true">
                            <For each=move || board.layout.with(ends) key=Clone::clone let((component, on))><Edge component on/></For>
                        </g>
                        <For each=move || board.content.with(|stack| stack.components.iter().map(|found| found.id.clone()).collect::<Vec<_>>()) key=Clone::clone let(id)><Node id/></For>
                        <NewEdge/>
                    </g>
                </svg>
            </div>
            {empty}
            <Tools/>
        </div>
    }
    .into_any()
}

fn ends(layout: &Layout) -> Vec<(Name, Name)> {
    layout.routes.iter().map(|route: &Route| (route.component.clone(), route.on.clone())).collect()
}

/// Once, when the page has a size.
fn fit_if_larger(board: Board, hand: Hand) {
    if let Some(size) = dom::size(CANVAS) {
        let fitted = board.layout.with_untracked(|layout| Viewport::fitted(layout, size));
        if fitted.zoom < 1.0 {
            // Small print helps nobody: rather a part of it at a size that can be read.
            let readable = Viewport { zoom: fitted.zoom.max(0.75), ..Viewport::default() };
            hand.view.set(readable);
        }
    }
}

/// The box under a point, topmost first.
fn box_at(layout: &Layout, at: Point) -> Option<Name> {
    let inside = |corner: Point| (corner.x..=corner.x + WIDTH).contains(&at.x) && (corner.y..=corner.y + HEIGHT).contains(&at.y);
    layout.places.iter().rev().find(|place| inside(place.at)).map(|place| place.component.clone())
}

fn port_at(layout: &Layout, at: Point) -> Option<Name> {
    let near = |corner: Point| (at.x - corner.x - WIDTH / 2.0).hypot(at.y - corner.y - HEIGHT) <= PORT;
    layout.places.iter().rev().find(|place| near(place.at)).map(|place| place.component.clone())
}

fn press(board: Board, hand: Hand, event: &PointerEvent) {
    if event.button() > 1 {
        return;
    }
    let from = dom::pointer(event);
    let at = hand.view.get_untracked().world(from);
    dom::capture(event);
    let (port, found) = board.layout.with_untracked(|layout| (port_at(layout, at), box_at(layout, at)));
    if let Some(on) = port.filter(|_| board.may_edit) {
        hand.drawing.set(Some(Drawing { on: on.clone(), to: at, over: None, cycle: None, by_keys: false }));
        hand.held.set(Held::Edge { on });
    } else if let Some(id) = found {
        board.choose(&id);
        let corner = board.layout.with_untracked(|layout| layout.place(id.as_str()).map(|place| place.at)).unwrap_or(at);
        hand.held.set(Held::Box { id, from: at, grip: Point { x: at.x - corner.x, y: at.y - corner.y }, moved: false });
    } else {
        hand.held.set(Held::View { from, before: hand.view.get_untracked() });
    }
}

fn follow(board: Board, hand: Hand, event: &PointerEvent) {
    let now = dom::pointer(event);
    let at = hand.view.get_untracked().world(now);
    match hand.held.get_untracked() {
        Held::Nothing => {}
        Held::View { from, before } => hand.view.set(before.moved(now.0 - from.0, now.1 - from.1)),
        Held::Box { id, from, grip, moved } => {
            let far = (at.x - from.x).hypot(at.y - from.y) > STILL;
            if board.may_edit && (moved || far) {
                board.dragged.set(Some((id.clone(), Point { x: (at.x - grip.x).round(), y: (at.y - grip.y).round() })));
                hand.held.set(Held::Box { id, from, grip, moved: true });
            }
        }
        Held::Edge { on } => {
            let over = board.layout.with_untracked(|layout| box_at(layout, at)).filter(|over| *over != on);
            aim(board, hand, on, at, over, false);
        }
    }
}

/// Shows where a new edge would go, and the cycle that it would close.
fn aim(board: Board, hand: Hand, on: Name, to: Point, over: Option<Name>, by_keys: bool) {
    let cycle = over.as_ref().and_then(|over| board.content.with_untracked(|stack| would_cycle(stack, over, &on)));
    hand.drawing.set(Some(Drawing { on, to, over, cycle, by_keys }));
}

/// Draws the edge that is aimed, or says why not.
fn draw(board: Board, hand: Hand) {
    let Some(Drawing { on, over, cycle, .. }) = hand.drawing.get_untracked() else { return };
    hand.drawing.set(None);
    let Some(over) = over else { return };
    match cycle {
        Some(cycle) => board.refuse(cycle_words(board, &cycle)),
        None => board.connect(&over, &on),
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
            if (now.0 - from.0).hypot(now.1 - from.1) <= STILL {
                board.flush();
                board.chosen.set(None);
            }
        }
        Held::Box { id, moved, .. } => {
            let put = board.dragged.get_untracked().filter(|_| moved);
            if let Some((_, at)) = put {
                board.change(vec![Change::SetLayout { component: id, layout: Some(at) }]);
            }
            board.dragged.set(None);
        }
        Held::Edge { .. } => draw(board, hand),
    }
}

fn let_go(board: Board, hand: Hand) {
    hand.held.set(Held::Nothing);
    hand.drawing.set(None);
    board.dragged.set(None);
}

fn wheel(hand: Hand, event: &WheelEvent) {
    event.prevent_default();
    let around = dom::pointer(event);
    hand.view.update(|view| *view = view.zoomed((-event.delta_y() * 0.0015).exp(), around));
}

fn choose_edge(board: Board, component: &Name, on: &Name) {
    board.flush();
    board.chosen.set(Some(Chosen::Edge { component: component.clone(), on: on.clone() }));
    dom::focus(CANVAS);
}
