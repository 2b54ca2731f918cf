//! What people see: pages that the server renders and the browser hydrates, and the client of the API they read from.

pub mod api;
pub mod assets;
pub mod builder;
pub mod frame;
pub mod page;
pub mod part;
pub mod passkey;
pub mod routes;
pub mod session;
pub mod shell;
pub mod widget;

pub use api::{ApiClient, Reply, Transport};
pub use assets::AssetUrls;
pub use routes::App;
pub use shell::{PageStatus, shell};

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
    }));
    leptos::mount::hydrate_body(App);
    // For tests and for the curious: from here on, buttons answer.
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}
