//! Throwing a draft away, after a yes.

use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::board::use_board;
use crate::api::use_api;
use crate::part::problem::ProblemView;
use crate::widget::dialog::Dialog;
use crate::widget::icon::Icon;

#[component]
pub fn Discard() -> AnyView {
    let open = RwSignal::new(false);
    view! {
        <button class="icon-button" type="button" aria-haspopup="dialog" aria-label="Discard draft" title="Discard draft" on:click=move |_| open.set(true)><Icon name="trash"/></button>
        <Dialog id="discard-draft" title="Discard this draft?" open><Confirm open/></Dialog>
    }
    .into_any()
}

#[component]
fn Confirm(open: RwSignal<bool>) -> AnyView {
    let (board, api, navigate) = (use_board(), use_api(), use_navigate());
    let problem = RwSignal::new(None::<Problem>);
    let draft = board.summary.with_untracked(|summary| summary.id.clone());
    let discard = Action::new(move |(): &()| {
        let (answer, navigate) = (api.discard_draft(&draft), navigate.clone());
        async move {
            match answer.await {
                Ok(()) => {
                    board.saver.forget_the_rest();
                    navigate("/", Default::default());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <p>"What the record holds and what runs on the cluster stay as they are. The draft's edits are gone for everybody."</p>
        <div aria-live="assertive">{move || problem.get().map(|problem| view! { <ProblemView problem/> })}</div>
        <div class="dialog-actions">
            <button class="btn" type="button" on:click=move |_| open.set(false)>"Keep it"</button>
            <button class="btn btn--danger-solid" type="button" aria-disabled=move || discard.pending().get().then_some("true") on:click=move |_| { if !discard.pending().get_untracked() { discard.dispatch(()); } }>"Discard draft"</button>
        </div>
    }
    .into_any()
}
