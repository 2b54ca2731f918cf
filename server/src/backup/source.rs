//! What of a data folder belongs into a backup: everything but what is made anew or fetched again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use zeroize::Zeroizing;

/// The database's name in the archive, as in the data folder.
pub const DATABASE: &str = "countersign.db";
pub const VAULT_KEY: &str = "vault.key";
pub const PLATFORM_KEY: &str = "platform.key";
const REPOSITORIES: &str = "repositories";

/// What is left out of the top folder: copied otherwise, held by a process, made anew, or copies themselves.
const LEFT_OUT: &[&str] =
    &[DATABASE, "countersign.db-wal", "countersign.db-shm", "lock", "mirrors", "cache", crate::store::copy::FOLDER, "lost+found"];

/// What is small and may change at any time: keys, and where branches stand. Two looks that are equal frame a moment in
/// which nothing moved.
pub type Standing = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// What is large and only ever added to, by its name in the archive.
pub struct Bulk {
    pub folders: Vec<String>,
    pub files: Vec<(String, PathBuf)>,
}

/// Reads everything that a deploy or a rotation could change under our feet.
pub fn standing(data: &Path) -> anyhow::Result<Standing> {
    let mut standing = Standing::new();
    walk(data, "", &mut |name, path, is_folder| {
        if !is_folder && is_small(name) {
            let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
            standing.insert(name.to_owned(), Zeroizing::new(bytes));
        }
        Ok(())
    })?;
    Ok(standing)
}

pub fn bulk(data: &Path) -> anyhow::Result<Bulk> {
    let mut bulk = Bulk { folders: Vec::new(), files: Vec::new() };
    walk(data, "", &mut |name, path, is_folder| {
        match (is_folder, is_small(name)) {
            (true, _) => bulk.folders.push(name.to_owned()),
            (false, false) => bulk.files.push((name.to_owned(), path.to_owned())),
            (false, true) => {}
        }
        Ok(())
    })?;
    Ok(bulk)
}

/// Files of the top folder, and all of a repository but its objects.
fn is_small(name: &str) -> bool {
    match name.split('/').collect::<Vec<_>>().as_slice() {
        [_] => true,
        [REPOSITORIES, _, "objects", ..] => false,
        [REPOSITORIES, ..] => true,
        _ => false,
    }
}

/// What Git and we only make on the way to something else. Branches may be called as they like.
fn is_half_made(name: &str) -> bool {
    let starts = |own: &str, starts: &[&str]| starts.iter().any(|start| own.starts_with(start));
    match name.split('/').collect::<Vec<_>>().as_slice() {
        [own] => own.starts_with('.'),
        [REPOSITORIES, .., own] if own.ends_with(".lock") => true,
        [REPOSITORIES, _, own] => starts(own, &[".", "countersign-claim-", "countersign-pack-"]),
        [REPOSITORIES, _, "objects", .., own] => starts(own, &[".", "tmp_", "incoming-"]),
        _ => false,
    }
}

fn walk(folder: &Path, name: &str, each: &mut dyn FnMut(&str, &Path, bool) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .and_then(|entries| entries.collect::<Result<_, _>>())
        .with_context(|| format!("reading {}", folder.display()))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let Some(own) = entry.file_name().to_str().map(str::to_owned) else { bail!("{} has a name that is no text", path.display()) };
        let is_left_out = name.is_empty() && LEFT_OUT.contains(&own.as_str());
        let name = if name.is_empty() { own } else { format!("{name}/{own}") };
        if is_left_out || is_half_made(&name) {
            continue;
        }
        // A key may be mounted as a link; what it leads to is kept. Elsewhere a link could lead anywhere.
        let is_key = [VAULT_KEY, PLATFORM_KEY].contains(&name.as_str());
        let metadata = if is_key { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
        let metadata = metadata.with_context(|| format!("looking at {}", path.display()))?;
        match () {
            () if metadata.is_dir() => {
                each(&name, &path, true)?;
                walk(&path, &name, each)?;
            }
            () if metadata.is_file() => each(&name, &path, false)?,
            () => bail!("{} is neither a file nor a folder; move it out of the data folder", path.display()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn everything_belongs_to_it_that_is_not_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let all = [
            "vault.key",
            "vault.key.next",
            "countersign.db",
            "countersign.db-wal",
            "lock",
            ".vault-key-x1",
            "backups/old.db",
            "mirrors/m/HEAD",
            "later/thing",
            "repositories/tmp_a.git/HEAD",
            "repositories/tmp_a.git/refs/heads/incoming-x",
            "repositories/tmp_a.git/refs/heads/main.lock",
            "repositories/tmp_a.git/countersign-claim-1",
            "repositories/tmp_a.git/objects/pack/pack-1.pack",
            "repositories/tmp_a.git/objects/pack/tmp_pack_1",
        ];
        for file in all {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        let names: Vec<String> = standing(folder.path()).unwrap().into_keys().collect();
        let small = ["repositories/tmp_a.git/HEAD", "repositories/tmp_a.git/refs/heads/incoming-x", "vault.key", "vault.key.next"];
        assert_eq!(names, small);
        let bulk = bulk(folder.path()).unwrap();
        let files: Vec<&str> = bulk.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(files, ["later/thing", "repositories/tmp_a.git/objects/pack/pack-1.pack"]);
        assert!(bulk.folders.iter().any(|name| name == "repositories/tmp_a.git/objects/pack"));
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
        assert!(standing(folder.path()).unwrap_err().to_string().contains("neither a file nor a folder"));
    }
}
