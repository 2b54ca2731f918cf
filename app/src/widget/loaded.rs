//! What a page shows while an answer is under way, and what once it is there.

use domain::problem::Problem;
use leptos::prelude::*;

use crate::part::problem::ProblemView;

/// `what` completes "Reading …": the sentence that stands beside the skeleton.
#[component]
pub fn Loaded<T, V, F>(resource: Resource<Result<T, Problem>>, #[prop(into)] what: String, view: F) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> V + Send + Sync + 'static,
{
    let fallback = move || view! { <Skeleton what=what.clone()/> };
    let shown = move || {
        resource.get().map(|answer| match answer {
            Ok(value) => view(value).into_any(),
            Err(problem) => view! { <ProblemView problem page=true/> }.into_any(),
        })
    };
    view! { <Transition fallback>{shown}</Transition> }.into_any()
}

/// The layout stays and a sentence says what is under way; it appears after 300 ms.
#[component]
pub fn Skeleton(#[prop(into)] what: String) -> AnyView {
    view! {
        <div class="sheet-body late" aria-busy="true">
            <p role="status" class="muted">{format!("Reading {what}…")}</p>
            <p class="skeleton-lines" aria-hidden="true">
                <span class="skeleton share-80"></span><span class="skeleton share-65"></span><span class="skeleton share-75"></span><span class="skeleton share-40"></span>
            </p>
        </div>
    }
    .into_any()
}
