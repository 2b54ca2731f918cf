//! A secret as the database holds it: age ciphertext that is bound to its place, and a fingerprint.

use age::x25519::Identity;
use anyhow::{Context, bail};
use domain::secret::Fingerprint;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::Vault;
use super::plaintext::Plaintext;

/// One row's worth. `scope` and `name` come from the row's own columns, never from a copy of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecret {
    pub scope: String,
    pub name: String,
    /// A binary age file.
    pub ciphertext: Vec<u8>,
    pub fingerprint: Fingerprint,
}

impl StoredSecret {
    /// One blob for a row that has no column for the fingerprint: it stands in front, so the blob alone opens again.
    pub fn packed(&self) -> Vec<u8> {
        [self.fingerprint.as_str().as_bytes(), b"\n", &self.ciphertext].concat()
    }

    /// Reads what [`StoredSecret::packed`] made, for the place that its row says.
    pub fn unpacked(scope: &str, name: &str, packed: &[u8]) -> anyhow::Result<StoredSecret> {
        let cut = packed.iter().position(|&b| b == b'\n').with_context(|| format!("the stored `{name}` of {scope} is damaged"))?;
        Ok(StoredSecret {
            scope: scope.to_owned(),
            name: name.to_owned(),
            fingerprint: Fingerprint::parse(std::str::from_utf8(&packed[..cut])?)?,
            ciphertext: packed[cut + 1..].to_vec(),
        })
    }
}

/// What stands before the plaintext inside the age file: a version and the hash of the place.
const VERSION: &[u8] = b"countersign secret v1\n";
const PREFIX: usize = VERSION.len() + 32;

fn place(scope: &str, name: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [scope, name] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

pub(super) fn seal(vault: &Vault, scope: &str, name: &str, plaintext: &Plaintext) -> anyhow::Result<StoredSecret> {
    let mut payload = Zeroizing::new(Vec::with_capacity(PREFIX + plaintext.expose().len()));
    payload.extend_from_slice(VERSION);
    payload.extend_from_slice(&place(scope, name));
    payload.extend_from_slice(plaintext.expose().as_bytes());
    let ciphertext = age::encrypt(&vault.recipient, &payload).context("encrypting a secret for the vault")?;
    Ok(StoredSecret { scope: scope.to_owned(), name: name.to_owned(), ciphertext, fingerprint: vault.fingerprint(name, plaintext) })
}

pub(super) fn open(vault: &Vault, stored: &StoredSecret) -> anyhow::Result<Plaintext> {
    let StoredSecret { scope, name, .. } = stored;
    let opened = decrypt(&vault.identity, &stored.ciphertext).with_context(|| format!("opening the secret `{name}` of {scope}"))?;
    let bound = opened.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix(&place(scope, name)));
    let Some(plaintext) = bound else {
        bail!("the stored secret `{name}` of {scope} was made for another place; set it again");
    };
    let plaintext =
        Plaintext::from_utf8(plaintext.to_vec()).with_context(|| format!("the stored secret `{name}` of {scope} is no text"))?;
    if vault.fingerprint(name, &plaintext) != stored.fingerprint {
        bail!("the stored secret `{name}` of {scope} does not match its fingerprint; set it again");
    }
    Ok(plaintext)
}

/// Decrypts an age file into a buffer that never moves, so that nothing is left behind.
pub(super) fn decrypt(identity: &Identity, ciphertext: &[u8]) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    use std::io::Read;
    let decryptor = age::Decryptor::new_buffered(age::armor::ArmoredReader::new(ciphertext))?;
    let mut reader = decryptor.decrypt(std::iter::once(identity as _))?;
    // Armor and header only shrink; one byte more lets the reader see the end without growing.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(ciphertext.len() + 1));
    if let Err(error) = reader.read_to_end(&mut plaintext) {
        plaintext.zeroize();
        return Err(error.into());
    }
    Ok(plaintext)
}
