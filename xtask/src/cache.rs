//! Where everything that is downloaded or built is kept, outside the clone.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub struct Cache {
    folder: PathBuf,
    clone: PathBuf,
}

impl Cache {
    pub fn open() -> anyhow::Result<Self> {
        let folder = match std::env::var_os("COUNTERSIGN_CACHE") {
            Some(folder) => std::path::absolute(folder)?,
            None => {
                PathBuf::from(std::env::var_os("HOME").context("neither COUNTERSIGN_CACHE nor HOME is set")?).join(".cache/countersign")
            }
        };
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        // Asked at run time too: clones that share a target folder may meet in the same binary.
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let clone = Path::new(&xtask).parent().context("xtask has no parent folder")?.to_owned();
        Ok(Self { folder, clone })
    }

    /// The clone this command was built from.
    pub fn clone_root(&self) -> &Path {
        &self.clone
    }

    /// Cargo's target folder for everything native.
    pub fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.folder.join("target"), PathBuf::from)
    }

    /// Cargo's target folder for wasm: other features, so sharing one would only cause rebuilds.
    pub fn front(&self) -> PathBuf {
        self.folder.join("front")
    }

    pub fn tools(&self) -> PathBuf {
        self.folder.join("tools")
    }

    pub fn npm(&self) -> PathBuf {
        self.folder.join("npm")
    }

    /// What is made from this clone's files alone; two clones on one machine do not meet here.
    pub fn own(&self) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        self.clone.hash(&mut hasher);
        self.folder.join("clone").join(format!("{:016x}", hasher.finish()))
    }
}
