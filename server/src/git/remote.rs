//! A repository elsewhere and everything needed to speak to it and nobody else.

use std::fmt;
use std::time::Duration;

use sha2::{Digest, Sha256};
use ssh_key::PublicKey;
use zeroize::Zeroizing;

use super::address::{self, AddressError, Location};
use super::error::GitError;

/// A secret on its way into a connection: it cannot be printed or serialised, and is wiped when dropped.
#[derive(Clone)]
pub struct Hidden(Zeroizing<String>);

impl Hidden {
    pub fn new(secret: impl Into<String>) -> Hidden {
        Hidden(Zeroizing::new(secret.into()))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// How we show who we are.
#[derive(Clone, Debug)]
pub enum Auth {
    None,
    /// An unencrypted private key in OpenSSH's PEM format.
    SshKey(Hidden),
    /// For http(s): a user name and a password or token.
    Password {
        user: String,
        password: Hidden,
    },
}

/// A host's public key, as `ssh-keyscan` and `known_hosts` show it.
#[derive(Clone, PartialEq, Eq)]
pub struct HostKey(PublicKey);

impl HostKey {
    /// Reads `ssh-ed25519 AAAA…`, with or without a host name in front.
    pub fn parse(line: &str) -> Result<HostKey, GitError> {
        let refused = || GitError::Invalid("a host key reads `ssh-ed25519 AAAA…`".to_owned());
        let words: Vec<&str> = line.split_whitespace().collect();
        let start = words.iter().position(|w| w.starts_with("ssh-") || w.starts_with("ecdsa-")).ok_or_else(refused)?;
        let [kind, data] = words.get(start..start + 2).ok_or_else(refused)? else { return Err(refused()) };
        PublicKey::from_openssh(&format!("{kind} {data}")).map(HostKey).map_err(|_| refused())
    }

    pub(super) fn from_raw(raw: &[u8]) -> Option<HostKey> {
        PublicKey::from_bytes(raw).ok().map(HostKey)
    }

    pub(super) fn raw(&self) -> Vec<u8> {
        self.0.to_bytes().unwrap_or_default()
    }

    pub fn kind(&self) -> String {
        self.0.algorithm().as_str().to_owned()
    }

    /// `SHA256:…` as OpenSSH prints it.
    pub fn fingerprint(&self) -> String {
        use base64::Engine as _;
        let digest = base64::engine::general_purpose::STANDARD_NO_PAD.encode(Sha256::digest(self.raw()));
        format!("SHA256:{digest}")
    }

    /// The line that [`HostKey::parse`] reads.
    pub fn line(&self) -> String {
        self.0.to_openssh().unwrap_or_default()
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.fingerprint())
    }
}

/// How much one conversation may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The whole of one fetch or push.
    pub time: Duration,
    /// What one fetch may receive.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { time: Duration::from_secs(300), bytes: 2 << 30 }
    }
}

/// Made by [`Remote::new`]; the fields below are filled in by the builder methods.
#[derive(Clone, Debug)]
pub struct Remote {
    pub(super) url: String,
    pub(super) location: Location,
    pub(super) auth: Auth,
    pub(super) host_keys: Vec<HostKey>,
    pub(super) ca_pem: Option<String>,
    pub(super) limits: Limits,
}

impl Remote {
    /// Accepts `ssh://`, `https://`, `file://`, an absolute path, and `http://` to this machine.
    pub fn new(url: &str) -> Result<Remote, AddressError> {
        Remote::checked(url, false)
    }

    /// As [`Remote::new`], and `http://` to any host: for people who asked for it in so many words.
    pub fn with_plain_http(url: &str) -> Result<Remote, AddressError> {
        Remote::checked(url, true)
    }

    fn checked(url: &str, plain_http: bool) -> Result<Remote, AddressError> {
        let (url, location) = address::parse(url, plain_http)?;
        let limits = Limits::default();
        Ok(Remote { url, location, auth: Auth::None, host_keys: Vec::new(), ca_pem: None, limits })
    }

    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Remote {
        self.auth = auth;
        self
    }

    /// Pins a host key; several may be pinned, any of them is accepted and nothing else is.
    #[must_use]
    pub fn host_key(mut self, key: HostKey) -> Remote {
        self.host_keys.push(key);
        self
    }

    /// Trusts exactly these certificate authorities (PEM, one or more) and no others.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl Into<String>) -> Remote {
        self.ca_pem = Some(pem.into());
        self
    }

    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Remote {
        self.limits = limits;
        self
    }

    /// The address, which never holds a secret.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn location(&self) -> &Location {
        &self.location
    }

    pub fn is_local(&self) -> bool {
        matches!(self.location, Location::Local(_))
    }
}
