//! The title of a page, what it is about, and what can be done on it.

use leptos::prelude::*;

#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(optional, into)] about: String,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    let about = (!about.is_empty()).then(|| view! { <p class="page-sub">{about}</p> });
    let actions = children.map(|children| view! { <div class="page-actions">{children()}</div> });
    view! {
        <header class="page-head">
            <div class="page-head-text"><h1 class="page-title">{title}</h1>{about}</div>
            {actions}
        </header>
    }
    .into_any()
}
