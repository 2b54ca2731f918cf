//! Tells whether what a step reads has changed since it last ran.

use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A digest of names and contents. It guards against forgetting, not against an adversary.
#[derive(Default)]
pub struct Inputs(DefaultHasher);

impl Inputs {
    pub fn word(mut self, word: &str) -> Self {
        self.0.write(word.as_bytes());
        self.0.write_u8(0);
        self
    }

    /// A file, or a folder with all that lies in it.
    pub fn path(mut self, path: &Path) -> anyhow::Result<Self> {
        let reading = || format!("reading {}", path.display());
        if path.is_dir() {
            let entries = std::fs::read_dir(path).with_context(reading)?;
            let mut inside = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>()?;
            inside.sort();
            for entry in inside {
                self = self.path(&entry)?;
            }
            return Ok(self);
        }
        let bytes = std::fs::read(path).with_context(reading)?;
        self = self.word(&path.file_name().unwrap_or_default().to_string_lossy());
        self.0.write_usize(bytes.len());
        self.0.write(&bytes);
        Ok(self)
    }

    pub fn digest(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// Runs `work` unless `output` exists and was made from the same inputs.
pub fn unless_fresh(output: &Path, inputs: &Inputs, work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut stamp = output.as_os_str().to_owned();
    stamp.push(".stamp");
    let digest = inputs.digest();
    if output.exists() && std::fs::read_to_string(&stamp).is_ok_and(|kept| kept == digest) {
        return Ok(());
    }
    // Gone until the work is done: a run that breaks off is not taken for a finished one.
    let _ = std::fs::remove_file(&stamp);
    if let Some(folder) = output.parent() {
        std::fs::create_dir_all(folder)?;
    }
    work()?;
    std::fs::write(&stamp, digest).context("writing a stamp")
}

#[cfg(test)]
mod tests;
