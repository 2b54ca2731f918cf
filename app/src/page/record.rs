//! The record: every entry, newest first, by day, with who drafted and who countersigned it.

mod cluster;
mod detail;
mod foreign;
mod row;

use domain::api::Page;
use domain::api::cluster::Cluster;
use domain::api::record::Entry;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::use_api;
use crate::frame::{Crumb, Frame, Place};
use crate::part::environment::EnvironmentMark;
use crate::part::number;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::sheet::Empty;
use crate::widget::time::Civil;

use detail::Detail;
pub use foreign::Foreign;
use foreign::{ForeignRow, MoreForeign};
use row::EntryRow;

#[component]
pub fn Record() -> AnyView {
    let api = use_api();
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| Filter {
            cluster: given(query.get("cluster")),
            stack: given(query.get("stack")),
            after: given(query.get("after")),
        })
    });
    let found = Resource::new(
        move || filter.get(),
        move |filter| {
            let (record, clusters) =
                (api.record(filter.cluster.as_deref(), filter.stack.as_deref(), filter.after.as_deref()), api.clusters());
            Box::pin(async move { Ok::<(Page<Entry>, Vec<Cluster>), _>((record.await?, clusters.await?)) })
        },
    );
    view! {
        <Frame place=Place::Record title="Record" crumbs=vec![Crumb::here("Record")]>
            <PageHead title="Record" about="Every deployment in order, with who drafted it and who countersigned. Each is a commit in its cluster's repository: nobody can edit it, agents least of all."/>
            <Loaded resource=found what="the record" view=move |(page, clusters)| view! { <Book page clusters filter=filter.get()/> }/>
        </Frame>
    }
    .into_any()
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Filter {
    cluster: Option<String>,
    stack: Option<String>,
    after: Option<String>,
}

impl Filter {
    /// The same filter from its beginning, or after an entry.
    fn address(&self, after: Option<&str>) -> String {
        let pairs = [("cluster", self.cluster.as_deref()), ("stack", self.stack.as_deref()), ("after", after)];
        format!("/record{}", crate::api::query(&pairs))
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[component]
fn Book(page: Page<Entry>, clusters: Vec<Cluster>, filter: Filter) -> AnyView {
    let is_filtered = filter.cluster.is_some() || filter.stack.is_some();
    let older = page.next.clone().map(|after| filter.address(Some(&after)));
    let stack_chip = filter.stack.clone().map(|stack| {
        let all = Filter { stack: None, ..filter.clone() }.address(None);
        view! { <p class="filters"><span>"Stack "<strong>{stack}</strong></span><a href=all>"All stacks"</a></p> }
    });
    let list = if page.items.is_empty() {
        view! { <Nothing is_filtered/> }
    } else {
        view! { <Days entries=page.items/> }
    };
    view! {
        <ClusterFilter clusters chosen=filter.cluster/>
        {stack_chip}
        {list}
        {older.map(|href| view! { <p class="form-actions"><a class="btn" href=href data-older="">"Older entries"</a></p> })}
    }
    .into_any()
}

/// A choice leads on at once where a script runs, and by its button where none does.
#[component]
fn ClusterFilter(clusters: Vec<Cluster>, chosen: Option<String>) -> AnyView {
    let option = |cluster: Cluster| {
        let selected = chosen.as_deref() == Some(cluster.name.as_str());
        let label = format!("{} ({})", cluster.name, cluster.environment);
        view! { <option value=cluster.name.to_string() selected=selected>{label}</option> }
    };
    view! {
        <form class="filters" role="search" aria-label="Filter by cluster" action="/record" data-filter="">
            <label class="sr-only" for="filter-cluster">"Cluster"</label>
            <select class="select" id="filter-cluster" name="cluster"><option value="" selected=chosen.is_none()>"All clusters"</option>{clusters.into_iter().map(option).collect_view()}</select>
            <noscript><button class="btn" type="submit">"Show"</button></noscript>
        </form>
    }
    .into_any()
}

#[component]
fn Nothing(is_filtered: bool) -> AnyView {
    let empty = if is_filtered {
        view! { <Empty icon="book" title="No entry matches" text="Nothing of this was ever deployed."><a class="btn" href="/record">"Clear the filter"</a></Empty> }
    } else {
        view! { <Empty icon="book" title="The book is empty" text="The first countersigned plan becomes entry 0001."><a class="btn btn--action" href="/">"Open the overview"</a></Empty> }
    };
    view! { <section class="sheet">{empty}</section> }.into_any()
}

/// Entries under the day they were recorded on: in UTC here, and `read.js` puts them under the reader's.
#[component]
fn Days(entries: Vec<Entry>) -> AnyView {
    let mut days = Vec::<(String, Vec<Entry>)>::new();
    for entry in entries {
        let day = Civil::utc(entry.recorded_at).day();
        match days.last_mut() {
            Some((last, list)) if *last == day => list.push(entry),
            _ => days.push((day, vec![entry])),
        }
    }
    let day = |(day, entries): (String, Vec<Entry>)| {
        let count = format!("{} {}", entries.len(), if entries.len() == 1 { "entry" } else { "entries" });
        view! { <h2 class="book-day">{day}" "<small>{count}</small></h2>{entries.into_iter().map(|entry| view! { <Between entry/> }).collect_view()} }
    };
    view! {
        <section class="book" aria-label="Entries, newest first" data-days="">
            <div class="entry entry-head" aria-hidden="true"><span></span><span>"No."</span><span>"Time"</span><span>"What"</span><span>"Drafted by"</span><span>"Countersigned by"</span><span class="col-commit">"Commit"</span><span>"Outcome"</span><span class="col-more"></span></div>
            {days.into_iter().map(day).collect_view()}
        </section>
    }
    .into_any()
}

/// An entry, and above it what others committed before the next.
#[component]
fn Between(entry: Entry) -> AnyView {
    let foreign = entry.followed_by.iter().map(|commit| view! { <ForeignRow commit=commit.clone()/> }).collect_view();
    let more = (entry.followed_by_count as usize).saturating_sub(entry.followed_by.len());
    let more = (more > 0).then(|| view! { <MoreForeign cluster=entry.cluster.clone() more/> });
    view! { {foreign}{more}<EntryRow entry/> }.into_any()
}

/// One entry at an address of its own.
#[component]
pub fn RecordEntry() -> AnyView {
    let params = use_params_map();
    let asked =
        Memo::new(move |_| params.with(|params| (params.get("cluster").unwrap_or_default(), params.get("number").unwrap_or_default())));
    (move || {
        let (cluster, text) = asked.get();
        view! { <EntryOf cluster text/> }
    })
    .into_any()
}

#[component]
fn EntryOf(cluster: String, text: String) -> AnyView {
    let api = use_api();
    let shown = text.parse().map_or(text.clone(), number);
    let (of, title) = (cluster.clone(), format!("{shown} of {cluster}"));
    // What is no number is no entry: the server says so of № 0 as of any other that is not there.
    let wanted = text.parse().unwrap_or_default();
    let found = Resource::new(|| (), move |()| api.entry(&of, wanted));
    let crumbs = vec![
        Crumb::link("Record", "/record"),
        Crumb::link(cluster.clone(), format!("/record?cluster={}", crate::api::encode(&cluster))),
        Crumb::here(shown),
    ];
    view! {
        <Frame place=Place::Record title crumbs>
            <Loaded resource=found what="the entry" view=|entry| view! { <EntryPage entry/> }/>
        </Frame>
    }
    .into_any()
}

#[component]
fn EntryPage(entry: Entry) -> AnyView {
    let title = format!("{} {}", number(entry.number), row::headline(&entry));
    let environment = entry.environment.clone();
    view! {
        <PageHead title about=entry.title.clone()><EnvironmentMark name=environment/></PageHead>
        <section class="book" aria-label="Entry"><Detail entry/></section>
    }
    .into_any()
}
