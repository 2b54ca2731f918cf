//! Undo and redo outlive a reload: this tab keeps the steps, and takes them up where the draft stands as it was left.

pub mod words;

use domain::api::draft::DraftSummary;
use leptos::prelude::*;

use super::board::Board;
use super::dom::{self, Kept};
use super::saving::Saving;
use super::undo::Step;

/// What a browser keeps for a page is small, and texts may be large: of more steps the oldest are forgotten.
const MOST: usize = 1_000_000;
/// What stands before the changes of a step's two directions, and between what was done and what was undone.
const UNDO: &str = "undo";
const REDO: &str = "redo";
const FUTURE: &str = "future";

pub fn survive_a_reload(board: Board) {
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            take_up(board);
        }
        // Only what is saved: a step that never reached the draft cannot be taken back.
        if board.saver.state.get() != Saving::Saved {
            return;
        }
        let revision = board.summary.with(|summary| summary.revision);
        if let Some(text) = board.past.with(|past| board.future.with(|future| written(revision, past, future))) {
            dom::keep(Kept::ForTab, &board.summary.with_untracked(key), &text);
        }
    });
}

fn take_up(board: Board) {
    let text = dom::kept(Kept::ForTab, &board.summary.with_untracked(key));
    if let Some((past, future)) = text.and_then(|text| read(&text, board.summary.with_untracked(|summary| summary.revision))) {
        board.past.set(past);
        board.future.set(future);
    }
}

fn key(summary: &DraftSummary) -> String {
    format!("countersign-steps-{}", summary.id)
}

/// The revision that the steps lead back from, then line by line the steps, without the oldest where all are too much.
fn written(revision: u64, past: &[Step], future: &[Step]) -> Option<String> {
    let mut room = MOST;
    let (future, past) = (newest(future, &mut room), newest(past, &mut room));
    let lines: Vec<String> = std::iter::once(revision.to_string()).chain(past).chain([FUTURE.to_owned()]).chain(future).collect();
    serde_json::to_string(&lines).ok()
}

/// From the last step on as many as there is room for, up to one that cannot be written.
fn newest(steps: &[Step], room: &mut usize) -> Vec<String> {
    let mut kept: Vec<Vec<String>> = Vec::new();
    for step in steps.iter().rev() {
        let Some(lines) = lines(step) else { break };
        let size: usize = lines.iter().map(String::len).sum();
        if size > *room {
            break;
        }
        *room -= size;
        kept.push(lines);
    }
    kept.into_iter().rev().flatten().collect()
}

fn lines(step: &Step) -> Option<Vec<String>> {
    let mut lines = vec![UNDO.to_owned()];
    for change in &step.undo {
        lines.push(words::written(change)?);
    }
    lines.push(REDO.to_owned());
    for change in &step.redo {
        lines.push(words::written(change)?);
    }
    Some(lines)
}

/// What was done and what was undone, if they are of this revision.
fn read(text: &str, revision: u64) -> Option<(Vec<Step>, Vec<Step>)> {
    let lines: Vec<String> = serde_json::from_str(text).ok()?;
    let (first, lines) = lines.split_first()?;
    if *first != revision.to_string() {
        return None;
    }
    let (mut past, mut future) = (Vec::new(), Vec::new());
    let (mut is_future, mut is_redo) = (false, false);
    for line in lines {
        let steps = if is_future { &mut future } else { &mut past };
        match line.as_str() {
            FUTURE => is_future = true,
            UNDO => {
                is_redo = false;
                steps.push(Step { undo: Vec::new(), redo: Vec::new() });
            }
            REDO => is_redo = true,
            change => {
                let (change, step) = (words::read(change)?, steps.last_mut()?);
                if is_redo { step.redo.push(change) } else { step.undo.push(change) }
            }
        }
    }
    Some((past, future))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::change::Change;
    use domain::name::Name;

    use super::*;

    fn step(text: &str) -> Step {
        let change = |text: &str| Change::SetValuesText { component: Name::new("web").unwrap(), text: text.into() };
        Step { undo: vec![change("before"), change(text)], redo: vec![change(text)] }
    }

    #[test]
    fn steps_read_as_they_were_written_and_only_for_the_revision_that_they_lead_back_from() {
        let (past, future) = (vec![step("a"), step("b")], vec![step("c")]);
        let text = written(7, &past, &future).unwrap();
        assert_eq!(read(&text, 7), Some((past, future)));
        assert_eq!(read(&text, 8), None);
    }

    #[test]
    fn too_many_steps_lose_their_oldest() {
        let long = "x".repeat(MOST / 4);
        let past = vec![step(&long), step(&long), step("b"), step("c")];
        let text = written(1, &past, &[]).unwrap();
        assert!(text.len() < 2 * MOST);
        assert_eq!(read(&text, 1), Some((past[1..].to_vec(), Vec::new())));
    }
}
