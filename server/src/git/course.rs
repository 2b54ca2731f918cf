//! The course of a branch: what it came by at each merge, and what a merge brought in.

use std::collections::{HashMap, HashSet};

use git2::Sort;

use super::error::GitError;
use super::history::missing;
use super::id::ObjectId;
use super::mirror::Mirror;

/// A commit that the branch did not hold before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub id: ObjectId,
    /// What the branch held before it: one of its parents, and not always the first.
    pub before: Option<ObjectId>,
    /// It came in by a merge, and the merge tells what that changed.
    pub is_merged: bool,
}

impl Mirror {
    /// Everything that `head` holds and `since` does not, parents first. A branch goes by the parent that holds the newest
    /// commit of ours, `since` being the oldest of them, and by the first parent where they are equal: who pulls before
    /// pushing turns the parents around, and that takes nothing out of the branch.
    pub fn course(&self, since: Option<ObjectId>, head: ObjectId, is_ours: impl Fn(ObjectId) -> bool) -> Result<Vec<Step>, GitError> {
        let walked = || -> Result<Vec<ObjectId>, git2::Error> {
            let mut walk = self.repository.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
            walk.push(head.oid())?;
            if let Some(since) = since {
                walk.hide(since.oid())?;
            }
            walk.map(|id| id.map(ObjectId::from)).collect()
        };
        let ids = walked().map_err(|error| missing(&error, head))?;
        // Of each commit the place of the newest of ours that it holds: none, `since` alone, or one of these.
        let mut newest: HashMap<ObjectId, Option<usize>> = HashMap::new();
        let mut before: HashMap<ObjectId, Option<ObjectId>> = HashMap::new();
        for (place, &id) in ids.iter().enumerate() {
            let commit = self.repository.find_commit(id.oid()).map_err(|error| missing(&error, id))?;
            let (mut came_by, mut best) = (None, None);
            for parent in commit.parent_ids().map(ObjectId::from) {
                let held = if Some(parent) == since { Some(0) } else { newest.get(&parent).copied().flatten() };
                if came_by.is_none() || held > best {
                    (came_by, best) = (Some(parent), held);
                }
            }
            newest.insert(id, if is_ours(id) { Some(place + 1) } else { best });
            before.insert(id, came_by);
        }
        let mut trunk = HashSet::new();
        let mut next = Some(head);
        while let Some(id) = next.filter(|id| before.contains_key(id)) {
            trunk.insert(id);
            next = before[&id];
        }
        Ok(ids.into_iter().map(|id| Step { id, before: before[&id], is_merged: !trunk.contains(&id) }).collect())
    }
}
