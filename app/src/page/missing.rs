//! There is no such page.

use leptos::prelude::*;

use crate::frame::{Crumb, Frame, Place};
use crate::shell::set_page_status;
use crate::widget::sheet::Empty;

#[component]
pub fn Missing() -> AnyView {
    set_page_status(404);
    view! {
        <Frame place=Place::Overview title="Not found" crumbs=vec![Crumb::link("Overview", "/"), Crumb::here("Not found")]>
            <section class="sheet">
                <h1 class="sr-only">"Not found"</h1>
                <Empty icon="search" title="There is no such page" text="The address may be mistyped, or what stood here was renamed or removed. The record keeps everything that was ever deployed.">
                    <a class="btn btn--action" href="/">"Open the overview"</a>
                    <a class="btn" href="/record">"Open the record"</a>
                </Empty>
            </section>
        </Frame>
    }
    .into_any()
}
