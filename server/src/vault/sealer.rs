//! Seals what a rendering asks for, and gives back the stored bytes where nothing changed.
//!
//! Whether something changed is told by fingerprints, so an unchanged file costs one HMAC: no secret
//! is opened for it.

mod document;
mod parallel;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use domain::sealing::{RequestError, SealRequest, Sealed, SealedFiles};
use domain::secret::Fingerprint;
use jiff::Timestamp;
use rand::TryRngCore;
use zeroize::Zeroizing;

use super::Vault;
use super::fingerprint::FingerprintKey;
use super::plaintext::Plaintext;
use super::recipient::Recipients;
use super::sops;
use super::stored::StoredSecret;

/// Under what a sealed file is stored: a change of any part seals anew.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealKey {
    pub cluster: String,
    /// The request's path, without suffix.
    pub path: String,
    /// Over the readable part and the leaves, with the fingerprints of their secrets.
    pub fingerprint: Fingerprint,
    /// [`Recipients::digest`].
    pub recipients: String,
}

/// A secret that a request uses and that is nowhere set. Its file was not sealed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingSecret {
    pub name: String,
    pub stack: String,
    pub component: String,
    /// The request's path.
    pub path: String,
}

/// What came of a list of requests.
#[derive(Debug)]
pub struct Outcome {
    pub files: SealedFiles,
    /// To be stored before the files are used anywhere, each only if its key is not there yet; else
    /// [`Outcome::take_stored`].
    pub fresh: Vec<(SealKey, Vec<u8>)>,
    pub missing: Vec<MissingSecret>,
}

impl Outcome {
    /// A concurrent plan stored this key first, so its bytes are the file.
    pub fn take_stored(&mut self, key: &SealKey, bytes: Vec<u8>) {
        if let Some(sealed) = self.files.get(&key.path).cloned() {
            self.files.insert(key.path.clone(), Sealed { bytes, ..sealed });
        }
    }
}

/// Seals for one cluster.
pub struct Sealer<'a> {
    cluster: &'a str,
    recipients: &'a Recipients,
    secrets: Secrets<'a>,
}

enum Secrets<'a> {
    Stored { vault: &'a Vault, by_name: &'a BTreeMap<String, StoredSecret> },
    Plain { key: FingerprintKey, by_name: &'a BTreeMap<String, Plaintext> },
}

impl<'a> Sealer<'a> {
    /// `secrets` are those that win for this stack on this cluster, by name.
    pub fn new(vault: &'a Vault, cluster: &'a str, recipients: &'a Recipients, secrets: &'a BTreeMap<String, StoredSecret>) -> Sealer<'a> {
        Sealer { cluster, recipients, secrets: Secrets::Stored { vault, by_name: secrets } }
    }

    /// Without a vault, for `countersign render`: fingerprints, and so sealed names, are of this run.
    pub fn ephemeral(cluster: &'a str, recipients: &'a Recipients, secrets: &'a BTreeMap<String, Plaintext>) -> Sealer<'a> {
        let mut key = Zeroizing::new([0; 32]);
        rand::rngs::OsRng.try_fill_bytes(key.as_mut()).expect("the system gives random bytes");
        Sealer { cluster, recipients, secrets: Secrets::Plain { key: FingerprintKey::of_bytes(&key), by_name: secrets } }
    }

    /// Seals every request whose secrets are all there. `stored` looks up what was sealed before.
    ///
    /// CPU work of about 0.1 ms per fresh file and recipient; on a server call it where blocking is allowed.
    pub fn seal(&self, requests: &[SealRequest], now: Timestamp, stored: &dyn Fn(&SealKey) -> Option<Vec<u8>>) -> anyhow::Result<Outcome> {
        check(requests)?;
        let recipients = self.recipients.digest();
        let mut outcome = Outcome { files: SealedFiles::default(), fresh: Vec::new(), missing: Vec::new() };
        let (mut work, mut described) = (Vec::new(), Vec::new());
        for request in requests {
            let Some(fingerprint) = self.fingerprint(request, &mut described, &mut outcome.missing)? else { continue };
            let (path, name) = request.named(fingerprint.suffix())?;
            let key = SealKey { cluster: self.cluster.to_owned(), path: request.path.clone(), fingerprint, recipients: recipients.clone() };
            match stored(&key) {
                Some(bytes) => outcome.files.insert(request.path.clone(), Sealed { path, name, bytes }),
                None => work.push((request, key, path, name)),
            }
        }
        let opened = self.open(work.iter().flat_map(|(request, ..)| request.secrets()).collect())?;
        let sealed = parallel::map(work, |(request, key, path, name)| {
            let document = document::fill(request, &name, &opened)?;
            let bytes = sops::encrypt(&document, self.recipients, now).with_context(|| format!("sealing {path}"))?;
            anyhow::Ok((request, key, Sealed { path, name, bytes }))
        });
        for result in sealed {
            let (request, key, sealed) = result?;
            outcome.fresh.push((key, sealed.bytes.clone()));
            outcome.files.insert(request.path.clone(), sealed);
        }
        Ok(outcome)
    }

    /// `None` if a secret is missing, which is noted. `described` is a buffer that is used again.
    fn fingerprint(
        &self,
        request: &SealRequest,
        described: &mut Vec<u8>,
        missing: &mut Vec<MissingSecret>,
    ) -> anyhow::Result<Option<Fingerprint>> {
        let mut used = Vec::new();
        let noted = missing.len();
        for name in request.secrets() {
            match self.secrets.fingerprint(name) {
                Some(fingerprint) => used.push((name, fingerprint)),
                None => missing.push(MissingSecret {
                    name: name.to_owned(),
                    stack: request.stack.clone(),
                    component: request.component.clone(),
                    path: request.path.clone(),
                }),
            }
        }
        if missing.len() > noted {
            return Ok(None);
        }
        // The cluster goes in, or equal suffixes would tell across repositories who shares a secret.
        described.clear();
        serde_json::to_writer(&mut *described, &(1, self.cluster, request, used))?;
        Ok(Some(self.secrets.key().of_parts("sealed file", &[described])))
    }

    /// Each secret once, however many files use it.
    fn open(&self, names: BTreeSet<&str>) -> anyhow::Result<BTreeMap<String, Plaintext>> {
        parallel::map(names.into_iter().collect(), |name| Ok((name.to_owned(), self.secrets.open(name)?))).into_iter().collect()
    }
}

impl Secrets<'_> {
    fn key(&self) -> &FingerprintKey {
        match self {
            Secrets::Stored { vault, .. } => &vault.fingerprints,
            Secrets::Plain { key, .. } => key,
        }
    }

    fn fingerprint(&self, name: &str) -> Option<Cow<'_, Fingerprint>> {
        match self {
            Secrets::Stored { by_name, .. } => by_name.get(name).map(|stored| Cow::Borrowed(&stored.fingerprint)),
            Secrets::Plain { key, by_name } => by_name.get(name).map(|plaintext| Cow::Owned(key.of_secret(name, plaintext))),
        }
    }

    fn open(&self, name: &str) -> anyhow::Result<Plaintext> {
        let absent = || format!("the secret `{name}` is not there");
        match self {
            Secrets::Stored { vault, by_name } => vault.open(by_name.get(name).with_context(absent)?),
            Secrets::Plain { by_name, .. } => Ok(Plaintext::new(by_name.get(name).with_context(absent)?.expose().to_owned())),
        }
    }
}

fn check(requests: &[SealRequest]) -> Result<(), RequestError> {
    let mut paths = BTreeSet::new();
    for request in requests {
        request.check()?;
        if !paths.insert(&request.path) {
            return Err(RequestError::SamePath { path: request.path.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
