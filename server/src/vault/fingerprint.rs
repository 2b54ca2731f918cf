//! Keyed fingerprints: whether two values are the same, for nobody without the vault's key to guess at.

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use domain::secret::Fingerprint;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::plaintext::Plaintext;

/// A keyed HMAC-SHA-256, ready to be cloned for each fingerprint.
#[derive(Clone)]
pub(super) struct FingerprintKey(Hmac<Sha256>);

impl FingerprintKey {
    pub(super) fn of_identity(identity: &Identity) -> FingerprintKey {
        let text = identity.to_string();
        let derived = keyed(b"countersign vault fingerprint key v1").chain_update(text.expose_secret().as_bytes());
        FingerprintKey::of_bytes(&Zeroizing::new(derived.finalize().into_bytes().into()))
    }

    pub(super) fn of_bytes(key: &Zeroizing<[u8; 32]>) -> FingerprintKey {
        FingerprintKey(keyed(key.as_ref()))
    }

    /// The name goes in too, or rows would tell which differently named secrets share a value.
    pub(super) fn of_secret(&self, name: &str, plaintext: &Plaintext) -> Fingerprint {
        self.of_parts("secret", &[name.as_bytes(), plaintext.expose().as_bytes()])
    }

    /// Over length-prefixed parts, so that no two lists of parts look the same.
    pub(super) fn of_parts(&self, purpose: &str, parts: &[&[u8]]) -> Fingerprint {
        let mut mac = self.0.clone();
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Fingerprint::of_digest(&mac.finalize().into_bytes().into())
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
