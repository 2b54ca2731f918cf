//! The words of state, each with its glyph: colour comes last.

use leptos::prelude::*;

use crate::widget::icon::Icon;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Draft,
    Proposed,
    /// Needs a person.
    Waiting,
    /// Signed and committed.
    Recorded,
    Reconciled,
    Failing,
    /// A guard says no.
    Blocked,
    Paused,
}

impl State {
    pub fn icon(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Proposed => "proposed",
            State::Waiting => "wait",
            State::Recorded => "seal",
            State::Reconciled => "ok",
            State::Failing => "fail",
            State::Blocked => "block",
            State::Paused => "pause",
        }
    }

    fn name(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Proposed => "proposed",
            State::Waiting => "waiting",
            State::Recorded => "recorded",
            State::Reconciled => "reconciled",
            State::Failing => "failing",
            State::Blocked => "blocked",
            State::Paused => "paused",
        }
    }

    /// Colours an icon that stands alone.
    pub fn ink(self) -> &'static str {
        match self {
            State::Draft => "ic-draft",
            State::Proposed => "ic-proposed",
            State::Waiting => "ic-waiting",
            State::Recorded => "ic-recorded",
            State::Reconciled => "ic-reconciled",
            State::Failing => "ic-failing",
            State::Blocked => "ic-blocked",
            State::Paused => "ic-paused",
        }
    }
}

#[component]
pub fn StateBadge(state: State, #[prop(into)] word: String) -> AnyView {
    view! { <span class=format!("state state--{}", state.name())><Icon name=state.icon()/>{word}</span> }.into_any()
}
