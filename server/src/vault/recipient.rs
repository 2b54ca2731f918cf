//! age recipients of clusters: parsed with reasons, and key pairs made for those who have none.

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use domain::text::hex;
use sha2::{Digest, Sha256};

use super::plaintext::Plaintext;

/// A cluster's recipients: at least one, sorted, each once.
#[derive(Clone)]
pub struct Recipients(Vec<(String, Recipient)>);

/// Why a text is no recipient. None repeats a text that could be a private key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    #[error("at least one age recipient is needed, or nobody could decrypt the secrets")]
    None,
    #[error("this is a private age identity, not a recipient; paste its public key (age1…) and treat this key as seen")]
    Identity,
    #[error("SSH keys are not supported as recipients; make an age key with `age-keygen` and paste its public key (age1…)")]
    Ssh,
    #[error(
        "post-quantum recipients (age1pq1…) are not supported yet, since Flux before 2.9 cannot decrypt for them; paste an X25519 recipient (age1…)"
    )]
    PostQuantum,
    #[error("`{0}` needs the age plugin `{1}`, which Flux does not have in the cluster; paste an X25519 recipient (age1…)")]
    Plugin(String, String),
    #[error("PGP keys are not supported as recipients; make an age key with `age-keygen` and paste its public key (age1…)")]
    Pgp,
    #[error("`{0}` is no age recipient: it should be `age1` and 58 more characters, as `age-keygen` prints")]
    Malformed(String),
    #[error("`{0}` is a point that would let anyone decrypt; it cannot come from `age-keygen`")]
    Weak(String),
}

impl Recipients {
    pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Recipients, RecipientError> {
        let mut all: Vec<(String, Recipient)> = texts.into_iter().map(|text| parse(text.as_ref())).collect::<Result<_, _>>()?;
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all.dedup_by(|(a, _), (b, _)| a == b);
        if all.is_empty() { Err(RecipientError::None) } else { Ok(Recipients(all)) }
    }

    /// As text, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(text, _)| text.as_str())
    }

    pub(super) fn pairs(&self) -> &[(String, Recipient)] {
        &self.0
    }

    /// Names this very set: SHA-256 over the recipients, a line each, as 64 hex digits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for text in self.iter() {
            hash.update(text);
            hash.update("\n");
        }
        hex(&hash.finalize())
    }
}

/// One recipient in its canonical form, or why it is none.
fn parse(text: &str) -> Result<(String, Recipient), RecipientError> {
    let text = text.trim();
    // bech32 may be written in capitals, but neither sops nor Flux would know it.
    match text.parse::<Recipient>() {
        Ok(recipient) if recipient.to_string() == text && is_low_order(text) => Err(RecipientError::Weak(shown(text))),
        Ok(recipient) if recipient.to_string() == text => Ok((text.to_owned(), recipient)),
        _ => Err(why_not(text)),
    }
}

fn why_not(text: &str) -> RecipientError {
    let lower = text.to_ascii_lowercase();
    if lower.contains("age-secret-key-") || lower.contains("private key") {
        return RecipientError::Identity;
    }
    if ["ssh-", "ecdsa-", "sk-"].iter().any(|prefix| lower.starts_with(prefix)) {
        return RecipientError::Ssh;
    }
    if lower.contains("begin pgp") || text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return RecipientError::Pgp;
    }
    match lower.strip_prefix("age1").and_then(|rest| rest.split_once('1')) {
        Some(("pq", _)) => RecipientError::PostQuantum,
        Some((plugin, _)) => RecipientError::Plugin(shown(text), shown(plugin)),
        None => RecipientError::Malformed(shown(text)),
    }
}

fn shown(text: &str) -> String {
    text.chars().take(80).filter(|c| !c.is_control()).collect()
}

/// The points of small order on Curve25519 (RFC 7748 §6.1): every key agreement with them gives zero.
fn is_low_order(recipient: &str) -> bool {
    const ORDER_8: [&str; 2] = [
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    let Ok((_, mut bytes)) = bech32::decode(recipient) else { return true };
    let Some(last) = bytes.last_mut() else { return true };
    *last &= 0x7f; // X25519 ignores the highest bit
    let (first, last) = (bytes[0], bytes[31]);
    let (zeros, ones) = (bytes[1..].iter().all(|&b| b == 0), bytes[1..31].iter().all(|&b| b == 0xff) && last == 0x7f);
    // 0 and 1; p - 1, p and p + 1.
    zeros && first <= 1 || ones && (0xec..=0xee).contains(&first) || ORDER_8.contains(&hex(&bytes).as_str())
}

/// A key pair for a cluster. The identity is shown once and kept nowhere.
pub struct KeyPair {
    pub recipient: String,
    /// `AGE-SECRET-KEY-1…`, for the Secret that Flux decrypts with.
    pub identity: Plaintext,
}

pub fn generate_key_pair() -> KeyPair {
    let identity = Identity::generate();
    KeyPair { recipient: identity.to_public().to_string(), identity: Plaintext::new(identity.to_string().expose_secret().to_owned()) }
}

#[cfg(test)]
mod tests;
