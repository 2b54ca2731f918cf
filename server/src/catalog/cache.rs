//! What was fetched, kept in the data folder so that it is not fetched again; all of it may be deleted at any time.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use domain::text::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::index::Index;
use crate::clock::Micros;

/// All archives together.
const MAX_ARCHIVES: u64 = 512 << 20;
/// An index as kept is shorter than as it came.
const MAX_KEPT: u64 = 64 << 20;

#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub fetched_at: Micros,
    pub index: Index,
}

impl Cache {
    /// Below `cache/`, which no backup takes along.
    pub fn at(data: &Path) -> Cache {
        Cache { folder: data.join("cache").join("charts") }
    }

    /// What cannot be read is as good as not there.
    pub fn index(&self, repository: &str) -> Option<Kept> {
        let path = self.path("index", &[repository]);
        (fs::metadata(&path).ok()?.len() <= MAX_KEPT).then_some(())?;
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    pub fn keep_index(&self, repository: &str, kept: &Kept) -> io::Result<()> {
        self.put(&self.path("index", &[repository]), &serde_json::to_vec(kept)?)
    }

    pub fn forget(&self, repository: &str) {
        let _ = fs::remove_file(self.path("index", &[repository]));
    }

    pub fn archive(&self, repository: &str, name: &str, version: &str) -> Option<Vec<u8>> {
        fs::read(self.path("archive", &[repository, name, version])).ok()
    }

    pub fn keep_archive(&self, repository: &str, name: &str, version: &str, packed: &[u8]) -> io::Result<()> {
        self.put(&self.path("archive", &[repository, name, version]), packed)?;
        self.shrink(MAX_ARCHIVES)
    }

    /// Lets the oldest archives go until the rest fits.
    fn shrink(&self, most: u64) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(self.folder.join("archive"))? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            files.push((metadata.modified()?, metadata.len(), entry.path()));
        }
        let mut whole: u64 = files.iter().map(|(_, size, _)| size).sum();
        files.sort();
        for (_, size, path) in files {
            if whole <= most {
                break;
            }
            fs::remove_file(path)?;
            whole -= size;
        }
        Ok(())
    }

    /// Named by a hash: no name of others becomes a path.
    fn path(&self, kind: &str, parts: &[&str]) -> PathBuf {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        self.folder.join(kind).join(hex(&hash.finalize()))
    }

    /// Whole or not at all.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_oldest_archives_go_first_and_names_become_no_paths() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        for (age, name) in [(300, "../../old"), (200, "middle"), (100, "new")] {
            cache.keep_archive("https://h", name, "1.0.0", &[0; 1000]).unwrap();
            let path = cache.path("archive", &["https://h", name, "1.0.0"]);
            let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000 - age);
            fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
        }
        cache.shrink(2500).unwrap();
        assert!(cache.archive("https://h", "../../old", "1.0.0").is_none());
        assert!(cache.archive("https://h", "middle", "1.0.0").is_some() && cache.archive("https://h", "new", "1.0.0").is_some());
        assert!(!folder.path().join("old").exists());
    }

    #[test]
    fn a_damaged_index_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let kept = Kept { fetched_at: 7, index: Index::default() };
        cache.keep_index("https://h", &kept).unwrap();
        assert_eq!(cache.index("https://h"), Some(kept));
        fs::write(cache.path("index", &["https://h"]), b"{").unwrap();
        assert_eq!(cache.index("https://h"), None);
    }
}
