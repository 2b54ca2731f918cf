//! Carries changes over what others changed meanwhile: a text that was typed meets another's only in the values that both
//! changed.

use super::Change;
use super::apply::apply;
use super::between::{Told, text};
use super::rebase::Side;
use super::touch::{Touch, overlap, touches};
use crate::stack::{Content, Stack};

/// An edit that came after the content that the changes were made on.
#[derive(Debug, Clone)]
pub struct Later {
    pub changes: Vec<Change>,
    /// By the very page that made the changes: they build on it and never meet it.
    pub own: bool,
    /// What a person who saw it decided for wherever they meet.
    pub settled: Option<Side>,
}

/// Both changed the same, and nobody has chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Meeting {
    /// The place in the list of changes that were to be carried.
    pub place: usize,
    /// The place in the list of later edits.
    pub later: usize,
    pub mine: Change,
    pub theirs: Change,
}

/// The changes as they hold on top of everything later, or every place where they meet something of others. What the
/// others' last change there did as well is left out, and so is what a person gave up.
pub fn carry(base: &Stack, changes: &[Change], later: &[Later]) -> Result<Vec<Change>, Vec<Meeting>> {
    let others: Vec<Change> = later.iter().filter(|edit| !edit.own).flat_map(|edit| edit.changes.iter().cloned()).collect();
    if overlap(changes, &others).is_none() {
        return Ok(changes.to_vec());
    }
    // What everybody saw, and what this page saw: the later edits without those of others.
    let (mut all, mut seen) = (base.clone(), base.clone());
    let mut theirs: Vec<(usize, Touch, Change)> = Vec::new();
    for (place, edit) in later.iter().enumerate() {
        if edit.own {
            hold(&mut seen, &edit.changes);
        } else {
            theirs.extend(narrowed(&all, &edit.changes).into_iter().map(|(_, change)| (place, touches(&change), change)));
        }
        hold(&mut all, &edit.changes);
    }
    let (mut carried, mut met) = (Vec::new(), Vec::new());
    for (place, mine) in narrowed(&seen, changes) {
        let touch = touches(&mine);
        let meets: Vec<&(usize, Touch, Change)> = theirs.iter().filter(|(_, their, _)| touch.overlaps(their)).collect();
        let gave_up = |(at, ..): &&&(usize, Touch, Change)| later[*at].settled == Some(Side::Theirs);
        match meets.last() {
            None => carried.push(mine),
            Some((_, _, last)) if *last == mine => {}
            Some((at, _, last)) if meets.iter().any(|(at, ..)| later[*at].settled.is_none()) => {
                met.push(Meeting { place, later: *at, mine, theirs: last.clone() });
            }
            Some(_) if meets.iter().any(|one| gave_up(&one)) => {}
            Some(_) => carried.push(mine),
        }
    }
    if met.is_empty() { Ok(carried) } else { Err(met) }
}

/// Texts told value by value where that gives the very same text; each change with its place in the list.
pub fn narrowed(stack: &Stack, changes: &[Change]) -> Vec<(usize, Change)> {
    let mut stack = stack.clone();
    let mut narrow = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        let before = narrow.len();
        if let Some(told) = single_values(&stack, change) {
            narrow.extend(told.into_iter().map(|change| (place, change)));
        }
        if narrow.len() == before {
            narrow.push((place, change.clone()));
        }
        let _ = apply(&mut stack, change);
    }
    narrow
}

fn single_values(stack: &Stack, change: &Change) -> Option<Vec<Change>> {
    let (component, typed) = match change {
        Change::SetValuesText { component, text } | Change::SetManifestText { component, text } => (component, text),
        _ => return None,
    };
    let was = stack.component(component.as_str())?;
    let mut now = was.clone();
    match (&mut now.content, change) {
        (Content::Addon(addon), Change::SetValuesText { .. }) => addon.values.clone_from(typed),
        (Content::Manifest(manifest), Change::SetManifestText { .. }) => manifest.text.clone_from(typed),
        _ => return None,
    }
    let mut told = Told { stack: stack.clone(), changes: Vec::new() };
    text(&mut told, was, &now);
    Some(told.changes)
}

/// As much of it as holds.
fn hold(stack: &mut Stack, changes: &[Change]) {
    for change in changes {
        let _ = apply(stack, change);
    }
}

#[cfg(test)]
mod tests;
