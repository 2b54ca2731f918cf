//! Set-up, login and enrolment: pages that stand without wasm.

mod certificate;
mod enrol;
mod log_in;
mod set_up;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The last route: whatever has one segment and is no other page.
#[component]
pub fn Ceremony() -> AnyView {
    let page = use_params_map().with_untracked(|params| params.get("page").unwrap_or_default());
    at(&page).unwrap_or_else(|| super::missing::Missing().into_any())
}

fn at(page: &str) -> Option<AnyView> {
    match page {
        "setup" => Some(set_up::SetUp().into_any()),
        "login" => Some(log_in::LogIn().into_any()),
        "enrol" => Some(enrol::Enrol().into_any()),
        _ => None,
    }
}
