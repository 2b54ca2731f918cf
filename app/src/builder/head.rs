//! The header: which stack, which revision, whether it is saved, and the way to the review.

use domain::api::plan::Freeze;
use domain::problem::Problem;
use leptos::prelude::*;

use super::board::use_board;
use super::describe::Describe;
use super::discard::Discard;
use super::saving::Saving;
use crate::api::{encode, use_api};
use crate::part::author::AuthorMark;
use crate::part::environment::EnvironmentMark;
use crate::part::{drafts_list_path, entry_path, go_to_review, history_path, number, review_path};
use crate::widget::icon::Icon;
use crate::widget::time::civil;

#[component]
pub fn Head() -> AnyView {
    let board = use_board();
    let name = move || board.content.with(|stack| stack.name.to_string());
    let revision = move || format!("Draft rev {}", board.summary.with(|summary| summary.revision));
    let environment = board.summary.with_untracked(|summary| summary.environment.to_string());
    let read_only = (!board.may_edit).then(|| view! { <span class="state state--paused"><Icon name="eye"/>"Read only"</span> });
    let tools = if board.may_edit {
        view! { <Steps/><Discard/><span class="divider"></span><Review/> }.into_any()
    } else {
        view! { <WhoCan/> }.into_any()
    };
    let (draft, history) = board
        .summary
        .with_untracked(|summary| (summary.id.clone(), history_path(summary.cluster.as_str(), summary.stack.as_str(), &summary.id)));
    view! {
        <header class="stack-head">
            <h1 class="stack-name">{name}</h1>
            <EnvironmentMark name=environment/>
            <a class="state state--draft" href=history rel="external" title="History of this draft" data-do="History of this draft" data-do-icon="history"><Icon name="draft"/>{revision}</a>
            {read_only}
            <Status/>
            <div class="push"><Drafts/><Describe/><Export draft/>{tools}</div>
        </header>
    }
    .into_any()
}

#[component]
fn Status() -> AnyView {
    let board = use_board();
    let words = move || {
        let waiting = board.saver.waiting.get();
        let edits = if waiting == 1 { "1 edit".to_owned() } else { format!("{waiting} edits") };
        match board.saver.state.get() {
            Saving::Saved => format!("autosaved {}", civil(board.summary.with(|summary| summary.edited_at)).clock()),
            Saving::Busy => "Saving…".to_owned(),
            Saving::Kept(_) if waiting == 0 => "No answer from the server".to_owned(),
            Saving::Kept(_) => format!("Not saved, {edits} kept here"),
            Saving::Conflict(_) => "Not saved, somebody else changed the same".to_owned(),
            Saving::Closed(_) => "Not saved, this draft takes no more edits".to_owned(),
        }
    };
    let author = Memo::new(move |_| board.summary.with(|summary| summary.edited_by.clone()));
    let by = move || {
        if board.saver.by_this_page.get() {
            view! { <span>"last edit by you"</span> }.into_any()
        } else {
            view! { <AuthorMark author=author.get()/> }.into_any()
        }
    };
    let based = move || {
        let entry =
            board.summary.with(|summary| summary.based_on.map(|entry| (entry_path(summary.cluster.as_str(), entry), number(entry))));
        entry.map(|(href, entry)| view! { <span>"based on "<a href=href>{format!("record {entry}")}</a></span> })
    };
    let here = move || board.here.with(|names| (!names.is_empty()).then(|| format!("also here: {names}")));
    view! {
        <div class="save-status"><span role="status" aria-live="polite">{words}</span><span class="here">{here}</span>{by}{based}</div>
    }
    .into_any()
}

/// The drafts of this stack, which `page.js` puts there when asked: they are read, and cost this page nothing.
#[component]
fn Drafts() -> AnyView {
    let board = use_board();
    let drafts = board.summary.with_untracked(|summary| {
        format!("{}?but={}", drafts_list_path(summary.cluster.as_str(), summary.stack.as_str()), encode(&summary.id))
    });
    view! {
        <button class="btn btn--quiet" type="button" popovertarget="drafts-menu" data-fills=drafts>"Drafts"</button>
        <div class="menu menu--drafts" id="drafts-menu" popover="auto"></div>
    }
    .into_any()
}

/// The draft as it is saved, in a form that others read.
#[component]
fn Export(draft: String) -> AnyView {
    let path = |format: &str| format!("/api/v1/drafts/{}/export?format={format}", crate::api::encode(&draft));
    let item = |format: &str, word: &'static str| view! { <a class="menu-item" href=path(format) download="" rel="external" data-do=format!("Export: {word}") data-do-icon="download">{word}</a> };
    view! {
        <button class="btn btn--quiet" type="button" popovertarget="export-menu">"Export"</button>
        <div class="menu menu--export" id="export-menu" popover="auto">
            {item("stack", "stack.yaml")}
            {item("flux", "Plain Flux, as files")}
            {item("svg", "A picture")}
        </div>
    }
    .into_any()
}

/// Where the way to signing would be: the plan, if one is frozen, and who can sign it.
#[component]
fn WhoCan() -> AnyView {
    let board = use_board();
    let plan = board.summary.with_untracked(|summary| summary.plan.clone());
    let plan = plan.map(|id| view! { <a class="btn" href=review_path(&id) rel="external">"Read the plan"</a> });
    let names = board.who_can.with_value(|names| names.join(", "));
    let names = (!names.is_empty()).then(|| view! { <p class="who-can">"Can countersign here: "<strong>{names}</strong></p> });
    view! { {names}{plan} }.into_any()
}

#[component]
fn Steps() -> AnyView {
    let board = use_board();
    let none = move |steps: RwSignal<Vec<super::undo::Step>>| steps.with(Vec::is_empty);
    view! {
        <div class="draft-tools" role="toolbar" aria-label="Draft">
            <button class="icon-button" type="button" aria-label="Undo" title="Undo" aria-disabled=move || none(board.past).then_some("true") on:click=move |_| board.undo()><Icon name="undo"/></button>
            <button class="icon-button" type="button" aria-label="Redo" title="Redo" aria-disabled=move || none(board.future).then_some("true") on:click=move |_| board.redo()><Icon name="redo"/></button>
        </div>
    }
    .into_any()
}

/// Freezes what is saved and goes to the plan; the review page stands without wasm, so the browser loads it anew.
#[component]
fn Review() -> AnyView {
    let board = use_board();
    let api = use_api();
    let wanted = RwSignal::new(false);
    let freeze = Action::new(move |(): &()| {
        let (draft, revision) = board.summary.with_untracked(|summary| (summary.id.clone(), summary.revision));
        let answer = api.freeze_draft(&draft, &Freeze { revision });
        async move {
            board.saver.refused.set(None);
            match answer.await {
                Ok(plan) => {
                    go_to_review(&plan.id);
                }
                // The banner says the same, with the way on.
                Err(problem) if problem.code == "draft_behind" => board.saver.refresh(),
                Err(problem) => board.saver.refused.set(Some(problem)),
            }
        }
    });
    Effect::new(move |_| {
        if !wanted.get() {
            return;
        }
        match board.saver.state.get() {
            Saving::Busy => {}
            Saving::Saved => {
                wanted.set(false);
                freeze.dispatch(());
            }
            _ => wanted.set(false),
        }
    });
    let busy = move || wanted.get() || freeze.pending().get();
    let is_empty = move || board.content.with(|stack| stack.components.is_empty());
    let press = move |_| {
        if is_empty() {
            board
                .saver
                .refused
                .set(Some(Problem::invalid("empty_stack", "There is nothing to review yet.").hint("Add the first component.")));
        } else if !busy() {
            board.flush();
            wanted.set(true);
        }
    };
    view! {
        <button class="btn btn--action" type="button" data-do-icon="slip" aria-disabled=move || busy().then_some("true") on:click=press>
            {move || if busy() { "Freezing the plan…" } else { "Review draft" }}<Icon name="arrow"/>
        </button>
    }
    .into_any()
}
