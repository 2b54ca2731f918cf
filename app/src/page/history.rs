//! The past of a draft: every edit with who and when, names for revisions, and the way back. `history.js` sends what is
//! pressed.

use domain::api::Page;
use domain::api::draft::{Checkpoint, Draft, DraftState, PastEdit};
use domain::problem::Problem;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::ApiClient;
use crate::api::use_api;
use crate::assets::use_assets;
use crate::frame::{Crumb, Frame, Place};
use crate::part::author::AuthorMark;
use crate::part::{compare_path, drafts_path, entry_path, history_path, number, stack_path};
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::plain_field::{PlainField, ProblemPlace};
use crate::widget::sheet::Sheet;
use crate::widget::time::Moment;

#[component]
pub fn History() -> AnyView {
    let (api, params, query) = (use_api(), use_params_map(), use_query_map());
    let of = move |key: &str| params.with_untracked(|params| params.get(key).unwrap_or_default());
    let asked = move |key: &str| query.with_untracked(|query| query.get(key).filter(|text| !text.is_empty()));
    let (cluster, stack) = (of("cluster"), of("stack"));
    let (draft, after) = (asked("draft").unwrap_or_default(), asked("after"));
    let found = Resource::new(|| (), move |()| find(api.clone(), draft.clone(), after.clone()));
    let crumbs = vec![Crumb::link("Overview", "/"), Crumb::link(stack.clone(), drafts_path(&cluster, &stack)), Crumb::here("History")];
    view! {
        <Frame place=Place::Stacks title=format!("History of a draft of {stack}") crumbs>
            <Loaded resource=found what="the history" view=|(draft, page)| view! { <Past draft page/> }/>
        </Frame>
    }
    .into_any()
}

async fn find(api: ApiClient, draft: String, after: Option<String>) -> Result<(Draft, Page<PastEdit>), Problem> {
    let (draft, page) = (api.draft(&draft), api.edits(&draft, after.as_deref()));
    Ok((draft.await?, page.await?))
}

#[component]
fn Past(draft: Draft, page: Page<PastEdit>) -> AnyView {
    let summary = draft.summary;
    let (cluster, stack) = (summary.cluster.to_string(), summary.stack.to_string());
    let title = if summary.title.is_empty() { summary.stack_name.to_string() } else { summary.title.clone() };
    let is_open = summary.state == DraftState::Open;
    let may = draft.may_edit && is_open;
    let back =
        is_open.then(|| view! { <a class="btn" href=stack_path(&cluster, &stack, Some(&summary.id)) rel="external">"To the draft"</a> });
    let older = page.next.clone().map(|after| format!("{}&after={after}", history_path(&cluster, &stack, &summary.id)));
    let now = format!("draft:{}", summary.id);
    let row = |edit: PastEdit| {
        let compare = (edit.revision != summary.revision)
            .then(|| compare_path(&cluster, &stack, &format!("draft:{}@{}", summary.id, edit.revision), &now));
        view! { <Edit edit compare may cluster=cluster.clone() now=summary.revision/> }
    };
    let rows = page.items.into_iter().map(row).collect_view();
    let name = may.then(|| view! { <NameIt revision=summary.revision/> });
    view! {
        <script type="module" src=use_assets().url("history.js") nonce=use_nonce()></script>
        <PageHead title=format!("History of “{title}”") about="Every edit, whoever made it. Nothing here is ever rewritten: going back is one more edit.">{back}</PageHead>
        <div class="stack-y" data-history=summary.id.clone() data-revision=summary.revision.to_string()>
            {name}
            <ProblemPlace/>
            <Sheet id="h-edits" title="Edits" note=format!("newest first, now at rev {}", summary.revision)>
                <ol class="desk-list past">{rows}</ol>
            </Sheet>
            {older.map(|href| view! { <p class="form-actions"><a class="btn" href=href>"Older edits"</a></p> })}
        </div>
    }
    .into_any()
}

#[component]
fn NameIt(revision: u64) -> AnyView {
    view! {
        <Sheet id="h-checkpoint" title="Make a checkpoint" note="A name for a revision, to compare with and to go back to">
            <form class="sheet-body past-form" method="post" data-checkpoint="" novalidate>
                <PlainField name="name" label="Name" required=true placeholder="before the upgrade"/>
                <PlainField name="revision" label="Revision" required=true kind="number" value=revision.to_string()/>
                <button class="btn btn--action" type="submit">"Make it"</button>
            </form>
        </Sheet>
    }
    .into_any()
}

#[component]
fn Edit(edit: PastEdit, compare: Option<String>, may: bool, cluster: String, now: u64) -> AnyView {
    let revision = edit.revision;
    let words = edit.words.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    let more = (edit.more > 0).then(|| view! { <li class="muted">{format!("and {} more", edit.more)}</li> });
    let rebased = edit.rebased_to.map(|entry| {
        view! { <span>"by a rebase on "<a href=entry_path(&cluster, entry)>{format!("№ {}", number(entry))}</a></span> }
    });
    let names = edit.checkpoints.into_iter().map(|checkpoint| view! { <Named checkpoint may/> }).collect_view();
    let compare = compare.map(|href| {
        view! { <a class="btn btn--sm btn--quiet" href=href aria-label=format!("Compare with now: rev {revision}")>"Compare with now"</a> }
    });
    let back = (may && revision != now).then(|| {
        view! { <button class="btn btn--sm" type="button" data-back=revision.to_string() aria-label=format!("Go back to this: rev {revision}")><Icon name="revert"/><span>"Go back to this"</span></button> }
    });
    view! {
        <li class="desk-item past-item">
            <span class="state state--draft">{format!("rev {revision}")}</span>
            <div>
                {names}
                <ul class="past-words">{words}{more}</ul>
                <p class="desk-meta"><AuthorMark author=edit.by/><Moment at=edit.at/>{rebased}</p>
            </div>
            <div class="button-row">{compare}{back}</div>
        </li>
    }
    .into_any()
}

#[component]
fn Named(checkpoint: Checkpoint, may: bool) -> AnyView {
    let Checkpoint { id, name, by, .. } = checkpoint;
    let forget = may.then(|| {
        view! { <button class="icon-button icon-button--sm" type="button" data-forget=id aria-label=format!("Take the name “{name}” away")><Icon name="cross"/></button> }
    });
    view! { <p class="desk-title past-name"><Icon name="seal"/>{name}<span class="muted">{format!(" named by {}", by.name)}</span>{forget}</p> }.into_any()
}
