//! New components: a Helm addon at an exact version, or a manifest.

use domain::name::Name;
use domain::problem::Problem;
use domain::stack::{Addon, Chart, Component, Content, Manifest, field};
use leptos::prelude::*;

use super::board::{Board, use_board};
use crate::api::query;
use crate::part::name_problem;
use crate::widget::dialog::Dialog;
use crate::widget::field::{FormProblem, FormProblemView, Kind, SubmitButton, TextField};
use domain::text::sentence;

#[component]
pub fn AddAddon() -> AnyView {
    let board = use_board();
    let open = board.adding_addon;
    let catalog = move || format!("/catalog{}", query(&[("draft", Some(&board.summary.with(|summary| summary.id.clone())))]));
    view! {
        <Dialog id="add-addon" title="Add an addon" open wide=true>
            <p><a href=catalog rel="external">"Choose from the catalog"</a>", or name a chart yourself:"</p>
            <AddonForm/>
        </Dialog>
    }
    .into_any()
}

#[component]
pub fn AddManifest() -> AnyView {
    let open = use_board().adding_manifest;
    view! { <Dialog id="add-manifest" title="Add a manifest" open><ManifestForm/></Dialog> }.into_any()
}

#[component]
fn AddonForm() -> AnyView {
    let board = use_board();
    let problem: FormProblem = RwSignal::new(None);
    let [name, repository, chart, version, namespace] = [(); 5].map(|()| RwSignal::new(String::new()));
    let add = move || {
        let typed = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let name = checked_name(&typed(name))?;
        let content = Content::Addon(Addon {
            chart: Chart {
                repository: checked(typed(repository), "repository", field::chart_repository)?,
                name: checked(typed(chart), "chart", field::chart_name)?,
                version: checked(typed(version), "version", field::chart_version)?,
            },
            release: serde_json::Map::new(),
            values: String::new(),
        });
        let namespace = checked(typed(namespace), "namespace", field::namespace)?;
        Ok(Component { id: board.free_id(&name), namespace: Some(namespace), ..Component::new(name, content) })
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); submit(board, add(), problem, board.adding_addon); } novalidate>
            <TextField name="name" label="Name" value=name problem required=true placeholder="grafana" hint="a-z, 0-9 and single hyphens. Files and objects are named after it for good; the shown name can change."/>
            <TextField name="repository" label="Repository" value=repository problem required=true kind=Kind::Mono placeholder="https://grafana.github.io/helm-charts" hint="https:// or oci://, without a password."/>
            <div class="field-row mt">
                <TextField name="chart" label="Chart" value=chart problem required=true kind=Kind::Mono placeholder="grafana"/>
                <TextField name="version" label="Version" value=version problem required=true kind=Kind::Mono placeholder="8.8.2" hint="Exact: a range is never deployed."/>
            </div>
            <div class="field mt"><TextField name="namespace" label="Namespace" value=namespace problem required=true kind=Kind::Mono placeholder="monitoring"/></div>
            <div class="mt"><FormProblemView problem fields=&["name", "repository", "chart", "version", "namespace"]/></div>
            <div class="form-actions"><SubmitButton label="Add to the draft" busy=false/></div>
        </form>
    }
    .into_any()
}

#[component]
fn ManifestForm() -> AnyView {
    let board = use_board();
    let problem: FormProblem = RwSignal::new(None);
    let [name, namespace] = [(); 2].map(|()| RwSignal::new(String::new()));
    let add = move || {
        let name = checked_name(name.get_untracked().trim())?;
        let namespace = Some(namespace.get_untracked().trim().to_owned()).filter(|typed| !typed.is_empty());
        let namespace = namespace.map(|typed| checked(typed, "namespace", field::namespace)).transpose()?;
        let content = Content::Manifest(Manifest { text: String::new() });
        Ok(Component { id: board.free_id(&name), namespace, ..Component::new(name, content) })
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); submit(board, add(), problem, board.adding_manifest); } novalidate>
            <TextField name="name" label="Name" value=name problem required=true placeholder="disk-pressure" hint="a-z, 0-9 and single hyphens."/>
            <TextField name="namespace" label="Namespace" value=namespace problem kind=Kind::Mono placeholder="monitoring" hint="For objects that do not say theirs."/>
            <div class="mt"><FormProblemView problem fields=&["name", "namespace"]/></div>
            <div class="form-actions"><SubmitButton label="Add to the draft" busy=false/></div>
        </form>
    }
    .into_any()
}

fn submit(board: Board, made: Result<Component, Problem>, problem: FormProblem, open: RwSignal<bool>) {
    problem.set(None);
    match made {
        Err(wrong) => problem.set(Some(wrong)),
        Ok(component) => {
            if board.add(component) {
                open.set(false);
            } else if let Some(why) = board.refused.get_untracked() {
                board.refused.set(None);
                problem.set(Some(Problem::invalid("refused", why).at("name")));
            }
        }
    }
}

fn checked_name(typed: &str) -> Result<Name, Problem> {
    Name::new(typed).map_err(|error| name_problem(&error, "name"))
}

pub fn checked(typed: String, at: &str, rule: fn(&str) -> Result<(), String>) -> Result<String, Problem> {
    if typed.is_empty() {
        return Err(Problem::invalid("empty_field", "This is needed.").at(at));
    }
    rule(&typed).map_err(|why| Problem::invalid("invalid_field", sentence(&why)).at(at))?;
    Ok(typed)
}
