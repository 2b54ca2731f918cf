//! How much room refusals get in the log: what is new is written down at once, repeats are counted.
//!
//! The log is append-only, so whoever holds a session and asks for what is not theirs, over and over, must not make it
//! grow as they please. Of each principal, within a quarter of an hour, the same refusal is written once and twenty
//! different ones at most; the rest is a number in a later leaf.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use domain::audit::{Act, Actor};

use crate::clock::{MINUTE, Micros};

pub(crate) const WINDOW: Micros = 15 * MINUTE;
const LEAVES: usize = 20;

/// In memory: a process that is killed loses counts, and no first refusal.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<(String, String), Recent>>);

struct Recent {
    actor: Actor,
    since: Micros,
    written: BTreeSet<String>,
    left_out: u64,
}

impl Refusals {
    /// Whether this refusal gets a leaf; with how many have been left out before it.
    pub(super) fn count(&self, now: Micros, actor: &Actor, act: &Act, code: &str) -> Option<u64> {
        let what = format!("{} {} {code}", act.name(), act.object_id());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Recent { actor: actor.clone(), since: now, written: BTreeSet::new(), left_out: 0 };
        let recent = known.entry((actor.kind.clone(), actor.id.clone())).or_insert_with(fresh);
        let before = if now - recent.since >= WINDOW {
            let left_out = recent.left_out;
            *recent = fresh();
            left_out
        } else {
            0
        };
        if recent.written.len() >= LEAVES || !recent.written.insert(what) {
            recent.left_out += 1;
            return None;
        }
        Some(before)
    }

    /// Those whose time is over, or everybody; each with what was left out. Who was quiet since is forgotten.
    pub(super) fn over(&self, now: Micros, all: bool) -> Vec<(Actor, u64)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = known.extract_if(|_, recent| all || now - recent.since >= WINDOW);
        over.filter(|(_, recent)| recent.left_out > 0).map(|(_, recent)| (recent.actor, recent.left_out)).collect()
    }
}
