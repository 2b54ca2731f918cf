//! Moves a branch of a bare repository from an expected commit to a new one, or says where it stands.
//!
//! The protocol is Git's own: whoever makes `<ref>.lock` first may rename it over `<ref>`, so stock git
//! and we exclude each other. Ours differs in one thing: the lock appears with its content (a hard link
//! to a synced file) and is held by `flock` as well, so a lock left by `kill -9` is told from a live one.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use git2::Repository;

use super::super::error::GitError;
use super::super::id::ObjectId;
use super::super::pack::sync;
use super::head_of;

/// What became of the branch.
pub(in super::super) enum Swap {
    Done,
    Moved(Option<ObjectId>),
    /// The branch was moved, but the disk did not confirm it.
    Unsynced(String),
}

const PATIENCE: Duration = Duration::from_secs(5);
const CLAIM: &str = "countersign-claim-";

/// Two syncs: the new value, and the folder after the rename.
pub(in super::super) fn compare_and_set(
    repository: &Repository,
    name: &str,
    new: ObjectId,
    expected: Option<ObjectId>,
) -> Result<Swap, GitError> {
    let git_dir = repository.path();
    let reference = git_dir.join(name);
    let folder = reference.parent().unwrap_or(git_dir).to_path_buf();
    fs::create_dir_all(&folder).map_err(GitError::storage)?;
    let claim = Claim::new(git_dir, &format!("{new}\n"))?;
    let lock = claim.take(&lock_of(&reference))?;
    // From here nobody else moves the branch.
    let standing = head_of(repository, name)?;
    if standing != expected {
        return Ok(Swap::Moved(standing));
    }
    lock.rename_to(&reference).map_err(GitError::storage)?;
    match sync(&folder) {
        Ok(()) => Ok(Swap::Done),
        Err(error) => Ok(Swap::Unsynced(error.to_string())),
    }
}

/// Writes `HEAD` so that it is never seen half.
pub(super) fn write_head(git_dir: &Path, branch: &str) -> Result<(), GitError> {
    let claim = Claim::new(git_dir, &format!("ref: refs/heads/{branch}\n"))?;
    let lock = claim.take(&git_dir.join("HEAD.lock"))?;
    lock.rename_to(&git_dir.join("HEAD")).map_err(GitError::storage)?;
    sync(git_dir)
}

fn lock_of(reference: &Path) -> PathBuf {
    let mut lock = reference.as_os_str().to_owned();
    lock.push(".lock");
    lock.into()
}

/// A synced file with the new value, held by `flock` as long as this lives.
struct Claim {
    path: PathBuf,
    _held: File,
}

/// The lock, which is a second name of the claim.
struct Lock<'c> {
    path: PathBuf,
    is_renamed: bool,
    _claim: &'c Claim,
}

impl Claim {
    /// Between making the file and holding its `flock` somebody who clears up may take it for a dead one's: then again.
    fn new(git_dir: &Path, content: &str) -> Result<Claim, GitError> {
        loop {
            let claim = Claim::made(git_dir, content)?;
            if claim.path.try_exists().map_err(GitError::storage)? {
                return Ok(claim);
            }
        }
    }

    fn made(git_dir: &Path, content: &str) -> Result<Claim, GitError> {
        let path = git_dir.join(format!("{CLAIM}{}", uuid::Uuid::now_v7().simple()));
        let mut held = OpenOptions::new().write(true).create_new(true).open(&path).map_err(GitError::storage)?;
        let claim = held.lock().and_then(|()| held.write_all(content.as_bytes())).and_then(|()| held.sync_all());
        let claim = claim.map(|()| Claim { path: path.clone(), _held: held });
        claim.inspect_err(|_| drop(fs::remove_file(&path))).map_err(GitError::storage)
    }

    /// Waits for a live holder for a while, and clears away what a dead one of ours left.
    fn take(&self, lock: &Path) -> Result<Lock<'_>, GitError> {
        let began = Instant::now();
        loop {
            match fs::hard_link(&self.path, lock) {
                Ok(()) => return Ok(Lock { path: lock.to_owned(), is_renamed: false, _claim: self }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(GitError::storage(error)),
            }
            if clear_abandoned(&self.path, lock) {
                continue;
            }
            if began.elapsed() > PATIENCE {
                return Err(GitError::Locked(lock.to_string_lossy().into_owned()));
            }
            sleep(Duration::from_millis(10)); // another process's lock has no event to wait for
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Lock<'_> {
    fn rename_to(mut self, reference: &Path) -> std::io::Result<()> {
        fs::rename(&self.path, reference)?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        if !self.is_renamed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes the lock of a process of ours that died; tells whether it did.
fn clear_abandoned(own: &Path, lock: &Path) -> bool {
    own.parent().is_some_and(|git_dir| clear(git_dir, Some(lock)))
}

/// Removes what dead processes of ours left beside a repository's branches.
pub(in super::super) fn clear_dead_claims(git_dir: &Path) {
    clear(git_dir, None);
}

/// A lock is ours if a claim beside it is the same file, and its holder is dead if the `flock` on it
/// can be had. A claim whose second name was not looked for stays, or its lock would look like stock git's.
fn clear(git_dir: &Path, lock: Option<&Path>) -> bool {
    let mut is_cleared = false;
    for entry in fs::read_dir(git_dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if !entry.file_name().to_string_lossy().starts_with(CLAIM) {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        // While we hold the flock nobody else of us removes or makes this very lock.
        let inode = |meta: &fs::Metadata| (meta.dev(), meta.ino());
        let Ok(ours) = file.metadata() else { continue };
        let theirs = lock.and_then(|lock| fs::symlink_metadata(lock).ok());
        if let (Some(lock), Some(theirs)) = (lock, theirs)
            && inode(&ours) == inode(&theirs)
        {
            is_cleared |= fs::remove_file(lock).is_ok();
            let _ = fs::remove_file(&path);
        } else if ours.nlink() == 1 {
            let _ = fs::remove_file(&path);
        }
    }
    is_cleared
}
