//! An approval by password, for who has no key that could sign, where the plan says that it may be.
//!
//! It reads *not countersigned* everywhere: nobody can check it but the server that took it.

use domain::plan::{Kind, Plan, canonical, freeze};
use domain::text::hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Deployers, Refusal, Rules, Terms, may_approve};
use crate::identity::{
    password::Proven,
    roster::{Roster, Signer},
};

/// One person's yes by password. Its fields are private: it comes from a [`Proven`] password, or from the record of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByPassword {
    plan_hash: [u8; 32],
    signer: Signer,
    at: Timestamp,
}

/// The file in the commit, canonical JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    approval: String,
    at: String,
    note: String,
    person: Signer,
    plan: String,
    v: u32,
}

const APPROVAL: &str = "password, not countersigned";
const NOTE: &str = "Given by password. Nothing here proves it: the platform's signature on the commit is all that vouches for it.";

/// The same as a person's signature has to meet, and [`admits`] on top.
pub fn by_password(terms: &Terms<'_>, plan: &Plan, proven: &Proven, rules: &Rules<'_>) -> Result<ByPassword, Refusal> {
    let Deployers::Only(people) = rules.deployers else { return Err(Refusal::Role) };
    let signer = people.iter().find(|(_, id)| id.as_str() == proven.person()).map(|(signer, _)| signer).ok_or(Refusal::Role)?;
    judge(terms, plan, signer.clone(), whole(rules.at), rules)
}

/// Judges the record of an approval that was accepted earlier: as of then, and on the word of whoever kept it.
pub fn recorded(terms: &Terms<'_>, plan: &Plan, file: &[u8], rules: &Rules<'_>) -> Result<ByPassword, Refusal> {
    let wrong = Refusal::Malformed("the record of a password approval");
    let record: Record = serde_json::from_slice(file).map_err(|_| wrong)?;
    let at = freeze::read_moment(&record.at).ok_or(wrong)?;
    if record.plan != format!("sha256:{}", freeze::digest(terms.plan)) {
        return Err(Refusal::OtherPlan);
    }
    let read = judge(terms, plan, record.person, at, rules)?;
    if read.file() == file { Ok(read) } else { Err(wrong) }
}

/// Whether a password may do at all: the plan allows it, no key of theirs could sign, and the plan is not about keys.
pub fn admits(plan: &Plan, signer: &Signer, at: Timestamp, roster: &Roster) -> Result<(), Refusal> {
    if plan.policy.passkey {
        return Err(Refusal::PasskeyAsked);
    }
    if roster.keys_of(signer, at).next().is_some() {
        return Err(Refusal::HasKey);
    }
    // Or the platform alone could write its own signers into the roster and be believed from then on.
    if matches!(plan.kind, Kind::Cluster | Kind::Roster) && roster.has_people(at) {
        return Err(Refusal::KeysDecide);
    }
    Ok(())
}

fn judge(terms: &Terms<'_>, plan: &Plan, signer: Signer, at: Timestamp, rules: &Rules<'_>) -> Result<ByPassword, Refusal> {
    admits(plan, &signer, at, rules.roster)?;
    let frozen = freeze::read_moment(&plan.frozen_at).ok_or(Refusal::Malformed("the plan's date"))?;
    if at >= terms.not_after || at < frozen {
        return Err(Refusal::Expired);
    }
    may_approve(&signer, terms, rules)?;
    Ok(ByPassword { plan_hash: Sha256::digest(terms.plan).into(), signer, at })
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

impl ByPassword {
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// In whole seconds, as its record says it.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    pub fn plan_hash(&self) -> &[u8; 32] {
        &self.plan_hash
    }

    /// `NAME.password`, as it goes into the commit.
    pub fn file(&self) -> Vec<u8> {
        let record = Record {
            approval: APPROVAL.to_owned(),
            at: freeze::moment(self.at),
            note: NOTE.to_owned(),
            person: self.signer.clone(),
            plan: format!("sha256:{}", hex(&self.plan_hash)),
            v: 1,
        };
        let value = serde_json::to_value(&record).expect("a record holds only texts and a number");
        canonical::to_bytes(&value).expect("a record holds only texts and a small number")
    }
}
