//! A text as a QR code, drawn in the browser: what it says is often known nowhere else.

use leptos::html;
use leptos::prelude::*;

use crate::assets::use_assets;

#[component]
pub fn QrCode(#[prop(into)] text: String, #[prop(into)] label: String) -> AnyView {
    let node = NodeRef::<html::Div>::new();
    let script = use_assets().url("qr.js");
    Effect::new(move |_| {
        if let Some(place) = node.get() {
            draw(&script, &place, &text, &label);
        }
    });
    view! { <div class="qr" node_ref=node></div> }.into_any()
}

#[cfg(feature = "hydrate")]
fn draw(script: &str, place: &web_sys::HtmlDivElement, text: &str, label: &str) {
    js::draw(script, place, text, label);
}

#[cfg(not(feature = "hydrate"))]
fn draw(_script: &str, _place: &leptos::web_sys::HtmlDivElement, _text: &str, _label: &str) {}

#[cfg(feature = "hydrate")]
mod js {
    use wasm_bindgen::prelude::wasm_bindgen;

    // A text that is too long for a code stays a text: the link stands beside it anyway.
    #[wasm_bindgen(
        inline_js = "export function draw(script, place, text, label) { import(script).then((m) => place.replaceChildren(m.qr(text, label))).catch(() => {}); }"
    )]
    extern "C" {
        pub fn draw(script: &str, place: &web_sys::HtmlElement, text: &str, label: &str);
    }
}
