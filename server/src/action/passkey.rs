//! Logging in with a passkey, enrolling one, and looking after the keys one has.

use domain::api::passkey::{
    DeviceLink, EnrolledPasskey, EnrolmentQuestion, FinishEnrolment, Passkey, PasskeyAnswer, PasskeyList, PasskeyQuestion, StartEnrolment,
};
use domain::audit::Act;
use domain::principal::{self, Target};
use domain::problem::Problem;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_sessions::Session;

use crate::action::enrolment::{self, Purpose};
use crate::api::caller::{Caller, Proof};
use crate::audit::{self, Tx, audited};
use crate::identity;
use crate::identity::ceremony::{Ceremony, Confirmation};
use crate::identity::enrolment::Right;
use crate::identity::passkey::{Asserted, NewPasskey, RelyingParty};
use crate::identity::signing_key::SigningKey;
use crate::ids;
use crate::qr;
use crate::server::Server;
use crate::store;
use crate::store::credential::Credential;

/// Keys at once; more is a mistake or an attack.
const KEYS: usize = 20;

pub fn start_login(server: &Server) -> Result<PasskeyQuestion, Problem> {
    let (options, state) = here(server)?.start_login()?;
    let ceremony = server.ceremonies.open(server.clock.now(), Ceremony::Login(state));
    Ok(PasskeyQuestion { ceremony, options })
}

pub async fn finish_login(server: &Server, caller: &Caller, session: &Session, answer: PasskeyAnswer) -> Result<(), Problem> {
    server.limits.attempt(server.clock.now(), caller.address, None)?;
    match who_answered(server, answer).await {
        Ok((person, asserted)) => {
            audited(server, caller, Act::OpenSession(person.clone()), async |tx: &mut Tx| {
                tx.fact("proof", "passkey");
                Ok(store::credential::used(tx, &asserted, server.clock.now()).await?)
            })
            .await?;
            server.limits.forgive(caller.address, None);
            identity::session::open(server, session, &person, Proof::Passkey).await
        }
        Err(problem) => {
            audit::refused(server, caller, Act::RefuseSession(String::from("passkey")), &problem.code).await?;
            Err(problem)
        }
    }
}

async fn who_answered(server: &Server, answer: PasskeyAnswer) -> Result<(String, Asserted), Problem> {
    let Some(Ceremony::Login(state)) = server.ceremonies.take(server.clock.now(), &answer.ceremony) else { return Err(over()) };
    let answer: webauthn_rs::prelude::PublicKeyCredential = read(answer.answer, "answer")?;
    let unknown =
        || Problem::new(401, "key_unknown", "This key is not enrolled here.").hint("Use another key, or ask for an enrolment link.");
    let mut db = server.store.read().await?;
    let row = store::credential::by_credential_id(&mut db, answer.get_credential_id()).await?.ok_or_else(unknown)?;
    if row.revoked_at.is_some() {
        return Err(Problem::new(401, "key_revoked", "This key was revoked.").hint("Use another key, or ask for an enrolment link."));
    }
    let person = store::person::get(&mut db, &row.person).await?.filter(|person| person.disabled_at.is_none()).ok_or_else(unknown)?;
    let asserted = here(server)?.finish_login(state, &answer, row.passkey()?)?;
    Ok((person.id, asserted))
}

/// Asks for a new key; without a code, for a yes from one of the person's keys as well.
pub async fn start_enrolment(server: &Server, caller: &Caller, start: StartEnrolment) -> Result<EnrolmentQuestion, Problem> {
    let asked = caller.person()?;
    let (here, now) = (here(server)?, server.clock.now());
    let mut db = server.store.read().await?;
    let Some(person) = store::person::get(&mut db, asked.id).await? else { return Err(Problem::not_found("person")) };
    let active = store::credential::active(&mut db, asked.id).await?;
    let keys = passkeys(&active)?;
    if keys.len() >= KEYS {
        return Err(
            Problem::conflict("too_many_keys", format!("A person has at most {KEYS} keys.")).hint("Revoke those that are not used.")
        );
    }
    let (confirm, confirmation) = match &start.code {
        Some(code) => {
            server.limits.attempt(now, caller.address, None)?;
            let code = ids::hash(&ids::normal_code(code));
            let found = store::enrolment::find(&mut db, &code, now).await?;
            found.filter(|code| code.person == asked.id).ok_or_else(code_unknown)?;
            (None, None)
        }
        None => {
            let (options, confirmation) = ask_for_a_yes(&here, caller, keys.clone())?;
            (Some(options), Some(confirmation))
        }
    };
    let (create, registration) = here.start_enrolment(&person.id, &person.name, &person.full_name, &keys)?;
    let ceremony = server.ceremonies.open(now, Ceremony::Enrolment { person: person.id, registration, confirmation });
    Ok(EnrolmentQuestion { ceremony, confirm, create })
}

/// Stores the key, if a code or a key of theirs gives the right to. Being logged in gives none.
pub async fn finish_enrolment(
    server: &Server,
    caller: &Caller,
    session: &Session,
    finish: FinishEnrolment,
) -> Result<EnrolledPasskey, Problem> {
    let person = caller.person()?;
    let (here, now) = (here(server)?, server.clock.now());
    let taken = server.ceremonies.take(now, &finish.ceremony);
    let Some(Ceremony::Enrolment { registration, confirmation, .. }) = taken.filter(|taken| is_of(taken, person.id)) else {
        return Err(over());
    };
    let asserted = match confirmation {
        Some(confirmation) => Some(yes(&here, confirmation, finish.confirmed)?),
        None => None,
    };
    let new = here.finish_enrolment(&registration, &read(finish.created, "created")?)?;
    let (id, name) = (server.ids.next(), key_name(&finish.name)?);
    let enrolled = audited(server, caller, Act::EnrolCredential(id.clone()), async |tx: &mut Tx| {
        let right = match (&asserted, &finish.code) {
            (Some(asserted), _) => {
                store::credential::used(tx, asserted, now).await?;
                Right::by_key(tx, person.id, asserted).await?
            }
            (None, Some(code)) => Right::by_code(tx, person.id, code, now).await?,
            (None, None) => return Err(code_unknown()),
        };
        tell(tx, person.id, &right, &new);
        store::credential::insert(tx, right, &id, &name, &new, now).await?;
        let keys = store::credential::active(tx, person.id).await?;
        let passkey = keys.iter().find(|key| key.id == id).map(shown).ok_or_else(|| Problem::internal("The key was not stored."))?;
        Ok(EnrolledPasskey { passkey, advice: advice(&keys) })
    })
    .await?;
    identity::session::open(server, session, person.id, Proof::Passkey).await?;
    Ok(enrolled)
}

fn tell(tx: &mut Tx, person: &str, right: &Right, new: &NewPasskey) {
    tx.fact("person", person);
    tx.fact("by", right.by());
    if let Some(key) = &new.signing_key {
        tx.fact("key", key.fingerprint());
    }
    if let Some(aaguid) = &new.aaguid {
        tx.fact("aaguid", aaguid);
    }
}

/// Asks for a yes before a link for another device is handed out: whoever holds the link can enrol a key.
pub async fn start_device(server: &Server, caller: &Caller) -> Result<PasskeyQuestion, Problem> {
    let person = caller.person()?;
    let active = store::credential::active(&mut *server.store.read().await?, person.id).await?;
    let (options, confirmation) = ask_for_a_yes(&here(server)?, caller, passkeys(&active)?)?;
    let ceremony = server.ceremonies.open(server.clock.now(), Ceremony::Confirmation { person: person.id.to_owned(), confirmation });
    Ok(PasskeyQuestion { ceremony, options })
}

pub async fn finish_device(server: &Server, caller: &Caller, answer: PasskeyAnswer) -> Result<DeviceLink, Problem> {
    let person = caller.person()?;
    let (here, now) = (here(server)?, server.clock.now());
    let taken = server.ceremonies.take(now, &answer.ceremony);
    let Some(Ceremony::Confirmation { confirmation, .. }) = taken.filter(|taken| is_of(taken, person.id)) else { return Err(over()) };
    let asserted = yes(&here, confirmation, Some(answer.answer))?;
    let link = audited(server, caller, Act::OpenEnrolment(person.id.to_owned()), async |tx: &mut Tx| {
        store::credential::used(tx, &asserted, now).await?;
        // The right to store a key is the right to hand it to oneself.
        Right::by_key(tx, person.id, &asserted).await?;
        let Some(row) = store::person::get(tx, person.id).await? else { return Err(Problem::not_found("person")) };
        enrolment::open(server, tx, caller, &row, Purpose::Device).await
    })
    .await?;
    let qr = qr::svg(&link.url).unwrap_or_default();
    Ok(DeviceLink { link, qr })
}

/// One's own keys, or somebody else's for those who administer.
pub async fn list(server: &Server, caller: &Caller, person: Option<&str>) -> Result<PasskeyList, Problem> {
    let own = caller.person()?.id;
    let person = person.unwrap_or(own);
    if person != own {
        caller.may(principal::Act::Administer, &Target::Organisation)?;
    }
    let rows = store::credential::of(&mut *server.store.read().await?, person).await?;
    let active: Vec<Credential> = rows.iter().filter(|row| row.revoked_at.is_none() && row.elsewhere_at.is_none()).cloned().collect();
    let advice = if person == own { advice(&active) } else { Vec::new() };
    Ok(PasskeyList { passkeys: rows.iter().map(shown).collect(), advice })
}

pub async fn rename(server: &Server, caller: &Caller, id: &str, name: &str) -> Result<Passkey, Problem> {
    let person = caller.person()?;
    let name = key_name(name)?;
    audited(server, caller, Act::ChangeCredential(id.to_owned()), async |tx: &mut Tx| {
        let row = store::credential::get(tx, id).await?.filter(|row| row.person == person.id);
        let Some(row) = row else { return Err(Problem::not_found("key")) };
        store::credential::rename(tx, id, &name).await?;
        tx.note("name", &name);
        Ok(shown(&Credential { name: name.clone(), ..row }))
    })
    .await
}

/// Ends a key at once, here. That it once signed stays true; the roster in Git follows with its next plan.
pub async fn revoke(server: &Server, caller: &Caller, id: &str) -> Result<(), Problem> {
    let person = caller.person()?;
    audited(server, caller, Act::RevokeCredential(id.to_owned()), async |tx: &mut Tx| {
        let Some(row) = store::credential::get(tx, id).await? else { return Err(Problem::not_found("key")) };
        let is_own = row.person == person.id;
        if !is_own && caller.may(principal::Act::Administer, &Target::Organisation).is_err() {
            return Err(Problem::not_found("key"));
        }
        let left = store::credential::active(tx, &row.person).await?.iter().filter(|key| key.id != id).count();
        if is_own && left == 0 {
            return Err(Problem::conflict("last_key", "This is your last key.").hint("Enrol another first."));
        }
        store::credential::revoke(tx, id, person.id, server.clock.now()).await?;
        tx.fact("person", &row.person);
        Ok(())
    })
    .await
}

fn here(server: &Server) -> Result<RelyingParty, Problem> {
    RelyingParty::of(&server.settings().public_url)
}

fn ask_for_a_yes(here: &RelyingParty, caller: &Caller, keys: Vec<webauthn_rs::prelude::Passkey>) -> Result<(Value, Confirmation), Problem> {
    if keys.is_empty() || caller.proof == Proof::Enrolment {
        return Err(Problem::new(
            403,
            "code_needed",
            "Being logged in is not enough to enrol a key: it takes a one-time code, or a yes from a key you have.",
        )
        .hint("Ask an administrator for an enrolment link, or run `countersign person enrol` on the host."));
    }
    let (options, state) = here.start_confirmation(&keys)?;
    Ok((options, Confirmation { state, keys }))
}

fn yes(here: &RelyingParty, confirmation: Confirmation, answer: Option<Value>) -> Result<Asserted, Problem> {
    let needed = || Problem::new(403, "key_needed", "A key that you have must say yes first.").at("confirmed");
    let answer = read(answer.ok_or_else(needed)?, "confirmed")?;
    here.finish_confirmation(&confirmation.state, &answer, confirmation.keys)
}

fn is_of(ceremony: &Ceremony, caller: &str) -> bool {
    match ceremony {
        Ceremony::Login(_) => false,
        Ceremony::Enrolment { person, .. } | Ceremony::Confirmation { person, .. } => person == caller,
    }
}

fn over() -> Problem {
    Problem::conflict("ceremony_over", "This question was answered already, is too old, or was never asked.").hint("Start again.")
}

fn code_unknown() -> Problem {
    Problem::new(403, "code_unknown", "This code is not known, was used, or has expired.").at("code").hint("Ask for a new link.")
}

fn read<T: DeserializeOwned>(answer: Value, at: &str) -> Result<T, Problem> {
    serde_json::from_value(answer).map_err(|_| Problem::invalid("passkey_malformed", "The passkey's answer is malformed.").at(at))
}

fn key_name(typed: &str) -> Result<String, Problem> {
    let name = typed.trim();
    if name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(Problem::invalid("name_invalid", "A key's name has at most 60 characters and stands on one line.").at("name"));
    }
    Ok(if name.is_empty() { String::from("Passkey") } else { name.to_owned() })
}

fn passkeys(rows: &[Credential]) -> Result<Vec<webauthn_rs::prelude::Passkey>, Problem> {
    rows.iter().map(|row| Ok(row.passkey()?)).collect()
}

fn shown(row: &Credential) -> Passkey {
    let key = row.ssh_public_key.as_deref().and_then(|line| SigningKey::from_line(line).ok());
    Passkey {
        id: row.id.clone(),
        name: row.name.clone(),
        may_sign: key.is_some(),
        fingerprint: key.map(|key| key.fingerprint()),
        ssh_public_key: row.ssh_public_key.clone(),
        aaguid: row.aaguid.clone(),
        may_be_synced: row.backup_eligible,
        this_computer_only: row.this_computer_only,
        elsewhere: row.elsewhere_at.map(|_| row.rp_id.clone()),
        created_at: row.created_at,
        used_at: row.used_at,
        revoked_at: row.revoked_at,
    }
}

/// What the owner of these keys had better know.
fn advice(active: &[Credential]) -> Vec<String> {
    let mut advice = Vec::new();
    if active.len() == 1 {
        advice.push("Enrol a second key, on another device: whoever loses their only key needs somebody else to let them back in.");
    }
    if !active.is_empty() && active.iter().all(|key| key.ssh_public_key.is_none()) {
        advice.push("Your authenticator has no ES256, so its key can log in but not countersign. Nearly all phones, laptops and security keys have it: enrol one of those to sign.");
    }
    if active.iter().any(|key| key.this_computer_only) {
        advice.push("A key made on localhost works on this computer only. Give the server a name and https before others join.");
    }
    advice.into_iter().map(str::to_owned).collect()
}
