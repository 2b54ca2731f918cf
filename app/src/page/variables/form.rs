//! Setting a variable at a level: the type decides the field.

use domain::api::variable::{Scope, SetVariable, Variable};
use domain::problem::Problem;
use domain::variable::{VariableType, is_name};
use leptos::prelude::*;

use super::typed::{TYPES, parse, text_of, type_named, type_of};
use crate::api::use_api;
use crate::part::scope::{ChosenScope, Places, ScopeFields};
use crate::widget::field::{FormProblem, FormProblemView, Kind, SelectField, SubmitButton, TextArea, TextField};
use crate::widget::toast::use_toaster;

/// What the dialog starts with.
#[derive(Debug, Clone, PartialEq)]
pub struct Editing {
    scope: Scope,
    name: String,
    kind: VariableType,
    text: String,
    is_new: bool,
}

impl Editing {
    pub fn new(scope: Scope) -> Editing {
        Editing { scope, name: String::new(), kind: VariableType::String, text: String::new(), is_new: true }
    }

    pub fn of(variable: &Variable) -> Editing {
        Editing {
            scope: variable.scope.clone(),
            name: variable.name.clone(),
            kind: type_of(&variable.value),
            text: text_of(&variable.value),
            is_new: false,
        }
    }

    pub fn title(&self) -> &'static str {
        if self.is_new { "Set a variable" } else { "Change a variable" }
    }
}

#[component]
pub fn VariableForm(
    edited: Editing,
    editing: RwSignal<Option<Editing>>,
    places: Places,
    without_organisation: bool,
    reload: Callback<()>,
) -> AnyView {
    let (api, toaster) = (use_api(), use_toaster());
    let problem: FormProblem = RwSignal::new(None);
    let chosen = ChosenScope::of(&edited.scope);
    let (name, kind, text) = (RwSignal::new(edited.name), RwSignal::new(edited.kind.as_str().to_owned()), RwSignal::new(edited.text));
    let save = Action::new(move |(): &()| {
        let api = api.clone();
        async move {
            problem.set(None);
            let request = || {
                let name = name.get_untracked().trim().to_owned();
                if !is_name(&name) {
                    return Err(Problem::invalid(
                        "invalid_name",
                        "A variable's name has letters, digits and `_`, and begins with no digit.",
                    )
                    .at("name"));
                }
                Ok(SetVariable { scope: chosen.scope()?, name, value: parse(type_named(&kind.get_untracked()), &text.get_untracked())? })
            };
            let answer = match request() {
                Ok(set) => api.set_variable(&set).await.map(|()| set.name),
                Err(wrong) => Err(wrong),
            };
            match answer {
                Ok(name) => {
                    toaster.say(format!("{name} is set"));
                    editing.set(None);
                    reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let types: Vec<(String, String)> = TYPES.iter().map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned())).collect();
    let bools: Vec<(String, String)> = ["", "true", "false"].iter().map(|one| ((*one).to_owned(), (*one).to_owned())).collect();
    let value_field = move || {
        match type_named(&kind.get()) {
        VariableType::Bool => view! { <SelectField name="value" label="Value" value=text options=bools.clone() problem/> }.into_any(),
        VariableType::Number => view! { <TextField name="value" label="Value" value=text problem kind=Kind::Number required=true/> }.into_any(),
        VariableType::String => view! { <TextArea name="value" label="Value" value=text problem mono=true rows=2 hint="As typed, quotes included if you type any."/> }.into_any(),
        VariableType::List => view! { <TextArea name="value" label="Value" value=text problem mono=true rows=6 required=true placeholder="- first\n- second" hint="YAML or JSON."/> }.into_any(),
        VariableType::Map => view! { <TextArea name="value" label="Value" value=text problem mono=true rows=6 required=true placeholder="key: value" hint="YAML or JSON."/> }.into_any(),
    }
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !save.pending().get_untracked() { save.dispatch(()); } } novalidate>
            <div class="field-row">
                <TextField name="name" label="Name" value=name problem kind=Kind::Mono required=true placeholder="domain" hint="Used in values as ${{ vars.NAME }}."/>
                <SelectField name="type" label="Type" value=kind options=types problem/>
            </div>
            <div class="mt"><ScopeFields chosen places problem without_organisation/></div>
            <div class="mt">{value_field}</div>
            <div class="mt"><FormProblemView problem fields=&["name", "value", "scope", "place"]/></div>
            <div class="form-actions"><SubmitButton label="Set" busy=save.pending()/><button class="btn" type="button" on:click=move |_| editing.set(None)>"Cancel"</button></div>
        </form>
    }
    .into_any()
}
