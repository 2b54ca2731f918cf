//! Reads a site folder once at start, so that a change of style or script needs no new server while developing.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Asset, manifest};

/// The folder that `COUNTERSIGN_SITE` names; without it there are no assets, and pages stay readable.
pub fn named_by_the_environment() -> &'static [Asset] {
    let Some(folder) = std::env::var_os("COUNTERSIGN_SITE").filter(|folder| !folder.is_empty()) else {
        tracing::warn!("this binary holds no assets: pages are served without style and scripts");
        return &[];
    };
    match read(&PathBuf::from(folder)) {
        Ok(assets) => Vec::leak(assets),
        Err(error) => {
            tracing::error!("the site folder cannot be read: {error:#}");
            &[]
        }
    }
}

/// Every file of the folder's manifest. The bytes live as long as the process: the table is made once.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Asset>> {
    let path = folder.join(manifest::NAME);
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    manifest::parse(&text).map_err(anyhow::Error::msg)?.into_iter().map(|line| asset(folder, line)).collect()
}

fn asset(folder: &Path, line: manifest::Line) -> anyhow::Result<Asset> {
    let plain = folder.join(&line.file);
    let coded = |ending: &str| std::fs::read(folder.join(format!("{}.{ending}", line.file))).ok().map(kept_bytes);
    Ok(Asset {
        plain: kept_bytes(std::fs::read(&plain).with_context(|| format!("reading {}", plain.display()))?),
        br: coded("br"),
        gz: coded("gz"),
        etag: kept(manifest::etag(&line.digest)),
        logical: kept(line.logical),
        file: kept(line.file),
        media: kept(line.media),
    })
}

fn kept(text: String) -> &'static str {
    String::leak(text)
}

fn kept_bytes(bytes: Vec<u8>) -> &'static [u8] {
    Vec::leak(bytes)
}
