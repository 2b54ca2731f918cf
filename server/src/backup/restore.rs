//! Puts a backup into an empty folder: whole and checked, or not at all.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use domain::audit::Act;
use domain::problem::Problem;

use super::archive::{self, About};
use crate::api::caller::Caller;
use crate::audit::{Tx, audited};
use crate::clock::Clock;
use crate::config::Config;
use crate::server::Server;

/// Everything happens in a folder beside the one that it becomes by a rename.
pub async fn restore(from: impl Read, into: &Path) -> anyhow::Result<About> {
    let into = std::path::absolute(into)?;
    refuse_used(&into)?;
    let above = into.parent().context("the root of the file system is no data folder")?;
    let making = tempfile::Builder::new()
        .prefix(".restoring-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(above)
        .with_context(|| format!("making a folder in {}", above.display()))?;
    let about = archive::unpack(from, making.path())?;
    try_out(making.path(), &about).await.context("what was in the backup does not work together")?;
    sync_folders(making.path())?;
    // An empty folder may stand there; a full one stops the rename, whoever filled it since.
    fs::rename(making.path(), &into).with_context(|| format!("moving what was restored to {}", into.display()))?;
    let _ = making.keep();
    File::open(above)?.sync_all()?;
    Ok(about)
}

fn refuse_used(into: &Path) -> anyhow::Result<()> {
    match fs::read_dir(into) {
        Ok(mut entries) => ensure!(
            entries.next().is_none(),
            "{} is not empty; a backup is restored into a folder of its own, and nothing is ever written over",
            into.display()
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("looking into {}", into.display())),
    }
    Ok(())
}

/// Opens the installation as a server would, keys against database, and writes down that it was restored.
async fn try_out(data: &Path, about: &About) -> anyhow::Result<()> {
    let server = Server::open(Config::at(data.to_owned()), Clock::default()).await?;
    audited(&server, &Caller::host(), Act::Restore(String::from("organisation")), async |tx: &mut Tx| {
        tx.fact("made_at", &about.made_at);
        tx.fact("countersign", &about.countersign);
        Ok::<(), Problem>(())
    })
    .await?;
    server.store.close().await;
    Ok(())
}

fn sync_folders(folder: &Path) -> std::io::Result<()> {
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
        File::open(&folder)?.sync_all()?;
    }
    Ok(())
}
