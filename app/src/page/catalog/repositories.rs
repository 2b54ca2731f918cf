//! Helm repositories and OCI registries of people's own: what each holds, how fetching goes, adding and removing.

use domain::api::catalog::{ChartRepository, RepositoryState};
use domain::principal::{Act, Target};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Script;
use crate::api::{query, use_api};
use crate::frame::{Crumb, Frame, Place};
use crate::session::use_session;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::plain_field::{PlainField, ProblemPlace};
use crate::widget::sheet::{Empty, Sheet};
use crate::widget::time::Ago;

#[component]
pub fn Repositories() -> AnyView {
    let api = use_api();
    let draft = use_query_map().with_untracked(|map| map.get("draft"));
    let back = format!("/catalog{}", query(&[("draft", draft.as_deref().filter(|id| !id.is_empty()))]));
    let found = Resource::new(|| (), move |()| api.chart_repositories());
    view! {
        <Frame place=Place::Catalog title="Chart repositories" crumbs=vec![Crumb::link("Catalog", back), Crumb::here("Your repositories")]>
            <PageHead title="Chart repositories" about="Helm repositories and OCI registries of your own. Their charts stand in the catalog beside the built-in ones."/>
            <Script/>
            <Loaded resource=found what="the repositories" view=|all| view! { <Page all/> }/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Page(all: Vec<ChartRepository>) -> AnyView {
    let may = |act| use_session().may(act, &Target::Organisation);
    let (may_add, may_fetch) = (may(Act::Administer), may(Act::Edit));
    let form = if may_add {
        view! { <Add/> }.into_any()
    } else {
        view! { <p class="muted mt">"An administrator adds repositories."</p> }.into_any()
    };
    view! { <div data-repositories=""><List all may_add may_fetch/></div>{form} }.into_any()
}

#[component]
fn List(all: Vec<ChartRepository>, may_add: bool, may_fetch: bool) -> AnyView {
    if all.is_empty() {
        let text = "The built-in catalog needs none. Add the one that your own charts are in.";
        return view! { <section class="sheet"><Empty icon="plug" title="No repository of your own" text/></section> }.into_any();
    }
    let rows = all.into_iter().map(|one| view! { <Row one may_add may_fetch/> }).collect_view();
    view! {
        <Sheet id="h-repositories" title="Repositories">
            <div class="ledger-scroll">
                <table class="ledger ledger--rows">
                    <thead><tr><th scope="col">"Name"</th><th scope="col">"Address"</th><th scope="col">"Charts"</th><th scope="col">"State"</th><th scope="col"><span class="sr-only">"Actions"</span></th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <div data-problem="" class="callout callout--failing" role="alert" hidden=true></div>
        </Sheet>
    }
    .into_any()
}

#[component]
fn Row(one: ChartRepository, may_add: bool, may_fetch: bool) -> AnyView {
    let is_busy = matches!(one.state, RepositoryState::Fetching { .. });
    let who = one.username.map(|name| view! { <p class="faint">{format!("as {name}")}</p> });
    let charts = match one.charts {
        Some(count) => count.to_string(),
        None if one.url.starts_with("oci://") => "not listed".to_owned(),
        None => "–".to_owned(),
    };
    let fetch = may_fetch.then(|| {
        view! { <button class="btn btn--sm" type="button" data-fetch-repository=one.name.clone() aria-label=format!("Fetch again: {}", one.name)>"Fetch again"</button> }
    });
    let remove = may_add.then(|| {
        view! { <button class="btn btn--sm" type="button" data-remove-repository=one.name.clone() aria-label=format!("Remove: {}", one.name)><Icon name="trash"/>"Remove"</button> }
    });
    view! {
        <tr data-busy=is_busy.then_some("")>
            <th scope="row">{one.name}</th>
            <td><code class="wrap">{one.url}</code>{who}</td>
            <td>{charts}</td>
            <td><StateOf state=one.state fetched_at=one.fetched_at/></td>
            <td><div class="button-row">{fetch}{remove}</div></td>
        </tr>
    }
    .into_any()
}

#[component]
fn StateOf(state: RepositoryState, fetched_at: Option<i64>) -> AnyView {
    let age = fetched_at.map(|at| view! { " "<Ago at/> });
    match state {
        RepositoryState::NotFetched => view! { <span class="faint">"not fetched yet"</span> }.into_any(),
        RepositoryState::Fetching { bytes, total } => {
            let of = total.map(|total| format!(" of {}", size(total))).unwrap_or_default();
            view! { <span role="status">{format!("fetching: {}{of}", size(bytes))}</span> }.into_any()
        }
        RepositoryState::Ready => view! { <span class="state state--reconciled"><Icon name="ok"/>"ready"</span>{age} }.into_any(),
        RepositoryState::Failed { problem } => {
            let hint = problem.hint.map(|hint| view! { <p class="muted">{hint}</p> });
            view! { <span class="state state--failing"><Icon name="fail"/>"failed"</span><p class="mt">{problem.detail}</p>{hint} }
                .into_any()
        }
    }
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 { format!("{} KiB", bytes.div_ceil(1 << 10)) } else { format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)) }
}

#[component]
fn Add() -> AnyView {
    view! {
        <Sheet id="h-add" title="Add a repository" note="it is fetched at once, in the background">
            <form class="sheet-body stack-y" method="post" data-add-repository="" novalidate>
                <PlainField name="name" label="Name" required=true placeholder="platform" hint="a-z, 0-9 and single hyphens."/>
                <PlainField name="url" label="Address" mono=true required=true placeholder="https://charts.example.com" hint="https:// for a Helm repository, oci:// for a registry. Addresses inside need --allow-inside."/>
                <PlainField name="username" label="User"/>
                <PlainField name="password" label="Password or token" kind="password" autocomplete="new-password" hint="Sealed by the vault; it is never shown again."/>
                <ProblemPlace/>
                <div class="form-actions mt-0"><button class="btn btn--action" type="submit"><Icon name="plus"/>"Add repository"</button></div>
                <noscript><p class="callout callout--waiting">"Adding needs JavaScript: allow it for this site."</p></noscript>
            </form>
        </Sheet>
    }
    .into_any()
}
