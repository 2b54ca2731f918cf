//! What people see: pages that the server renders and the browser hydrates, and the client of the API they read from.

pub mod api;
pub mod assets;
pub mod builder;
#[cfg(not(feature = "hydrate"))]
mod document;
pub mod frame;
pub mod kind;
pub mod page;
pub mod part;
pub mod passkey;
pub mod routes;
pub mod session;
pub mod shell;
pub mod widget;

pub use api::{ApiClient, Reply, Transport};
pub use assets::AssetUrls;
#[cfg(not(feature = "hydrate"))]
pub use document::shell;
pub use shell::PageStatus;

/// Takes over a page of the builder.
#[cfg(feature = "hydrate")]
pub fn hydrate_builder() {
    hydrate(routes::builder);
}

/// Takes over a page of the settings.
#[cfg(feature = "hydrate")]
pub fn hydrate_settings() {
    hydrate(routes::settings);
}

#[cfg(feature = "hydrate")]
fn hydrate(pages: fn() -> leptos::prelude::AnyView) {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
    }));
    leptos::mount::hydrate_body(pages);
    routes::taken_over();
    // For tests and for the curious: from here on, buttons answer.
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-alive", "");
    }
}
