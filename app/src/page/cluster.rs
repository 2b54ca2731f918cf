//! One cluster: its binding, who can decrypt, who it is, and what Flux needs to be told once.

mod bootstrap;
mod edit;
mod shown_once;

use domain::api::cluster::{Cluster as Found, ClusterState};
use domain::principal::Act;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::clusters::BindingState;
use super::settings::{Section, SettingsPage};
use crate::api::use_api;
use crate::part::environment::EnvironmentMark;
use crate::part::go_to_review;
use crate::part::only_this_key::OnlyThisKey;
use crate::part::problem::ProblemView;
use crate::session::{on_cluster, use_session};
use crate::widget::copy::{CopyBlock, CopyButton};
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::sheet::Sheet;

use bootstrap::BootstrapSheets;
use edit::EditSheet;

#[component]
pub fn Cluster() -> AnyView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("cluster").unwrap_or_default()));
    (move || view! { <ClusterOf name=name.get()/> }).into_any()
}

#[component]
fn ClusterOf(name: String) -> AnyView {
    let api = use_api();
    let asked = name.clone();
    let cluster = Resource::new(|| (), move |()| api.cluster(&asked));
    let reload = Callback::new(move |()| cluster.refetch());
    view! {
        <SettingsPage section=Section::Clusters title=name.clone() deeper=name about="Settings are edited here; Git says so only after a countersigned plan.">
            <Loaded resource=cluster what="the cluster" view=move |cluster| view! { <Shown cluster reload/> }/>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn Shown(cluster: Found, reload: Callback<()>) -> AnyView {
    let session = use_session();
    let target = on_cluster(&cluster.environment, &cluster.name);
    let (may_deploy, may_administer) = (session.may(Act::Deploy, &target), session.may(Act::Administer, &target));
    let repository = cluster.repository.clone();
    let embedded = repository.embedded;
    let only_key = (!embedded)
        .then(|| view! { <OnlyThisKey url=repository.url.clone() branch=repository.branch.clone() key=repository.deploy_key.clone()/> });
    let (name, environment) = (cluster.name.to_string(), cluster.environment.to_string());
    let (halted, guarantee) = (cluster.halted.clone(), cluster.guarantee.clone());
    view! {
        {halted.map(|why| view! {
            <Sheet id="h-halted" title="Nothing is deployed here"><div class="sheet-body">
                <p class="measure">{why}</p>
                <p class="muted mt">"It goes on by itself once the branch is as it was recorded; planning looks again."</p>
            </div></Sheet>
        })}
        <Binding cluster=cluster.clone() may_deploy/>
        <Sheet id="h-repository" title="Repository"><div class="sheet-body">
            <dl class="kv">
                <dt>"Environment"</dt><dd><EnvironmentMark name=environment/></dd>
                <dt>"URL"</dt><dd><code>{repository.url.clone()}</code>" "<CopyButton text=repository.url/></dd>
                <dt>"Branch"</dt><dd><code>{repository.branch}</code></dd>
                {(!repository.path.is_empty()).then(|| view! { <dt>"Folder"</dt><dd><code>{repository.path}</code></dd> })}
                {repository.host_key.map(|key| view! { <dt>"Pinned host key"</dt><dd><code>{key}</code></dd> })}
            </dl>
            {repository.deploy_key.map(|key| view! {
                <div class="mt-lg stack-y">
                    <p>"Put this deploy key in at the forge, with write access:"</p>
                    <CopyBlock text=key what="Public half of the deploy key"/>
                </div>
            })}
            {only_key}
        </div></Sheet>
        <EditSheet cluster may_administer reload/>
        <BootstrapSheets name embedded may_administer guarantee/>
    }
    .into_any()
}

/// Whether Git says what the settings say, and the way to make it so.
#[component]
fn Binding(cluster: Found, may_deploy: bool) -> AnyView {
    let said = match &cluster.state {
        ClusterState::Unbound => {
            "Nothing is in the repository yet. The binding plan writes whose repository it is, who can decrypt and who may sign."
        }
        ClusterState::Bound { .. } => "The repository names this cluster, its recipients and its signers.",
        ClusterState::Differs { .. } => {
            "The settings changed since the repository was last told. Until the plan is countersigned, the repository keeps the old ones."
        }
    };
    let roster = matches!(&cluster.state, ClusterState::Differs { what, .. } if what.iter().any(|what| what == "roster"));
    let only_roster = matches!(&cluster.state, ClusterState::Differs { what, .. } if what.iter().all(|what| what == "roster"));
    let bound = matches!(cluster.state, ClusterState::Bound { .. });
    let actions = match (bound, may_deploy) {
        (true, _) => ().into_any(),
        (false, true) => view! {
            <div class="stack-y mt">
                {(!only_roster).then(|| view! { <FreezeButton cluster=cluster.name.to_string() roster=false label="Review binding plan"/> })}
                {roster.then(|| view! { <FreezeButton cluster=cluster.name.to_string() roster=true label="Review signers plan"/> })}
            </div>
        }
        .into_any(),
        (false, false) => view! { <p class="muted mt">"Reviewing and countersigning it needs the role operator here."</p> }.into_any(),
    };
    view! {
        <Sheet id="h-binding" title="Binding" push={ let state = cluster.state.clone(); move || view! { <BindingState state=state.clone()/> } }>
            <div class="sheet-body"><p class="measure">{said}</p>{actions}</div>
        </Sheet>
    }
    .into_any()
}

/// Freezes the plan and goes to its review: a page of its own kind, so the browser loads it anew.
#[component]
fn FreezeButton(cluster: String, roster: bool, label: &'static str) -> AnyView {
    let api = use_api();
    let problem = RwSignal::new(None);
    let freeze = Action::new(move |(): &()| {
        let answer = if roster { api.freeze_roster(&cluster) } else { api.freeze_cluster(&cluster) };
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
        <div><button class="btn btn--action" type="button" disabled=move || freeze.pending().get() on:click=move |_| { freeze.dispatch(()); }><Icon name="seal"/>{move || if freeze.pending().get() { "Planning…" } else { label }}</button></div>
        <div aria-live="assertive">{move || problem.get().map(|problem| view! { <ProblemView problem/> })}</div>
    }
    .into_any()
}
