//! The platform's own SSH key, which signs every commit.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context as _, bail};
use rand::TryRngCore as _;
use signature::Signer as _;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey};
use zeroize::Zeroizing;

use super::note::Note;
use super::pack::sync;

/// The namespace that git signs commits under.
pub(super) const NAMESPACE: &str = "git";

/// An Ed25519 key that cannot be printed; it leaves its file only as signatures.
pub struct PlatformKey {
    private: PrivateKey,
}

impl PlatformKey {
    /// Reads the key file (OpenSSH format), or makes one with mode 0600 where none is.
    pub fn open_or_create(path: &Path) -> anyhow::Result<PlatformKey> {
        match PlatformKey::open(path) {
            Err(error) if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound) => {
                PlatformKey::create(path).with_context(|| format!("making the platform key {}", path.display()))?;
                PlatformKey::open(path) // another process may have been first; what stands in the file counts
            }
            opened => opened,
        }
    }

    /// Reads the key file; it must belong to its owner alone.
    pub fn open(path: &Path) -> anyhow::Result<PlatformKey> {
        let mode = fs::metadata(path)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            bail!("the platform key {} is open to others (mode {mode:o}): set it to 600", path.display());
        }
        let pem = Zeroizing::new(fs::read_to_string(path)?);
        let private = PrivateKey::from_openssh(pem.as_bytes());
        let private = private.with_context(|| format!("reading the platform key {}", path.display()))?;
        match private.key_data() {
            KeypairData::Ed25519(_) => Ok(PlatformKey { private }),
            _ => bail!("the platform key {} is not an unencrypted Ed25519 key", path.display()),
        }
    }

    fn create(path: &Path) -> anyhow::Result<()> {
        let mut seed = Zeroizing::new([0; 32]);
        rand::rngs::OsRng.try_fill_bytes(seed.as_mut())?;
        let pair = KeypairData::from(Ed25519Keypair::from_seed(&seed));
        let pem = PrivateKey::new(pair, "countersign platform")?.to_openssh(LineEnding::LF)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let fresh = folder.join(format!(".platform-key-{}", uuid::Uuid::now_v7().simple()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        let made = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all());
        // A link, unlike a rename, never replaces a key that appeared meanwhile.
        let linked = made.and_then(|()| fs::hard_link(&fresh, path));
        fs::remove_file(&fresh)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
            _ => Ok(sync(folder)?),
        }
    }

    /// Signs a commit's bytes; the same bytes give the same armoured signature.
    pub fn sign_commit(&self, unsigned: &[u8]) -> String {
        let signature = self.private.sign(NAMESPACE, HashAlg::Sha512, unsigned);
        let armoured = signature.and_then(|signature| signature.to_pem(LineEnding::LF));
        armoured.expect("an Ed25519 key in memory signs anything")
    }

    /// Signs a C2SP note: the text, a blank line, and a line with the key's name and its Ed25519 signature.
    pub fn sign_note(&self, name: &str, text: &str) -> anyhow::Result<String> {
        let public = self.public_key().key_data().ed25519().context("the platform key is an Ed25519 key")?;
        let signature = self.private.key_data().try_sign(text.as_bytes()).map_err(|error| anyhow::anyhow!("signing a note: {error}"))?;
        Ok(Note::of(text, name, &public.0, signature.as_bytes()).text())
    }

    pub fn public_key(&self) -> &PublicKey {
        self.private.public_key()
    }

    /// `ssh-ed25519 AAAA…`, without a comment.
    pub fn public_line(&self) -> String {
        public_line(self.public_key())
    }

    /// `SHA256:…`
    pub fn fingerprint(&self) -> String {
        self.public_key().fingerprint(HashAlg::Sha256).to_string()
    }
}

impl std::fmt::Debug for PlatformKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PlatformKey({})", self.fingerprint())
    }
}

/// A line of `allowed_signers` for a key that signs commits: `platform@host namespaces="git" ssh-ed25519 AAAA…`.
pub fn allowed_signers_line(principal: &str, key: &PublicKey) -> String {
    format!("{principal} namespaces=\"{NAMESPACE}\" {}", public_line(key))
}

fn public_line(key: &PublicKey) -> String {
    PublicKey::from(key.key_data().clone()).to_openssh().expect("a key that was read can be written")
}
