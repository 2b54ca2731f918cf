//! Logging in with a password, logging out, and setting a password.

use domain::api::session::{Me, NewPassword, PasswordLogin, SessionState};
use domain::audit::Act;
use domain::principal::Principal;
use domain::problem::Problem;
use tower_sessions::Session;

use crate::api::caller::{Caller, Proof, Who};
use crate::audit::{self, Tx, audited};
use crate::identity;
use crate::identity::password::{self, Password};
use crate::ids;
use crate::server::Server;
use crate::store;

pub async fn state(server: &Server, caller: &Caller) -> Result<SessionState, Problem> {
    let Who::Known(Principal::Person { id, .. }) = &caller.who else { return Ok(SessionState::default()) };
    let mut db = server.store.read().await?;
    let Some(person) = store::person::get(&mut db, id).await? else { return Ok(SessionState::default()) };
    let grants = store::person::grants(&mut db, id).await?;
    let proof = match caller.proof {
        Proof::Passkey => "passkey",
        Proof::Password => "password",
        Proof::Enrolment => "enrolment",
        Proof::Token => "token",
        Proof::None | Proof::Here => "none",
    };
    Ok(SessionState {
        person: Some(Me { id: person.id, name: person.name, full_name: person.full_name, grants }),
        proof: Some(proof.to_owned()),
    })
}

pub async fn log_in(server: &Server, caller: &Caller, session: &Session, login: PasswordLogin) -> Result<(), Problem> {
    let name = login.name.trim().to_lowercase();
    server.limits.attempt(server.clock.now(), caller.address, Some(&name))?;
    let (person, phc) = {
        let mut db = server.store.read().await?;
        let person = store::person::by_name(&mut db, &name).await?.filter(|person| person.disabled_at.is_none());
        let phc = match &person {
            Some(person) => store::password::phc(&mut db, &person.id).await?,
            None => None,
        };
        (person, phc)
    };
    let matches = password::verify(Password::from(login.password), phc).await?;
    let Some(person) = person.filter(|_| matches) else {
        let problem = Problem::new(401, "login_refused", "Name and password do not match.").hint("If you have a passkey, log in with it.");
        audit::refused(server, caller, Act::RefuseSession(String::from("password")), &problem.code).await?;
        return Err(problem);
    };
    audited(server, caller, Act::OpenSession(person.id.clone()), async |tx: &mut Tx| {
        tx.fact("proof", "password");
        Ok(())
    })
    .await?;
    server.limits.forgive(caller.address, Some(&name));
    identity::session::open(server, session, &person.id, Proof::Password).await
}

/// Ends the session, if there is one; asking twice does no harm.
pub async fn log_out(server: &Server, caller: &Caller, session: &Session) -> Result<(), Problem> {
    if let Ok(person) = caller.person() {
        audited(server, caller, Act::CloseSession(person.id.to_owned()), async |_| Ok(())).await?;
    }
    identity::session::close(session).await?;
    server.together.look_again();
    Ok(())
}

/// Sets one's own password: against the one before, or with a one-time code, which is then used up.
pub async fn set_password(server: &Server, caller: &Caller, session: &Session, new: NewPassword) -> Result<(), Problem> {
    let person = caller.person()?;
    let fresh = Password::from(new.password);
    password::check(&fresh)?;
    let code = new.code.as_deref().map(|code| ids::hash(&ids::normal_code(code)));
    if code.is_none() {
        server.limits.attempt(server.clock.now(), caller.address, Some(person.name))?;
        let phc = store::password::phc(&mut *server.store.read().await?, person.id).await?;
        if !password::verify(Password::from(new.current.unwrap_or_default()), phc).await? {
            let problem = Problem::new(403, "proof_needed", "A new password needs the one before, or a one-time code.")
                .hint("An administrator can hand out a code.");
            audit::refused(server, caller, Act::SetPassword(person.id.to_owned()), &problem.code).await?;
            return Err(problem);
        }
    }
    let phc = password::hash(fresh).await?;
    audited(server, caller, Act::SetPassword(person.id.to_owned()), async |tx: &mut Tx| {
        let now = server.clock.now();
        if let Some(code) = &code
            && !store::enrolment::use_up(tx, code, person.id, now).await?
        {
            return Err(Problem::new(403, "code_unknown", "This code is not known, was used, or has expired.").hint("Ask for a new link."));
        }
        store::password::set(tx, person.id, &phc, now).await?;
        store::session::delete_of(tx, person.id).await?;
        Ok(())
    })
    .await?;
    identity::session::open(server, session, person.id, Proof::Password).await
}
