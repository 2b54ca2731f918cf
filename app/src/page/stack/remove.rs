//! Taking a whole stack out of a cluster: why, and in order or at once. The plan says what goes, and is signed like any other.

use domain::api::overview::StackOn;
use domain::api::plan::RemoveStack;
use domain::problem::Problem;
use leptos::prelude::*;

use crate::api::use_api;
use crate::part::go_to_review;
use crate::widget::field::{CheckField, FormProblemView, TextArea};
use crate::widget::icon::Icon;
use crate::widget::sheet::Sheet;

#[component]
pub fn Remove(on: StackOn) -> AnyView {
    let api = use_api();
    let (why, together, problem) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(None::<Problem>));
    let freeze = Action::new(move |(): &()| {
        let wanted = RemoveStack { why: why.get_untracked(), together: together.get_untracked(), ..RemoveStack::default() };
        let answer = api.freeze_removal(&on.cluster, &on.stack, &wanted);
        async move {
            problem.set(None);
            match answer.await {
                Ok(plan) => {
                    go_to_review(&plan.id);
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <Sheet id="h-remove" title="Remove this stack" note="Nothing goes before a plan is countersigned">
            <div class="sheet-body stack-y">
                <p class="measure">"What waits for others goes first. Flux removes what goes together in whatever order it likes, so a stack whose components wait for each other takes one entry for each step; look in between whether the cluster is done."</p>
                <TextArea name="why" label="Why" value=why problem rows=2/>
                <CheckField label="All in one entry, unordered" value=together hint="Quicker, and only safe where nothing that goes needs another part to be cleaned up."/>
                <FormProblemView problem fields=&["why"]/>
                <div><button class="btn btn--danger" type="button" disabled=move || freeze.pending().get() on:click=move |_| { freeze.dispatch(()); }><Icon name="trash"/>{move || if freeze.pending().get() { "Planning…" } else { "Review the removal" }}</button></div>
            </div>
        </Sheet>
    }
    .into_any()
}
