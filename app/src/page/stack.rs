//! The builder of one stack on one cluster.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::frame::{Crumb, Frame, Place};
use crate::widget::page_head::PageHead;

#[component]
pub fn Stack() -> AnyView {
    let params = use_params_map();
    let name = params.with_untracked(|params| params.get("stack").unwrap_or_default());
    view! {
        <Frame place=Place::Stacks title=name.clone() crumbs=vec![Crumb::link("Overview", "/"), Crumb::here(name.clone())]>
            <PageHead title=name/>
        </Frame>
    }
    .into_any()
}
