//! The keys of the builder, on `?`.

use leptos::prelude::*;

use super::actions::ALL;
use super::hand::Hand;
use crate::widget::dialog::Dialog;

/// What moves the choice and the view; the rest are actions.
const MOVES: &[(&str, &str)] = &[
    ("← →", "along a wave"),
    ("↑ ↓", "along edges"),
    ("Home End", "first, last"),
    ("Shift and arrows", "choose more"),
    ("Shift F10", "menu"),
    ("Esc", "cancel"),
    ("Space and drag, wheel", "move the view"),
    ("Shift and drag", "choose with a frame"),
];

/// In the text of a component; `editor.js` binds them.
const EDITOR: &[(&str, &str)] = &[
    ("Ctrl Space", "what may stand here"),
    ("Ctrl I", "what this is"),
    ("F8", "next problem of the text"),
    ("Ctrl Shift M", "problems of the text"),
    ("Ctrl F", "find in the text"),
    ("Ctrl Z", "take back what was typed"),
    ("Esc then Tab", "leave the text"),
];

#[component]
pub fn Help() -> AnyView {
    let hand = expect_context::<Hand>();
    let row = |(key, act): (&'static str, &'static str)| view! { <dt><kbd>{key}</kbd></dt><dd>{act}</dd> };
    let rows = move || {
        let actions = ALL.iter().copied().flatten().map(|action| (action.shown, action.words.trim_end_matches('…')));
        MOVES.iter().copied().chain(actions).map(row).collect_view()
    };
    let editor = move || EDITOR.iter().copied().map(row).collect_view();
    view! {
        <Dialog id="canvas-keys" title=Signal::stored("Keys of the builder".to_owned()) open=hand.showing_keys>
            <dl class="kv canvas-keys" tabindex="0">{rows()}</dl>
            <h3>"In the text of a component"</h3>
            <dl class="kv canvas-keys">{editor()}</dl>
        </Dialog>
    }
    .into_any()
}
