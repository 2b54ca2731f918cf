//! What stands between the person and a saved draft: no answer, somebody else's edit, a refusal.

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
    view! { <div class="board-notices"><Moved/><div aria-live="assertive">{saving}{refused}{said}</div></div> }.into_any()
}

fn kept(board: Board, problem: Problem) -> AnyView {
    view! {
        <div class="callout callout--waiting"><Icon name="offline"/>
            <div class="grow"><p class="callout-title">"Not saved yet"</p><p>{problem.detail}" Your edits are kept on this page and are sent again by themselves."</p></div>
            <button class="btn btn--sm" type="button" on:click=move |_| board.saver.pump()>"Try now"</button>
        </div>
    }
    .into_any()
}

fn conflict(board: Board, problem: Problem) -> AnyView {
    let (mine, theirs) = (problem.more.get("mine"), problem.more.get("theirs"));
    view! {
        <div class="callout callout--waiting"><Icon name="warn"/>
            <div class="grow">
                <p class="callout-title">{problem.detail.clone()}</p>
                <div class="conflict mt">
                    <div><h3>"As it stands now"</h3>{theirs.map(shown)}<button class="btn btn--sm" type="button" on:click=move |_| board.saver.give_up_first()>"Keep theirs"</button></div>
                    <div><h3>"Your edit"</h3>{mine.map(shown)}<button class="btn btn--sm" type="button" on:click=move |_| board.saver.keep_mine()>"Keep mine"</button></div>
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
