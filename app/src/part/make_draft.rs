//! A draft without changes, made from a page without wasm: `read.js` sends what the button says.

use domain::api::draft::{NewDraft, Start};
use domain::api::overview::StackOn;
use domain::name::Name;
use domain::principal::Act;
use leptos::prelude::*;

use crate::api::json;
use crate::session::{on_cluster, use_session};
use crate::widget::plain_field::ProblemPlace;

/// Absent for those who may not draft there. It stands in a box marked `data-makes`.
#[component]
pub fn MakeDraft(on: StackOn, environment: String) -> AnyView {
    let Ok(stack) = Name::new(&on.stack) else { return ().into_any() };
    if !use_session().may(Act::Draft, &on_cluster(&environment, &on.cluster)) {
        return ().into_any();
    }
    let label = format!("Make a draft: {} on {}", on.stack, on.cluster);
    let start = json(&NewDraft { start: Start::Record { stack } });
    view! {
        <div class="makes" data-makes="">
            <button class="btn btn--sm" type="button" aria-label=label data-draft-on=on.cluster data-start=start>"Make a draft"</button>
            <ProblemPlace/>
        </div>
    }
    .into_any()
}
