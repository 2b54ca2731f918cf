//! The queue of edits: one is under way at a time, and none is dropped unless the server refuses it.

#[cfg(feature = "hydrate")]
mod browser;
mod kept;
mod waiting;

use std::collections::VecDeque;
use std::time::Duration;

use domain::api::draft::{Check, Draft, DraftSummary, Edited, Settled};
use domain::change::Change;
use domain::change::apply::apply_all;
use domain::change::rebase::Side;
use domain::name::Name;
use domain::problem::Problem;
use domain::stack::Stack;
use domain::text::sentence;
use leptos::prelude::*;
use leptos::task::spawn_local;

use self::waiting::Waiting;
use super::dom::{self, Kept};
use super::undo::Step;
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
    /// How many of those that wait are kept by this page alone, not by the browser.
    pub on_this_page: RwSignal<usize>,
    /// How many edits were taken over from a page that is gone.
    pub taken_up: RwSignal<usize>,
    queue: StoredValue<VecDeque<Waiting>>,
    /// The revision that was shown when the text on its way was begun.
    typing: StoredValue<Option<u64>>,
    /// The same for the field whose edit is being made.
    held: StoredValue<Option<u64>>,
    /// What the ids of this page's edits begin with.
    page: StoredValue<String>,
    /// Every name that this page had: with the edits of a page that is gone it takes over its name.
    names: StoredValue<Vec<String>>,
    /// No page that had this name before made such ids.
    turn: StoredValue<String>,
    /// Where the browser keeps edits, but for the page's name; it is known once it is known who edits.
    place: StoredValue<Option<String>>,
    made: StoredValue<u32>,
    /// Something of the draft is newer on the server than here.
    stale: StoredValue<bool>,
    under_way: StoredValue<bool>,
    api: StoredValue<ApiClient>,
    summary: RwSignal<DraftSummary>,
    content: RwSignal<Stack>,
    recorded: RwSignal<Option<Stack>>,
    check: RwSignal<Check>,
    /// What was done, and what was undone.
    steps: [RwSignal<Vec<Step>>; 2],
}

impl Saver {
    pub fn new(
        summary: RwSignal<DraftSummary>,
        content: RwSignal<Stack>,
        recorded: RwSignal<Option<Stack>>,
        check: RwSignal<Check>,
        steps: [RwSignal<Vec<Step>>; 2],
    ) -> Saver {
        let (page, turn) = (dom::fresh_id(), dom::fresh_id());
        Saver {
            state: RwSignal::new(Saving::Saved),
            waiting: RwSignal::new(0),
            refused: RwSignal::new(None),
            by_this_page: RwSignal::new(false),
            on_this_page: RwSignal::new(0),
            taken_up: RwSignal::new(0),
            queue: StoredValue::new(VecDeque::new()),
            typing: StoredValue::new(None),
            held: StoredValue::new(None),
            names: StoredValue::new(vec![page.clone()]),
            page: StoredValue::new(page),
            turn: StoredValue::new(turn.rsplit('-').next().map(|last| last.chars().take(8).collect()).unwrap_or_default()),
            place: StoredValue::new(None),
            made: StoredValue::new(0),
            stale: StoredValue::new(false),
            under_way: StoredValue::new(false),
            api: StoredValue::new(use_api()),
            summary,
            content,
            recorded,
            check,
            steps,
        }
    }

    /// Text is shown as it was typed, without what others changed in it since: so is whatever is made after it.
    pub fn base(self) -> u64 {
        let waiting = self.queue.with_value(|queue| queue.back().map(|last| last.base));
        self.typing
            .get_value()
            .or(self.held.get_value())
            .or(waiting)
            .unwrap_or_else(|| self.summary.with_untracked(|summary| summary.revision))
    }

    fn fresh_id(self) -> String {
        self.made.update_value(|made| *made += 1);
        format!("{}.{}-{}", self.page.get_value(), self.turn.get_value(), self.made.get_value())
    }

    /// Whether an edit with this id was made here.
    #[cfg(feature = "hydrate")]
    pub fn is_own(self, id: &str) -> bool {
        self.names.with_value(|names| names.iter().any(|name| id.starts_with(name.as_str())))
    }

    pub fn push(self, changes: Vec<Change>) {
        let base = self.base();
        self.typing.set_value(None);
        self.queue.update_value(|queue| {
            if !queue.back_mut().is_some_and(|last| last.takes(&changes)) {
                queue.push_back(Waiting { id: self.fresh_id(), changes, base, settled: None, is_sent: false });
            }
        });
        self.count();
        self.pump();
    }

    pub fn wait_for_typing(self) {
        if self.typing.get_value().is_none() {
            self.typing.set_value(Some(self.base()));
        }
        if self.state.get_untracked() == Saving::Saved {
            self.state.set(Saving::Busy);
        }
    }

    /// What is pushed meanwhile was begun on this revision.
    pub fn since<T>(self, base: Option<u64>, act: impl FnOnce() -> T) -> T {
        self.held.set_value(base);
        let done = act();
        self.held.set_value(None);
        done
    }

    /// What was typed is what stands there already.
    pub fn nothing_typed(self) {
        self.typing.set_value(None);
        self.pump();
    }

    /// Sends the first edit of the queue, unless one is under way or a person must choose first.
    pub fn pump(self) {
        if self.under_way.get_value() || matches!(self.state.get_untracked(), Saving::Conflict(_) | Saving::Closed(_)) {
            return;
        }
        let page = self.page.get_value();
        let first = |queue: &mut VecDeque<Waiting>| {
            let first = queue.front_mut()?;
            first.is_sent = true;
            Some(first.edit(&page))
        };
        let Some(edit) = self.queue.try_update_value(first).flatten() else {
            if self.stale.get_value() {
                return self.reload();
            }
            self.state.set(if self.typing.get_value().is_some() { Saving::Busy } else { Saving::Saved });
            self.look_for_kept();
            return;
        };
        self.under_way.set_value(true);
        if !matches!(self.state.get_untracked(), Saving::Kept(_)) {
            self.state.set(Saving::Busy);
        }
        let draft = self.summary.with_untracked(|summary| summary.id.clone());
        let answer = self.api.get_value().change_draft(&draft, &edit);
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
        self.queue.update_value(|queue| {
            queue.pop_front();
            // Nobody else changed anything: what waits was made on this.
            if edited.content.is_none() {
                queue.iter_mut().for_each(|waiting| waiting.base = edited.revision);
            }
        });
        if edited.content.is_none() {
            self.typing.update_value(|begun| *begun = begun.map(|_| edited.revision));
        }
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
                self.later(problem);
            }
            _ => {
                self.refused.set(Some(problem));
                self.give_up_first();
            }
        }
    }

    /// No answer came: again in a while.
    fn later(self, problem: Problem) {
        self.state.set(Saving::Kept(problem));
        let again = move || {
            if self.queue.try_with_value(|_| ()).is_some() {
                self.pump();
            }
        };
        set_timeout(again, AGAIN);
    }

    /// A person chose, where the first edit meets somebody else's: what came after they looked is not chosen about.
    pub fn settle(self, take: Side) {
        let Saving::Conflict(problem) = self.state.get_untracked() else { return };
        let revision = problem.more.get("revision").and_then(|revision| revision.as_u64()).unwrap_or_default();
        self.queue.update_value(|queue| {
            if let Some(first) = queue.front_mut() {
                first.settled = Some(Settled { revision, take });
            }
        });
        self.count();
        self.state.set(Saving::Busy);
        self.pump();
    }

    /// Drops the edit that the server refused, and shows what holds.
    pub fn give_up_first(self) {
        self.queue.update_value(|queue| drop(queue.pop_front()));
        self.count();
        self.reload();
    }

    /// Somebody else changed something: it is read as soon as nothing is under way.
    #[cfg(feature = "hydrate")]
    pub fn hear(self) {
        self.stale.set_value(true);
        self.refresh();
    }

    /// The server answers again.
    #[cfg(feature = "hydrate")]
    pub fn found_again(self) {
        self.stale.set_value(true);
        self.pump();
    }

    /// Reads the draft anew unless an edit is under way or waits: its answer says as much. Text that is being typed stays,
    /// and with it the revision that it was begun on.
    pub fn refresh(self) {
        let free = !self.under_way.get_value() && self.queue.with_value(VecDeque::is_empty);
        if free && matches!(self.state.get_untracked(), Saving::Saved | Saving::Busy) {
            self.reload();
        }
    }

    /// Reads the draft anew and puts what is still waiting on top.
    fn reload(self) {
        self.under_way.set_value(true);
        self.stale.set_value(false);
        if !matches!(self.state.get_untracked(), Saving::Kept(_)) {
            self.state.set(Saving::Busy);
        }
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
                    self.stale.set_value(true);
                    self.later(problem);
                }
            }
        });
    }

    pub fn reloaded(self, draft: Draft) {
        if matches!(self.state.get_untracked(), Saving::Kept(_)) {
            self.state.set(Saving::Busy);
        }
        self.by_this_page.set(false);
        self.summary.set(draft.summary);
        self.recorded.set(draft.recorded);
        self.check.set(draft.check);
        self.show(draft.content);
        self.pump();
    }

    /// Shows what the server holds, with the waiting edits applied; those that no longer fit are dropped and said. A step
    /// back in what somebody else changed would take back theirs as well: it is forgotten.
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
        let changed = |id: &Name| self.content.with_untracked(|before| before.component(id.as_str()) != content.component(id.as_str()));
        for steps in self.steps {
            steps.update(|steps| steps.retain(|step| !step.concerns(changed)));
        }
        self.content.set(content);
    }

    /// Tells how much waits, and has the browser keep it.
    fn count(self) {
        let (text, mut left_out) = self.queue.with_value(kept::written);
        let waiting = self.queue.with_value(VecDeque::len);
        if let Some(key) = self.key() {
            if text.is_empty() {
                dom::forget(Kept::ForAll, &key);
            } else if !dom::keep(Kept::ForAll, &key, &text) {
                left_out = waiting;
            }
        } else {
            left_out = waiting;
        }
        self.waiting.set(waiting);
        self.on_this_page.set(left_out);
    }

    fn key(self) -> Option<String> {
        self.place.get_value().map(|place| place + &self.page.get_value())
    }

    /// From now on the browser keeps what waits, for this person.
    #[cfg(feature = "hydrate")]
    pub fn keep_for(self, person: &str) {
        browser::own(&self.page.get_value());
        let draft = self.summary.with_untracked(|summary| summary.id.clone());
        self.place.set_value(Some(format!("countersign-edits {person} {draft} ")));
        self.count();
        self.look_for_kept();
    }

    #[cfg(feature = "hydrate")]
    fn look_for_kept(self) {
        if let Some(place) = self.place.get_value() {
            browser::take_over(self, &place);
        }
    }

    #[cfg(not(feature = "hydrate"))]
    fn look_for_kept(self) {}

    /// Goes on as a page that is gone: with its name, its edits, and what it saw. Nothing is taken while something is made
    /// here. What is there already does not fit a second time and is shown once all is sent.
    #[cfg(feature = "hydrate")]
    fn take_up(self, page: String, text: &str) -> bool {
        let is_free = self.typing.get_value().is_none() && !self.under_way.get_value() && self.queue.with_value(VecDeque::is_empty);
        if !is_free || matches!(self.state.get_untracked(), Saving::Closed(_)) {
            return false;
        }
        let Some(queue) = kept::read(text).filter(|queue| !queue.is_empty()) else { return false };
        self.taken_up.set(queue.len());
        let mut content = self.content.get_untracked();
        for waiting in &queue {
            let _ = apply_all(&mut content, &waiting.changes);
        }
        self.content.set(content);
        self.names.update_value(|names| names.push(page.clone()));
        self.page.set_value(page);
        self.queue.set_value(queue);
        self.stale.set_value(true);
        self.count();
        self.pump();
        true
    }

    /// The draft is discarded: nothing goes out any more.
    pub fn forget_the_rest(self) {
        self.queue.update_value(VecDeque::clear);
        self.count();
        self.state.set(Saving::Saved);
    }

    /// For when the page is left: whatever no answer came for goes out once more, without this page. What does not arrive
    /// stays with the browser.
    pub fn send_the_rest(self) {
        let Some(rest) = self.queue.try_update_value(std::mem::take) else { return };
        let names = self.names.get_value();
        if rest.is_empty() || matches!(self.state.get_untracked(), Saving::Conflict(_) | Saving::Closed(_)) {
            return let_go(&names);
        }
        let (api, key, page) = (self.api.get_value(), self.key(), self.page.get_value());
        let draft = self.summary.with_untracked(|summary| summary.id.clone());
        spawn_local(async move {
            let mut all = true;
            for waiting in rest {
                all = all && api.change_draft(&draft, &waiting.edit(&page)).await.is_ok();
            }
            if let Some(key) = key.filter(|_| all) {
                dom::forget(Kept::ForAll, &key);
            }
            let_go(&names);
        });
    }
}

#[cfg(feature = "hydrate")]
fn let_go(names: &[String]) {
    names.iter().for_each(|name| browser::let_go(name));
}

#[cfg(not(feature = "hydrate"))]
fn let_go(_names: &[String]) {}
