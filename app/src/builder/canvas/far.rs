//! The drawing from afar: all boxes as one shape, all edges as another, however many there are.

use std::fmt::Write as _;

use domain::stack::layout::{HEIGHT, Layout, WIDTH};
use leptos::prelude::*;

use super::hand::Hand;
use crate::builder::board::use_board;

/// Nothing, where boxes can be read: then those in sight are drawn one by one.
#[component]
pub fn Far() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let shapes = move || {
        (!hand.is_readable.get()).then(|| {
            let (edges, boxes) = board.layout.with(|layout| (edges(layout), boxes(layout)));
            view! { <path class="far-edges" d=edges></path><path class="far-boxes" d=boxes></path> }
        })
    };
    view! { <g aria-hidden="true">{shapes}</g> }.into_any()
}

/// The `d` of a path around every box.
pub fn boxes(layout: &Layout) -> String {
    let mut d = String::new();
    for place in &layout.places {
        let _ = write!(d, "M{} {}h{WIDTH}v{HEIGHT}h-{WIDTH}z", place.at.x, place.at.y);
    }
    d
}

/// Straight, from bend to bend: curves cannot be told apart at this size.
fn edges(layout: &Layout) -> String {
    let mut d = String::new();
    for route in &layout.routes {
        for (index, point) in route.points.iter().step_by(3).enumerate() {
            let _ = write!(d, "{}{} {}", if index == 0 { 'M' } else { 'L' }, point.x, point.y);
        }
    }
    d
}
