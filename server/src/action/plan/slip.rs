//! The signing slip: whether the caller can sign here, and the first reason why not.

use domain::api::plan::{Confirm, Slip};
use domain::finding::Level;
use domain::plan::Plan;
use domain::principal::Act;
use domain::problem::Problem;

use crate::action::deployment::may_use_a_password;
use crate::action::place;
use crate::api::caller::{Caller, Person};
use crate::deploy::consent::{Court, deployers, moment};
use crate::identity::approval::password;
use crate::identity::roster::Signer;
use crate::server::Server;
use crate::store::{self, Conn};

/// A plan before the eyes of one caller.
pub struct Reading<'a> {
    pub server: &'a Server,
    pub caller: &'a Caller,
    pub row: &'a store::plan::Plan,
    pub plan: &'a Plan,
    pub cluster: &'a store::cluster::Cluster,
    /// Where its draft stands, if that is further on.
    pub newer_revision: Option<i64>,
}

pub async fn of(db: &mut Conn, reading: &Reading<'_>) -> Result<Slip, Problem> {
    let Reading { caller, row, plan, cluster, .. } = *reading;
    let signed: Vec<String> = store::approval::of_plan(db, &row.id).await?.into_iter().map(|approval| approval.person).collect();
    let reason = reason(db, reading, &signed).await?;
    let by_password = match caller.person() {
        Ok(person) if reason.is_none() => store::credential::signing_keys(db, person.id).await?.is_empty(),
        _ => false,
    };
    let can = deployers(db, &place::target(cluster)).await?;
    let mut who_can = Vec::new();
    let is_barred = |person: &String| signed.contains(person) || plan.policy.four_eyes && plan.was_written_by(person);
    for person in can.into_values().filter(|person| !is_barred(person)) {
        if let Some(person) = store::person::get(db, &person).await? {
            who_can.push(person.full_name);
        }
    }
    Ok(Slip { armed: reason.is_none(), reason, confirm: confirm(plan), who_can, by_password })
}

/// Words in the order of [`Plan::confirmations`], each with what it loses.
pub fn confirm(plan: &Plan) -> Vec<Confirm> {
    let reason = |word: &str| {
        let found = plan.findings.iter().find(|finding| finding.level == Level::Confirm && finding.confirm.as_deref() == Some(word));
        found.map(|finding| finding.reason.clone()).unwrap_or_default()
    };
    plan.confirmations().into_iter().map(|word| Confirm { word: word.to_owned(), reason: reason(word) }).collect()
}

pub const POLICY_MOVED: &str = "The rules of the environment have changed since this plan was made. Plan again.";

/// The first reason why the caller cannot sign this plan now, as a sentence. `signed` are those who have.
async fn reason(db: &mut Conn, reading: &Reading<'_>, signed: &[String]) -> Result<Option<String>, Problem> {
    let Reading { server, caller, row, plan, cluster, newer_revision } = *reading;
    let Ok(person) = caller.person() else { return Ok(Some(String::from("Only a person can countersign."))) };
    let sentence = match row.state.as_str() {
        "deployed" => Some(String::from("This plan is deployed.")),
        "stale" => Some(row.reason.clone().unwrap_or_else(|| String::from("What this plan builds on has moved. Plan again."))),
        "withdrawn" => Some(String::from("A newer plan took the place of this one.")),
        _ => None,
    };
    if sentence.is_some() {
        return Ok(sentence);
    }
    if let Some(newer) = newer_revision {
        return Ok(Some(format!("The draft has been edited since; it is at rev {newer}. Plan again.")));
    }
    if row.not_after <= server.clock.now() {
        return Ok(Some(String::from("This plan has expired. Plan again.")));
    }
    if crate::action::plan::policy_moved(db, &row.cluster, plan).await? {
        return Ok(Some(POLICY_MOVED.to_owned()));
    }
    if plan.changes_nothing() {
        return Ok(Some(String::from("This plan changes nothing in the repository.")));
    }
    if let Some(block) = plan.blocks().next() {
        return Ok(Some(format!("A guard blocks: {}", block.reason)));
    }
    if caller.may(Act::Deploy, &place::target(cluster)).is_err() {
        return Ok(Some(String::from("Your roles do not let you deploy here.")));
    }
    if plan.policy.four_eyes && plan.was_written_by(person.id) {
        return Ok(Some(String::from("You wrote or accepted a value in this plan, and here somebody else has to sign it.")));
    }
    if signed.iter().any(|one| one == person.id) {
        return Ok(Some(String::from("You have signed; others must sign as well.")));
    }
    if !store::credential::signing_keys(db, person.id).await?.is_empty() {
        return Ok(None);
    }
    without_a_key(db, reading, person).await
}

/// Whether a password would do in place of the key that they have not.
async fn without_a_key(db: &mut Conn, reading: &Reading<'_>, person: Person<'_>) -> Result<Option<String>, Problem> {
    let Reading { server, row, plan, cluster, .. } = *reading;
    let enrol = "You have no passkey that can sign. Enrol one under Settings, Account.";
    if plan.policy.passkey || may_use_a_password(db, person.id, cluster).await.is_err() {
        return Ok(Some(enrol.to_owned()));
    }
    let court = Court::of(db, row, plan, &place::target(cluster)).await?;
    let Ok(signer) = Signer::new(person.name) else { return Ok(Some(enrol.to_owned())) };
    if let Err(refusal) = password::admits(plan, &signer, moment(server.clock.now())?, &court.roster) {
        return Ok(Some(format!("{refusal} {enrol}")));
    }
    if store::password::phc(db, person.id).await?.is_none() {
        return Ok(Some(format!("{enrol} Here a password would do as well, and you have none.")));
    }
    Ok(None)
}
