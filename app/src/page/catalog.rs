//! The catalog: what there is to add to a stack, found by a name, a purpose or what it gives to others.
//!
//! The page works by links and a form; `catalog.js` finds while somebody types.

mod add;
mod chart;
mod inside;
mod repositories;
mod shelf;

use domain::api::catalog::Found;
use domain::api::draft::Draft;
use domain::problem::Problem;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ApiClient;
use crate::api::{BoxFut, query, use_api};
use crate::assets::use_assets;
use crate::frame::{Crumb, Frame, Place};
use crate::part::stack_path;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;

pub use chart::Chart;
pub use inside::Inside;
pub use repositories::Repositories;
use shelf::Shelves;

/// What the address says: what to find, and the draft that something is added to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    query: String,
    draft: Option<String>,
}

#[component]
pub fn Catalog() -> AnyView {
    let api = use_api();
    let asked = use_query_map().with_untracked(|map| Asked {
        query: map.get("query").unwrap_or_default().trim().to_owned(),
        draft: map.get("draft").filter(|id| !id.is_empty()),
    });
    let (wanted, draft) = (asked.query.clone(), asked.draft.clone());
    let found = Resource::new(
        || (),
        move |()| {
            let (found, draft) = (api.catalog(&wanted), draft_of(&api, draft.as_deref()));
            Box::pin(async move { Ok::<(Vec<Found>, Option<Draft>), Problem>((found.await?, draft.await?)) })
        },
    );
    let repositories = format!("/catalog/repositories{}", query(&[("draft", asked.draft.as_deref())]));
    view! {
        <Frame place=Place::Catalog title="Catalog" crumbs=vec![Crumb::here("Catalog")]>
            <PageHead title="Catalog" about="Charts that teams really run, and those of your own repositories.">
                <a class="btn" href=repositories><Icon name="plug"/>"Your repositories"</a>
            </PageHead>
            <Script/>
            <Search asked=asked.clone()/>
            <Loaded resource=found what="the catalog" view=move |(found, draft)| view! { <Answer found draft asked=asked.clone()/> }/>
        </Frame>
    }
    .into_any()
}

/// The draft that something is to be added to, if the address names one.
fn draft_of(api: &ApiClient, id: Option<&str>) -> BoxFut<Result<Option<Draft>, Problem>> {
    let asked = id.map(|id| api.draft(id));
    Box::pin(async move {
        match asked {
            Some(draft) => draft.await.map(Some),
            None => Ok(None),
        }
    })
}

#[component]
fn Script() -> AnyView {
    view! { <script type="module" src=use_assets().url("catalog.js") nonce=use_nonce()></script> }.into_any()
}

#[component]
fn Search(asked: Asked) -> AnyView {
    view! {
        <form class="filters" role="search" aria-label="Find a chart" action="/catalog" data-find-charts="">
            <label class="sr-only" for="find-charts">"Find a chart"</label>
            <input class="input" id="find-charts" type="search" name="query" value=asked.query autocomplete="off" spellcheck="false" placeholder="grafana, certificates, database…"/>
            {asked.draft.map(|id| view! { <input type="hidden" name="draft" value=id/> })}
            <noscript><button class="btn" type="submit">"Find"</button></noscript>
        </form>
    }
    .into_any()
}

#[component]
fn Answer(found: Vec<Found>, draft: Option<Draft>, asked: Asked) -> AnyView {
    view! {
        {draft.map(|draft| view! { <AddingTo draft/> })}
        <div data-found="" aria-live="polite"><Shelves found asked/></div>
    }
    .into_any()
}

/// Whoever comes from a draft sees which, and the way back.
#[component]
fn AddingTo(draft: Draft) -> AnyView {
    let summary = draft.summary;
    let back = stack_path(summary.cluster.as_str(), summary.stack.as_str(), Some(&summary.id));
    view! {
        <p class="callout mb"><Icon name="draft"/><span>"What you choose is added to the draft of "<strong>{summary.stack_name.to_string()}</strong>" on "{summary.cluster.to_string()}". "<a href=back rel="external">"Back to the builder"</a></span></p>
    }
    .into_any()
}
