//! Which commits hold what an entry says of its stack.

use std::collections::BTreeSet;

use crate::name::Name;

/// A commit of the branch, in the order of our record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: String,
    /// Its number, if it is an entry.
    pub entry: Option<u64>,
    /// The stacks whose files it changes, whoever made it.
    pub touches: BTreeSet<Name>,
}

/// From the entry on to before the next commit that changes the same stack: a neighbour's entry leaves it as it is, so
/// the cluster's word on that commit counts too. Somebody else's change to the stack ends it, and so nothing that
/// nobody signed is ever taken for the entry.
pub fn span<'a>(branch: &'a [Commit], stack: &Name, entry: u64) -> Vec<&'a str> {
    let Some(first) = branch.iter().position(|commit| commit.entry == Some(entry)) else { return Vec::new() };
    let rest = branch.iter().skip(first + 1).take_while(|commit| !commit.touches.contains(stack));
    branch.iter().skip(first).take(1).chain(rest).map(|commit| commit.id.as_str()).collect()
}

/// Somebody else's change to the stack that no entry has answered yet: what the cluster said of the entry is then said of
/// an older commit than the one that stands.
pub fn overruled<'a>(branch: &'a [Commit], stack: &Name, entry: u64) -> Option<&'a Commit> {
    let from = branch.iter().position(|commit| commit.entry == Some(entry))?;
    let mut later = branch.iter().skip(from + 1).filter(|commit| commit.touches.contains(stack));
    let first = later.next()?;
    let is_answered = first.entry.is_some() || later.any(|commit| commit.entry.is_some());
    (!is_answered).then_some(first)
}
