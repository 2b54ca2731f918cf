//! Moving the remote's branch: forward only, from the head we built on, with the host's own word for the outcome.

use std::cell::{Cell, RefCell};

use git2::{ErrorClass, ErrorCode, PushOptions, RemoteRedirect};

use super::error::{GitError, tame};
use super::id::ObjectId;
use super::local::{self, Swap};
use super::mirror::{Mirror, branch_ref};
use super::probe::probe;
use super::remote::Remote;
use super::session::Session;

/// An `Err` of [`Mirror::push`] says that nothing was sent; these say what came of what was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// The host reported the branch as moved.
    Done,
    /// The host refused in so many words, and the branch still stands where we expected it.
    Rejected { message: String },
    /// The branch stood elsewhere; ours is not in it.
    Moved { head: Option<ObjectId> },
    /// We do not know: see [`Mirror::resolve_unclear`].
    Unclear { reason: String },
}

impl Mirror {
    /// Pushes a stored commit as a fast-forward of `branch` from `expected_old` (`None`: the branch is new).
    pub fn push(&self, remote: &Remote, branch: &str, commit: ObjectId, expected_old: Option<ObjectId>) -> Result<PushOutcome, GitError> {
        let name = branch_ref(branch)?;
        if !self.has(commit) {
            return Err(GitError::Missing(commit));
        }
        if let Some(old) = expected_old
            && (old == commit || !self.is_ancestor(old, commit)?)
        {
            return Err(GitError::Invalid(format!("{commit} is not built on {old}")));
        }
        let outcome = match self.is_remote_itself {
            true => self.push_here(branch, &name, commit, expected_old),
            false => self.push_away(remote, branch, &name, commit, expected_old),
        }?;
        if outcome == PushOutcome::Done
            && let Err(error) = self.tidy()
        {
            tracing::warn!(%error, "small packs could not be merged");
        }
        Ok(outcome)
    }

    /// Never libgit2's own local push: it overwrites a raced reference and reports success.
    fn push_here(&self, branch: &str, name: &str, commit: ObjectId, expected_old: Option<ObjectId>) -> Result<PushOutcome, GitError> {
        if expected_old.is_none() {
            local::adopt_head(&self.repository, branch)?;
        }
        Ok(match local::compare_and_set(&self.repository, name, commit, expected_old)? {
            Swap::Done => PushOutcome::Done,
            Swap::Moved(head) => PushOutcome::Moved { head },
            Swap::Unsynced(reason) => PushOutcome::Unclear { reason },
        })
    }

    fn push_away(
        &self,
        remote: &Remote,
        branch: &str,
        name: &str,
        commit: ObjectId,
        expected_old: Option<ObjectId>,
    ) -> Result<PushOutcome, GitError> {
        let session = Session::new(remote);
        let is_under_way = Cell::new(false);
        let moved = Cell::new(None);
        let status: RefCell<Option<Option<String>>> = RefCell::new(None);
        let mut callbacks = session.callbacks();
        callbacks.push_negotiation(|updates| {
            let old = updates.first().map(|update| update.src()).filter(|oid| !oid.is_zero()).map(ObjectId::from);
            if old != expected_old {
                moved.set(Some(old));
                return Err(git2::Error::new(ErrorCode::User, ErrorClass::Callback, "the branch has moved"));
            }
            is_under_way.set(true);
            Ok(())
        });
        callbacks.push_update_reference(|reference, refusal| {
            if reference == name {
                status.replace(Some(refusal.map(tame)));
            }
            Ok(())
        });
        let mut options = PushOptions::new();
        options.remote_callbacks(callbacks);
        options.follow_redirects(RemoteRedirect::None);
        options.proxy_options(session.proxy());
        options.packbuilder_parallelism(1);
        let talk = session.run(|| {
            let mut connected = self.repository.remote_anonymous(&remote.url)?;
            connected.push(&[format!("{commit}:{name}")], Some(&mut options))
        });
        drop(options);
        if let Some(head) = moved.get() {
            return Ok(PushOutcome::Moved { head });
        }
        let refusal = match (talk, status.into_inner()) {
            (Ok(()), Some(None)) => return Ok(PushOutcome::Done),
            (_, Some(Some(refusal))) => refusal,
            // The host says that it could not even unpack; this comes instead of a status per branch.
            (Err(error), None) if error.to_string().contains("unpacking the sent packfile failed") => error.to_string(),
            (Ok(()), None) => return Ok(PushOutcome::Unclear { reason: "the host reported no result".to_owned() }),
            (Err(error), _) if is_under_way.get() => return Ok(PushOutcome::Unclear { reason: error.to_string() }),
            (Err(error), _) => return Err(error),
        };
        let heard = session.heard();
        let message = if heard.is_empty() { refusal } else { format!("{refusal}: {heard}") };
        Ok(explain_refusal(remote, branch, commit, expected_old, message))
    }
}

/// A lost race reads like any other refusal, so the branch itself is asked.
fn explain_refusal(remote: &Remote, branch: &str, commit: ObjectId, expected_old: Option<ObjectId>, message: String) -> PushOutcome {
    match probe(remote).map(|heads| heads.branches.get(branch).copied()) {
        Ok(Some(head)) if head == commit => PushOutcome::Done,
        Ok(head) if head != expected_old => PushOutcome::Moved { head },
        _ if is_race(&message) => PushOutcome::Unclear { reason: message },
        _ => PushOutcome::Rejected { message },
    }
}

/// Somebody else holds the branch's lock at this very moment: neither a verdict on our commit nor the end of it.
fn is_race(refusal: &str) -> bool {
    ["failed to update ref", "cannot lock ref", "failed to lock", "incorrect old value", "fetch first"]
        .iter()
        .any(|word| refusal.contains(word))
}
