//! A native modal dialog: it keeps the focus inside, Esc closes it and the focus goes back.

use leptos::html;
use leptos::prelude::*;

/// `open` follows the dialog and leads it. `id` names its heading.
#[component]
pub fn Dialog(
    #[prop(into)] id: String,
    #[prop(into)] title: Signal<String>,
    open: RwSignal<bool>,
    #[prop(optional)] wide: bool,
    children: ChildrenFn,
) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog class="dialog" class:dialog--wide=wide node_ref=node aria-labelledby=id.clone() on:close=move |_| open.set(false)>
            <h2 id=id.clone()>{title}</h2>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
    .into_any()
}
