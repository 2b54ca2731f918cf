//! What the stack declares: its variables with their types, one form for a new one, and those used undeclared.

use domain::change::Change;
use domain::expression;
use domain::problem::Problem;
use domain::variable::{Declaration, VariableType};
use leptos::prelude::*;

use crate::builder::board::{Board, use_board};
use crate::builder::dom;
use crate::page::variables::typed::{TYPES, parse, type_named};
use crate::widget::dialog::Dialog;
use crate::widget::field::{CheckField, FormProblem, FormProblemView, Kind, SelectField, SubmitButton, TextArea, TextField};
use crate::widget::icon::Icon;

/// The id of the button that opens the form: the keys go there when a row is gone.
const ADD: &str = "declare-another";

#[component]
pub fn Declared() -> AnyView {
    let board = use_board();
    let open = RwSignal::new(false);
    let declared = Memo::new(move |_| board.content.with(|stack| stack.variables.clone()));
    let undeclared = Memo::new(move |_| {
        board.content.with(|stack| {
            let uses = expression::uses(stack).variables.into_keys();
            uses.filter(|name| !stack.variables.iter().any(|declaration| declaration.name == *name)).collect::<Vec<_>>()
        })
    });
    let lost = move |name: String| {
        let declaration = Declaration { name: name.clone(), kind: VariableType::String, description: None, default: None, required: true };
        let declare = board.may_edit.then(|| {
            view! { <button class="btn btn--sm" type="button" aria-label=format!("Declare {name}") on:click=move |_| { board.change(vec![Change::DeclareVariable { declaration: declaration.clone() }]); dom::focus(ADD); }>"Declare"</button> }
        });
        view! { <li class="wait"><span><code>{name}</code>" "<span class="ic-failing">"used, not declared"</span></span>{declare}</li> }
    };
    let list = move || {
        let (declared, undeclared) = (declared.get(), undeclared.get());
        if declared.is_empty() && undeclared.is_empty() {
            return view! { <p class="muted">"None."</p> }.into_any();
        }
        view! { <ul class="waits">{undeclared.into_iter().map(lost).collect_view()}{declared.into_iter().map(|one| row(board, one)).collect_view()}</ul> }.into_any()
    };
    let add = board.may_edit.then(|| {
        view! {
            <div><button class="btn btn--sm" type="button" id=ADD aria-haspopup="dialog" on:click=move |_| open.set(true)><Icon name="plus"/>"Declare variable"</button></div>
            <Dialog id="declare-variable" title="Declare a variable" open><Form open/></Dialog>
        }
    });
    view! { <section class="inspect-part" aria-label="Declared variables"><h3>"Declared variables"</h3>{list}{add}</section> }.into_any()
}

fn row(board: Board, declaration: Declaration) -> AnyView {
    let Declaration { name, kind, description, default, required } = declaration;
    if !board.may_edit {
        return view! { <li class="wait"><span><code>{name}</code>" "<span class="faint">{kind.as_str()}</span></span></li> }.into_any();
    }
    let facts = [required.then(|| "required".to_owned()), default.map(|default| format!("default {default}")), description];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let (of, gone) = (name.clone(), name.clone());
    let retype = move |event: leptos::ev::Event| {
        board.change(vec![Change::RetypeVariable { name: of.clone(), kind: type_named(&event_target_value(&event)) }]);
    };
    let option = move |one: VariableType| view! { <option value=one.as_str() selected=one == kind>{one.as_str()}</option> };
    view! {
        <li class="wait">
            <span class="grow"><code>{name.clone()}</code>" "<span class="faint">{facts}</span></span>
            <select class="input input--short" aria-label=format!("Type of {name}") prop:value=kind.as_str() on:change=retype>{TYPES.into_iter().map(option).collect_view()}</select>
            <button class="icon-button icon-button--sm" type="button" aria-label=format!("Remove variable {name}") title="Remove" on:click=move |_| { board.change(vec![Change::UndeclareVariable { name: gone.clone() }]); dom::focus(ADD); }><Icon name="cross"/></button>
        </li>
    }
    .into_any()
}

#[component]
fn Form(open: RwSignal<bool>) -> AnyView {
    let board = use_board();
    let problem: FormProblem = RwSignal::new(None);
    let [name, default, description] = [(); 3].map(|()| RwSignal::new(String::new()));
    let (kind, required) = (RwSignal::new("string".to_owned()), RwSignal::new(true));
    let make = move || {
        let kind = type_named(&kind.get_untracked());
        let typed = default.get_untracked();
        let default = if typed.trim().is_empty() { None } else { Some(parse(kind, &typed).map_err(|wrong| wrong.at("default"))?) };
        let description = Some(description.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Declaration { name: name.get_untracked().trim().to_owned(), kind, description, default, required: required.get_untracked() })
    };
    let submit = move || {
        problem.set(None);
        match make() {
            Err(wrong) => problem.set(Some(wrong)),
            Ok(declaration) => {
                if board.change(vec![Change::DeclareVariable { declaration }]) {
                    open.set(false);
                } else if let Some(why) = board.refused.get_untracked() {
                    board.refused.set(None);
                    problem.set(Some(Problem::invalid("refused", why).at("name")));
                }
            }
        }
    };
    let types: Vec<(String, String)> = TYPES.iter().map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned())).collect();
    view! {
        <form on:submit=move |event| { event.prevent_default(); submit(); } novalidate>
            <div class="field-row">
                <TextField name="name" label="Name" value=name problem required=true kind=Kind::Mono placeholder="domain" hint="Used in values as ${{ vars.NAME }}."/>
                <SelectField name="type" label="Type" value=kind options=types problem/>
            </div>
            <div class="field mt"><TextArea name="default" label="Default" value=default problem mono=true rows=2 hint="Where no level of the target sets one."/></div>
            <TextField name="description" label="Description" value=description problem/>
            <CheckField label="Required" value=required hint="Without a value the plan is blocked."/>
            <div class="mt"><FormProblemView problem fields=&["name", "type", "default", "description"]/></div>
            <div class="form-actions"><SubmitButton label="Declare" busy=false/></div>
        </form>
    }
    .into_any()
}
