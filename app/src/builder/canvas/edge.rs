//! Edges: a curve from below what must be ready first to above what waits for it.

use domain::name::Name;
use domain::stack::Point;
use domain::stack::layout::{HEIGHT, Layout, WIDTH};
use leptos::prelude::*;

use super::{Drawing, Hand, choose_edge};
use crate::builder::board::{Chosen, use_board};

#[component]
pub fn Edge(component: Name, on: Name) -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let (a, b) = (component.clone(), on.clone());
    let path = Memo::new(move |_| {
        let (shift_a, shift_b) = (hand.shift_of(&a), hand.shift_of(&b));
        board.layout.with(|layout| {
            if shift_a.is_some() || shift_b.is_some() {
                // While a box is dragged its edges follow it the short way.
                return curve(end(layout, &b, HEIGHT, shift_b), end(layout, &a, 0.0, shift_a));
            }
            layout.routes.iter().find(|route| route.component == a && route.on == b).map(|route| route.path()).unwrap_or_default()
        })
    });
    let (a, b) = (component.clone(), on.clone());
    let chosen = Memo::new(move |_| match board.chosen.get() {
        Some(Chosen::Edge { component, on }) => component == a && on == b,
        Some(Chosen::Component(id)) => id == a || id == b,
        None => false,
    });
    let (a, b) = (component.clone(), on.clone());
    // Where a chosen edge can be taken to lead it elsewhere.
    let grips = Memo::new(move |_| {
        let own = board.may_edit && matches!(board.chosen.get(), Some(Chosen::Edge { component, on }) if component == a && on == b);
        let route = |layout: &Layout| {
            layout
                .routes
                .iter()
                .find(|route| route.component == a && route.on == b)
                .map(|route| [route.points.first().copied(), route.points.last().copied()])
        };
        if own { board.layout.with(route) } else { None }
    });
    let ends = move || {
        grips
            .get()
            .into_iter()
            .flatten()
            .flatten()
            .map(|at| view! { <circle class="edge-end" cx=at.x cy=at.y r="5"></circle> })
            .collect_view()
    };
    let (a, b) = (component.clone(), on.clone());
    // As a cycle does, and a fold whose members stand on both sides of another component.
    let back = Memo::new(move |_| {
        board.layout.with(|layout| {
            layout.routes.iter().find(|route| route.component == a && route.on == b).is_some_and(domain::stack::layout::Route::leads_back)
        })
    });
    let (a, b) = (component.clone(), on.clone());
    let gone = Memo::new(move |_| board.is_gone(&a) || board.is_gone(&b));
    let name = format!("{component}-waits-for-{on}");
    view! {
        <g class="edge-line" class:edge-line--chosen=move || chosen.get() class:edge-line--gone=move || gone.get() class:edge-line--back=move || back.get()>
            <path class="edge-path" d=move || path.get()></path>
            {ends}
            <path class="edge-grip" data-edge=name d=move || path.get() on:pointerdown=move |event| {
                if hand.space.get_untracked() || gone.get_untracked() || grips.with_untracked(Option::is_some) {
                    return;
                }
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

fn path(layout: &Layout, drawing: &Drawing) -> String {
    let over = |y: f64| drawing.over.as_ref().map_or(drawing.to, |over| end(layout, over, y, None));
    if drawing.waits {
        curve(over(HEIGHT), end(layout, &drawing.from, 0.0, None))
    } else {
        curve(end(layout, &drawing.from, HEIGHT, None), over(0.0))
    }
}

/// The middle of a box's upper or lower edge.
fn end(layout: &Layout, id: &Name, y: f64, shift: Option<Point>) -> Point {
    let (at, by) = (layout.place(id.as_str()).map(|place| place.at), shift.unwrap_or(Point { x: 0.0, y: 0.0 }));
    at.map_or(by, |at| Point { x: at.x + WIDTH / 2.0 + by.x, y: at.y + y + by.y })
}

fn curve(from: Point, to: Point) -> String {
    let reach = ((to.y - from.y).abs() * 0.6).max(36.0);
    format!("M{} {} C{} {} {} {} {} {}", from.x, from.y, from.x, from.y + reach, to.x, to.y - reach, to.x, to.y)
}
