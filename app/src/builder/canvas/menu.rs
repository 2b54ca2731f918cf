//! The menu of what can be done here: by the right button, by Shift F10 or from the tools.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;

use super::CANVAS;
use super::actions::{ALL, Action};
use super::hand::Hand;
use crate::builder::board::use_board;
use crate::builder::dom;

/// The id of the menu; its items are numbered after it.
pub const MENU: &str = "canvas-menu";

#[component]
pub fn Menu() -> AnyView {
    let hand = expect_context::<Hand>();
    Effect::new(move |_| {
        let Some((x, y)) = hand.menu.get() else { return };
        // Inside the canvas, wherever it was asked for.
        let ((width, height), (own_width, own_height)) = (hand.size.get_untracked(), dom::size(MENU).unwrap_or_default());
        dom::translate(MENU, x.min(width - own_width - 8.0).max(8.0), y.min(height - own_height - 8.0).max(8.0));
        dom::focus(&item_id(0));
    });
    view! { <Show when=move || hand.menu.get().is_some()><Items/></Show> }.into_any()
}

#[component]
fn Items() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let parts: Vec<Vec<&'static Action>> = ALL
        .iter()
        .map(|part| part.iter().filter(|action| action.applies(board)).collect::<Vec<_>>())
        .filter(|part| !part.is_empty())
        .collect();
    let count: usize = parts.iter().map(Vec::len).sum();
    let at = StoredValue::new(0_usize);
    let close = move || {
        hand.menu.set(None);
        dom::focus(CANVAS);
    };
    let go = move |to: usize| {
        at.set_value(to);
        dom::focus(&item_id(to));
    };
    let keys = move |event: KeyboardEvent| {
        event.stop_propagation();
        match event.key().as_str() {
            "Escape" | "Tab" => close(),
            "ArrowDown" => go((at.get_value() + 1) % count),
            "ArrowUp" => go((at.get_value() + count - 1) % count),
            "Home" => go(0),
            "End" => go(count - 1),
            _ => return,
        }
        event.prevent_default();
    };
    let leave = move |event: FocusEvent| {
        if !dom::stays_inside(&event, MENU) {
            hand.menu.set(None);
        }
    };
    let mut number = 0;
    let mut row = |action: &'static Action| {
        let id = item_id(number);
        number += 1;
        let act = move |_| {
            close();
            action.act(board, hand);
        };
        view! { <button class="menu-item" type="button" role="menuitem" tabindex="-1" id=id on:click=act>{action.words}<kbd>{action.shown}</kbd></button> }
    };
    let parts = parts
        .into_iter()
        .map(|part| view! { <div class="canvas-menu-part" role="group">{part.into_iter().map(&mut row).collect_view()}</div> });
    let parts = parts.collect_view();
    view! { <div class="canvas-menu" id=MENU role="menu" aria-label="Actions" tabindex="-1" on:keydown=keys on:focusout=leave>{parts}</div> }.into_any()
}

fn item_id(number: usize) -> String {
    format!("{MENU}-{number}")
}
