//! What became of a push whose answer was lost: the remote alone knows.

use super::error::GitError;
use super::id::ObjectId;
use super::mirror::Mirror;
use super::remote::Remote;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// Our commit is the head, or others have built on it.
    Done { head: ObjectId },
    /// The branch went another way; our push can no longer succeed.
    NotDone { head: Option<ObjectId> },
    /// It may still arrive, or the remote cannot be asked: push the very same commit again, and let
    /// nothing else into this repository meanwhile.
    Unknown { reason: String },
}

impl Mirror {
    /// Asks the remote about `ours`, which was pushed on `base` (`None`: as the first commit).
    pub fn resolve_unclear(&self, remote: &Remote, branch: &str, ours: ObjectId, base: Option<ObjectId>) -> Resolution {
        self.resolve(remote, branch, ours, base).unwrap_or_else(|e| Resolution::Unknown { reason: e.to_string() })
    }

    fn resolve(&self, remote: &Remote, branch: &str, ours: ObjectId, base: Option<ObjectId>) -> Result<Resolution, GitError> {
        let head = self.fetch(remote, branch)?;
        if head == base {
            return Ok(Resolution::Unknown { reason: "the branch still stands where we started".to_owned() });
        }
        Ok(match head {
            Some(head) if self.is_ancestor(ours, head)? => Resolution::Done { head },
            head => Resolution::NotDone { head },
        })
    }
}
