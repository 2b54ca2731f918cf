//! One SOPS value: AES-256-GCM with a 32-byte nonce, written as `ENC[AES256_GCM,…]`.

use aes_gcm::aead::consts::U32;
use aes_gcm::{AeadInOut, AesGcm, KeyInit, aes::Aes256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::{RngCore, TryRngCore, rngs::OsRng};
use zeroize::{Zeroize, Zeroizing};

/// The key of one file. It is wiped when the file is done.
pub(super) struct DataKey(Zeroizing<[u8; 32]>);

pub(super) struct Cipher(AesGcm<Aes256, U32>);

pub(super) const NONCE: usize = 32;
const TAG: usize = 16;

impl DataKey {
    pub(super) fn generate() -> DataKey {
        let mut key = Zeroizing::new([0; 32]);
        OsRng.try_fill_bytes(key.as_mut()).expect("the system gives random bytes");
        DataKey(key)
    }

    pub(super) fn of_slice(bytes: &[u8]) -> Option<DataKey> {
        let mut key = Zeroizing::new([0; 32]);
        (bytes.len() == key.len()).then(|| {
            key.copy_from_slice(bytes);
            DataKey(key)
        })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    pub(super) fn cipher(&self) -> Cipher {
        Cipher(AesGcm::new((&*self.0).into()))
    }
}

impl Cipher {
    /// Encrypts with a fresh nonce; `kind` is the type that decrypting gives back.
    pub(super) fn seal(&self, plaintext: Zeroizing<Vec<u8>>, aad: &str, kind: &str) -> String {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        self.seal_with(plaintext, aad, kind, &nonce)
    }

    pub(super) fn seal_with(&self, mut buffer: Zeroizing<Vec<u8>>, aad: &str, kind: &str, nonce: &[u8; NONCE]) -> String {
        let tag = self.0.encrypt_inout_detached(nonce.into(), aad.as_bytes(), buffer.as_mut_slice().into());
        let tag = tag.expect("a value is far shorter than AES-GCM's limit of 64 GiB");
        let mut text = String::with_capacity(buffer.len() / 3 * 4 + 144);
        text.push_str("ENC[AES256_GCM,data:");
        STANDARD.encode_string(buffer.as_slice(), &mut text);
        text.push_str(",iv:");
        STANDARD.encode_string(nonce, &mut text);
        text.push_str(",tag:");
        STANDARD.encode_string(tag, &mut text);
        text.push_str(",type:");
        text.push_str(kind);
        text.push(']');
        text
    }

    /// The plaintext and its type, or nothing if the text is no SOPS value or was changed.
    pub(super) fn open<'t>(&self, text: &'t str, aad: &str) -> Option<(Zeroizing<Vec<u8>>, &'t str)> {
        let mut rest = text.strip_prefix("ENC[AES256_GCM,")?.strip_suffix(']')?;
        let mut field = |name: &str| {
            let (value, after) = rest.split_once(',').unwrap_or((rest, ""));
            rest = after;
            value.strip_prefix(name)?.strip_prefix(':')
        };
        let mut data = Zeroizing::new(STANDARD.decode(field("data")?).ok()?);
        let nonce: [u8; NONCE] = STANDARD.decode(field("iv")?).ok()?.try_into().ok()?;
        let tag: [u8; TAG] = STANDARD.decode(field("tag")?).ok()?.try_into().ok()?;
        let kind = field("type")?;
        let opened = self.0.decrypt_inout_detached((&nonce).into(), aad.as_bytes(), data.as_mut_slice().into(), (&tag).into());
        if opened.is_err() {
            data.zeroize();
            return None;
        }
        rest.is_empty().then_some((data, kind))
    }
}
