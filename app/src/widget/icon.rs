//! Icons from the one sheet of symbols.

use leptos::prelude::*;

use crate::assets::use_assets;

/// Decorative: the words beside it carry the meaning.
#[component]
pub fn Icon(#[prop(into)] name: String, #[prop(optional, into)] class: &'static str) -> AnyView {
    let class = if class.is_empty() { "icon".to_owned() } else { format!("icon {class}") };
    let href = format!("{}#i-{name}", use_assets().url("icons.svg"));
    view! { <svg class=class aria-hidden="true"><use href=href></use></svg> }.into_any()
}

/// The seal of the product.
#[component]
pub fn Mark(#[prop(optional, into)] class: Option<&'static str>) -> AnyView {
    let href = format!("{}#mark", use_assets().url("icons.svg"));
    view! { <svg class=class.unwrap_or("brand-mark") aria-hidden="true"><use href=href></use></svg> }.into_any()
}
