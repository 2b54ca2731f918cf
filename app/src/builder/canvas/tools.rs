//! Buttons over the canvas: zoom, fit, arrange, and what can be added.

use domain::change::Change;
use leptos::prelude::*;

use super::Hand;
use super::viewport::Viewport;
use crate::builder::board::{Board, use_board};
use crate::widget::icon::Icon;

#[component]
pub fn Tools() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let shown = move || format!("{}%", (hand.view.get().zoom * 100.0).round());
    let edit = board.may_edit.then(|| {
        view! {
            <button class="icon-button icon-button--sm" type="button" aria-label="Arrange by wave" title="Arrange (T)" on:click=move |_| arrange(board)><Icon name="tidy"/></button>
            <span class="divider tool-add"></span>
            <button class="btn btn--sm btn--quiet tool-add" type="button" aria-haspopup="dialog" aria-label="Add addon" on:click=move |_| board.adding_addon.set(true)><Icon name="plus"/>"Addon"</button>
            <button class="btn btn--sm btn--quiet tool-add" type="button" aria-haspopup="dialog" aria-label="Add manifest" on:click=move |_| board.adding_manifest.set(true)><Icon name="plus"/>"Manifest"</button>
        }
    });
    view! {
        <div class="canvas-tools" role="toolbar" aria-label="Canvas">
            <button class="icon-button icon-button--sm" type="button" aria-label="Choose with a frame" title="Choose with a frame (Shift and drag)" aria-pressed=move || hand.frames.get().to_string() on:click=move |_| hand.frames.update(|on| *on = !*on)><Icon name="cursor"/></button>
            <button class="icon-button icon-button--sm" type="button" aria-label="Find" title="Find (/)" on:click=move |_| hand.finding.set(true)><Icon name="search"/></button>
            <span class="divider"></span>
            <button class="icon-button icon-button--sm" type="button" aria-label="Zoom out" title="Zoom out (-)" on:click=move |_| zoom(hand, 0.8)><Icon name="minus"/></button>
            <span class="zoom-value">{shown}</span>
            <button class="icon-button icon-button--sm" type="button" aria-label="Zoom in" title="Zoom in (+)" on:click=move |_| zoom(hand, 1.25)><Icon name="plus"/></button>
            <button class="icon-button icon-button--sm" type="button" aria-label="Fit to view" title="Fit (1 or F)" on:click=move |_| fit(board, hand)><Icon name="fit"/></button>
            <button class="icon-button icon-button--sm" type="button" aria-label="Actions" title="Actions (Shift F10)" aria-haspopup="menu" on:click=move |_| hand.menu.set(Some((54.0, hand.size.get_untracked().1 - 56.0)))><Icon name="more"/></button>
            <button class="icon-button icon-button--sm" type="button" aria-label="Keys of the builder" title="Keys (?)" aria-haspopup="dialog" on:click=move |_| hand.showing_keys.set(true)><Icon name="keyboard"/></button>
            {edit}
        </div>
    }
    .into_any()
}

pub fn zoom(hand: Hand, factor: f64) {
    let (width, height) = hand.size.get_untracked();
    hand.view.update(|view| *view = view.zoomed(factor, (width / 2.0, height / 2.0)));
}

pub fn fit(board: Board, hand: Hand) {
    hand.view.set(board.layout.with_untracked(|layout| Viewport::fitted(layout, hand.free())));
}

/// Every box goes back to where the waves put it.
pub fn arrange(board: Board) {
    let stated = board.content.with_untracked(|stack| {
        let stated = stack.components.iter().filter(|component| component.layout.is_some());
        stated.map(|component| Change::SetLayout { component: component.id.clone(), layout: None }).collect::<Vec<_>>()
    });
    if stated.is_empty() || board.change(stated) {
        board.place_anew();
        board.said.set("Arranged by wave.".to_owned());
    }
}
