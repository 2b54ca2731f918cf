//! One process at a time has a data folder: the server, or a command that must not meet one.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};

/// Held until it is dropped, or the process ends, however it ends.
pub struct DataLock {
    file: File,
}

impl Drop for DataLock {
    /// Closing alone would leave the lock to a child that was forked at this moment, until it runs its own program.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl DataLock {
    /// Takes the folder, made now if there is none; refuses while another process has it.
    pub fn take(data: &Path) -> anyhow::Result<DataLock> {
        make_private(data).with_context(|| format!("making the data folder {}", data.display()))?;
        let path = data.join("lock");
        let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = open.with_context(|| format!("opening {}", path.display()))?;
        // A test that races two servers over one folder lets them in side by side.
        let locked = if crate::deploy::lease::is_off() { file.try_lock_shared() } else { file.try_lock() };
        match locked {
            Ok(()) => Ok(DataLock { file }),
            Err(TryLockError::WouldBlock) => {
                bail!("another Countersign works on the data folder {}; stop it first", data.display())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
        }
    }
}

/// The data folder and what is in it belong to the server alone.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_folder_is_had_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let held = DataLock::take(&data).unwrap();
        let why = DataLock::take(&data).err().unwrap().to_string();
        assert!(why.contains("stop it first"), "{why}");
        // As a child has it between fork and exec.
        let inherited = held.file.try_clone().unwrap();
        drop(held);
        DataLock::take(&data).unwrap();
        drop(inherited);
    }
}
