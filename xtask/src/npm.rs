//! Node packages, one folder per lock file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cache::Cache;
use crate::shell;
use crate::stamp::Inputs;

/// The `node_modules` for the lock file in `package`, installed if this lock was never seen.
pub fn install(cache: &Cache, package: &Path) -> anyhow::Result<PathBuf> {
    let files = ["package.json", "package-lock.json"].map(|name| package.join(name));
    let inputs = Inputs::default().path(&files[0])?.path(&files[1])?;
    let name = package.file_name().unwrap_or_default().to_string_lossy();
    let folder = cache.npm().join(format!("{name}-{}", inputs.digest()));
    let modules = folder.join("node_modules");
    if modules.is_dir() {
        return Ok(modules);
    }
    anyhow::ensure!(
        shell::find("npm").is_some(),
        "Node 20 or newer with npm is needed: https://nodejs.org, or `apt-get install nodejs npm`"
    );
    shell::timed(&format!("node packages of {name}"), || {
        // Made beside and renamed when whole: two runs at once, or one that breaks off, leave nothing half.
        let next = cache.npm().join(format!("{name}-{}.{}", inputs.digest(), std::process::id()));
        std::fs::create_dir_all(&next)?;
        for file in &files {
            std::fs::copy(file, next.join(file.file_name().unwrap_or_default())).with_context(|| format!("copying {}", file.display()))?;
        }
        let mut npm = shell::command("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&next);
        shell::quietly("node packages", &mut npm)?;
        if std::fs::rename(&next, &folder).is_err() {
            let _ = std::fs::remove_dir_all(&next);
        }
        anyhow::ensure!(modules.is_dir(), "{} was not made", modules.display());
        Ok(modules)
    })
}
