//! What stands between the person and a saved draft: no answer, somebody else's edit, a refusal.

use domain::change::rebase::Side;
use domain::problem::Problem;
use leptos::prelude::*;
use serde_json::Value;

use super::board::{Board, use_board};
use super::moved::Moved;
use super::saving::Saving;
use crate::part::problem::ProblemView;
use crate::widget::icon::Icon;

#[component]
pub fn Notices() -> AnyView {
    let board = use_board();
    let saving = move || match board.saver.state.get() {
        Saving::Saved | Saving::Busy => None,
        Saving::Kept(problem) => Some(kept(board, problem)),
        Saving::Conflict(problem) => Some(conflict(board, problem)),
        Saving::Closed(problem) => Some(view! { <ProblemView problem/> }.into_any()),
    };
    let refused = move || {
        board.saver.refused.get().map(|problem| {
            view! {
                <div class="board-notice"><ProblemView problem/><button class="icon-button icon-button--sm" type="button" aria-label="Close this notice" on:click=move |_| board.saver.refused.set(None)><Icon name="cross"/></button></div>
            }
        })
    };
    let said = move || {
        board.refused.get().map(|why| {
            view! {
                <div class="callout callout--waiting"><Icon name="warn"/><p class="grow">{why}</p><button class="icon-button icon-button--sm" type="button" aria-label="Close this notice" on:click=move |_| board.refused.set(None)><Icon name="cross"/></button></div>
            }
        })
    };
    view! { <div class="board-notices"><Moved/><div aria-live="assertive">{taken_up(board)}{saving}{refused}{said}</div></div> }.into_any()
}

fn kept(board: Board, problem: Problem) -> AnyView {
    let title = move || if board.saver.waiting.get() == 0 { "No answer from the server" } else { "Not saved yet" };
    let alone = move || match board.saver.on_this_page.get() {
        0 => "",
        1 => " One edit may hold a secret or is too large for that: it is kept on this page alone, so leave it open.",
        _ => " Some edits may hold a secret or are too large for that: they are kept on this page alone, so leave it open.",
    };
    view! {
        <div class="callout callout--waiting"><Icon name="offline"/>
            <div class="grow"><p class="callout-title">{title}</p><p>{problem.detail}" What you edit is kept in this browser, over a reload too, and is sent again by itself."{alone}</p></div>
            <button class="btn btn--sm" type="button" on:click=move |_| board.saver.pump()>"Try now"</button>
        </div>
    }
    .into_any()
}

/// Edits that a page left behind, which was closed or lost before they were saved.
fn taken_up(board: Board) -> AnyView {
    let words = move || match board.saver.taken_up.get() {
        0 => None,
        1 => Some("1 edit that was not saved when its page was left is taken up from this browser.".to_owned()),
        many => Some(format!("{many} edits that were not saved when their page was left are taken up from this browser.")),
    };
    let notice = move || {
        words().map(|words| {
            view! { <div class="callout callout--waiting"><Icon name="history"/><p class="grow">{words}</p><button class="icon-button icon-button--sm" type="button" aria-label="Close this notice" on:click=move |_| board.saver.taken_up.set(0)><Icon name="cross"/></button></div> }.into_any()
        })
    };
    notice.into_any()
}

fn conflict(board: Board, problem: Problem) -> AnyView {
    let (mine, theirs) = (problem.more.get("mine"), problem.more.get("theirs"));
    view! {
        <div class="callout callout--waiting"><Icon name="warn"/>
            <div class="grow">
                <p class="callout-title">{problem.detail.clone()}</p>
                <div class="conflict mt">
                    <div><h3>"As it stands now"</h3>{theirs.map(shown)}<button class="btn btn--sm" type="button" on:click=move |_| board.saver.settle(Side::Theirs)>"Keep theirs"</button></div>
                    <div><h3>"Your edit"</h3>{mine.map(shown)}<button class="btn btn--sm" type="button" on:click=move |_| board.saver.settle(Side::Mine)>"Keep mine"</button></div>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// The place and the value of a change, for a person who compares two. It is only shown, so it is not read as its type:
/// the reader of every kind of change is larger than this page's whole frame.
fn shown(change: &Value) -> AnyView {
    let said = |key: &str| {
        let value = change.get(key).filter(|value| !value.is_null())?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let place = ["component", "path", "on"].into_iter().filter_map(said).collect::<Vec<_>>().join(": ");
    let value = match said("change").unwrap_or_default().as_str() {
        "add_component" | "connect" | "declare_variable" => Some("added".to_owned()),
        "remove_component" | "disconnect" | "undeclare_variable" | "unset_value" => Some("removed".to_owned()),
        _ => ["text", "value", "namespace", "repository", "version", "release_name", "timeout", "kind", "description", "name"]
            .into_iter()
            .find_map(said),
    };
    view! { <p><code>{place}</code></p><pre class="conflict-text">{value.unwrap_or_else(|| "none".to_owned())}</pre> }.into_any()
}
