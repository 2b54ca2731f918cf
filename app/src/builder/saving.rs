//! The queue of edits: one is under way at a time, and none is dropped unless the server refuses it.

use std::collections::VecDeque;
use std::time::Duration;

use domain::api::draft::{Check, Draft, DraftSummary, Edit, Edited};
use domain::change::Change;
use domain::change::apply::apply_all;
use domain::problem::Problem;
use domain::stack::Stack;
use domain::text::sentence;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::ApiClient;
use crate::api::use_api;

#[derive(Debug, Clone, PartialEq)]
pub enum Saving {
    Saved,
    /// Something is under way or about to be.
    Busy,
    /// No answer came: everything is kept here and sent again.
    Kept(Problem),
    /// Somebody else changed the same meanwhile: a person must choose.
    Conflict(Problem),
    /// This draft takes no more edits.
    Closed(Problem),
}

#[derive(Debug, Clone, PartialEq)]
struct Waiting {
    id: String,
    changes: Vec<Change>,
}

/// After no answer, before the next try.
const AGAIN: Duration = Duration::from_secs(3);

#[derive(Clone, Copy)]
pub struct Saver {
    pub state: RwSignal<Saving>,
    /// How many edits are not saved.
    pub waiting: RwSignal<usize>,
    /// The last edit that was refused, and why; it is taken back.
    pub refused: RwSignal<Option<Problem>>,
    /// Whether this page made the last edit.
    pub by_this_page: RwSignal<bool>,
    queue: StoredValue<VecDeque<Waiting>>,
    under_way: StoredValue<bool>,
    api: StoredValue<ApiClient>,
    summary: RwSignal<DraftSummary>,
    content: RwSignal<Stack>,
    recorded: RwSignal<Option<Stack>>,
    check: RwSignal<Check>,
}

impl Saver {
    pub fn new(
        summary: RwSignal<DraftSummary>,
        content: RwSignal<Stack>,
        recorded: RwSignal<Option<Stack>>,
        check: RwSignal<Check>,
    ) -> Saver {
        Saver {
            state: RwSignal::new(Saving::Saved),
            waiting: RwSignal::new(0),
            refused: RwSignal::new(None),
            by_this_page: RwSignal::new(false),
            queue: StoredValue::new(VecDeque::new()),
            under_way: StoredValue::new(false),
            api: StoredValue::new(use_api()),
            summary,
            content,
            recorded,
            check,
        }
    }

    pub fn push(self, changes: Vec<Change>) {
        self.queue.update_value(|queue| {
            let free = usize::from(self.under_way.get_value());
            let joined = queue.len() > free && queue.back_mut().is_some_and(|last| replaces(&mut last.changes, &changes));
            if !joined {
                queue.push_back(Waiting { id: super::dom::fresh_id(), changes });
            }
        });
        self.count();
        self.pump();
    }

    pub fn wait_for_typing(self) {
        if self.state.get_untracked() == Saving::Saved {
            self.state.set(Saving::Busy);
        }
    }

    /// Sends the first edit of the queue, unless one is under way or a person must choose first.
    pub fn pump(self) {
        if self.under_way.get_value() || matches!(self.state.get_untracked(), Saving::Conflict(_) | Saving::Closed(_)) {
            return;
        }
        let Some(Waiting { id, changes }) = self.queue.with_value(|queue| queue.front().cloned()) else {
            self.state.set(Saving::Saved);
            return;
        };
        self.under_way.set_value(true);
        if !matches!(self.state.get_untracked(), Saving::Kept(_)) {
            self.state.set(Saving::Busy);
        }
        let (draft, base_revision) = self.summary.with_untracked(|summary| (summary.id.clone(), summary.revision));
        let answer = self.api.get_value().change_draft(&draft, &Edit { base_revision, change_id: id, changes });
        spawn_local(async move {
            let answer = answer.await;
            if self.queue.try_with_value(|_| ()).is_none() {
                return; // the page is gone; what was left is sent by `send_the_rest`
            }
            self.under_way.set_value(false);
            match answer {
                Ok(edited) => self.saved(edited),
                Err(problem) => self.not_saved(problem),
            }
        });
    }

    fn saved(self, edited: Edited) {
        self.queue.update_value(|queue| drop(queue.pop_front()));
        self.count();
        self.summary.update(|summary| {
            summary.revision = edited.revision;
            summary.edited_at = edited.edited_at;
            if summary.behind != edited.behind {
                summary.behind = edited.behind;
            }
        });
        self.by_this_page.set(true);
        self.check.set(edited.check);
        if let Some(content) = edited.content {
            self.show(content);
        }
        if matches!(self.state.get_untracked(), Saving::Kept(_)) {
            self.state.set(Saving::Busy);
        }
        self.pump();
    }

    fn not_saved(self, problem: Problem) {
        match (problem.status, problem.code.as_str()) {
            (409, "edit_overlaps") => self.state.set(Saving::Conflict(problem)),
            (409, "draft_recorded" | "draft_discarded") | (404 | 410, _) => self.state.set(Saving::Closed(problem)),
            (401 | 408 | 429 | 500.., _) => {
                self.state.set(Saving::Kept(problem));
                set_timeout(
                    move || {
                        if self.queue.try_with_value(|_| ()).is_some() {
                            self.pump();
                        }
                    },
                    AGAIN,
                );
            }
            _ => {
                self.refused.set(Some(problem));
                self.give_up_first();
            }
        }
    }

    /// Keeps what this page changed over what somebody else did.
    pub fn keep_mine(self) {
        self.reload();
    }

    /// Drops the edit that meets somebody else's, or that the server refused, and shows what holds.
    pub fn give_up_first(self) {
        self.queue.update_value(|queue| drop(queue.pop_front()));
        self.count();
        self.reload();
    }

    /// Reads the draft anew unless an edit is under way: its answer says as much.
    pub fn refresh(self) {
        if self.state.get_untracked() == Saving::Saved {
            self.reload();
        }
    }

    /// Reads the draft anew and puts what is still waiting on top.
    fn reload(self) {
        self.under_way.set_value(true);
        self.state.set(Saving::Busy);
        let draft = self.summary.with_untracked(|summary| summary.id.clone());
        let answer = self.api.get_value().draft(&draft);
        spawn_local(async move {
            let answer = answer.await;
            if self.queue.try_with_value(|_| ()).is_none() {
                return;
            }
            self.under_way.set_value(false);
            match answer {
                Ok(draft) => self.reloaded(draft),
                Err(problem) if matches!(problem.status, 403 | 404 | 410) => self.state.set(Saving::Closed(problem)),
                Err(problem) => {
                    self.state.set(Saving::Kept(problem));
                    set_timeout(
                        move || {
                            if self.queue.try_with_value(|_| ()).is_some() {
                                self.reload();
                            }
                        },
                        AGAIN,
                    );
                }
            }
        });
    }

    pub fn reloaded(self, draft: Draft) {
        self.summary.set(draft.summary);
        self.recorded.set(draft.recorded);
        self.check.set(draft.check);
        self.show(draft.content);
        self.pump();
    }

    /// Shows what the server holds, with the waiting edits applied; those that no longer fit are dropped and said.
    fn show(self, mut content: Stack) {
        let mut lost = None;
        self.queue.update_value(|queue| {
            queue.retain(|waiting| match apply_all(&mut content, &waiting.changes) {
                Ok(()) => true,
                Err((_, error)) => {
                    lost = Some(Problem::conflict(error.code(), sentence(&error.to_string())));
                    false
                }
            });
        });
        if lost.is_some() {
            self.refused.set(lost);
        }
        self.count();
        self.content.set(content);
    }

    fn count(self) {
        self.waiting.set(self.queue.with_value(VecDeque::len));
    }

    /// The draft is discarded: nothing goes out any more.
    pub fn forget_the_rest(self) {
        self.queue.update_value(VecDeque::clear);
        self.state.set(Saving::Saved);
    }

    /// For when the page is left: whatever no answer came for goes out once more, without this page.
    pub fn send_the_rest(self) {
        let Some(rest) = self.queue.try_update_value(std::mem::take) else { return };
        if rest.is_empty() || matches!(self.state.get_untracked(), Saving::Conflict(_) | Saving::Closed(_)) {
            return;
        }
        let api = self.api.get_value();
        let (draft, mut base_revision) = self.summary.with_untracked(|summary| (summary.id.clone(), summary.revision));
        spawn_local(async move {
            for Waiting { id, changes } in rest {
                let Ok(edited) = api.change_draft(&draft, &Edit { base_revision, change_id: id, changes }).await else { return };
                base_revision = edited.revision;
            }
        });
    }
}

/// Text that was not sent yet is replaced by a newer one of the same component.
fn replaces(last: &mut Vec<Change>, new: &[Change]) -> bool {
    let same = match (last.as_slice(), new) {
        ([Change::SetValuesText { component: a, .. }], [Change::SetValuesText { component: b, .. }])
        | ([Change::SetManifestText { component: a, .. }], [Change::SetManifestText { component: b, .. }])
        | ([Change::SetLayout { component: a, .. }], [Change::SetLayout { component: b, .. }]) => a == b,
        _ => false,
    };
    if same {
        *last = new.to_vec();
    }
    same
}
