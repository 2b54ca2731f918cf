//! The builder of one stack on one cluster: its open draft, or the way to open one.

use domain::api::cluster::Cluster;
use domain::api::draft::{Draft, NewDraft, Start};
use domain::name::Name;
use domain::principal::Act;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

use crate::ApiClient;
use crate::api::{encode, use_api};
use crate::builder::Builder;
use crate::frame::{Crumb, Frame, Place};
use crate::part::problem::ProblemView;
use crate::part::{name_problem, stack_path};
use crate::session::{on_cluster, use_session};
use crate::widget::loaded::Loaded;
use crate::widget::sheet::Empty;

#[component]
pub fn Stack() -> AnyView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let of = |key: &str| params.with(|params| params.get(key).unwrap_or_default());
        Asked { cluster: of("cluster"), stack: of("stack"), draft: query.with(|query| query.get("draft")) }
    });
    (move || view! { <StackOf asked=asked.get()/> }).into_any()
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    cluster: String,
    stack: String,
    draft: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Found {
    Draft(Box<Draft>),
    /// No draft is open.
    Recorded(Box<Cluster>),
}

async fn find(api: ApiClient, asked: Asked) -> Result<Found, Problem> {
    if let Some(id) = &asked.draft {
        return Ok(Found::Draft(Box::new(api.draft(id).await?)));
    }
    let open = api.open_drafts().await?;
    let own = open.into_iter().find(|one| one.cluster.as_str() == asked.cluster && one.stack.as_str() == asked.stack);
    match own {
        Some(summary) => Ok(Found::Draft(Box::new(api.draft(&summary.id).await?))),
        None => Ok(Found::Recorded(Box::new(api.cluster(&asked.cluster).await?))),
    }
}

#[component]
fn StackOf(asked: Asked) -> AnyView {
    let api = use_api();
    let Asked { cluster, stack, .. } = asked.clone();
    let crumbs = vec![
        Crumb::link("Overview", "/"),
        Crumb::link(cluster.clone(), format!("/settings/clusters/{}", encode(&cluster))),
        Crumb::here(stack.clone()),
    ];
    let title = format!("{stack} on {cluster}");
    let wanted = asked.clone();
    let found = Resource::new(|| (), move |()| find(api.clone(), wanted.clone()));
    let shown = move |found: Found| match found {
        Found::Draft(draft) => view! { <Builder draft=*draft/> }.into_any(),
        Found::Recorded(cluster) => view! { <NoDraft cluster=*cluster stack=stack.clone()/> }.into_any(),
    };
    view! {
        <Frame place=Place::Stacks title crumbs rail=true>
            <div class="builder-page"><Loaded resource=found what="the draft" view=shown/></div>
        </Frame>
    }
    .into_any()
}

/// The record alone is there: whoever may draft opens a draft of it.
#[component]
fn NoDraft(cluster: Cluster, stack: String) -> AnyView {
    let (api, navigate, session) = (use_api(), use_navigate(), use_session());
    let may = session.may(Act::Draft, &on_cluster(&cluster.environment, &cluster.name));
    let problem = RwSignal::new(None::<Problem>);
    let record = format!("/record?cluster={}&stack={}", encode(cluster.name.as_str()), encode(&stack));
    let (on, of) = (cluster.name.to_string(), stack.clone());
    let edit = Action::new(move |(): &()| {
        let (api, navigate, on, of) = (api.clone(), navigate.clone(), on.clone(), of.clone());
        async move {
            problem.set(None);
            let made = match Name::new(&of) {
                Ok(stack) => api.new_draft(&on, &NewDraft { start: Start::Record { stack } }).await,
                Err(error) => Err(name_problem(&error, "stack")),
            };
            match made {
                Ok(draft) => navigate(&stack_path(&on, &of, Some(&draft.summary.id)), Default::default()),
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let button = may.then(|| {
        view! { <button class="btn btn--action" type="button" aria-disabled=move || edit.pending().get().then_some("true") on:click=move |_| { if !edit.pending().get_untracked() { edit.dispatch(()); } }>"Edit"</button> }
    });
    let title = format!("No draft of {stack} is open");
    view! {
        <div class="builder-blank">
            <h1 class="sr-only">{stack}</h1>
            <Empty icon="stack" title text="The record holds what is deployed. Editing opens a draft of it; nothing changes on the cluster before a plan is countersigned.">
                {button}<a class="btn" href=record>"Open its record"</a>
            </Empty>
            <div aria-live="assertive">{move || problem.get().map(|problem| view! { <ProblemView problem/> })}</div>
        </div>
    }
    .into_any()
}
