//! A button that asks once more in its own place: the first press arms it, the second acts, leaving it disarms.

use leptos::prelude::*;

/// `name` says what it acts on to those who do not see the row around it.
#[component]
pub fn TwiceButton(
    #[prop(into)] word: &'static str,
    #[prop(into)] again: &'static str,
    #[prop(into)] name: String,
    #[prop(into)] busy: Signal<bool>,
    act: Callback<()>,
) -> AnyView {
    let armed = RwSignal::new(false);
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        let was = armed.get_untracked();
        armed.set(!was);
        if was {
            act.run(());
        }
    };
    let spoken = move || format!("{} {name}", if armed.get() { again } else { word });
    view! {
        <button class="btn btn--sm" class:btn--danger=move || armed.get() class:btn--quiet=move || !armed.get() type="button" aria-label=spoken aria-disabled=move || busy.get().then_some("true") on:click=press on:blur=move |_| armed.set(false)>
            {move || if armed.get() { again } else { word }}
        </button>
    }
    .into_any()
}
