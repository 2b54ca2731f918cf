//! What the first entry is judged by, given from outside the repository.

use anyhow::{Context, bail};
use domain::plan::freeze;

use crate::identity::roster::Roster;

pub enum Trust {
    /// A copy of `allowed_signers`, as it first was or as it later became.
    Roster(Roster),
    /// The SHA-256 of the first `allowed_signers`, in hex.
    Digest(String),
}

impl Trust {
    /// A digest, or the path of a file.
    pub fn read(text: &str) -> anyhow::Result<Trust> {
        let digest = text.strip_prefix("sha256:").unwrap_or(text);
        if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Trust::Digest(digest.to_ascii_lowercase()));
        }
        let roster = std::fs::read_to_string(text).with_context(|| format!("reading the trusted roster {text}"))?;
        Ok(Trust::Roster(Roster::parse(&roster).with_context(|| format!("reading the trusted roster {text}"))?))
    }

    /// Whether some value pins a roster that begins a new root: its digest, or a copy of it or of what it grew into.
    pub fn pins(trusted: &[Trust], roster: &Roster, bytes: &[u8]) -> bool {
        trusted.iter().any(|trust| match trust {
            Trust::Roster(trusted) => trusted.follows(roster).is_ok(),
            Trust::Digest(digest) => *digest == freeze::digest(bytes),
        })
    }

    /// Whether a repository may begin with this roster, by one value of several.
    pub fn admitted(trusted: &[Trust], first: &Roster, bytes: &[u8]) -> anyhow::Result<()> {
        let mut verdicts = trusted.iter().map(|trust| trust.admits(first, bytes));
        let Some(first) = verdicts.next() else { return Ok(()) };
        if first.is_ok() || verdicts.any(|verdict| verdict.is_ok()) { Ok(()) } else { first }
    }

    /// Whether a repository may begin with this roster.
    fn admits(&self, first: &Roster, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Trust::Roster(trusted) => {
                trusted.follows(first).context("its allowed_signers is not the trusted one, nor one that the trusted one grew from")
            }
            Trust::Digest(digest) if *digest == freeze::digest(bytes) => Ok(()),
            Trust::Digest(_) => bail!("its allowed_signers has the digest {}, not the trusted one", freeze::digest(bytes)),
        }
    }
}
