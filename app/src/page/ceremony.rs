//! Set-up, login and enrolment: pages that stand without wasm. In the browser's build each is only a reason to load it anew.

#[cfg(feature = "ssr")]
mod certificate;
#[cfg(feature = "ssr")]
mod enrol;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod log_in;
#[cfg(feature = "ssr")]
mod set_up;

#[cfg(feature = "ssr")]
pub use {enrol::Enrol, log_in::LogIn, set_up::SetUp};

#[cfg(not(feature = "ssr"))]
pub use load_anew::{LoadAnew, LoadAnew as Enrol, LoadAnew as LogIn, LoadAnew as SetUp};

#[cfg(not(feature = "ssr"))]
mod load_anew {
    use leptos::prelude::*;

    /// A link without `rel="external"` led here: the server has the page.
    #[component]
    pub fn LoadAnew() -> AnyView {
        Effect::new(|_| {
            let _ = window().location().reload();
        });
        ().into_any()
    }
}
