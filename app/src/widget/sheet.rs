//! A sheet of paper on the desk, and what stands on one that is empty.

use leptos::prelude::*;

use super::icon::Icon;

/// `id` names its heading, so that the section has a name.
#[component]
pub fn Sheet(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    #[prop(optional, into)] note: String,
    #[prop(optional, into)] push: ViewFn,
    children: Children,
) -> AnyView {
    let note = (!note.is_empty()).then(|| view! { <span class="sheet-note">{note}</span> });
    view! {
        <section class="sheet" aria-labelledby=id.clone()>
            <header class="sheet-head"><h2 class="sheet-title" id=id.clone()>{title}</h2>{note}<span class="push">{push.run()}</span></header>
            {children()}
        </section>
    }
    .into_any()
}

#[component]
pub fn Empty(
    #[prop(into)] icon: String,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    view! {
        <div class="empty">
            <Icon name=icon class="empty-mark"/>
            <h2 class="empty-title">{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
    .into_any()
}
