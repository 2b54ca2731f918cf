//! The text of a component: a plain text field, and the editor in its place once the browser has loaded it.

use domain::name::Name;
use domain::stack::Content;
use leptos::prelude::*;

use super::board::use_board;
#[cfg(feature = "hydrate")]
mod known;
#[cfg(feature = "hydrate")]
mod mirror;

/// Where the editor goes, with its tabs.
const HOST: &str = "editor-host";
/// The plain text field.
const SOURCE: &str = "editor-source";

#[component]
pub fn TextEditor(id: Name) -> AnyView {
    let board = use_board();
    let label = board.content.with_untracked(|stack| match stack.component(id.as_str()).map(|found| &found.content) {
        Some(Content::Addon(_)) => "Values",
        _ => "Manifest",
    });
    let of = id.clone();
    let text = Memo::new(move |_| {
        board.content.with(|stack| stack.component(of.as_str()).map(|found| found.text().to_owned()).unwrap_or_default())
    });
    let mirrored = RwSignal::new(false);
    let shown = RwSignal::new(text.get_untracked());
    let own = id.clone();
    // Another person's edit or an undo; never over what is being typed.
    Effect::new(move |_| {
        let now = text.get();
        if !board.is_typing(&own) {
            shown.set(now);
        }
    });
    #[cfg(feature = "hydrate")]
    mirror::mount_when_there(board, id.clone(), label, text, mirrored);
    let typed = id.clone();
    view! {
        <div class="yaml-editor" id=HOST class:editor--plain=move || !mirrored.get()></div>
        <Show when=move || !mirrored.get()>
            <h3 class="editor-title">{label}</h3>
            <textarea class="editor-source" id=SOURCE aria-label=label spellcheck="false" autocomplete="off" rows="16" readonly=!board.may_edit
                prop:value=move || shown.get() on:input={
                    let typed = typed.clone();
                    move |event| {
                        shown.set(event_target_value(&event));
                        board.type_text(&typed, event_target_value(&event));
                    }
                } on:blur=move |_| board.flush()>{text.get_untracked()}</textarea>
        </Show>
    }
    .into_any()
}
