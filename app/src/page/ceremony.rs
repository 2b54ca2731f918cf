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

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The last route: whatever has one segment and is no other page.
#[component]
pub fn Ceremony() -> AnyView {
    let page = use_params_map().with_untracked(|params| params.get("page").unwrap_or_default());
    at(&page).unwrap_or_else(|| super::missing::Missing().into_any())
}

#[cfg(feature = "ssr")]
fn at(page: &str) -> Option<AnyView> {
    match page {
        "setup" => Some(set_up::SetUp().into_any()),
        "login" => Some(log_in::LogIn().into_any()),
        "enrol" => Some(enrol::Enrol().into_any()),
        _ => None,
    }
}

#[cfg(not(feature = "ssr"))]
fn at(page: &str) -> Option<AnyView> {
    crate::shell::is_ceremony(page).then(|| LoadAnew().into_any())
}

/// A link without `rel="external"` led here: the server has the page.
#[cfg(not(feature = "ssr"))]
#[component]
pub fn LoadAnew() -> AnyView {
    Effect::new(|_| {
        let _ = window().location().reload();
    });
    ().into_any()
}
