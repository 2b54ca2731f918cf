//! Tabs that are links: each has its address, and the browser's back button works.

use leptos::prelude::*;

#[derive(Debug, Clone)]
pub struct Tab {
    pub label: String,
    pub href: String,
    pub current: bool,
    pub count: Option<usize>,
}

#[component]
pub fn Tabs(#[prop(into)] label: String, tabs: Vec<Tab>) -> AnyView {
    let tab = |tab: Tab| {
        view! {
            <a class="tab" href=tab.href aria-current=tab.current.then_some("page")>{tab.label}{tab.count.map(|count| view! { <span class="count">{count}</span> })}</a>
        }
    };
    view! { <nav class="tabs" aria-label=label>{tabs.into_iter().map(tab).collect_view()}</nav> }.into_any()
}
