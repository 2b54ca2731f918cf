//! Enough people's yes to one plan: countersigned, or, where a password took part, plainly not.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Approved, ByPassword, Refusal};
use crate::identity::roster::Signer;

/// One person's yes.
#[expect(clippy::large_enum_variant, reason = "as many as there are approvals of one plan")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    Signed(Approved),
    ByPassword(ByPassword),
}

impl Approval {
    pub fn signer(&self) -> &Signer {
        match self {
            Approval::Signed(one) => one.signer(),
            Approval::ByPassword(one) => one.signer(),
        }
    }

    pub fn at(&self) -> Timestamp {
        match self {
            Approval::Signed(one) => one.at(),
            Approval::ByPassword(one) => one.at(),
        }
    }

    pub fn is_countersigned(&self) -> bool {
        matches!(self, Approval::Signed(_))
    }

    /// As it goes into the commit: the signature, or the record of a password approval.
    pub fn file(&self) -> Vec<u8> {
        match self {
            Approval::Signed(one) => one.file().into_bytes(),
            Approval::ByPassword(one) => one.file(),
        }
    }

    fn plan_hash(&self) -> &[u8; 32] {
        match self {
            Approval::Signed(one) => one.plan_hash(),
            Approval::ByPassword(one) => one.plan_hash(),
        }
    }
}

/// A subject that enough people have signed. Its fields are private, so nothing outside this file can
/// make one: whoever takes a `Countersigned<T>` knows that a person's key said yes to these very bytes.
#[derive(Debug, Clone)]
pub struct Countersigned<T> {
    subject: T,
    approvals: Vec<Approved>,
}

/// The same with a password among the approvals: all that it proves is that this server accepted it.
#[derive(Debug, Clone)]
pub struct NotCountersigned<T> {
    subject: T,
    approvals: Vec<Approval>,
}

/// What a deploy asks for. There is no third.
#[derive(Debug, Clone)]
pub enum Consent<T> {
    Countersigned(Countersigned<T>),
    NotCountersigned(NotCountersigned<T>),
}

impl<T: AsRef<[u8]>> Countersigned<T> {
    /// `subject.as_ref()` must be the `plan.json` that was signed, by `needed` different people.
    pub fn new(subject: T, approvals: Vec<Approved>, needed: usize) -> Result<Self, Refusal> {
        enough(subject.as_ref(), approvals.iter().map(|one| (one.plan_hash(), one.signer())), needed)?;
        Ok(Countersigned { subject, approvals })
    }
}

impl<T> Countersigned<T> {
    pub fn subject(&self) -> &T {
        &self.subject
    }

    /// Never empty, each by another person.
    pub fn approvals(&self) -> &[Approved] {
        &self.approvals
    }

    pub fn into_parts(self) -> (T, Vec<Approved>) {
        (self.subject, self.approvals)
    }
}

impl<T> NotCountersigned<T> {
    /// Never empty, each by another person, one by password at least.
    pub fn approvals(&self) -> &[Approval] {
        &self.approvals
    }
}

impl<T: AsRef<[u8]>> Consent<T> {
    /// As [`Countersigned::new`], of approvals of either kind.
    pub fn of(subject: T, approvals: Vec<Approval>, needed: usize) -> Result<Self, Refusal> {
        if approvals.iter().all(Approval::is_countersigned) {
            let signed = approvals.into_iter().filter_map(|one| match one {
                Approval::Signed(one) => Some(one),
                Approval::ByPassword(_) => None,
            });
            return Countersigned::new(subject, signed.collect(), needed).map(Consent::Countersigned);
        }
        enough(subject.as_ref(), approvals.iter().map(|one| (one.plan_hash(), one.signer())), needed)?;
        Ok(Consent::NotCountersigned(NotCountersigned { subject, approvals }))
    }
}

impl<T> Consent<T> {
    pub fn subject(&self) -> &T {
        match self {
            Consent::Countersigned(consent) => &consent.subject,
            Consent::NotCountersigned(consent) => &consent.subject,
        }
    }

    pub fn is_countersigned(&self) -> bool {
        matches!(self, Consent::Countersigned(_))
    }
}

/// All over these bytes, each by another person, and as many as are needed.
fn enough<'a>(plan: &[u8], approvals: impl Iterator<Item = (&'a [u8; 32], &'a Signer)>, needed: usize) -> Result<(), Refusal> {
    let hash: [u8; 32] = Sha256::digest(plan).into();
    let mut people = BTreeSet::new();
    for (over, signer) in approvals {
        if *over != hash {
            return Err(Refusal::OtherPlan);
        }
        if !people.insert(signer) {
            return Err(Refusal::Replayed);
        }
    }
    let needed = needed.max(1);
    if people.len() < needed {
        return Err(Refusal::TooFew { have: people.len(), needed });
    }
    Ok(())
}
