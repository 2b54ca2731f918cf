//! One chart: what it is for, and adding it to a draft. What its repository says of it comes after, and may take a moment.

use domain::api::catalog::Found;
use domain::api::draft::{Draft, DraftSummary};
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::add::Add;
use super::shelf::Capabilities;
use super::{Script, draft_of};
use crate::api::{query, use_api};
use crate::frame::{Crumb, Frame, Place};
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::sheet::{Empty, Sheet};

/// The chart that an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Which {
    pub repository: String,
    pub name: String,
    pub version: Option<String>,
    /// What the version is compared with.
    pub since: Option<String>,
    pub draft: Option<String>,
}

impl Which {
    pub fn of_address() -> Which {
        use_query_map().with_untracked(|map| {
            let given = |key: &str| map.get(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            Which {
                repository: given("repository").unwrap_or_default(),
                name: given("name").unwrap_or_default(),
                version: given("version"),
                since: given("since"),
                draft: given("draft"),
            }
        })
    }

    pub fn catalog(&self) -> String {
        format!("/catalog{}", query(&[("draft", self.draft.as_deref())]))
    }
}

/// What is known at once.
type Known = (Vec<Found>, Option<Draft>, Vec<DraftSummary>);

#[component]
pub fn Chart() -> AnyView {
    let api = use_api();
    let which = Which::of_address();
    let draft = which.draft.clone();
    let known = Resource::new(
        || (),
        move |()| {
            let (found, draft, open) = (api.catalog(""), draft_of(&api, draft.as_deref()), api.open_drafts());
            Box::pin(async move { Ok::<Known, Problem>((found.await?, draft.await?, open.await?)) })
        },
    );
    let crumbs = vec![Crumb::link("Catalog", which.catalog()), Crumb::here(which.name.clone())];
    view! {
        <Frame place=Place::Catalog title=which.name.clone() crumbs>
            <Script/>
            <Loaded resource=known what="the chart" view=move |known| view! { <Shown known which=which.clone()/> }/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(known: Known, which: Which) -> AnyView {
    let (all, draft, open) = known;
    let source = (which.repository.trim_end_matches('/'), which.name.as_str());
    let found = all.iter().find(|one| one.chart.source() == source).cloned();
    let about = found.as_ref().map(|one| one.purpose.clone()).unwrap_or_default();
    let inside = query(&[
        ("repository", Some(which.repository.as_str())),
        ("name", Some(which.name.as_str())),
        ("version", which.version.as_deref()),
        ("since", which.since.as_deref()),
        ("draft", which.draft.as_deref()),
    ]);
    let inside = format!("/catalog/inside{inside}");
    let link = inside.clone();
    view! {
        <PageHead title=which.name.clone() about/>
        <div class="chart-page">
            <div class="stack-y">
                {found.clone().map(|found| view! { <Facts found/> })}
                <div data-inside-at=inside><p class="callout"><span><a href=link>"Ask its repository"</a>" for versions, README and values."</span></p></div>
            </div>
            <div><Adding all found draft open which/></div>
        </div>
    }
    .into_any()
}

#[component]
fn Facts(found: Found) -> AnyView {
    let label = if found.repository.is_some() { "Newest version" } else { "Known-good version" };
    let note = found.note.map(|note| view! { <p class="mt">{note}</p> });
    let namespace = found.namespace.map(|namespace| view! { <dt>"Usually in"</dt><dd><code>{namespace}</code></dd> });
    view! {
        <Sheet id="h-facts" title="What it is">
            <div class="sheet-body">
                <p class="chart-marks"><Capabilities label="needs" all=found.needs/><Capabilities label="gives" all=found.gives/><Capabilities label="uses" all=found.uses/></p>
                <dl class="kv">
                    <dt>"Repository"</dt><dd><code class="wrap">{found.chart.repository}</code></dd>
                    <dt>{label}</dt><dd><code>{found.chart.version}</code></dd>
                    {namespace}
                </dl>
                {note}
            </div>
        </Sheet>
    }
    .into_any()
}

/// To the draft that somebody came from, or to one of those that are open.
#[component]
fn Adding(all: Vec<Found>, found: Option<Found>, draft: Option<Draft>, open: Vec<DraftSummary>, which: Which) -> AnyView {
    match draft {
        Some(draft) if draft.may_edit => view! { <Add all found draft which/> }.into_any(),
        Some(_) => view! {
            <section class="sheet"><Empty icon="eye" title="You may not edit this draft" text="Whoever holds the role editor on its cluster adds to it."/></section>
        }
        .into_any(),
        None if open.is_empty() => view! {
            <section class="sheet"><Empty icon="draft" title="No draft is open" text="A chart is added to a draft of a stack."><a class="btn btn--action" href="/#stacks">"Make a draft"</a></Empty></section>
        }
        .into_any(),
        None => {
            let link = move |summary: DraftSummary| {
                let to = super::shelf::chart_address(&which.repository, &which.name, which.version.as_deref(), Some(&summary.id));
                view! { <li><a href=to>{summary.stack_name.to_string()}</a>" "<span class="faint">{format!("on {}", summary.cluster)}</span></li> }
            };
            view! {
                <Sheet id="h-drafts" title="Add it to a draft"><div class="sheet-body"><ul class="plain-list stack-y">{open.into_iter().map(link).collect_view()}</ul></div></Sheet>
            }
            .into_any()
        }
    }
}
