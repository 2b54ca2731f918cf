//! The bytes of `plan.json`: one plan, one spelling.
//!
//! What does not come back to the very same bytes is refused, so unknown members, duplicate keys,
//! white space and every other spelling are refused at once.

use sha2::{Digest, Sha256};

use super::canonical::{self, CanonicalError};
use super::{Plan, VERSION};
use crate::text::hex;

/// The most that `plan.json` may hold.
pub const MAX_BYTES: usize = 8 << 20;

#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    #[error("the plan would have {0} bytes, more than the {MAX_BYTES} that plan.json may hold; split the stack")]
    TooLarge(usize),
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    #[error("the plan has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    #[error("plan.json has {0} bytes, more than the {MAX_BYTES} that it may hold")]
    TooLarge(usize),
    #[error("plan.json is no plan: {0}")]
    Json(#[from] serde_json::Error),
    #[error("plan.json has version {0}; this program reads {VERSION}")]
    Version(u32),
    #[error("plan.json is not in canonical form")]
    NotCanonical,
    #[error("plan.json gives `{0}` as a moment; it must be RFC 3339 in whole seconds and UTC")]
    Moment(String),
}

/// The canonical bytes: what is hashed, signed and stored.
pub fn freeze(plan: &Plan) -> Result<Vec<u8>, FreezeError> {
    let bytes = canonical::to_bytes(&serde_json::to_value(plan)?)?;
    if bytes.len() > MAX_BYTES {
        return Err(FreezeError::TooLarge(bytes.len()));
    }
    Ok(bytes)
}

/// Reads what [`freeze`] wrote, and nothing else.
pub fn parse(bytes: &[u8]) -> Result<Plan, ParseError> {
    if bytes.len() > MAX_BYTES {
        return Err(ParseError::TooLarge(bytes.len()));
    }
    let plan: Plan = serde_json::from_slice(bytes)?;
    if plan.v != VERSION {
        return Err(ParseError::Version(plan.v));
    }
    let again = serde_json::to_value(&plan).ok().and_then(|value| canonical::to_bytes(&value).ok());
    if again.as_deref() != Some(bytes) {
        return Err(ParseError::NotCanonical);
    }
    for moment in [&plan.frozen_at, &plan.not_after] {
        if read_moment(moment).is_none() {
            return Err(ParseError::Moment(moment.clone()));
        }
    }
    Ok(plan)
}

/// SHA-256 of the bytes, in hex: the plan's name everywhere.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A moment as plans write it.
pub fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads a moment that [`moment`] wrote.
pub fn read_moment(text: &str) -> Option<jiff::Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    (moment(at) == text).then_some(at)
}

impl Plan {
    pub fn expires_at(&self) -> Option<jiff::Timestamp> {
        read_moment(&self.not_after)
    }
}

#[cfg(test)]
mod tests;
