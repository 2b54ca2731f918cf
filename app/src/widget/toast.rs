//! A short word that something is done; read out politely, gone after a while.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::Icon;

#[derive(Clone, Copy)]
pub struct Toaster(RwSignal<Vec<(u64, String)>>);

pub fn provide_toasts() {
    provide_context(Toaster(RwSignal::new(Vec::new())));
}

pub fn use_toaster() -> Toaster {
    expect_context::<Toaster>()
}

impl Toaster {
    pub fn say(self, text: impl Into<String>) {
        let text = text.into();
        let id = self.0.with_untracked(|toasts| toasts.last().map_or(0, |(id, _)| id + 1));
        self.0.update(|toasts| toasts.push((id, text)));
        set_timeout(move || self.0.update(|toasts| toasts.retain(|(one, _)| *one != id)), Duration::from_secs(6));
    }
}

/// Where they appear; one per page.
#[component]
pub fn Toasts() -> AnyView {
    let Toaster(toasts) = use_toaster();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.get() key=|(id, _)| *id let((_, text))><p class="toast"><Icon name="check"/>{text}</p></For>
        </div>
    }
    .into_any()
}
