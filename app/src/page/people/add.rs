//! Adding a person: a name and a role; the answer is the link for their first key.

use domain::api::person::NewPerson;
use domain::principal::{Grant, Role, Target};
use leptos::prelude::*;

use super::Desk;
use super::grants::role_options;
use crate::api::use_api;
use crate::widget::dialog::Dialog;
use crate::widget::field::{FormProblem, FormProblemView, SelectField, SubmitButton, TextField};
use crate::widget::icon::Icon;

#[component]
pub(super) fn AddButton(desk: Desk) -> AnyView {
    let open = RwSignal::new(false);
    view! {
        <button class="btn btn--action" type="button" aria-haspopup="dialog" on:click=move |_| open.set(true)><Icon name="plus"/>"Add person"</button>
        <Dialog id="new-person" title="Add a person" open><Form open desk/></Dialog>
    }
    .into_any()
}

#[component]
fn Form(open: RwSignal<bool>, desk: Desk) -> AnyView {
    let api = use_api();
    let problem: FormProblem = RwSignal::new(None);
    let (name, full_name, role) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new("editor".to_owned()));
    let add = Action::new(move |(): &()| {
        let grants = Role::parse(&role.get_untracked()).map(|role| Grant { role, on: Target::Organisation }).into_iter().collect();
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let answer = api.add_person(&NewPerson { name: text(name), full_name: text(full_name), grants });
        async move {
            problem.set(None);
            match answer.await {
                Ok(link) => {
                    open.set(false);
                    desk.link.set(Some(link));
                    desk.reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let options: Vec<(String, String)> = std::iter::once((String::new(), "Nothing yet".to_owned())).chain(role_options()).collect();
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !add.pending().get_untracked() { add.dispatch(()); } } novalidate>
            <TextField name="name" label="Login name" value=name problem required=true placeholder="ilse" hint="Stands in every signature of theirs; it stays."/>
            <TextField name="full_name" label="Name" value=full_name problem placeholder="Ilse Brandt"/>
            <SelectField name="grants" label="Everywhere, they may" value=role options problem hint="Narrow it to an environment or cluster under Roles."/>
            <div class="mt"><FormProblemView problem fields=&["name", "full_name", "grants"]/></div>
            <div class="form-actions"><SubmitButton label="Add and make a link" busy=add.pending()/><button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button></div>
        </form>
    }
    .into_any()
}
