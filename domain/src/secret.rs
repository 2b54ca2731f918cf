//! Secrets as everyone but the vault knows them: a name, a level and whether they are the same.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a secret is set, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Environment,
    Cluster,
    /// This stack on this cluster.
    Stack,
}

/// All that reviewers, auditors and models are told about a secret's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Used and nowhere set: deploying is blocked.
    Missing,
    /// Set; nothing to compare it with.
    Present,
    /// Set, and the record does not use it yet.
    New,
    Changed,
    Same,
}

impl State {
    /// Today's fingerprint against the one that the record was made with.
    pub fn against_record(now: Option<&Fingerprint>, recorded: Option<&Fingerprint>) -> State {
        match (now, recorded) {
            (None, _) => State::Missing,
            (Some(_), None) => State::New,
            (Some(now), Some(recorded)) if now == recorded => State::Same,
            (Some(_), Some(_)) => State::Changed,
        }
    }
}

/// A keyed hash, 64 hex digits. It tells whether two values are the same, and without the vault's
/// key it tells nothing else, not even by guessing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 64 lower-case hex digits")]
pub struct FingerprintError;

impl Fingerprint {
    pub fn parse(text: &str) -> Result<Fingerprint, FingerprintError> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 64 && text.bytes().all(hex) { Ok(Fingerprint(text.to_owned())) } else { Err(FingerprintError) }
    }

    pub fn of_digest(digest: &[u8; 32]) -> Fingerprint {
        Fingerprint(
            digest.iter().flat_map(|b| [b >> 4, b & 15]).map(|nibble| char::from(b"0123456789abcdef"[usize::from(nibble)])).collect(),
        )
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ten digits that end the name of a sealed Secret, so that a change of value changes the name.
    pub fn suffix(&self) -> &str {
        &self.0[..10]
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> String {
        fingerprint.0
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Fingerprint, FingerprintError> {
        Fingerprint::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_and_changed_are_told_by_the_fingerprint_alone() {
        let (a, b) = (Fingerprint::of_digest(&[1; 32]), Fingerprint::of_digest(&[2; 32]));
        assert_eq!(State::against_record(Some(&a), Some(&a)), State::Same);
        assert_eq!(State::against_record(Some(&a), Some(&b)), State::Changed);
        assert_eq!(State::against_record(Some(&a), None), State::New);
        assert_eq!(State::against_record(None, Some(&a)), State::Missing);
    }

    #[test]
    fn a_fingerprint_is_hex_and_nothing_else() {
        let fingerprint = Fingerprint::of_digest(&[0xa5; 32]);
        assert_eq!(Fingerprint::parse(fingerprint.as_str()), Ok(fingerprint.clone()));
        assert_eq!(fingerprint.suffix(), "a5a5a5a5a5");
        for bad in ["", "A5", &"g".repeat(64), &"A".repeat(64), &"ä".repeat(32)] {
            assert_eq!(Fingerprint::parse(bad), Err(FingerprintError));
        }
    }
}
