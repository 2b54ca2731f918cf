//! What a cluster made of something: a word with its glyph, and how old it is.

use domain::api::outcome::{Outcome, Reach};
use leptos::prelude::*;

use crate::part::state::{State, StateBadge};
use crate::widget::time::Ago;

/// Unknown is recorded and no more: it is never drawn as healthy.
pub fn state(reach: Reach) -> State {
    match reach {
        Reach::Unknown | Reach::Progressing => State::Recorded,
        Reach::Waits => State::Waiting,
        Reach::Failing => State::Failing,
        Reach::Reconciled => State::Reconciled,
    }
}

/// In a row: the word, and since when.
#[component]
pub fn OutcomeBadge(outcome: Outcome) -> AnyView {
    // Nothing heard yet is no more than recorded.
    let word = if outcome.state == Reach::Unknown && outcome.heard.is_none() { "Recorded".to_owned() } else { outcome.word.clone() };
    let since = outcome.since.map(|at| view! { <small class="faint">" "<Ago at/></small> });
    view! { <span title=outcome.tally.clone()><StateBadge state=state(outcome.state) word/>{since}</span> }.into_any()
}
