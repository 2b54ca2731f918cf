//! The vault key on disk: an age identity that only its owner may read, outside the database.

use std::fs::{File, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use anyhow::{Context, bail, ensure};
use zeroize::Zeroizing;

const PREFIX: &str = "AGE-SECRET-KEY-1";

/// Writes a new key file, whole or not at all. A file that another process made meanwhile stays.
pub(super) fn create(path: &Path, identity: &Identity) -> anyhow::Result<()> {
    let folder = folder(path);
    let secret = identity.to_string();
    let text = Zeroizing::new(format!(
        "# The vault key of this Countersign installation. Whoever has it and the database can read every\n\
         # secret that was set here. Keep a copy of it, but never beside a copy of the database.\n\
         # public key: {}\n{}\n",
        identity.to_public(),
        secret.expose_secret()
    ));
    let made = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".vault-key-").permissions(Permissions::from_mode(0o600)).tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(error.error),
            _ => File::open(folder)?.sync_all(),
        }
    };
    made().with_context(|| format!("making the vault key {}", path.display()))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where the next key waits while a rotation runs.
pub(super) fn staged(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    PathBuf::from(name)
}

/// Puts the staged key in the place of the old one.
pub(super) fn replace(path: &Path) -> anyhow::Result<()> {
    let moved = std::fs::rename(staged(path), path).and_then(|()| File::open(folder(path))?.sync_all());
    moved.with_context(|| format!("replacing the vault key {}", path.display()))
}

pub(super) fn load(path: &Path) -> anyhow::Result<Identity> {
    read(path, "vault key", " and consider `countersign vault rotate`")
}

/// An identity that is not the installation's own.
pub(super) fn load_other(path: &Path) -> anyhow::Result<Identity> {
    read(path, "age identity", "")
}

/// `what` it is in a sentence, and what to do besides if others could read it.
fn read(path: &Path, what: &str, besides: &str) -> anyhow::Result<Identity> {
    let shown = path.display();
    let mut file = File::open(path).with_context(|| format!("opening the {what} {shown}"))?;
    let metadata = file.metadata().with_context(|| format!("reading the {what} {shown}"))?;
    ensure!(metadata.is_file(), "the {what} {shown} is not a file");
    let mode = metadata.permissions().mode() & 0o777;
    ensure!(mode & 0o077 == 0, "the {what} {shown} can be read by others (mode {mode:04o}); run `chmod 600 {shown}`{besides}");
    ensure!(metadata.len() <= 64 * 1024, "the {what} {shown} is too large to be one");
    let mut text = Zeroizing::new(String::with_capacity(64 * 1024 + 1));
    // The error of a text that is no UTF-8 shows none of it.
    (&mut file).take(64 * 1024).read_to_string(&mut text).with_context(|| format!("reading the {what} {shown}"))?;
    let mut keys = text.lines().map(str::trim).filter(|line| line.starts_with(PREFIX));
    let (Some(key), None) = (keys.next(), keys.next()) else {
        bail!("the {what} {shown} must hold exactly one line that starts with {PREFIX}");
    };
    key.parse().map_err(|reason: &str| anyhow::anyhow!("the {what} {shown} holds no age identity: {reason}"))
}
