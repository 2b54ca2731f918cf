//! What the draft is for: title, reason and ticket, as the record will carry them.

use domain::api::draft::DraftEdit;
use leptos::prelude::*;

use super::board::use_board;
use crate::api::use_api;
use crate::widget::dialog::Dialog;
use crate::widget::field::{FormProblem, FormProblemView, SubmitButton, TextArea, TextField};

#[component]
pub fn Describe() -> AnyView {
    let board = use_board();
    let open = RwSignal::new(false);
    let form = move || if board.may_edit { view! { <Form open/> }.into_any() } else { view! { <Facts/> }.into_any() };
    view! {
        <button class="btn btn--quiet" type="button" aria-haspopup="dialog" on:click=move |_| open.set(true)>"Describe"</button>
        <Dialog id="describe-draft" title="Describe the draft" open>{form()}</Dialog>
    }
    .into_any()
}

#[component]
fn Facts() -> AnyView {
    let board = use_board();
    let (title, why, ticket) = board.summary.with_untracked(|summary| (summary.title.clone(), summary.why.clone(), summary.ticket.clone()));
    view! {
        <dl class="kv"><dt>"Title"</dt><dd>{title}</dd><dt>"Why"</dt><dd>{why}</dd>{ticket.map(|ticket| view! { <dt>"Ticket"</dt><dd>{ticket}</dd> })}</dl>
    }
    .into_any()
}

#[component]
fn Form(open: RwSignal<bool>) -> AnyView {
    let (board, api) = (use_board(), use_api());
    let problem: FormProblem = RwSignal::new(None);
    let (id, title, why, ticket) = board.summary.with_untracked(|summary| {
        let ticket = summary.ticket.clone().unwrap_or_default();
        (summary.id.clone(), RwSignal::new(summary.title.clone()), RwSignal::new(summary.why.clone()), RwSignal::new(ticket))
    });
    let save = Action::new(move |(): &()| {
        let edit = DraftEdit { title: Some(title.get_untracked()), why: Some(why.get_untracked()), ticket: Some(ticket.get_untracked()) };
        let answer = api.edit_draft(&id, &edit);
        async move {
            problem.set(None);
            match answer.await {
                Ok(draft) => {
                    board.summary.update(|summary| {
                        summary.title = draft.summary.title;
                        summary.why = draft.summary.why;
                        summary.ticket = draft.summary.ticket;
                    });
                    open.set(false);
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !save.pending().get_untracked() { save.dispatch(()); } } novalidate>
            <TextField name="title" label="Title" value=title problem hint="What this draft does, in one line."/>
            <TextArea name="why" label="Why" value=why problem hint="Stands in the record for good."/>
            <TextField name="ticket" label="Ticket" value=ticket problem placeholder="OPS-412"/>
            <div class="mt"><FormProblemView problem fields=&["title", "why", "ticket"]/></div>
            <div class="form-actions"><SubmitButton label="Save" busy=save.pending()/></div>
        </form>
    }
    .into_any()
}
