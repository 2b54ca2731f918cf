//! What knows our nouns and is shared by pages: marks, states, findings, problems.

pub mod author;
pub mod differs;
pub mod edit_stack;
pub mod environment;
pub mod finding;
pub mod key_list;
#[cfg(not(feature = "hydrate"))]
pub mod lines;
#[cfg(not(feature = "hydrate"))]
pub mod make_draft;
#[cfg(not(feature = "hydrate"))]
pub mod markdown;
#[cfg(not(feature = "hydrate"))]
pub mod new_stack;
pub mod only_this_key;
#[cfg(not(feature = "hydrate"))]
pub mod outcome;
pub mod problem;
pub mod recipients;
pub mod remove;
pub mod scope;
pub mod seal;
pub mod state;

use domain::api::draft::DraftSummary;
use domain::name::NameError;
use domain::problem::Problem;

use crate::api::encode;

/// Entries are numbered with four digits: `0412`.
pub fn number(entry: u64) -> String {
    format!("{entry:04}")
}

pub fn review_path(plan: &str) -> String {
    format!("/review/{}", encode(plan))
}

/// To the review of a plan that was just frozen: it stands without wasm, so the browser loads it anew.
pub fn go_to_review(plan: &str) {
    let _ = leptos::prelude::window().location().assign(&review_path(plan));
}

/// Where a stack is drawn, with one of its drafts open.
pub fn stack_path(cluster: &str, stack: &str, draft: Option<&str>) -> String {
    let open = draft.map(|id| format!("?draft={}", encode(id))).unwrap_or_default();
    format!("/clusters/{}/stacks/{}{open}", encode(cluster), encode(stack))
}

/// Where an application of one's own is added to a draft: a page without wasm.
pub fn application_path(draft: &DraftSummary) -> String {
    let (cluster, stack) = (encode(draft.cluster.as_str()), encode(draft.stack.as_str()));
    format!("/clusters/{cluster}/stacks/{stack}/application?draft={}", encode(&draft.id))
}

/// A stack's own page: its record and all of its drafts.
pub fn drafts_path(cluster: &str, stack: &str) -> String {
    stack_path(cluster, stack, Some(""))
}

/// The drafts of a stack as a page to be read.
pub fn drafts_list_path(cluster: &str, stack: &str) -> String {
    format!("{}/drafts", stack_path(cluster, stack, None))
}

/// Every edit of a draft, and the names of its revisions.
pub fn history_path(cluster: &str, stack: &str, draft: &str) -> String {
    format!("{}/history?draft={}", stack_path(cluster, stack, None), encode(draft))
}

/// Two contents of a stack side by side.
pub fn compare_path(cluster: &str, stack: &str, from: &str, to: &str) -> String {
    format!("{}/compare?from={}&to={}", stack_path(cluster, stack, None), encode(from), encode(to))
}

pub fn entry_path(cluster: &str, entry: u64) -> String {
    format!("/record/{}/{entry}", encode(cluster))
}

/// What the server would say as well, without asking it.
pub fn name_problem(error: &NameError, field: &str) -> Problem {
    let mut said = error.to_string();
    if let Some(first) = said.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Problem::invalid("invalid_name", format!("{said}.")).at(field)
}
