//! What the server tells a page that is being rendered, and the page tells the server.

use std::sync::Arc;

use leptos::prelude::*;

/// Sets the status of the page that is being rendered; the server provides it in context.
#[derive(Clone)]
pub struct PageStatus(Arc<dyn Fn(u16) + Send + Sync>);

impl PageStatus {
    pub fn new(set: impl Fn(u16) + Send + Sync + 'static) -> PageStatus {
        PageStatus(Arc::new(set))
    }
}

/// In the browser nothing happens: the page is there already.
pub fn set_page_status(status: u16) {
    if let Some(PageStatus(set)) = use_context::<PageStatus>() {
        set(status);
    }
}

/// In context where no wasm takes the page over.
#[derive(Clone, Copy)]
struct Plain;

/// Said by the document of such a page.
#[cfg(not(feature = "hydrate"))]
pub fn stays_as_it_is() {
    provide_context(Plain);
}

/// Whether the page stays as the server made it, but for scripts.
pub fn is_plain() -> bool {
    use_context::<Plain>().is_some()
}
