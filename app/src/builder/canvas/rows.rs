//! The rows behind the boxes: a rule under each wave and its number in the margin.

use domain::stack::layout::{Layout, ROW};
use leptos::prelude::*;

use super::Hand;
use super::viewport::GUTTER;
use crate::builder::board::use_board;

#[component]
pub fn Rows() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    // Those in sight; where they are too near to each other to be told apart, none.
    let waves = Memo::new(move |_| {
        let (area, zoom) = (hand.area.get(), hand.view.with(|view| view.zoom));
        let row = |y: f64| (y / ROW).max(0.0) as usize;
        let last = board.layout.with(|layout| layout.waves).min(row(area.3) + 1);
        if ROW * zoom < 24.0 { 0..0 } else { row(area.1).min(last)..last }
    });
    let screen = move |y: f64| {
        let view = hand.view.get();
        view.y + y * view.zoom
    };
    let rule = move |wave: usize| {
        let y = move || screen(Layout::row(wave + 1));
        view! { <line class="wave-rule" x1="0" x2="100%" y1=y y2=y></line> }
    };
    let number = move |wave: usize| {
        let y = move || screen(Layout::row(wave) + ROW / 2.0);
        view! { <g class="wave-mark"><text class="wave-figure" x=GUTTER / 2.0 y=y>{wave + 1}</text><text class="wave-word" x=GUTTER / 2.0 y=move || y() + 15.0>"wave"</text></g> }
    };
    view! {
        <g aria-hidden="true">
            <For each=move || waves.get() key=|wave| *wave children=rule/>
            <rect class="wave-gutter" x="0" y="0" width=GUTTER height="100%"></rect>
            <line class="wave-margin" x1=GUTTER x2=GUTTER y1="0" y2="100%"></line>
            <For each=move || waves.get() key=|wave| *wave children=number/>
        </g>
    }
    .into_any()
}
