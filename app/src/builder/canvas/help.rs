//! The keys of the canvas, on `?`.

use leptos::prelude::*;

use super::hand::Hand;
use crate::widget::dialog::Dialog;

/// What each key does, one per line.
const KEYS: &[(&str, &str)] = &[
    ("← →", "along a wave"),
    ("↑ ↓", "along edges"),
    ("Home End", "first, last"),
    ("Shift and arrows", "choose more"),
    ("Ctrl A", "choose all"),
    ("Enter", "inspector"),
    ("/", "find"),
    ("F8", "next problem"),
    ("A M", "add addon, manifest"),
    ("C, arrows, Enter", "connect, or lead a chosen edge elsewhere"),
    ("E", "next edge"),
    ("Delete", "remove"),
    ("Alt and arrows", "move"),
    ("T", "arrange by wave"),
    ("+ − 0", "zoom"),
    ("1 F", "fit"),
    ("Space and drag, wheel", "move the view"),
    ("Shift and drag", "choose with a frame"),
    ("Ctrl Z, Ctrl Shift Z", "undo, redo"),
    ("Esc", "cancel"),
];

#[component]
pub fn Help() -> AnyView {
    let hand = expect_context::<Hand>();
    let rows = || KEYS.iter().map(|(key, act)| view! { <dt><kbd>{*key}</kbd></dt><dd>{*act}</dd> }).collect_view();
    view! { <Dialog id="canvas-keys" title=Signal::stored("Keys of the canvas".to_owned()) open=hand.showing_keys><dl class="kv canvas-keys">{rows()}</dl></Dialog> }.into_any()
}
