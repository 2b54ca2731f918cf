//! Environments: list, add, change their order and policy.

use domain::api::environment::{Environment, EnvironmentEdit, NewEnvironment, Policy};
use domain::audit::Act;
use domain::name::Name;
use domain::principal::{self, Target};
use domain::problem::Problem;

use super::place;
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store;

/// How many people an environment may ask for.
const APPROVALS: std::ops::RangeInclusive<u32> = 1..=9;

pub async fn list(server: &Server, caller: &Caller) -> Result<Vec<Environment>, Problem> {
    let rows = store::environment::list(&mut *server.store.read().await?).await?;
    let seen =
        rows.into_iter().filter(|row| caller.may(principal::Act::See, &Target::Environment { environment: row.name.clone() }).is_ok());
    seen.map(shown).collect()
}

pub async fn add(server: &Server, caller: &Caller, new: NewEnvironment) -> Result<Environment, Problem> {
    let row = store::environment::Environment {
        id: server.ids.next(),
        name: new.name.to_string(),
        position: 0,
        four_eyes: new.four_eyes,
        approvals: 1,
        password_approval: false,
    };
    audited(server, caller, Act::AddEnvironment(row.name.clone()), async |tx| {
        caller.may(principal::Act::Administer, &Target::Organisation)?;
        let last = store::environment::list(tx).await?.last().map_or(-1, |last| last.position);
        let row = store::environment::Environment { position: last + 1, ..row };
        store::environment::insert(tx, &row, server.clock.now()).await?;
        shown(row)
    })
    .await
}

pub async fn edit(server: &Server, caller: &Caller, name: &str, edit: EnvironmentEdit) -> Result<Environment, Problem> {
    if edit.approvals.is_some_and(|approvals| !APPROVALS.contains(&approvals)) {
        return Err(Problem::invalid("approvals_out_of_range", "Between 1 and 9 people can be asked for.").at("approvals"));
    }
    audited(server, caller, Act::ChangeEnvironment(name.to_owned()), async |tx| {
        let mut row = place::environment(tx, caller, principal::Act::Administer, name).await?;
        row.position = edit.position.map_or(row.position, i64::from);
        row.four_eyes = edit.four_eyes.unwrap_or(row.four_eyes);
        row.approvals = edit.approvals.map_or(row.approvals, i64::from);
        row.password_approval = edit.password_approval.unwrap_or(row.password_approval);
        store::environment::update(tx, &row).await?;
        shown(row)
    })
    .await
}

pub fn shown(row: store::environment::Environment) -> Result<Environment, Problem> {
    let name = Name::new(&row.name).map_err(|error| Problem::internal(format!("environment {}: {error}", row.id)))?;
    Ok(Environment {
        name,
        position: u32::try_from(row.position).unwrap_or_default(),
        policy: Policy {
            four_eyes: row.four_eyes,
            approvals: u32::try_from(row.approvals).unwrap_or(1),
            password_approval: row.password_approval,
        },
    })
}
