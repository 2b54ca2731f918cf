//! Text to take away: a command or a key, with a button that copies it.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::Icon;

/// Copies and says so for two seconds.
#[component]
pub fn CopyButton(#[prop(into)] text: String, #[prop(optional, into)] label: String) -> AnyView {
    let copied = RwSignal::new(false);
    let label = if label.is_empty() { "Copy".to_owned() } else { label };
    let copy = move |_| {
        copy_text(&text);
        copied.set(true);
        set_timeout(move || copied.set(false), Duration::from_secs(2));
    };
    let shown = label.clone();
    view! {
        <button class="btn btn--sm" type="button" on:click=copy>
            {move || if copied.get() { view! { <Icon name="check"/> } } else { view! { <Icon name="copy"/> } }}
            <span aria-live="polite">{move || if copied.get() { "Copied".to_owned() } else { shown.clone() }}</span>
        </button>
    }
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

#[cfg(feature = "hydrate")]
fn copy_text(text: &str) {
    // On plain http beyond localhost there is no clipboard; the block can still be selected.
    let navigator = window().navigator();
    if js_sys::Reflect::has(&navigator, &"clipboard".into()).unwrap_or(false) {
        let _ = navigator.clipboard().write_text(text);
    }
}

#[cfg(not(feature = "hydrate"))]
fn copy_text(_text: &str) {}
