//! The file format: a tar archive that begins with `backup.json`, ends with `SHA256SUMS`, and stands in an age file.
//!
//! Stock tools read it: `age -d FILE | tar -x`, then `sha256sum -c SHA256SUMS`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path};

use anyhow::{Context, bail, ensure};
use domain::text::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

const ABOUT: &str = "backup.json";
const SUMS: &str = "SHA256SUMS";
const FORMAT: &str = "countersign-backup";
const VERSION: u32 = 1;
/// No backup names more; whoever made one that does meant harm.
const MOST: u64 = 16 << 20;

/// What a backup says of itself, before everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub format: String,
    pub version: u32,
    /// RFC 3339.
    pub made_at: String,
    /// The version that made it.
    pub countersign: String,
    pub organisation: String,
    pub public_url: Option<String>,
    /// The newest migration of the database.
    pub migration: i64,
    pub clusters: Vec<Cluster>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    pub name: String,
    /// The last entry; absent: none.
    pub entry: Option<u64>,
    pub commit: Option<String>,
}

impl About {
    pub fn new(made_at: String, facts: crate::store::copy::Facts) -> About {
        let cluster = |(name, last): (String, Option<(i64, String)>)| {
            let (number, commit) = last.unzip();
            Cluster { name, entry: number.and_then(|number| u64::try_from(number).ok()), commit }
        };
        About {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_at,
            countersign: env!("CARGO_PKG_VERSION").to_owned(),
            organisation: facts.organisation,
            public_url: facts.public_url,
            migration: facts.migration,
            clusters: facts.clusters.into_iter().map(cluster).collect(),
        }
    }
}

/// An archive being written.
pub struct Writing<W: Write> {
    tar: tar::Builder<W>,
    sums: BTreeMap<String, String>,
}

impl<W: Write> Writing<W> {
    pub fn begin(out: W, about: &About) -> anyhow::Result<Writing<W>> {
        let mut writing = Writing { tar: tar::Builder::new(out), sums: BTreeMap::new() };
        writing.bytes(ABOUT, &serde_json::to_vec_pretty(about)?)?;
        Ok(writing)
    }

    pub fn folder(&mut self, name: &str) -> anyhow::Result<()> {
        let mut header = header(EntryType::Directory, 0o700, 0);
        self.tar.append_data(&mut header, format!("{name}/"), io::empty()).with_context(|| format!("writing {name}"))
    }

    pub fn bytes(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.content(name, bytes.len() as u64, bytes)
    }

    /// As it is while it is read; a file that becomes shorter meanwhile is an error.
    pub fn file(&mut self, name: &str, path: &Path) -> anyhow::Result<()> {
        let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
        let size = file.metadata()?.len();
        self.content(name, size, file.take(size))
    }

    fn content(&mut self, name: &str, size: u64, content: impl Read) -> anyhow::Result<()> {
        let mut content = Summed { inner: content, sum: Sha256::new(), size: 0 };
        let mut header = header(EntryType::Regular, 0o600, size);
        self.tar.append_data(&mut header, name, &mut content).with_context(|| format!("writing {name}"))?;
        ensure!(content.size == size, "{name} changed while it was read");
        self.sums.insert(name.to_owned(), content.sum());
        Ok(())
    }

    pub fn finish(mut self) -> anyhow::Result<W> {
        let mut sums = String::new();
        for (name, sum) in &self.sums {
            let _ = writeln!(sums, "{sum}  {name}");
        }
        let mut header = header(EntryType::Regular, 0o600, sums.len() as u64);
        self.tar.append_data(&mut header, SUMS, sums.as_bytes())?;
        Ok(self.tar.into_inner()?)
    }
}

/// The same bytes for the same content, whoever writes it and when.
fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header
}

/// Sums up what passes through.
struct Summed<R> {
    inner: R,
    sum: Sha256,
    size: u64,
}

impl<R> Summed<R> {
    fn sum(self) -> String {
        hex(&self.sum.finalize())
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(bytes)?;
        self.sum.update(&bytes[..count]);
        self.size += count as u64;
        Ok(count)
    }
}

/// Unpacks a whole archive into an empty folder, each file synced, or fails: then what is there is worth nothing.
pub fn unpack(from: impl Read, into: &Path) -> anyhow::Result<About> {
    let mut tar = tar::Archive::new(from);
    let mut about = None;
    let mut found = BTreeMap::new();
    let mut sums = None;
    for entry in tar.entries().context(NO_BACKUP)? {
        let mut entry = entry.context(DAMAGED)?;
        ensure!(sums.is_none(), "{DAMAGED}: something stands behind {SUMS}");
        let name = name(&entry.path_bytes())?;
        let kind = entry.header().entry_type();
        if about.is_none() {
            ensure!(kind == EntryType::Regular && name == ABOUT, NO_BACKUP);
            let text = small(&mut entry)?;
            found.insert(name, hex(&Sha256::digest(text.as_bytes())));
            about = Some(read_about(&text)?);
            continue;
        }
        match kind {
            EntryType::Regular if name == SUMS => sums = Some(small(&mut entry)?),
            EntryType::Regular => {
                let sum = write(&mut entry, &into.join(&name)).with_context(|| format!("unpacking {name}"))?;
                ensure!(!found.contains_key(&name), "{DAMAGED}: {name} stands in it twice");
                found.insert(name, sum);
            }
            EntryType::Directory => {
                let made = DirBuilder::new().recursive(true).mode(0o700).create(into.join(&name));
                made.with_context(|| format!("making the folder {name}"))?;
            }
            kind => bail!("{name} is a {kind:?} in this backup; backups hold plain files and folders"),
        }
    }
    // What stands behind the archive is read too: an age file is whole only at its end.
    io::copy(&mut tar.into_inner(), &mut io::sink()).context(DAMAGED)?;
    let about = about.context(NO_BACKUP)?;
    let sums = sums.with_context(|| format!("{DAMAGED}: its end is missing"))?;
    ensure!(read_sums(&sums)? == found, "{DAMAGED}: its files are not those that were put in");
    Ok(about)
}

const NO_BACKUP: &str = "it is no backup of Countersign";
const DAMAGED: &str = "the backup is damaged";

/// A path that leads nowhere but down.
fn name(bytes: &[u8]) -> anyhow::Result<String> {
    let text = std::str::from_utf8(bytes).map_err(|_| anyhow::anyhow!("a file in this backup has a name that is no text"))?;
    let text = text.strip_suffix('/').unwrap_or(text);
    let leads_down =
        !text.is_empty() && !text.contains('\0') && Path::new(text).components().all(|part| matches!(part, Component::Normal(_)));
    ensure!(leads_down, "{text:?} in this backup leads out of the folder; nothing was restored");
    Ok(text.to_owned())
}

fn small(entry: &mut impl Read) -> anyhow::Result<String> {
    let mut text = String::new();
    entry.take(MOST).read_to_string(&mut text).context(DAMAGED)?;
    Ok(text)
}

fn read_about(text: &str) -> anyhow::Result<About> {
    #[derive(Deserialize)]
    struct Kind {
        format: String,
        version: u32,
    }
    let kind: Kind = serde_json::from_str(text).context(NO_BACKUP)?;
    ensure!(kind.format == FORMAT, NO_BACKUP);
    ensure!(
        kind.version <= VERSION,
        "the backup has the format {}, and this version of Countersign reads {VERSION}; use a newer one",
        kind.version
    );
    serde_json::from_str(text).context(DAMAGED)
}

fn read_sums(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let line = |line: &str| line.split_once("  ").map(|(sum, name)| (name.to_owned(), sum.to_owned()));
    text.lines().map(|one| line(one).with_context(|| format!("{DAMAGED}: {SUMS} cannot be read"))).collect()
}

fn write(content: impl Read, path: &Path) -> anyhow::Result<String> {
    let mut content = Summed { inner: content, sum: Sha256::new(), size: 0 };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    io::copy(&mut content, &mut file).context(DAMAGED)?;
    file.sync_all()?;
    Ok(content.sum())
}

#[cfg(test)]
mod tests;
