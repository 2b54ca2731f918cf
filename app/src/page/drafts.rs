//! The drafts of one stack, to be read: a page of its own, and the list behind the builder's button.

use domain::api::draft::DraftSummary;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::ApiClient;
use crate::api::use_api;
use crate::frame::{Crumb, Frame, Place};
use crate::part::author::AuthorMark;
use crate::part::{compare_path, drafts_path, history_path, number, stack_path};
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::sheet::{Empty, Sheet};
use crate::widget::time::Ago;

#[component]
pub fn Drafts() -> AnyView {
    let (api, params, query) = (use_api(), use_params_map(), use_query_map());
    let of = move |key: &str| params.with_untracked(|params| params.get(key).unwrap_or_default());
    let (cluster, stack) = (of("cluster"), of("stack"));
    let here = query.with_untracked(|query| query.get("but").unwrap_or_default());
    let (on, name) = (cluster.clone(), stack.clone());
    let found = Resource::new(|| (), move |()| find(api.clone(), on.clone(), name.clone()));
    let crumbs = vec![Crumb::link("Overview", "/"), Crumb::link(stack.clone(), drafts_path(&cluster, &stack)), Crumb::here("Drafts")];
    let about =
        format!("Open drafts of {stack} on {cluster}. Each goes its own way; when one is recorded, the plans of the others go stale.");
    view! {
        <Frame place=Place::Stacks title=format!("Drafts of {stack}") crumbs>
            <PageHead title=format!("Drafts of {stack}") about/>
            <Loaded resource=found what="the drafts" view=move |drafts| view! { <List cluster=cluster.clone() stack=stack.clone() drafts here=here.clone()/> }/>
        </Frame>
    }
    .into_any()
}

async fn find(api: ApiClient, cluster: String, stack: String) -> Result<Vec<DraftSummary>, Problem> {
    let open = api.open_drafts().await?;
    Ok(open.into_iter().filter(|one| one.cluster.as_str() == cluster && one.stack.as_str() == stack).collect())
}

#[component]
fn List(cluster: String, stack: String, drafts: Vec<DraftSummary>, here: String) -> AnyView {
    let all = drafts_path(&cluster, &stack);
    if drafts.is_empty() {
        return view! { <Empty icon="draft" title="No draft is open" text="Editing opens one; nothing changes on the cluster before a plan is countersigned."><a class="btn" href=all>"To the stack"</a></Empty> }.into_any();
    }
    let is_shown = drafts.iter().any(|one| one.id == here);
    let count = if drafts.len() == 1 { "1 open".to_owned() } else { format!("{} open", drafts.len()) };
    let against = is_shown.then(|| here.clone());
    view! {
        <Sheet id="h-drafts" title="Open drafts" note=count>
            <div data-part="">
                <ul class="desk-list drafts-list">{drafts.into_iter().map(|draft| view! { <Item draft against=against.clone()/> }).collect_view()}</ul>
                <p class="drafts-foot"><a href=all>"The stack: new draft, discarded drafts, record"</a></p>
            </div>
        </Sheet>
    }
    .into_any()
}

/// `against` is the draft that is looked at: it says so, and the others can be compared with it.
#[component]
fn Item(draft: DraftSummary, against: Option<String>) -> AnyView {
    let (cluster, stack) = (draft.cluster.as_str(), draft.stack.as_str());
    let title = if draft.title.is_empty() { draft.stack_name.to_string() } else { draft.title.clone() };
    let is_this = against.as_ref() == Some(&draft.id);
    let behind =
        draft.behind.as_ref().map(|behind| view! { <span class="ic-waiting">{format!("behind № {}", number(behind.record))}</span> });
    let name = if is_this {
        view! { <strong>{title.clone()}</strong><span class="muted">" this one"</span> }.into_any()
    } else {
        view! { <a href=stack_path(cluster, stack, Some(&draft.id))>{title.clone()}</a> }.into_any()
    };
    let own = format!("draft:{}", draft.id);
    let from = match &against {
        Some(other) if !is_this => Some(format!("draft:{other}")),
        _ => draft.based_on.map(|entry| format!("entry:{entry}")),
    };
    let word = if is_this || against.is_none() { "Compare with the record" } else { "Compare with this one" };
    let compare = from.map(
        |from| view! { <a href=compare_path(cluster, stack, &from, &own) rel="external" aria-label=format!("{word}: {title}")>{word}</a> },
    );
    view! {
        <li class="desk-item">
            <span class="state state--draft"><Icon name="draft"/>{format!("rev {}", draft.revision)}</span>
            <div>
                <p class="desk-title">{name}</p>
                <p class="desk-meta"><span>"by "{draft.author.name.clone()}</span><AuthorMark author=draft.edited_by.clone()/><span>"edited "<Ago at=draft.edited_at/></span>{behind}</p>
                <p class="desk-meta"><a href=history_path(cluster, stack, &draft.id) rel="external" aria-label=format!("History: {title}")>"History"</a>{compare}</p>
            </div>
        </li>
    }
    .into_any()
}
