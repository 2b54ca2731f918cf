//! Environments: their order, and how many people a deployment takes.

use domain::api::environment::{Environment, EnvironmentEdit, NewEnvironment};
use domain::name::Name;
use domain::principal::{Act, Target};
use leptos::prelude::*;

use super::settings::{ForAdmins, Section, SettingsPage};
use crate::api::use_api;
use crate::part::environment::EnvironmentMark;
use crate::part::name_problem;
use crate::part::problem::ProblemView;
use crate::session::use_session;
use crate::widget::dialog::Dialog;
use crate::widget::field::{CheckField, FormProblem, FormProblemView, SubmitButton, TextField};
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::sheet::Sheet;
use crate::widget::toast::use_toaster;

#[component]
pub fn Environments() -> AnyView {
    let api = use_api();
    let environments = Resource::new(|| (), move |()| api.environments());
    let reload = Callback::new(move |()| environments.refetch());
    view! {
        <SettingsPage section=Section::Environments title="Environments" about="They are drawn in this order, and each says who must countersign." actions=move || view! { <ForAdmins><AddButton reload/></ForAdmins> }>
            <Loaded resource=environments what="the environments" view=move |environments| view! { <List environments reload/> }/>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn List(environments: Vec<Environment>, reload: Callback<()>) -> AnyView {
    let session = use_session();
    let may_administer = session.may(Act::Administer, &Target::Organisation);
    let last = environments.len().saturating_sub(1);
    let problem: FormProblem = RwSignal::new(None);
    let rows = environments
        .into_iter()
        .enumerate()
        .map(move |(at, environment)| view! { <Row environment first={at == 0} last={at == last} may_administer reload problem/> });
    view! {
        <Sheet id="h-environments" title="Environments" note="From the first to try to the last to break">
            <div class="ledger-scroll">
                <table class="ledger ledger--middle ledger--rows">
                    <thead><tr><th scope="col">"Environment"</th><th scope="col">"Four eyes"</th><th scope="col">"Countersignatures"</th><th scope="col">"By password"</th>{may_administer.then(|| view! { <th scope="col"><span class="sr-only">"Order"</span></th> })}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <div class="sheet-foot"><p>"Four eyes: nobody countersigns a plan in whose diff they wrote or accepted a value. Admins are not exempt."</p></div>
            <div class="sheet-foot"><p>"By password: people who have no key that can sign may approve with their password instead. Nobody but this server can check such an approval, so slip, record, commit and verification call it “not countersigned”. Leave it off unless somebody has no other way."</p></div>
        </Sheet>
        <div class="mt" aria-live="assertive">{move || problem.get().map(|problem| view! { <ProblemView problem/> })}</div>
    }
    .into_any()
}

#[component]
fn Row(environment: Environment, first: bool, last: bool, may_administer: bool, reload: Callback<()>, problem: FormProblem) -> AnyView {
    let name = environment.name.to_string();
    let policy = environment.policy;
    let words = |on: bool, yes: &'static str, no: &'static str| if on { yes } else { no };
    if !may_administer {
        return view! {
            <tr><th scope="row"><EnvironmentMark name/></th><td data-label="Four eyes">{words(policy.four_eyes, "asked for", "not asked for")}</td><td data-label="Countersignatures">{policy.approvals}</td><td data-label="By password">{words(policy.password_approval, "allowed", "not allowed")}</td></tr>
        }
        .into_any();
    }
    let (api, toaster, position) = (use_api(), use_toaster(), environment.position);
    let asked = name.clone();
    let save = Action::new(move |edit: &EnvironmentEdit| {
        let answer = api.edit_environment(&asked, edit);
        let said = format!("{asked}: saved");
        async move {
            problem.set(None);
            match answer.await {
                Ok(_) => toaster.say(said),
                Err(wrong) => problem.set(Some(wrong)),
            }
            reload.run(());
        }
    });
    let send = move |edit: EnvironmentEdit| {
        save.dispatch(edit);
    };
    let check = move |label: String, on: bool, edit: fn(bool) -> EnvironmentEdit| {
        view! { <input class="check" type="checkbox" aria-label=label checked=on prop:checked=on on:change=move |event| send(edit(event_target_checked(&event)))/> }
    };
    let busy = save.pending();
    view! {
        <tr aria-busy=move || busy.get().then_some("true")>
            <th scope="row"><EnvironmentMark name=name.clone()/></th>
            <td data-label="Four eyes">{check(format!("Four eyes in {name}"), policy.four_eyes, |on| EnvironmentEdit { four_eyes: Some(on), ..EnvironmentEdit::default() })}</td>
            <td data-label="Countersignatures"><input class="input input--short" type="number" min="1" max="9" aria-label=format!("Countersignatures in {name}") value=policy.approvals prop:value=policy.approvals.to_string()
                on:change=move |event| match event_target_value(&event).parse() {
                    Ok(approvals) => send(EnvironmentEdit { approvals: Some(approvals), ..EnvironmentEdit::default() }),
                    Err(_) => problem.set(Some(domain::problem::Problem::invalid("approvals_invalid", "The number of countersignatures is a whole number from 1."))),
                }/></td>
            <td data-label="By password">{check(format!("Password approvals in {name}"), policy.password_approval, |on| EnvironmentEdit { password_approval: Some(on), ..EnvironmentEdit::default() })}</td>
            <td class="row-actions">
                <button class="icon-button icon-button--sm" type="button" aria-label=format!("Move {name} up") disabled=first on:click=move |_| send(EnvironmentEdit { position: Some(position.saturating_sub(1)), ..EnvironmentEdit::default() })><Icon name="up"/></button>
                <button class="icon-button icon-button--sm" type="button" aria-label=format!("Move {name} down") disabled=last on:click=move |_| send(EnvironmentEdit { position: Some(position + 1), ..EnvironmentEdit::default() })><Icon name="down"/></button>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn AddButton(reload: Callback<()>) -> AnyView {
    let open = RwSignal::new(false);
    view! {
        <button class="btn btn--action" type="button" aria-haspopup="dialog" on:click=move |_| open.set(true)><Icon name="plus"/>"Add environment"</button>
        <Dialog id="new-environment" title="Add an environment" open><AddForm reload open/></Dialog>
    }
    .into_any()
}

#[component]
fn AddForm(reload: Callback<()>, open: RwSignal<bool>) -> AnyView {
    let api = use_api();
    let problem: FormProblem = RwSignal::new(None);
    let (name, four_eyes) = (RwSignal::new(String::new()), RwSignal::new(false));
    let add = Action::new(move |(): &()| {
        let api = api.clone();
        async move {
            problem.set(None);
            let answer = match Name::new(name.get_untracked().trim()) {
                Ok(name) => api.add_environment(&NewEnvironment { name, four_eyes: four_eyes.get_untracked() }).await,
                Err(error) => Err(name_problem(&error, "name")),
            };
            match answer {
                Ok(_) => {
                    open.set(false);
                    reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !add.pending().get_untracked() { add.dispatch(()); } } novalidate>
            <TextField name="name" label="Name" value=name problem required=true placeholder="acceptance" hint="a-z, 0-9 and single hyphens."/>
            <CheckField label="Four eyes" value=four_eyes hint="Nobody countersigns what they wrote themselves."/>
            <div class="mt"><FormProblemView problem fields=&["name"]/></div>
            <div class="form-actions"><SubmitButton label="Add" busy=add.pending()/><button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button></div>
        </form>
    }
    .into_any()
}
