//! Starting a stack on a cluster: from an example or with an empty canvas.

use domain::api::cluster::Cluster;
use domain::api::draft::{Example, NewDraft, Start};
use domain::name::Name;
use domain::principal::Act;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::stack_path;
use crate::api::use_api;
use crate::session::{on_cluster, use_session};
use crate::widget::dialog::Dialog;
use crate::widget::field::{FormProblem, FormProblemView, SelectField, SubmitButton, TextField};
use crate::widget::icon::Icon;

/// Absent for those who may not draft anywhere.
#[component]
pub fn NewStackButton(clusters: Vec<Cluster>) -> AnyView {
    let clusters = draftable(clusters);
    if clusters.is_empty() {
        return ().into_any();
    }
    let open = RwSignal::new(false);
    view! {
        <button class="btn btn--action" type="button" aria-haspopup="dialog" on:click=move |_| open.set(true)><Icon name="plus"/>"New stack"</button>
        <Dialog id="new-stack" title="New stack" open wide=true><NewStack clusters=clusters.clone()/></Dialog>
    }
    .into_any()
}

fn draftable(clusters: Vec<Cluster>) -> Vec<Cluster> {
    let session = use_session();
    clusters.into_iter().filter(|cluster| session.may(Act::Draft, &on_cluster(&cluster.environment, &cluster.name))).collect()
}

/// Names an empty canvas among the examples.
const EMPTY: &str = "";

#[component]
pub fn NewStack(clusters: Vec<Cluster>) -> AnyView {
    let (api, navigate) = (use_api(), use_navigate());
    let clusters = draftable(clusters);
    let Some(first) = clusters.first() else {
        return view! { <p class="muted">"Drafting needs the role editor on a cluster."</p> }.into_any();
    };
    let cluster = RwSignal::new(first.name.to_string());
    let options: Vec<(String, String)> =
        clusters.iter().map(|one| (one.name.to_string(), format!("{} ({})", one.name, one.environment))).collect();
    let (choice, name) = (RwSignal::new(EMPTY.to_owned()), RwSignal::new(String::new()));
    let problem: FormProblem = RwSignal::new(None);
    let list = {
        let api = api.clone();
        Resource::new(|| (), move |()| api.examples())
    };
    let make = Action::new(move |(): &()| {
        let (api, navigate) = (api.clone(), navigate.clone());
        async move {
            problem.set(None);
            let made = match start(&choice.get_untracked(), &name.get_untracked()) {
                Ok(start) => api.new_draft(&cluster.get_untracked(), &NewDraft { start }).await,
                Err(wrong) => Err(wrong),
            };
            match made {
                Ok(draft) => navigate(
                    &stack_path(draft.summary.cluster.as_str(), draft.summary.stack.as_str(), Some(&draft.summary.id)),
                    Default::default(),
                ),
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let pick = move |example: Example| view! { <ExampleChoice example choice/> };
    view! {
        <form class="stack-y" on:submit=move |event| { event.prevent_default(); if !make.pending().get_untracked() { make.dispatch(()); } }>
            <SelectField name="cluster" label="On cluster" value=cluster options problem/>
            <fieldset class="field">
                <legend class="field-label">"Start from"</legend>
                <div class="choices">
                    <label class="choice">
                        <input type="radio" name="start" value=EMPTY checked=true prop:checked=move || choice.get() == EMPTY on:change=move |_| choice.set(EMPTY.to_owned())/>
                        <span><strong>"An empty canvas"</strong><span class="field-hint">"Add charts and manifests yourself."</span></span>
                    </label>
                    <Suspense fallback=|| view! { <p class="muted">"Reading the examples…"</p> }>
                        {move || list.get().map(|found| found.unwrap_or_default().into_iter().map(pick).collect_view())}
                    </Suspense>
                </div>
            </fieldset>
            <Show when=move || choice.get() == EMPTY>
                <TextField name="name" label="Name" value=name problem required=true placeholder="monitoring" hint="a-z, 0-9 and single hyphens. Paths and objects are named after it for good; the shown name can change."/>
            </Show>
            <FormProblemView problem fields=&["cluster", "name"]/>
            <div class="form-actions mt-0"><SubmitButton label="Make the draft" busy=make.pending()/></div>
        </form>
    }
    .into_any()
}

#[component]
fn ExampleChoice(example: Example, choice: RwSignal<String>) -> AnyView {
    let (id, shown) = (example.id.clone(), example.id.clone());
    let held = id.clone();
    view! {
        <label class="choice">
            <input type="radio" name="start" value=id.clone() prop:checked=move || choice.get() == held on:change=move |_| choice.set(id.clone())/>
            <span><strong>{shown}</strong><span class="field-hint">{example.description}</span><span class="field-hint faint">{example.components.join(", ")}</span></span>
        </label>
    }
    .into_any()
}

fn start(choice: &str, name: &str) -> Result<Start, Problem> {
    if choice != EMPTY {
        return Ok(Start::Example { example: choice.to_owned() });
    }
    let name = Name::new(name.trim()).map_err(|error| super::name_problem(&error, "name"))?;
    Ok(Start::Empty { name })
}
