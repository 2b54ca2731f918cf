//! People: adding them, changing what they may do, letting them go.

use domain::api::Page;
use domain::api::person::{ChangePerson, EnrolmentLink, NewPerson, Person};
use domain::audit::Act;
use domain::principal::{self, Grant, Target};
use domain::problem::Problem;

use crate::action::enrolment::{self, Purpose};
use crate::api::caller::Caller;
use crate::audit::{Tx, audited};
use crate::server::Server;
use crate::store;

const PAGE_SIZE: i64 = 100;

pub async fn list(server: &Server, caller: &Caller, after: Option<&str>) -> Result<Page<Person>, Problem> {
    caller.may(principal::Act::See, &Target::Organisation)?;
    let mut db = server.store.read().await?;
    let rows = store::person::list(&mut db, after.unwrap_or_default(), PAGE_SIZE).await?;
    let next = (rows.len() as i64 == PAGE_SIZE).then(|| rows.last().map(|row| row.name.clone())).flatten();
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let grants = store::person::grants(&mut db, &row.id).await?;
        people.push(shown(row, grants));
    }
    Ok(Page { items: people, next })
}

pub async fn get(server: &Server, caller: &Caller, id: &str) -> Result<Person, Problem> {
    caller.may(principal::Act::See, &Target::Organisation)?;
    let mut db = server.store.read().await?;
    let Some(row) = store::person::get(&mut db, id).await? else { return Err(Problem::not_found("person")) };
    let grants = store::person::grants(&mut db, id).await?;
    Ok(shown(row, grants))
}

/// Adds a person and hands out the link by which they enrol their first key.
pub async fn add(server: &Server, caller: &Caller, new: NewPerson) -> Result<EnrolmentLink, Problem> {
    let name = login_name(&new.name)?;
    let full_name = full_name(&new.full_name, &name)?;
    let now = server.clock.now();
    let person = store::person::Person { id: server.ids.next(), name, full_name, created_at: now, disabled_at: None };
    audited(server, caller, Act::AddPerson(person.id.clone()), async |tx: &mut Tx| {
        caller.may(principal::Act::Administer, &Target::Organisation)?;
        store::person::insert(tx, &person).await?;
        grant(server, tx, caller, &person.id, &new.grants).await?;
        tx.note("name", &person.name);
        tx.note("full_name", &person.full_name);
        enrolment::open(server, tx, caller, &person, Purpose::Invitation).await
    })
    .await
}

pub async fn change(server: &Server, caller: &Caller, id: &str, change: ChangePerson) -> Result<Person, Problem> {
    audited(server, caller, Act::ChangePerson(id.to_owned()), async |tx: &mut Tx| {
        caller.may(principal::Act::Administer, &Target::Organisation)?;
        let Some(person) = store::person::get(tx, id).await? else { return Err(Problem::not_found("person")) };
        if let Some(wanted) = &change.full_name {
            let wanted = full_name(wanted, &person.name)?;
            store::person::rename(tx, id, &wanted).await?;
            tx.note("full_name", wanted);
        }
        if let Some(grants) = &change.grants {
            grant(server, tx, caller, id, grants).await?;
        }
        match change.is_disabled {
            Some(true) => {
                store::person::disable(tx, id, server.clock.now()).await?;
                store::session::delete_of(tx, id).await?;
                tx.fact("disabled", true);
            }
            Some(false) => {
                store::person::enable(tx, id).await?;
                tx.fact("disabled", false);
            }
            None => {}
        }
        if store::person::administrators(tx).await? == 0 {
            return Err(Problem::conflict("last_administrator", "Somebody must be left who administers everything.")
                .hint("Give another person the role admin first."));
        }
        let Some(person) = store::person::get(tx, id).await? else { return Err(Problem::not_found("person")) };
        let grants = store::person::grants(tx, id).await?;
        Ok(shown(person, grants))
    })
    .await
}

async fn grant(server: &Server, tx: &mut Tx, caller: &Caller, person: &str, grants: &[Grant]) -> Result<(), Problem> {
    let rows: Vec<(String, Grant)> = grants.iter().map(|grant| (server.ids.next(), grant.clone())).collect();
    let by = caller.person().ok().map(|person| person.id.to_owned());
    store::person::set_grants(tx, person, &rows, by.as_deref(), server.clock.now()).await?;
    tx.fact("grants", serde_json::to_string(grants).unwrap_or_default());
    Ok(())
}

fn shown(row: store::person::Person, grants: Vec<Grant>) -> Person {
    Person {
        id: row.id,
        name: row.name,
        full_name: row.full_name,
        grants,
        created_at: row.created_at,
        is_disabled: row.disabled_at.is_some(),
    }
}

/// A login name stands in `allowed_signers` as a principal, so it holds nothing that means something there.
pub fn login_name(typed: &str) -> Result<String, Problem> {
    let name = typed.trim().to_lowercase();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_' | b'@' | b'+'));
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !plain || !starts || name.len() > 64 {
        return Err(Problem::invalid(
            "name_invalid",
            "A login name has 1 to 64 of the characters a-z, 0-9, `.`, `-`, `_`, `@`, `+` and starts with a letter or digit.",
        )
        .at("name"));
    }
    Ok(name)
}

fn full_name(typed: &str, name: &str) -> Result<String, Problem> {
    let typed = typed.trim();
    if typed.chars().count() > 80 || typed.chars().any(char::is_control) {
        return Err(Problem::invalid("name_invalid", "A name has at most 80 characters and stands on one line.").at("full_name"));
    }
    Ok(if typed.is_empty() { name.to_owned() } else { typed.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_means_nothing_special_in_allowed_signers() {
        for bad in ["", "a b", "a,b", "*", "!ilse", "a\nb", "-x", "ilse\"", &"a".repeat(65)] {
            assert!(login_name(bad).is_err(), "{bad:?}");
        }
        assert_eq!(login_name(" Ilse@Example.com ").as_deref(), Ok("ilse@example.com"));
    }
}
