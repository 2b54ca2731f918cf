//! The vault: the only place that knows age, SOPS and the plaintext of secrets.
//!
//! At rest a secret is encrypted to this installation's own identity, which stands in a file outside
//! the database. In Git it is encrypted to the cluster's recipients alone, so not even the server
//! can read back what it wrote there.

pub mod envelope;
mod fingerprint;
mod key_file;
pub mod plaintext;
pub mod recipient;
pub mod sealer;
pub mod secrets_file;
pub mod sops;
#[cfg(test)]
mod stock_tools;
mod stored;

use std::path::Path;

use age::x25519::{Identity, Recipient};
use anyhow::Context;
use domain::secret::Fingerprint;

use fingerprint::FingerprintKey;
pub use plaintext::Plaintext;
pub use recipient::{KeyPair, Recipients, generate_key_pair};
pub use sealer::Sealer;
pub use stored::StoredSecret;

/// This installation's identity and what derives from it.
pub struct Vault {
    identity: Identity,
    recipient: Recipient,
    fingerprints: FingerprintKey,
}

impl Vault {
    /// The vault whose key stands in `path`, made now if there is no such file.
    ///
    /// Call it only where no database remembers another vault; otherwise [`Vault::load`].
    pub fn open_or_create(path: &Path) -> anyhow::Result<Vault> {
        if !path.try_exists().with_context(|| format!("looking for the vault key {}", path.display()))? {
            key_file::create(path, &Identity::generate())?;
        }
        Vault::load(path)
    }

    pub fn load(path: &Path) -> anyhow::Result<Vault> {
        Ok(Vault::of(key_file::load(path)?))
    }

    /// The vault whose public half the database remembers. Another key is refused; a rotation that
    /// stopped after the database and before the file is finished.
    pub fn load_remembered(path: &Path, recipient: &str) -> anyhow::Result<Vault> {
        let vault = Vault::load(path)?;
        if vault.recipient() == recipient {
            return Ok(vault);
        }
        let staged = key_file::staged(path);
        if staged.exists() && Vault::load(&staged)?.recipient() == recipient {
            Vault::finish_rotation(path)?;
            return Vault::load(path);
        }
        anyhow::bail!(
            "the database was made with the vault key {recipient}, but {} holds {}; put the right key file back",
            path.display(),
            vault.recipient()
        )
    }

    /// The key that a rotation of `path` moves to, beside it and made if there is none yet. Next:
    /// [`Vault::rotate`] every secret and remember the new recipient in one transaction, then
    /// [`Vault::finish_rotation`]. At every moment a key on disk opens the database.
    pub fn stage_rotation(path: &Path) -> anyhow::Result<Vault> {
        Vault::open_or_create(&key_file::staged(path))
    }

    pub fn finish_rotation(path: &Path) -> anyhow::Result<()> {
        key_file::replace(path)
    }

    fn of(identity: Identity) -> Vault {
        let fingerprints = FingerprintKey::of_identity(&identity);
        Vault { recipient: identity.to_public(), identity, fingerprints }
    }

    /// The public half. The database remembers it, and a server whose vault differs must not start.
    pub fn recipient(&self) -> String {
        self.recipient.to_string()
    }

    /// Encrypts a secret for the database, bound to where it is set: what is copied to another
    /// `scope` or `name` does not open there, so a row moved from production opens nowhere else.
    ///
    /// `scope` is any text that the row's own columns give, as its kind and id. What is sealed depends on
    /// it, so its spelling can never change.
    pub fn seal_secret(&self, scope: &str, name: &str, plaintext: &Plaintext) -> anyhow::Result<StoredSecret> {
        stored::seal(self, scope, name, plaintext)
    }

    /// Decrypts what [`Vault::seal_secret`] made. The server needs it to seal for a cluster and to use
    /// its own credentials; nothing shows a secret again.
    pub fn open(&self, stored: &StoredSecret) -> anyhow::Result<Plaintext> {
        stored::open(self, stored)
    }

    /// Equal for equal values of one name, wherever they are set.
    pub fn fingerprint(&self, name: &str, plaintext: &Plaintext) -> Fingerprint {
        self.fingerprints.of_secret(name, plaintext)
    }

    /// The same secret under the `next` vault's key: `countersign vault rotate` does this to all of
    /// them. Fingerprints change with the key, so what is sealed afterwards gets fresh bytes and names.
    pub fn rotate(&self, next: &Vault, stored: &StoredSecret) -> anyhow::Result<StoredSecret> {
        next.seal_secret(&stored.scope, &stored.name, &self.open(stored)?)
    }
}

#[cfg(test)]
mod tests;
