//! Our copy of a repository: a bare clone in the data folder, or the repository itself if it is on this machine.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use git2::Repository;

use super::address::Location;
use super::commit::BuiltCommit;
use super::error::{GitError, tame};
use super::id::ObjectId;
use super::local;
use super::pack;
use super::probe::{heads, refuse_redirects};
use super::remote::Remote;
use super::session::{Session, ready};

/// Cheap to open, and opened anew by each blocking task. It is a cache: the folder may be deleted.
pub struct Mirror {
    pub(super) repository: Repository,
    pub(super) is_remote_itself: bool,
}

impl Mirror {
    /// Opens or creates the copy in `folder`, which belongs to this one remote. A repository on this
    /// machine needs no copy, and `folder` stays untouched.
    pub fn open(folder: &Path, remote: &Remote) -> Result<Mirror, GitError> {
        ready();
        if let Location::Local(path) = &remote.location {
            return Ok(Mirror { repository: local::open(path)?, is_remote_itself: true });
        }
        let repository = match Repository::open_bare(folder) {
            Ok(repository) => repository,
            Err(_) => create(folder)?,
        };
        Ok(Mirror { repository, is_remote_itself: false })
    }

    /// Opens a bare repository or a clone's `.git` for reading, whoever made it: for `verify`.
    pub fn read_only(path: &Path) -> Result<Mirror, GitError> {
        ready();
        let repository = Repository::open(path).map_err(|e| GitError::NotARepository(tame(e.message())))?;
        Ok(Mirror { repository, is_remote_itself: true })
    }

    /// Where the branch stands on the remote, with everything it reaches here; `None` if it does not exist yet.
    pub fn fetch(&self, remote: &Remote, branch: &str) -> Result<Option<ObjectId>, GitError> {
        let name = branch_ref(branch)?;
        if remote.is_local() {
            return self.head(branch);
        }
        let _alone = alone(self.repository.path())?;
        let before = pack::names(self.repository.path());
        let session = Session::new(remote);
        let heads = session.run(|| {
            let mut connected = self.repository.remote_anonymous(&remote.url)?;
            connected.download(&[name.as_str()], Some(&mut session.fetch_options()))?;
            let heads = heads(connected.list()?);
            connected.disconnect()?;
            heads
        })?;
        let Some(&head) = heads.branches.get(branch) else { return Ok(None) };
        if !self.has(head) {
            return Err(GitError::Garbage(format!("it announced {head} and did not send it")));
        }
        pack::sync_new(self.repository.path(), &before)?;
        remember(&self.repository.path().join(&name), head)?;
        Ok(Some(head))
    }

    /// Where the branch stood when it was last fetched; for a repository on this machine, where it stands.
    pub fn head(&self, branch: &str) -> Result<Option<ObjectId>, GitError> {
        match self.repository.refname_to_id(&branch_ref(branch)?) {
            Ok(oid) => Ok(Some(oid.into())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(GitError::of_storage(&error)),
        }
    }

    /// The commit that `HEAD` stands for; `None` in an empty repository.
    pub fn checked_out(&self) -> Result<Option<ObjectId>, GitError> {
        match self.repository.refname_to_id("HEAD") {
            Ok(oid) => Ok(Some(oid.into())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(GitError::of_storage(&error)),
        }
    }

    pub fn has(&self, id: ObjectId) -> bool {
        self.repository.odb().is_ok_and(|odb| odb.exists(id.oid()))
    }

    /// Writes a built commit durably beside the others: three syncs (pack, index, folder). No branch
    /// moves. Repeating it is harmless.
    pub fn store(&self, built: &BuiltCommit) -> Result<(), GitError> {
        let _ = pack::write_durably(self.repository.path(), &built.pack)?;
        let odb = self.repository.odb().map_err(|e| GitError::of_storage(&e))?;
        odb.refresh().map_err(|e| GitError::of_storage(&e))?;
        match odb.exists(built.id.oid()) {
            true => Ok(()),
            false => Err(GitError::Missing(built.id)),
        }
    }

    /// The folder that holds the objects.
    pub fn path(&self) -> PathBuf {
        self.repository.path().to_path_buf()
    }
}

/// `refs/heads/<branch>`, checked.
pub(super) fn branch_ref(branch: &str) -> Result<String, GitError> {
    let name = format!("refs/heads/{branch}");
    match git2::Reference::is_valid_name(&name) && !branch.starts_with('-') && branch != "HEAD" {
        true => Ok(name),
        false => Err(GitError::Invalid(format!("`{}` is not a branch name", tame(branch)))),
    }
}

/// A half-made or damaged copy is moved aside and made anew: everything in it stands elsewhere.
fn create(folder: &Path) -> Result<Repository, GitError> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        if !folder.join("objects").is_dir() {
            return Err(GitError::storage(format!("{} holds something else than our copy of a repository", folder.display())));
        }
        let aside = folder.with_extension(format!("damaged-{}", std::process::id()));
        fs::rename(folder, aside).map_err(GitError::storage)?;
    }
    let parent = folder.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(GitError::storage)?;
    let fresh = tempfile::Builder::new().prefix(".mirror-").tempdir_in(parent).map_err(GitError::storage)?;
    let mut options = git2::RepositoryInitOptions::new();
    options.bare(true).external_template(false);
    let repository = Repository::init_opts(fresh.path(), &options).map_err(|e| GitError::of_storage(&e))?;
    refuse_redirects(&repository)?;
    drop(repository);
    let fresh = fresh.keep();
    if let Err(error) = fs::rename(&fresh, folder) {
        let _ = fs::remove_dir_all(&fresh); // another task was first, or the disk refuses; opening tells
        tracing::debug!(%error, "a mirror was made twice");
    }
    Repository::open_bare(folder).map_err(|e| GitError::of_storage(&e))
}

/// One fetch into a copy at a time, waited for no longer than a remote may take. libgit2 writes `shallow`
/// under a lock after each: two at once refuse each other, and one that was killed would leave the
/// lock and refuse all after it. Whoever fetches alone may clear it.
fn alone(git_dir: &Path) -> Result<File, GitError> {
    let lock = File::create(git_dir.join("countersign-fetch.lock")).map_err(GitError::storage)?;
    lock.lock().map_err(GitError::storage)?;
    match fs::remove_file(git_dir.join("shallow.lock")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(GitError::storage(error)),
        _ => Ok(lock),
    }
}

/// Notes a fetched head by renaming, so no lock can be left behind; the last writer wins, and each is right.
fn remember(file: &Path, head: ObjectId) -> Result<(), GitError> {
    let parent = file.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(GitError::storage)?;
    let fresh = tempfile::NamedTempFile::new_in(parent).map_err(GitError::storage)?;
    fs::write(fresh.path(), format!("{head}\n")).map_err(GitError::storage)?;
    fresh.persist(file).map_err(GitError::storage)?;
    Ok(())
}
