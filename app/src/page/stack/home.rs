//! A stack's own page: what the record holds of it, what changed since, and its drafts, the discarded ones too.

use domain::api::Page;
use domain::api::cluster::Cluster;
use domain::api::draft::{DraftSummary, NewDraft, Start};
use domain::api::overview::{Cell, StackOn};
use domain::name::Name;
use domain::principal::Act;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use serde::{Deserialize, Serialize};

use super::remove::Remove;
use crate::ApiClient;
use crate::api::{encode, query, use_api};
use crate::part::author::AuthorMark;
use crate::part::differs::words;
use crate::part::edit_stack::EditStack;
use crate::part::environment::EnvironmentMark;
use crate::part::problem::ProblemView;
use crate::part::state::{State, StateBadge};
use crate::part::{compare_path, entry_path, history_path, number, stack_path};
use crate::session::{on_cluster, use_session};
use crate::widget::icon::Icon;
use crate::widget::page_head::PageHead;
use crate::widget::sheet::{Empty, Sheet};
use crate::widget::time::{Ago, Moment};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Home {
    cluster: Cluster,
    stack: String,
    cell: Option<Cell>,
    discarded: Vec<DraftSummary>,
    /// Where the record once held it: the entry that took it away, and the one before.
    removed: Option<(u64, u64)>,
}

/// Not found where it is neither recorded nor drafted, and never was.
pub async fn find(api: ApiClient, cluster: String, stack: String) -> Result<Home, Problem> {
    let (overview, discarded) = (api.overview(), api.discarded_drafts());
    let (overview, discarded) = (overview.await?, discarded.await?);
    let found = overview.clusters.into_iter().find(|one| one.name.as_str() == cluster).ok_or_else(|| Problem::not_found("cluster"))?;
    let row = overview.stacks.into_iter().find(|row| row.stack.as_str() == stack);
    let cell = row.and_then(|row| row.cells.into_iter().find(|cell| cell.cluster.as_str() == cluster));
    let own = |one: &DraftSummary| one.cluster.as_str() == cluster && one.stack.as_str() == stack;
    let discarded: Vec<DraftSummary> = discarded.into_iter().filter(own).collect();
    let recorded = cell.as_ref().is_some_and(|cell| cell.entry.is_some());
    let removed = if recorded { None } else { removal(&lines(&api, &cluster, &stack).await?) };
    if cell.is_none() && discarded.is_empty() && removed.is_none() {
        return Err(Problem::not_found("stack"));
    }
    Ok(Home { cluster: found, stack, cell, discarded, removed })
}

/// As much of an entry as is looked at here; this page pays for whatever it reads.
#[derive(Deserialize)]
struct Line {
    number: u64,
    kind: String,
}

async fn lines(api: &ApiClient, cluster: &str, stack: &str) -> Result<Vec<Line>, Problem> {
    let page: Page<Line> = api.get(format!("/record{}", query(&[("cluster", Some(cluster)), ("stack", Some(stack))]))).await?;
    Ok(page.items)
}

/// The entry that took a stack away, and the newest one before its removal began; entries come newest first.
fn removal(entries: &[Line]) -> Option<(u64, u64)> {
    let whole = entries.iter().find(|entry| entry.kind != "stack_removal")?;
    Some((entries.first()?.number, whole.number))
}

#[component]
pub fn StackHome(home: Home) -> AnyView {
    let Home { cluster, stack, cell, discarded, removed } = home;
    let (name, environment) = (cluster.name.to_string(), cluster.environment.to_string());
    let on = StackOn { cluster: name.clone(), stack: stack.clone() };
    let entry = cell.as_ref().and_then(|cell| Some((cell.entry?, cell.recorded_at)));
    let differs = cell.as_ref().map(|cell| cell.differs.clone()).unwrap_or_default();
    let drafts = cell.map(|cell| cell.drafts).unwrap_or_default();
    let word = if drafts.is_empty() { "Edit" } else { "Open the draft" };
    let edit = (entry.is_some() || !drafts.is_empty())
        .then(|| view! { <EditStack on=on.clone() environment=environment.clone() word main=true/> });
    let more = (entry.is_some() && !drafts.is_empty())
        .then(|| view! { <EditStack on=on.clone() environment=environment.clone() word="New draft" fresh=true/> });
    let compare = compare_path(&name, &stack, "", "");
    let moved = (!differs.is_empty()).then(|| {
        view! {
            <div class="callout callout--waiting mb"><Icon name="warn"/>
                <div class="grow"><p class="callout-title">"Differs from record"</p><p>{words(&differs)}". A draft without changes carries it to the cluster once it is countersigned."</p></div>
                <div class="callout-actions"><EditStack on=on.clone() environment=environment.clone() word="Make a draft" fresh=true/></div>
            </div>
        }
    });
    let record = match entry {
        Some((entry, at)) => {
            let all = format!("/record?cluster={}&stack={}", encode(&name), encode(&stack));
            view! {
                <div class="sheet-body"><p><StateBadge state=State::Recorded word=format!("№ {}", number(entry))/>" is what the record holds"{at.map(|at| view! { ", since "<Moment at/> })}"."</p>
                <p class="button-row mt"><a class="btn btn--sm" href=entry_path(&name, entry)>"Open this entry"</a><a class="btn btn--sm btn--quiet" href=all>"All entries of this stack"</a></p></div>
            }
            .into_any()
        }
        None if removed.is_some() => {
            let all = format!("/record?cluster={}&stack={}", encode(&name), encode(&stack));
            let told = removed.map(|(entry, _)| view! { <a href=entry_path(&name, entry) rel="external">{format!("№ {}", number(entry))}</a> });
            let back = removed.map(|(_, before)| view! { <BringBack on=on.clone() environment=environment.clone() before/> });
            view! { <div class="sheet-body"><p>{told}" removed this stack."</p><p class="button-row mt"><a class="btn btn--sm btn--quiet" href=all>"All entries of this stack"</a>{back}</p></div> }
                .into_any()
        }
        None => view! { <div class="sheet-body"><p class="muted">"Nothing of it is recorded yet: it begins with its first countersigned plan."</p></div> }.into_any(),
    };
    let open = if drafts.is_empty() {
        view! { <Empty icon="draft" title="No draft is open" text="Editing opens one; nothing changes on the cluster before a plan is countersigned."/> }.into_any()
    } else {
        view! { <Drafts drafts may_restore=false/> }.into_any()
    };
    let may = use_session().may(Act::Draft, &on_cluster(&environment, &name));
    let discarded = (!discarded.is_empty()).then(|| {
        view! { <Sheet id="h-discarded" title="Discarded drafts" note="As they were; restoring opens them again"><Drafts drafts=discarded may_restore=may/></Sheet> }
    });
    let remove = (may && entry.is_some()).then(|| view! { <Remove on/> });
    view! {
        <div class="builder-blank">
            <PageHead title=stack about=format!("On {name}.")><EnvironmentMark name=environment/><a class="btn btn--sm btn--quiet" href=compare rel="external">"Compare"</a>{more}{edit}</PageHead>
            {moved}
            <Sheet id="h-record" title="Record">{record}</Sheet>
            <Sheet id="h-drafts" title="Open drafts">{open}</Sheet>
            {discarded}
            {remove}
        </div>
    }
    .into_any()
}

/// A draft of what the stack was before it was removed.
#[component]
fn BringBack(on: StackOn, environment: String, before: u64) -> AnyView {
    let (api, navigate, session) = (use_api(), use_navigate(), use_session());
    if !session.may(Act::Draft, &on_cluster(&environment, &on.cluster)) {
        return ().into_any();
    }
    let problem = RwSignal::new(None::<Problem>);
    let revert = Action::new(move |(): &()| {
        let (api, navigate, on) = (api.clone(), navigate.clone(), on.clone());
        async move {
            let Ok(stack) = Name::new(&on.stack) else { return };
            match api.new_draft(&on.cluster, &NewDraft { start: Start::Revert { stack, entry: before } }).await {
                Ok(draft) => navigate(&stack_path(&on.cluster, &on.stack, Some(&draft.summary.id)), Default::default()),
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <button class="btn btn--sm" type="button" on:click=move |_| { if !revert.pending().get_untracked() { revert.dispatch(()); } }>{format!("Make a draft of № {}", number(before))}</button>
        {move || problem.get().map(|problem| view! { <ProblemView problem/> })}
    }
    .into_any()
}

#[component]
fn Drafts(drafts: Vec<DraftSummary>, may_restore: bool) -> AnyView {
    view! { <ul class="desk-list">{drafts.into_iter().map(|draft| view! { <Item draft may_restore/> }).collect_view()}</ul> }.into_any()
}

#[component]
fn Item(draft: DraftSummary, may_restore: bool) -> AnyView {
    let href = stack_path(draft.cluster.as_str(), draft.stack.as_str(), Some(&draft.id));
    let behind =
        draft.behind.as_ref().map(|behind| view! { <span class="ic-waiting">{format!("behind № {}", number(behind.record))}</span> });
    let title = if draft.title.is_empty() { draft.stack_name.to_string() } else { draft.title.clone() };
    let past = history_path(draft.cluster.as_str(), draft.stack.as_str(), &draft.id);
    let act = if may_restore {
        view! { <Restore draft=draft.clone()/> }.into_any()
    } else {
        view! { <a class="btn btn--sm" href=href.clone() aria-label=format!("Open {title}")>"Open"</a> }.into_any()
    };
    view! {
        <li class="desk-item">
            <span><StateBadge state=State::Draft word=format!("rev {}", draft.revision)/></span>
            <div>
                <p class="desk-title"><a href=href>{title.clone()}</a></p>
                <p class="desk-meta"><AuthorMark author=draft.edited_by/><span><Ago at=draft.edited_at/></span>{behind}<a href=past rel="external" aria-label=format!("History: {title}")>"History"</a></p>
            </div>
            {act}
        </li>
    }
    .into_any()
}

#[component]
fn Restore(draft: DraftSummary) -> AnyView {
    let (api, navigate) = (use_api(), use_navigate());
    let problem = RwSignal::new(None::<Problem>);
    let label = format!("Restore {}", draft.title);
    let to = stack_path(draft.cluster.as_str(), draft.stack.as_str(), Some(&draft.id));
    let restore = Action::new(move |(): &()| {
        let (answer, navigate, to) = (api.restore_draft(&draft.id), navigate.clone(), to.clone());
        async move {
            match answer.await {
                Ok(_) => navigate(&to, Default::default()),
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <button class="btn btn--sm" type="button" aria-label=label aria-disabled=move || restore.pending().get().then_some("true") on:click=move |_| { if !restore.pending().get_untracked() { restore.dispatch(()); } }>"Restore"</button>
        {move || problem.get().map(|problem| view! { <ProblemView problem/> })}
    }
    .into_any()
}
