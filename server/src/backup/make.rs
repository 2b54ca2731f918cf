//! Takes a backup, also while a server works on the data folder.
//!
//! Nobody is stopped for it. Keys and branches are read before and after the database is copied; where they are the
//! same, the three belong to one moment. Where a deploy or a rotation came in between, it is taken again.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use super::archive::{About, Writing};
use super::source::{self, DATABASE, PLATFORM_KEY, Standing, VAULT_KEY};
use crate::clock::{self, Clock};
use crate::git::PlatformKey;
use crate::store::copy::{self, Facts};
use crate::vault::Vault;
use crate::vault::envelope::Closed;

/// As often something may move meanwhile.
const TURNS: usize = 5;

/// Writes a backup of `data` to the empty file that `out` is and stays.
pub async fn make(data: &Path, closed: &Closed, out: &mut std::fs::File) -> anyhow::Result<About> {
    make_while(data, closed, out, async || {}).await
}

/// The same, with something done in every turn where it does the most harm: after branches were read, before the database
/// is copied. A test deploys there.
pub async fn make_while(data: &Path, closed: &Closed, out: &mut std::fs::File, mut meanwhile: impl AsyncFnMut()) -> anyhow::Result<About> {
    let now = clock::rfc3339(Clock::default().now());
    let mut why = MOVED;
    for _ in 0..TURNS {
        let before = source::standing(data)?;
        meanwhile().await;
        // Beside the database, so that what is not encrypted yet stays on its disk.
        let aside = tempfile::Builder::new().prefix(".backup-").tempdir_in(data).context("making a folder for a copy of the database")?;
        let database = aside.path().join(DATABASE);
        let facts = copy::take(&data.join(DATABASE), &database).await?;
        if !fits(data, &facts)? {
            why = WRONG_KEY;
            continue;
        }
        why = MOVED;
        let about = About::new(now.clone(), facts);
        let written = write(data, closed, &about, &before, &database, out);
        let moved = source::standing(data)? != before;
        match written {
            // A pack that was merged into another is gone when we come to it.
            Err(_) if moved => {}
            Err(error) => return Err(error),
            Ok(()) if !moved => return Ok(about),
            Ok(()) => {}
        }
        out.set_len(0)?;
        std::io::Seek::rewind(out)?;
    }
    bail!(why)
}

const MOVED: &str = "entries were recorded all the time while the backup was made; try again in a moment";
const WRONG_KEY: &str = "the vault key is not the one that this database was made with; put the right file back";

/// Whether the keys are those that the copy was made with: a rotation exchanges them in two steps.
fn fits(data: &Path, facts: &Facts) -> anyhow::Result<bool> {
    let Some(recipient) = &facts.vault_recipient else { return Ok(true) };
    let vault = [data.join(VAULT_KEY), data.join(format!("{VAULT_KEY}.next"))];
    let has_vault =
        vault.iter().filter(|path| path.exists()).any(|path| Vault::load(path).is_ok_and(|vault| vault.recipient() == *recipient));
    let path = data.join(PLATFORM_KEY);
    let platform = PlatformKey::open(&path).with_context(|| format!("reading the platform key {}", path.display()))?;
    ensure!(
        facts.platform_key.as_ref().is_none_or(|known| *known == platform.public_line()),
        "{} is not the platform key that this database was made with; put the right file back",
        path.display()
    );
    Ok(has_vault)
}

fn write(data: &Path, closed: &Closed, about: &About, standing: &Standing, database: &Path, out: &std::fs::File) -> anyhow::Result<()> {
    let out = std::io::BufWriter::with_capacity(1 << 16, out);
    let mut archive = Writing::begin(closed.over(out)?, about)?;
    let bulk = source::bulk(data)?;
    for folder in &bulk.folders {
        archive.folder(folder)?;
    }
    archive.file(DATABASE, database)?;
    for (name, bytes) in standing {
        archive.bytes(name, bytes)?;
    }
    for (name, path) in &bulk.files {
        archive.file(name, path)?;
    }
    let mut out = archive.finish()?.finish()?;
    out.flush()?;
    Ok(())
}
