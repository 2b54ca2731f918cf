//! Text to take away: a command or a key, with a button that copies it. `page.js` listens, with wasm and without.

use leptos::prelude::*;

use super::icon::Icon;

/// Copies and says so for two seconds.
#[component]
pub fn CopyButton(#[prop(into)] text: String, #[prop(optional, into)] label: String) -> AnyView {
    let label = if label.is_empty() { "Copy".to_owned() } else { label };
    view! { <button class="btn btn--sm" type="button" data-copy=text><Icon name="copy"/><span aria-live="polite">{label}</span></button> }
        .into_any()
}

/// A block of text with its copy button.
#[component]
pub fn CopyBlock(#[prop(into)] text: String, #[prop(into)] what: String) -> AnyView {
    view! {
        <div class="copy-block">
            <pre class="yaml" tabindex="0" role="region" aria-label=what.clone()>{text.clone()}</pre>
            <CopyButton text/>
        </div>
    }
    .into_any()
}
