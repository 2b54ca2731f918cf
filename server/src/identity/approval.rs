//! The verifier: when a person's yes to a plan counts, and the only way to [`Countersigned`].
//!
//! A pure function of bytes and a time, so the server, a recovery after a crash and the offline
//! `countersign verify` give the same verdict.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use p256::ecdsa::Signature;
use sha2::{Digest, Sha256};

use super::{
    client_data::ClientData,
    roster::{Roster, Signer, Standing},
    signing_key::SigningKey,
    sshsig::{self, CLIENT_DATA_MAX, MadeBy, SshSignature},
};

mod consent;
pub mod password;
mod refusal;
pub use consent::{Approval, Consent, Countersigned, NotCountersigned};
pub use password::ByPassword;
pub use refusal::Refusal;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;

/// What of a plan bears on who may sign it, beside its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// `plan.json`, byte for byte.
    pub plan: &'a [u8],
    pub not_after: Timestamp,
    /// Everyone who wrote or accepted a value in the diff, by id or by name in the roster; for an agent, its owner.
    pub writers: &'a [String],
}

/// The circumstances under which an approval is judged.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// When it was, or is, submitted.
    pub at: Timestamp,
    pub site: Site<'a>,
    pub roster: &'a Roster,
    pub deployers: Deployers<'a>,
    pub four_eyes: bool,
    /// Who has approved this plan already.
    pub approved_by: &'a BTreeSet<Signer>,
}

/// Where the signature must have been made.
#[derive(Debug, Clone, Copy)]
pub enum Site<'a> {
    /// On this server's own pages.
    Here { origin: &'a str, rp_id: &'a str },
    /// Offline, the server's URL is not known: at any secure origin within the key's RP ID.
    OfTheKey,
}

/// Who may deploy.
#[derive(Debug, Clone, Copy)]
pub enum Deployers<'a> {
    /// These, with their ids as people.
    Only(&'a BTreeMap<Signer, String>),
    /// Offline, roles are not known: the server judged them.
    AnyoneInTheRoster,
}

/// What a browser's `navigator.credentials.get` gave, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    pub authenticator_data: Vec<u8>,
    pub client_data: Vec<u8>,
    /// ECDSA in DER.
    pub signature: Vec<u8>,
}

/// One person's valid signature over one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    plan_hash: [u8; 32],
    signer: Signer,
    at: Timestamp,
    signature: SshSignature,
}

impl Approved {
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    pub fn key(&self) -> &SigningKey {
        &self.signature.key
    }

    /// The moment it was judged for: recovery judges again as of this one.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// SHA-256 of `plan.json`.
    pub fn plan_hash(&self) -> &[u8; 32] {
        &self.plan_hash
    }

    /// `approval.sig`, as it goes into the commit.
    pub fn file(&self) -> String {
        self.signature.file()
    }

    /// The key may exist on several devices or in an account.
    pub fn is_backup_eligible(&self) -> bool {
        self.signature.flags & BACKUP_ELIGIBLE != 0
    }
}

/// Judges what a browser sent; `key` is the one its credential id stands for.
pub fn verify_assertion(terms: &Terms<'_>, key: &SigningKey, assertion: &Assertion, rules: &Rules<'_>) -> Result<Approved, Refusal> {
    let Assertion { authenticator_data, client_data, signature } = assertion;
    if client_data.len() > CLIENT_DATA_MAX || authenticator_data.len() > 1024 || signature.len() > 80 {
        return Err(Refusal::TooLarge);
    }
    let (head, trailing) = authenticator_data.split_at_checked(37).ok_or(Refusal::Malformed("authenticatorData is too short"))?;
    let origin = ClientData::parse(client_data).ok_or(Refusal::Malformed("clientDataJSON"))?.origin;
    let signature = SshSignature {
        key: key.clone(),
        signature: Signature::from_der(signature).map_err(|_| Refusal::Malformed("the signature is no ECDSA signature"))?,
        flags: head[32],
        counter: u32::from_be_bytes([head[33], head[34], head[35], head[36]]),
        made_by: MadeBy::Passkey { origin, client_data: client_data.clone() },
    };
    judge(terms, signature, Some(&head[..32]), trailing, rules)
}

/// Judges an `approval.sig`: one sent by a person with a FIDO2 key, or one found in Git.
pub fn verify_file(terms: &Terms<'_>, file: &[u8], rules: &Rules<'_>) -> Result<Approved, Refusal> {
    judge(terms, SshSignature::parse(file)?, None, &[], rules)
}

fn judge(
    terms: &Terms<'_>,
    signature: SshSignature,
    rp_id_hash: Option<&[u8]>,
    trailing: &[u8],
    rules: &Rules<'_>,
) -> Result<Approved, Refusal> {
    where_it_was_made(terms.plan, &signature, rules.site)?;
    let application = Sha256::digest(signature.key.application());
    if rp_id_hash.is_some_and(|hash| hash != application.as_slice()) {
        return Err(Refusal::RpId);
    }
    what_the_authenticator_said(signature.flags, trailing)?;
    if !signature.is_over(terms.plan) {
        return Err(Refusal::Signature);
    }
    if rules.at >= terms.not_after {
        return Err(Refusal::Expired);
    }
    let signer = who_signed(&signature.key, terms, rules)?;
    Ok(Approved { plan_hash: Sha256::digest(terms.plan).into(), signer, at: rules.at, signature })
}

fn where_it_was_made(plan: &[u8], signature: &SshSignature, site: Site<'_>) -> Result<(), Refusal> {
    let application = signature.key.application();
    let MadeBy::Passkey { origin, client_data } = &signature.made_by else {
        // A passkey's key never signs without client data; only OpenSSH's own keys may.
        return signature.key.is_of_openssh().then_some(()).ok_or(Refusal::RpId);
    };
    if client_data.len() > CLIENT_DATA_MAX {
        return Err(Refusal::TooLarge);
    }
    let data = ClientData::parse(client_data).ok_or(Refusal::Malformed("clientDataJSON"))?;
    if data.kind != "webauthn.get" {
        return Err(Refusal::WrongType);
    }
    let challenge = sshsig::challenge(plan);
    let signed = URL_SAFE_NO_PAD.decode(&data.challenge).map_err(|_| Refusal::Malformed("the challenge is no base64url"))?;
    if signed != challenge {
        return Err(if sshsig::is_a_challenge(&signed) { Refusal::OtherPlan } else { Refusal::Challenge });
    }
    let expected = match site {
        Site::Here { origin, .. } => data.origin == origin,
        Site::OfTheKey => is_within(&data.origin, application),
    };
    if !expected || data.origin != *origin {
        return Err(Refusal::Origin);
    }
    if data.cross_origin || data.has_top_origin {
        return Err(Refusal::CrossOrigin);
    }
    if signature.key.is_of_openssh() || matches!(site, Site::Here { rp_id, .. } if rp_id != application) {
        return Err(Refusal::RpId);
    }
    if !ClientData::starts_as_written(client_data, &challenge, origin) {
        return Err(Refusal::Malformed("clientDataJSON is not in WebAuthn's own order"));
    }
    Ok(())
}

/// A secure origin whose host is the RP ID or below it.
fn is_within(origin: &str, rp_id: &str) -> bool {
    let (is_plain, rest) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return false,
    };
    let (host, port) = rest.split_once(':').unwrap_or((rest, "1"));
    let is_port = !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let is_below = host == rp_id || host.strip_suffix(rp_id).is_some_and(|head| head.ends_with('.'));
    let is_local = host == "localhost" || host.ends_with(".localhost");
    is_port && is_host && is_below && (!is_plain || is_local)
}

fn what_the_authenticator_said(flags: u8, trailing: &[u8]) -> Result<(), Refusal> {
    if flags & USER_PRESENT == 0 {
        return Err(Refusal::UserNotPresent);
    }
    if flags & USER_VERIFIED == 0 {
        return Err(Refusal::UserNotVerified);
    }
    let known = USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE | BACKED_UP;
    let is_impossible = flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0;
    if flags & !known != 0 || is_impossible || !trailing.is_empty() {
        return Err(Refusal::Flags);
    }
    Ok(())
}

fn who_signed(key: &SigningKey, terms: &Terms<'_>, rules: &Rules<'_>) -> Result<Signer, Refusal> {
    let signer = match rules.roster.standing(key, rules.at) {
        Standing::Good(signer) => signer,
        Standing::Lapsed(_) => return Err(Refusal::KeyRevoked),
        Standing::Unknown => return Err(Refusal::KeyUnknown),
    };
    may_approve(signer, terms, rules)?;
    Ok(signer.clone())
}

/// Role, four eyes and once only: whatever the approval is made of.
fn may_approve(signer: &Signer, terms: &Terms<'_>, rules: &Rules<'_>) -> Result<(), Refusal> {
    let id = match rules.deployers {
        Deployers::Only(people) => Some(people.get(signer).ok_or(Refusal::Role)?),
        Deployers::AnyoneInTheRoster => None,
    };
    let wrote = |writer: &String| writer == signer.as_str() || Some(writer) == id;
    if rules.four_eyes && terms.writers.iter().any(wrote) {
        return Err(Refusal::FourEyes);
    }
    if rules.approved_by.contains(signer) {
        return Err(Refusal::Replayed);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
