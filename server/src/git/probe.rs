//! Asks a remote who it is and what stands there, and changes nothing.

use std::collections::BTreeMap;

use git2::Direction;

use super::address::Location;
use super::error::GitError;
use super::id::ObjectId;
use super::local;
use super::remote::{HostKey, Remote};
use super::session::Session;

/// The branches of a repository; none in an empty one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heads {
    /// Where `HEAD` points, if at a branch that exists.
    pub default: Option<String>,
    pub branches: BTreeMap<String, ObjectId>,
}

/// Connects with the remote's own credentials and lists its branches.
pub fn probe(remote: &Remote) -> Result<Heads, GitError> {
    if let Location::Local(path) = &remote.location {
        return local::heads(path);
    }
    asked(remote, Direction::Fetch, heads)
}

/// Asks whether a push would be let in, and pushes nothing: what answers is that `receive-pack` begins at all, which
/// forges refuse to whoever may only read. Rules of single branches are told no sooner than at a push.
pub fn may_push(remote: &Remote) -> Result<(), GitError> {
    if let Location::Local(path) = &remote.location {
        local::heads(path)?;
        // Nameless from the start, so that nothing stays behind.
        let file = tempfile::tempfile_in(path.join("objects"));
        return file.map(drop).map_err(|error| GitError::AuthFailed(format!("the folder cannot be written to: {error}")));
    }
    asked(remote, Direction::Push, |_| Ok(()))
}

fn asked<T>(remote: &Remote, what: Direction, read: fn(&[git2::RemoteHead<'_>]) -> Result<T, git2::Error>) -> Result<T, GitError> {
    let session = Session::new(remote);
    // A scratch repository carries the one setting that a bare connection cannot be given.
    let scratch = tempfile::tempdir().map_err(GitError::storage)?;
    let repository = git2::Repository::init_bare(scratch.path()).map_err(|e| GitError::of_storage(&e))?;
    refuse_redirects(&repository)?;
    session.run(|| {
        let mut connected = repository.remote_anonymous(&remote.url)?;
        let connection = connected.connect_auth(what, Some(session.callbacks()), Some(session.proxy()))?;
        read(connection.list()?)
    })
}

/// The key that an `ssh://` host shows, for a person to compare and pin. Nothing else is sent to it.
pub fn host_key(remote: &Remote) -> Result<HostKey, GitError> {
    let Location::Ssh { .. } = &remote.location else {
        return Err(GitError::Invalid("only an ssh:// address has a host key".to_owned()));
    };
    let stranger = Remote { host_keys: Vec::new(), auth: super::Auth::None, ..remote.clone() };
    let session = Session::new(&stranger);
    let talk = session.run(|| {
        let mut connected = git2::Remote::create_detached(stranger.url.as_str())?;
        connected.connect_auth(Direction::Fetch, Some(session.callbacks()), None)?;
        Ok(())
    });
    match (session.presented(), talk) {
        (Some(key), _) => Ok(key),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(GitError::Garbage("the host shows no key".to_owned())),
    }
}

pub(super) fn refuse_redirects(repository: &git2::Repository) -> Result<(), GitError> {
    let set = repository.config().and_then(|mut config| config.set_bool("http.followRedirects", false));
    set.map_err(|e| GitError::of_storage(&e))
}

pub(super) fn heads(list: &[git2::RemoteHead<'_>]) -> Result<Heads, git2::Error> {
    let mut heads = Heads::default();
    for head in list {
        if head.name() == "HEAD" {
            heads.default = head.symref_target().and_then(|to| to.strip_prefix("refs/heads/")).map(str::to_owned);
        }
        if let Some(branch) = head.name().strip_prefix("refs/heads/") {
            heads.branches.insert(branch.to_owned(), head.oid().into());
        }
    }
    Ok(heads)
}
