//! One pack file, written so that it is wholly there or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::GitError;

/// How the folders begin in which packs are made.
pub(super) const MAKING: &str = "countersign-pack-";

/// Writes `pack` and its index into the repository at `git_dir`: three syncs. Gives back where it stands.
///
/// Both are made in a folder of their own, synced there and then renamed, the index last: a crash
/// leaves no torn file under a name that a later attempt would take for complete.
pub(super) fn write_durably(git_dir: &Path, pack: &[u8]) -> Result<PathBuf, GitError> {
    let packs = git_dir.join("objects/pack");
    fs::create_dir_all(&packs).map_err(GitError::storage)?;
    // Not below `objects`, which a clone on this machine copies file by file.
    let making = tempfile::Builder::new().prefix(MAKING).tempdir_in(git_dir).map_err(GitError::storage)?;
    let mut indexer = git2::Indexer::new(None, making.path(), 0o444, false).map_err(|e| GitError::of_storage(&e))?;
    indexer.write_all(pack).map_err(GitError::storage)?;
    let name = indexer.commit().map_err(|e| GitError::of_storage(&e))?;
    for extension in ["pack", "idx"] {
        let file = format!("pack-{name}.{extension}");
        sync(&making.path().join(&file))?;
        fs::rename(making.path().join(&file), packs.join(&file)).map_err(GitError::storage)?;
    }
    sync(&packs)?;
    Ok(packs.join(format!("pack-{name}.pack")))
}

/// The packs that are there now.
pub(super) fn names(git_dir: &Path) -> BTreeSet<std::ffi::OsString> {
    let entries = fs::read_dir(git_dir.join("objects/pack")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).collect()
}

/// Syncs what came since `before`: libgit2 does not, and a torn pack would spoil the copy for good.
pub(super) fn sync_new(git_dir: &Path, before: &BTreeSet<std::ffi::OsString>) -> Result<(), GitError> {
    let packs = git_dir.join("objects/pack");
    let after = names(git_dir);
    let mut fresh = after.difference(before).peekable();
    if fresh.peek().is_none() {
        return Ok(());
    }
    for name in fresh {
        match sync(&packs.join(name)) {
            // A half-made file of a fetch beside this one, which renames it and syncs it then.
            Err(GitError::Storage(_)) if !packs.join(name).exists() => {}
            synced => synced?,
        }
    }
    sync(&packs)
}

/// Makes a file's content, or a folder's names, survive a power cut.
pub(super) fn sync(path: &Path) -> Result<(), GitError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(GitError::storage)
}
