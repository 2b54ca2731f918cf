//! The builder of one stack on one cluster with its open draft, or the stack's own page.

mod home;
mod remove;

use domain::api::draft::{Draft, DraftState};
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

use crate::ApiClient;
use crate::api::{encode, use_api};
use crate::builder::Builder;
use crate::frame::{Crumb, Frame, Place};
use crate::part::drafts_path;
use crate::widget::loaded::Loaded;

use home::{Home, StackHome};

#[component]
pub fn Stack() -> AnyView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let of = |key: &str| params.with(|params| params.get(key).unwrap_or_default());
        Asked { cluster: of("cluster"), stack: of("stack"), draft: query.with(|query| query.get("draft")) }
    });
    (move || view! { <StackOf asked=asked.get()/> }).into_any()
}

/// `draft` is absent for the one that is open, and empty for none: the stack's own page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    cluster: String,
    stack: String,
    draft: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Found {
    Draft(Box<Draft>),
    Home(Box<Home>),
}

async fn find(api: ApiClient, asked: Asked) -> Result<Found, Problem> {
    let Asked { cluster, stack, draft } = asked;
    let id = match draft {
        Some(id) => Some(id).filter(|id| !id.is_empty()),
        None => {
            let open = api.open_drafts().await?;
            open.into_iter().find(|one| one.cluster.as_str() == cluster && one.stack.as_str() == stack).map(|own| own.id)
        }
    };
    if let Some(id) = id {
        let draft = api.draft(&id).await?;
        // A discarded one is restored first, a recorded one is in the record: the stack's page says so.
        if draft.summary.state == DraftState::Open {
            return Ok(Found::Draft(Box::new(draft)));
        }
    }
    Ok(Found::Home(Box::new(home::find(api, cluster, stack).await?)))
}

#[component]
fn StackOf(asked: Asked) -> AnyView {
    let api = use_api();
    let Asked { cluster, stack, draft } = asked.clone();
    let is_draft = draft.as_ref().is_none_or(|id| !id.is_empty());
    let mut crumbs = vec![Crumb::link("Overview", "/"), Crumb::link(cluster.clone(), format!("/settings/clusters/{}", encode(&cluster)))];
    crumbs.push(if is_draft { Crumb::link(stack.clone(), drafts_path(&cluster, &stack)) } else { Crumb::here(stack.clone()) });
    if is_draft {
        crumbs.push(Crumb::here("Draft"));
    }
    let title = format!("{stack} on {cluster}");
    let found = Resource::new(|| (), move |()| find(api.clone(), asked.clone()));
    let shown = move |found: Found| match found {
        Found::Draft(draft) => view! { <Builder draft=*draft/> }.into_any(),
        Found::Home(home) => view! { <StackHome home=*home/> }.into_any(),
    };
    view! {
        <Frame place=Place::Stacks title crumbs rail=true>
            <div class="builder-page"><Loaded resource=found what="the draft" view=shown/></div>
        </Frame>
    }
    .into_any()
}
