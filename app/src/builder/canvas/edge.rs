//! Edges: a curve from below what must be ready first to above what waits for it.

use domain::name::Name;
use domain::stack::Point;
use domain::stack::layout::{HEIGHT, WIDTH};
use leptos::prelude::*;

use super::{Drawing, Hand, choose_edge};
use crate::builder::board::{Chosen, use_board};

#[component]
pub fn Edge(component: Name, on: Name) -> AnyView {
    let board = use_board();
    let (a, b) = (component.clone(), on.clone());
    let path = Memo::new(move |_| {
        board.layout.with(|layout| {
            layout.routes.iter().find(|route| route.component == a && route.on == b).map(|route| route.path()).unwrap_or_default()
        })
    });
    let (a, b) = (component.clone(), on.clone());
    let chosen = Memo::new(move |_| match board.chosen.get() {
        Some(Chosen::Edge { component, on }) => component == a && on == b,
        Some(Chosen::Component(id)) => id == a || id == b,
        None => false,
    });
    let name = format!("{component}-waits-for-{on}");
    view! {
        <g class="edge-line" class:edge-line--chosen=move || chosen.get()>
            <path class="edge-path" d=move || path.get()></path>
            <path class="edge-grip" data-edge=name d=move || path.get() on:pointerdown=move |event| {
                event.stop_propagation();
                event.prevent_default();
                choose_edge(board, &component, &on);
            }></path>
        </g>
    }
    .into_any()
}

/// The edge that is being drawn, red where it would close a cycle.
#[component]
pub fn NewEdge() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let shown = move || {
        hand.drawing.get().map(|drawing| {
            let class = if drawing.cycle.is_some() { "edge-new edge-new--refused" } else { "edge-new" };
            let d = board.layout.with(|layout| path(layout, &drawing));
            view! { <path class=class aria-hidden="true" d=d></path> }
        })
    };
    shown.into_any()
}

fn path(layout: &domain::stack::layout::Layout, drawing: &Drawing) -> String {
    let at = |id: &Name, y: f64| layout.place(id.as_str()).map(|place| Point { x: place.at.x + WIDTH / 2.0, y: place.at.y + y });
    let from = at(&drawing.on, HEIGHT).unwrap_or(drawing.to);
    let to = drawing.over.as_ref().and_then(|over| at(over, 0.0)).unwrap_or(drawing.to);
    let reach = ((to.y - from.y).abs() * 0.6).max(36.0);
    format!("M{} {} C{} {} {} {} {} {}", from.x, from.y, from.x, from.y + reach, to.x, to.y - reach, to.x, to.y)
}
