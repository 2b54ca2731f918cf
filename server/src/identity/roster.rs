//! The roster: `allowed_signers` in Git, which says whose key counts and until when.
//!
//! `ssh-keygen -Y verify` and `git verify-commit` read the same lines. Lines are never removed, only
//! given `valid-before`, so an old approval stays readable.

use std::{collections::BTreeMap, fmt, fmt::Write as _};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{
    signing_key::{KEY_TYPE, SigningKey},
    sshsig::NAMESPACE,
    wire::Reader,
};

/// The name the platform's own lines stand under; no person can have it.
pub const PLATFORM: &str = "countersign";
const GIT: &str = "git";
const ED25519: &str = "ssh-ed25519";
const TIME: &str = "%Y%m%d%H%M%SZ";
const HEADER: &str = "\
# Who may sign here. Countersign writes this file; a line is never removed, only given valid-before.
# ssh-keygen -Y verify -f allowed_signers -n countersign-deploy@v1 -I PERSON -s approval.sig < plan.json
";

/// A person as the roster names them: stable, and no pattern to `ssh-keygen`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Signer(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name for a signer: 1 to 64 of a-z, 0-9 and . _ + @ -, starting with a letter or digit, and not `{PLATFORM}`")]
pub struct SignerError(String);

impl Signer {
    pub fn new(text: &str) -> Result<Self, SignerError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let starts = text.bytes().next().is_some_and(plain);
        let allowed = text.bytes().all(|byte| plain(byte) || b"._+@-".contains(&byte));
        if starts && allowed && text.len() <= 64 && text != PLATFORM {
            Ok(Signer(text.to_owned()))
        } else {
            Err(SignerError(text.chars().take(80).collect()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Signer> for String {
    fn from(signer: Signer) -> String {
        signer.0
    }
}

impl TryFrom<String> for Signer {
    type Error = SignerError;

    fn try_from(text: String) -> Result<Self, SignerError> {
        Signer::new(&text)
    }
}

/// When a line counts: from `after` on, and no longer at `before`. Whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Term {
    pub after: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

impl Term {
    fn holds(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|after| at >= after) && self.before.is_none_or(|before| at < before)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The platform's key for commits: an `ssh-ed25519` public key, type and base64.
    Platform {
        key: String,
        term: Term,
    },
    Person {
        signer: Signer,
        key: SigningKey,
        term: Term,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    lines: Vec<Line>,
}

/// What the roster says of a key at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'a> {
    Good(&'a Signer),
    /// It stands there, but not for this moment: revoked, or not yet valid.
    Lapsed(&'a Signer),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    #[error("allowed_signers, line {0}: not a line that Countersign writes")]
    Line(usize),
    #[error("allowed_signers gives the key {key} to both {first} and {second}")]
    TwoPeople { key: String, first: Signer, second: Signer },
    #[error("{0} holds this key already")]
    Held(Signer),
    #[error("the roster has no such key that is still valid")]
    NoSuchKey,
    #[error("a line of the roster was removed, moved or changed (line {0} of those before)")]
    Rewritten(usize),
}

impl Roster {
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds the platform's key for commits; `key` is `ssh-ed25519 AAAA…`.
    pub fn add_platform(&mut self, key: &str, after: Option<Timestamp>) -> Result<(), RosterError> {
        let key = platform_key(key).ok_or(RosterError::NoSuchKey)?;
        self.lines.push(Line::Platform { key, term: Term { after: after.map(whole), before: None } });
        Ok(())
    }

    /// Adds a person's key, or re-activates one that was revoked (as a new line, `valid-after`).
    pub fn add(&mut self, signer: &Signer, key: &SigningKey, at: Timestamp) -> Result<(), RosterError> {
        let after = match self.standing(key, at) {
            Standing::Good(holder) => return Err(RosterError::Held(holder.clone())),
            Standing::Lapsed(holder) if holder != signer => return Err(RosterError::Held(holder.clone())),
            Standing::Lapsed(_) => Some(whole(at)),
            Standing::Unknown => None,
        };
        let term = Term { after, before: None };
        self.lines.push(Line::Person { signer: signer.clone(), key: key.clone(), term });
        Ok(())
    }

    /// Ends a key: from `at` on, nothing it signs counts. What it signed within the same second, before, still does:
    /// moments are written in whole seconds.
    pub fn revoke(&mut self, key: &SigningKey, at: Timestamp) -> Result<(), RosterError> {
        let end = match whole(at) {
            second if second == at => at,
            second => second + jiff::SignedDuration::from_secs(1),
        };
        let mut found = false;
        for line in &mut self.lines {
            if let Line::Person { key: its, term, .. } = line
                && its == key
                && term.before.is_none_or(|before| before >= end)
            {
                term.before = Some(end);
                found = true;
            }
        }
        found.then_some(()).ok_or(RosterError::NoSuchKey)
    }

    pub fn standing(&self, key: &SigningKey, at: Timestamp) -> Standing<'_> {
        let mut standing = Standing::Unknown;
        for line in &self.lines {
            if let Line::Person { signer, key: its, term } = line
                && its == key
            {
                if term.holds(at) {
                    return Standing::Good(signer);
                }
                standing = Standing::Lapsed(signer);
            }
        }
        standing
    }

    /// The keys that somebody may sign with at a moment.
    pub fn keys_of<'a>(&'a self, person: &'a Signer, at: Timestamp) -> impl Iterator<Item = &'a SigningKey> {
        self.lines.iter().filter_map(move |line| match line {
            Line::Person { signer, key, term } if signer == person && term.holds(at) => Some(key),
            _ => None,
        })
    }

    /// Whether none of its keys could sign at this RP ID: the server's address moved away from them, or there are none.
    pub fn is_left_behind(&self, rp_id: &str, at: Timestamp) -> bool {
        !self.lines.iter().any(|line| match line {
            Line::Person { key, term, .. } => term.holds(at) && (key.is_of_openssh() || key.application() == rp_id),
            Line::Platform { .. } => false,
        })
    }

    /// Whether any person's key is good at a moment.
    pub fn has_people(&self, at: Timestamp) -> bool {
        self.lines.iter().any(|line| matches!(line, Line::Person { term, .. } if term.holds(at)))
    }

    /// The platform keys (`ssh-ed25519 AAAA…`) whose commit signatures count at a moment.
    pub fn platform_keys(&self, at: Timestamp) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(move |line| match line {
            Line::Platform { key, term } if term.holds(at) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Whether this roster may follow `before`: every line is still there, in order, changed at most by a
    /// `valid-before` where none stood; new lines come after.
    pub fn follows(&self, before: &Roster) -> Result<(), RosterError> {
        for (index, old) in before.lines.iter().enumerate() {
            let kept = self.lines.get(index).is_some_and(|new| new == old || old.ended_as(new));
            if !kept {
                return Err(RosterError::Rewritten(index + 1));
            }
        }
        Ok(())
    }

    /// Reads what [`Roster::text`] writes; comments are allowed and forgotten, other lines are not.
    pub fn parse(text: &str) -> Result<Self, RosterError> {
        let mut lines = Vec::new();
        for (index, text) in text.lines().enumerate() {
            if !text.is_empty() && !text.starts_with('#') {
                lines.push(line(text).ok_or(RosterError::Line(index + 1))?);
            }
        }
        let mut holders = BTreeMap::new();
        for line in &lines {
            if let Line::Person { signer, key, .. } = line {
                let first = holders.entry(key.blob()).or_insert(signer);
                if *first != signer {
                    let (first, second) = ((*first).clone(), signer.clone());
                    return Err(RosterError::TwoPeople { key: key.fingerprint(), first, second });
                }
            }
        }
        Ok(Roster { lines })
    }

    /// The file.
    pub fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for line in &self.lines {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

impl Line {
    fn ended_as(&self, new: &Line) -> bool {
        let mut ended = self.clone();
        let (Line::Platform { term, .. } | Line::Person { term, .. }) = &mut ended;
        let (Line::Platform { term: its, .. } | Line::Person { term: its, .. }) = new;
        term.before.is_none() && {
            term.before = its.before;
            ended == *new
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, namespace, key, term) = match self {
            Line::Platform { key, term } => (PLATFORM, GIT, key.clone(), term),
            Line::Person { signer, key, term } => (signer.as_str(), NAMESPACE, key.line(), term),
        };
        write!(f, "{name} namespaces=\"{namespace}\"")?;
        if let Some(after) = term.after {
            write!(f, ",valid-after=\"{}\"", after.strftime(TIME))?;
        }
        if let Some(before) = term.before {
            write!(f, ",valid-before=\"{}\"", before.strftime(TIME))?;
        }
        write!(f, " {key}")
    }
}

fn line(text: &str) -> Option<Line> {
    let mut words = text.splitn(3, ' ');
    let (name, options, key) = (words.next()?, words.next()?, words.next()?);
    let (namespace, term) = options_of(options)?;
    let read = match (namespace, key.split(' ').next()?) {
        (GIT, ED25519) if name == PLATFORM => Line::Platform { key: platform_key(key)?, term },
        (NAMESPACE, KEY_TYPE) => Line::Person { signer: Signer::new(name).ok()?, key: SigningKey::from_line(key).ok()?, term },
        _ => return None,
    };
    // One meaning, one spelling: what would be written differently was not written here.
    (read.to_string() == text).then_some(read)
}

fn options_of(text: &str) -> Option<(&str, Term)> {
    let mut options = text.split(',');
    let namespace = value(options.next()?, "namespaces")?;
    let mut term = Term::default();
    for option in options {
        if let Some(after) = value(option, "valid-after") {
            term.after = Some(time(after)?);
        } else {
            term.before = Some(time(value(option, "valid-before")?)?);
        }
    }
    Some((namespace, term))
}

fn value<'a>(option: &'a str, name: &str) -> Option<&'a str> {
    option.strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"')
}

fn time(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime(TIME, text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// `ssh-ed25519 AAAA…` without a comment, if it is one.
fn platform_key(text: &str) -> Option<String> {
    let mut words = text.split_ascii_whitespace();
    let (kind, base64) = (words.next()?, words.next()?);
    let blob = STANDARD.decode(base64).ok()?;
    let mut read = Reader::new(&blob);
    let whole = read.text()? == ED25519 && read.string()?.len() == 32 && read.end().is_some();
    (kind == ED25519 && whole).then(|| format!("{kind} {base64}"))
}

#[cfg(test)]
mod tests;
