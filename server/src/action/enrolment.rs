//! Handing out one-time codes, and logging in with one.

use domain::api::person::EnrolmentLink;
use domain::audit::Act;
use domain::principal;
use domain::principal::Target;
use domain::problem::Problem;
use tower_sessions::Session;

use crate::api::caller::{Caller, Proof};
use crate::audit::{self, Tx, audited};
use crate::clock::{DAY, MINUTE, Micros};
use crate::identity;
use crate::ids;
use crate::server::Server;
use crate::store;
use crate::store::enrolment::Enrolment;

/// What a code is for, which decides how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The first administrator, right after set-up.
    First,
    Invitation,
    /// All keys are lost; from the host.
    Recovery,
    /// Another device of somebody who already has a key.
    Device,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::First => "first",
            Purpose::Invitation => "invitation",
            Purpose::Recovery => "recovery",
            Purpose::Device => "device",
        }
    }

    fn lasts(self) -> Micros {
        match self {
            Purpose::First | Purpose::Recovery | Purpose::Device => 15 * MINUTE,
            Purpose::Invitation => 3 * DAY,
        }
    }
}

/// Opens a code inside an act that is already under way. The plain code leaves only in the answer.
pub async fn open(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    person: &store::person::Person,
    purpose: Purpose,
) -> Result<EnrolmentLink, Problem> {
    let code = ids::code();
    let now = server.clock.now();
    let enrolment = Enrolment {
        id: server.ids.next(),
        person: person.id.clone(),
        purpose: purpose.name().to_owned(),
        created_at: now,
        created_by: caller.person().ok().map(|person| person.id.to_owned()),
        expires_at: now + purpose.lasts(),
    };
    store::enrolment::open(tx, &enrolment, &ids::hash(&code)).await?;
    tx.fact("enrolment", &enrolment.id);
    tx.fact("purpose", purpose.name());
    Ok(EnrolmentLink {
        person: person.id.clone(),
        name: person.name.clone(),
        url: format!("{}/enrol#{code}", server.settings().public_url.origin()),
        code,
        expires_at: enrolment.expires_at,
    })
}

/// A fresh code for somebody: an administrator's answer to a lost key.
pub async fn invite(server: &Server, caller: &Caller, person: &str, purpose: Purpose) -> Result<EnrolmentLink, Problem> {
    audited(server, caller, Act::OpenEnrolment(person.to_owned()), async |tx: &mut Tx| {
        caller.may(principal::Act::Administer, &Target::Organisation)?;
        if caller.person().is_ok_and(|caller| caller.id == person) {
            return Err(Problem::forbidden("Nobody hands out a code to themselves.")
                .hint("Ask another administrator, or run `countersign person enrol` on the host."));
        }
        let Some(person) = store::person::get(tx, person).await? else { return Err(Problem::not_found("person")) };
        open(server, tx, caller, &person, purpose).await
    })
    .await
}

/// A session that can enrol a key and do nothing else. The code stays good until a key is stored with it.
pub async fn log_in(server: &Server, caller: &Caller, session: &Session, typed: &str) -> Result<(), Problem> {
    let now = server.clock.now();
    server.limits.attempt(now, caller.address, None)?;
    let code = ids::hash(&ids::normal_code(typed));
    let found = store::enrolment::find(&mut *server.store.read().await?, &code, now).await?;
    let Some(enrolment) = found else {
        let problem = Problem::new(403, "code_unknown", "This code is not known, was used, or has expired.").hint("Ask for a new link.");
        audit::refused(server, caller, Act::RefuseSession(String::from("enrolment")), &problem.code).await?;
        return Err(problem);
    };
    audited(server, caller, Act::OpenSession(enrolment.person.clone()), async |tx: &mut Tx| {
        tx.fact("proof", "enrolment");
        tx.fact("enrolment", &enrolment.id);
        Ok(())
    })
    .await?;
    server.limits.forgive(caller.address, None);
    identity::session::open(server, session, &enrolment.person, Proof::Enrolment).await
}
