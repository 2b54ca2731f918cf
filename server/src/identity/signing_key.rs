//! A person's signing key: a P-256 point and the application it is bound to, as OpenSSH writes it.

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use sha2::{Digest, Sha256};

use super::wire::{Reader, Writer};

pub const KEY_TYPE: &str = "sk-ecdsa-sha2-nistp256@openssh.com";
const CURVE: &str = "nistp256";
const APPLICATION_MAX: usize = 253;

/// The public half. A passkey's application is the RP ID; that of a key made by `ssh-keygen -t ecdsa-sk`
/// starts with `ssh:`.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    point: VerifyingKey,
    application: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("this is no {KEY_TYPE} key")]
    Type,
    #[error("the key's bytes are malformed")]
    Malformed,
    #[error("the key is no point of the curve P-256")]
    Point,
    #[error("the key's application is empty, too long or holds unusual characters")]
    Application,
}

impl SigningKey {
    /// From the two coordinates that WebAuthn gives.
    pub fn new(x: &[u8; 32], y: &[u8; 32], application: &str) -> Result<Self, KeyError> {
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        SigningKey::from_point(&point, application)
    }

    fn from_point(point: &[u8], application: &str) -> Result<Self, KeyError> {
        // One key, one text: a compressed point would be a second spelling.
        if point.len() != 65 || point[0] != 4 {
            return Err(KeyError::Point);
        }
        let plain = application.bytes().all(|byte| byte.is_ascii_graphic());
        if application.is_empty() || application.len() > APPLICATION_MAX || !plain {
            return Err(KeyError::Application);
        }
        let point = VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError::Point)?;
        Ok(SigningKey { point, application: application.to_owned() })
    }

    pub fn from_blob(blob: &[u8]) -> Result<Self, KeyError> {
        let mut read = Reader::new(blob);
        if read.text() != Some(KEY_TYPE) {
            return Err(KeyError::Type);
        }
        let (Some(CURVE), Some(point), Some(application)) = (read.text(), read.string(), read.text()) else {
            return Err(KeyError::Malformed);
        };
        read.end().ok_or(KeyError::Malformed)?;
        SigningKey::from_point(point, application)
    }

    pub fn blob(&self) -> Vec<u8> {
        Writer::default().string(KEY_TYPE).string(CURVE).string(self.point.to_sec1_point(false).as_bytes()).string(&self.application).done()
    }

    /// Reads `sk-ecdsa-sha2-nistp256@openssh.com AAAA…`, with or without a comment after it.
    pub fn from_line(line: &str) -> Result<Self, KeyError> {
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some(KEY_TYPE) {
            return Err(KeyError::Type);
        }
        let blob = words.next().and_then(|text| STANDARD.decode(text).ok()).ok_or(KeyError::Malformed)?;
        SigningKey::from_blob(&blob)
    }

    /// The public key as it stands in `allowed_signers`.
    pub fn line(&self) -> String {
        format!("{KEY_TYPE} {}", STANDARD.encode(self.blob()))
    }

    /// As `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(self.blob())))
    }

    pub fn application(&self) -> &str {
        &self.application
    }

    /// Made by OpenSSH rather than by a browser: such a key signs without an origin.
    pub fn is_of_openssh(&self) -> bool {
        self.application.starts_with("ssh:")
    }

    /// Whether `signature` (either of its two twins) is over `message`.
    pub(super) fn made(&self, signature: &Signature, message: &[u8]) -> bool {
        self.point.verify(message, signature).is_ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} for {})", self.fingerprint(), self.application)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::identity::softkey::Softkey;

    #[test]
    fn a_key_survives_its_line() {
        let key = Softkey::new(1, "cs.example.com").public();
        assert_eq!(SigningKey::from_line(&key.line()).unwrap(), key);
        assert_eq!(SigningKey::from_line(&format!("{} ilse's phone", key.line())).unwrap(), key);
    }

    #[test]
    fn another_key_type_a_trailing_byte_or_an_odd_application_is_refused() {
        let key = Softkey::new(1, "cs.example.com").public();
        assert_eq!(SigningKey::from_line("ssh-ed25519 AAAA"), Err(KeyError::Type));
        assert_eq!(SigningKey::from_blob(&[key.blob(), vec![0]].concat()), Err(KeyError::Malformed));
        assert_eq!(SigningKey::new(&[1; 32], &[2; 32], "cs.example.com"), Err(KeyError::Point));
        for bad in ["", "a b", "a\nb", &"a".repeat(254)] {
            assert_eq!(SigningKey::from_point(key.point.to_sec1_point(false).as_bytes(), bad), Err(KeyError::Application));
        }
    }
}
