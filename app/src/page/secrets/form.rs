//! Setting a secret: it leaves the field once, sealed on arrival, and the field forgets it.

use domain::api::secret::{Secret, SetSecret};
use domain::api::variable::Scope;
use domain::problem::Problem;
use domain::variable::is_name;
use leptos::prelude::*;

use crate::api::use_api;
use crate::part::scope::{ChosenScope, Places, ScopeFields};
use crate::widget::field::{FormProblem, FormProblemView, Kind, SubmitButton, TextArea, TextField};
use crate::widget::toast::use_toaster;

/// What the dialog starts with; never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    scope: Scope,
    name: String,
    is_new: bool,
}

impl Editing {
    pub fn new(scope: Scope) -> Editing {
        Editing { scope, name: String::new(), is_new: true }
    }

    pub fn replace(secret: &Secret) -> Editing {
        Editing { scope: secret.scope.clone(), name: secret.name.clone(), is_new: false }
    }

    pub fn title(&self) -> &'static str {
        if self.is_new { "Set a secret" } else { "Replace a secret" }
    }
}

#[component]
pub fn SecretForm(edited: Editing, editing: RwSignal<Option<Editing>>, places: Places, reload: Callback<()>) -> AnyView {
    let (api, toaster) = (use_api(), use_toaster());
    let problem: FormProblem = RwSignal::new(None);
    let chosen = ChosenScope::of(&edited.scope);
    let (name, value, several_lines) = (RwSignal::new(edited.name), RwSignal::new(String::new()), RwSignal::new(false));
    on_cleanup(move || value.try_set(String::new()).map_or((), drop));
    let save = Action::new(move |(): &()| {
        let api = api.clone();
        async move {
            problem.set(None);
            let request = || {
                let name = name.get_untracked().trim().to_owned();
                if !is_name(&name) {
                    return Err(Problem::invalid("invalid_name", "A secret's name has letters, digits and `_`, and begins with no digit.")
                        .at("name"));
                }
                if value.with_untracked(String::is_empty) {
                    return Err(Problem::invalid("value_needed", "Type the value; it is sealed at once.").at("value"));
                }
                Ok(SetSecret { scope: chosen.scope()?, name, value: value.get_untracked() })
            };
            let answer = match request() {
                Ok(set) => api.set_secret(&set).await.map(|()| set.name),
                Err(wrong) => Err(wrong),
            };
            match answer {
                Ok(name) => {
                    value.set(String::new());
                    toaster.say(format!("{name} is sealed"));
                    editing.set(None);
                    reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let field = move || {
        if several_lines.get() {
            view! { <TextArea name="value" label="Value" value problem mono=true required=true rows=6 hint="As typed, line breaks included."/> }.into_any()
        } else {
            view! { <TextField name="value" label="Value" value problem kind=Kind::Password required=true autocomplete="new-password" hint="Nobody can read it here again, you included."/> }.into_any()
        }
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !save.pending().get_untracked() { save.dispatch(()); } } novalidate>
            <TextField name="name" label="Name" value=name problem kind=Kind::Mono required=true placeholder="cloudflare_token" hint="Used in values as ${{ secrets.NAME }}."/>
            <div class="mt"><ScopeFields chosen places problem without_organisation=true/></div>
            <div class="mt">{field}</div>
            <p class="mt"><button class="link-button" type="button" on:click=move |_| several_lines.update(|on| *on = !*on)>{move || if several_lines.get() { "One line, hidden" } else { "It has several lines" }}</button></p>
            <div class="mt"><FormProblemView problem fields=&["name", "value", "scope", "place"]/></div>
            <div class="form-actions"><SubmitButton label="Seal it" busy=save.pending()/><button class="btn" type="button" on:click=move |_| editing.set(None)>"Cancel"</button></div>
        </form>
    }
    .into_any()
}
