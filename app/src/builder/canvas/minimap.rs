//! The whole drawing, small, with what is in sight; a click moves the view.

use domain::stack::Point;
use leptos::ev::PointerEvent;
use leptos::prelude::*;

use super::far;
use super::hand::Hand;
use crate::builder::board::use_board;
use crate::builder::dom;

const MAP: &str = "minimap";

#[component]
pub fn Minimap() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let whole = Memo::new(move |_| board.layout.with(|layout| (layout.width.max(1.0), layout.height.max(1.0))));
    let boxes = move || board.layout.with(far::boxes);
    let seen = Memo::new(move |_| {
        let (view, size) = (hand.view.get(), hand.size.get());
        let ((width, height), (from, to)) = (whole.get(), (view.world((0.0, 0.0)), view.world(size)));
        let (x, y) = (from.x.clamp(0.0, width), from.y.clamp(0.0, height));
        format!("M{x} {y}H{}V{}H{x}z", to.x.clamp(0.0, width), to.y.clamp(0.0, height))
    });
    let go = move |event: &PointerEvent| {
        let Some((width, height)) = dom::size(MAP) else { return };
        let ((x, y), whole) = (dom::pointer(event), whole.get_untracked());
        // The drawing stands in the middle of the map, as large as it fits.
        let scale = (width / whole.0).min(height / whole.1);
        let at = Point { x: (x - (width - whole.0 * scale) / 2.0) / scale, y: (y - (height - whole.1 * scale) / 2.0) / scale };
        hand.view.update(|view| *view = view.centred(at, hand.size.get_untracked()));
    };
    let view_box = move || format!("0 0 {} {}", whole.get().0, whole.get().1);
    view! {
        <figure class="minimap" aria-label="Map of the canvas. Click to move the view.">
            <svg id=MAP viewBox=view_box aria-hidden="true" on:pointerdown=move |event| { dom::capture(&event); go(&event); }
                on:pointermove=move |event| if event.buttons() == 1 { go(&event); }>
                <path class="mm-node" d=boxes></path><path class="mm-view" d=move || seen.get()></path>
            </svg>
        </figure>
    }
    .into_any()
}
