//! What a cluster made of an entry, per component: folded from events that may be lost, repeated, late or out of order.
//!
//! Which event counts is decided by its commit's place in our own record; the cluster's clock only orders what it said
//! of one commit. Nothing is reconciled without an event that says so.

mod event;
mod fold;
mod span;
mod words;

#[cfg(test)]
mod tests;

use crate::name::Name;

pub use event::{NotAnEvent, Refusal, read, read_refusal};
pub use fold::{compact, fold};
pub use span::{Commit, overruled, span};
pub use words::{once, sentence, summary, word};

/// What one event tells of one component at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub stack: Name,
    pub part: Part,
    /// The commit that the cluster had fetched, in hex.
    pub commit: String,
    pub said: Said,
    /// When the cluster said so.
    pub at: i64,
    /// The cluster's own words: untrusted, and cut to a readable length.
    pub message: String,
}

/// What of a stack an event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What hands the components to Flux: while it fails, none of them is touched.
    Stack,
    Component(Name),
}

/// In the order in which a tie within one second is broken: the worse wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    Progressing,
    Waiting,
    Reconciled,
    Failing,
}

/// How a component stands against what an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No event yet: never drawn as healthy.
    Silent,
    Progressing,
    /// Waits for something, because of something.
    Waits {
        on: String,
        because: String,
    },
    Failing {
        message: String,
    },
    Reconciled,
}

/// A component and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub component: Name,
    pub state: State,
    /// Since when it is so, as far as is known.
    pub since: Option<i64>,
    /// When it was last heard of.
    pub heard: Option<i64>,
}
