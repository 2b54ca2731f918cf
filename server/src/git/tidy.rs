//! Merges the small packs that deploys leave, so that the thousandth deploy looks through as few as the first.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{Buf, Repository};

use super::error::GitError;
use super::id::ObjectId;
use super::mirror::Mirror;
use super::{local, pack};

/// As many small packs may lie about.
const MANY: usize = 50;
/// A pack beyond this is left alone, so that no tidying rewrites a whole repository.
const SMALL: u64 = 4 << 20;
/// What a dead process left is cleared away after this time.
const OLD: Duration = Duration::from_secs(24 * 3600);

impl Mirror {
    /// Merges small packs when there are many; tells whether it did. A push that is done does it by itself.
    pub fn tidy(&self) -> Result<bool, GitError> {
        tidy(self.repository.path())
    }
}

///
/// Every object of a merged pack goes into the new one, reachable or not: a commit that is stored and
/// not yet pushed stays. Old packs go only when the new one is durable, so being killed costs nothing.
fn tidy(git_dir: &Path) -> Result<bool, GitError> {
    let packs = git_dir.join("objects/pack");
    if small_packs(&packs).len() <= MANY {
        return Ok(false);
    }
    // One at a time; whoever comes second has nothing to do.
    let lock = File::create(git_dir.join("countersign-tidy.lock")).map_err(GitError::storage)?;
    if lock.try_lock().is_err() {
        return Ok(false);
    }
    let small = small_packs(&packs);
    if small.len() <= MANY {
        return Ok(false);
    }
    let merged = pack::write_durably(git_dir, &merge(git_dir, &small)?)?;
    for pack in small.iter().filter(|pack| pack.file_stem() != merged.file_stem()) {
        // The index first: without it nobody looks for the pack.
        let _ = fs::remove_file(pack.with_extension("idx"));
        let _ = fs::remove_file(pack);
    }
    clear_old(git_dir, pack::MAKING);
    local::clear_dead_claims(git_dir);
    Ok(true)
}

/// Packs of ours and fetched ones: a pack and its index, and nothing that stock git keeps beside them.
fn small_packs(packs: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(packs).into_iter().flatten().flatten();
    let is_small = |path: &PathBuf| {
        let is_plain = ["keep", "promisor", "mtimes", "bitmap"].iter().all(|extension| !path.with_extension(extension).exists());
        path.extension().is_some_and(|extension| extension == "pack")
            && path.with_extension("idx").exists()
            && is_plain
            && fs::metadata(path).is_ok_and(|meta| meta.len() < SMALL)
    };
    files.map(|entry| entry.path()).filter(is_small).collect()
}

fn merge(git_dir: &Path, small: &[PathBuf]) -> Result<Vec<u8>, GitError> {
    let storage = |e: git2::Error| GitError::of_storage(&e);
    let repository = Repository::open(git_dir).map_err(storage)?;
    let mut builder = repository.packbuilder().map_err(storage)?;
    for pack in small {
        let index = fs::read(pack.with_extension("idx")).map_err(GitError::storage)?;
        for id in ids(&index).ok_or_else(|| GitError::storage("a pack's index is not of version 2"))? {
            builder.insert_object(id.oid(), None).map_err(storage)?;
        }
    }
    let mut bytes = Buf::new();
    builder.write_buf(&mut bytes).map_err(storage)?;
    Ok(bytes.to_vec())
}

/// The names in a pack index of version 2: a header of 8 bytes, 256 running counts, then the names.
fn ids(index: &[u8]) -> Option<impl Iterator<Item = ObjectId>> {
    let names = 8 + 256 * 4;
    if !index.starts_with(b"\xfftOc\0\0\0\x02") {
        return None;
    }
    let count = u32::from_be_bytes(index.get(names - 4..names)?.try_into().ok()?) as usize;
    let names = index.get(names..names + count.checked_mul(20)?)?;
    Some(names.chunks_exact(20).filter_map(|name| Some(ObjectId::from_bytes(name.try_into().ok()?))))
}

fn clear_old(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        if entry.file_name().to_string_lossy().starts_with(prefix) && age.is_some_and(|age| age > OLD) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
