//! Variables: list, set and remove at a level.

use domain::api::variable::{Scope, SetVariable, Variable};
use domain::audit::Act;
use domain::principal;
use domain::problem::Problem;
use domain::variable::{VariableType, is_name};
use serde_json::Value;

use super::differs::Differing;
use super::place::{self, Scopes};
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store;

/// A value's JSON may have this many bytes.
const MAX_VALUE: usize = 64 * 1024;

pub async fn list(server: &Server, caller: &Caller) -> Result<Vec<Variable>, Problem> {
    let mut db = server.store.read().await?;
    let scopes = Scopes::load(&mut db).await?;
    let people = super::names(&mut db).await?;
    let differing = Differing::load(&mut db, caller).await?;
    let mut seen = Vec::new();
    for row in store::variable::list(&mut db).await? {
        let Some((scope, target)) = scopes.of(&row.scope, &row.scope_id) else { continue };
        if caller.may(principal::Act::See, &target).is_ok() || scope == Scope::Organisation {
            let updated_by = people.of(&row.updated_by);
            let differs = differing.by_variable(&scope, &row.name);
            seen.push(Variable { scope, name: row.name, value: row.value, updated_at: row.updated_at, updated_by, differs });
        }
    }
    Ok(seen)
}

pub async fn set(server: &Server, caller: &Caller, set: SetVariable) -> Result<(), Problem> {
    if !is_name(&set.name) {
        return Err(Problem::invalid(
            "variable_name",
            "A variable's name starts with a letter or _ and goes on with letters, digits and _.",
        )
        .at("name"));
    }
    let kind = kind_of(&set.value)?;
    if set.value.to_string().len() > MAX_VALUE {
        return Err(Problem::invalid("value_too_large", "A variable's value may have 64 KiB at most.").at("value"));
    }
    audited(server, caller, Act::SetVariable(set.name.clone()), async |tx| {
        let place = place::scope(tx, caller, principal::Act::Edit, &set.scope).await?;
        let row = store::variable::Variable {
            id: server.ids.next(),
            scope: place.scope.to_owned(),
            scope_id: place.id,
            name: set.name,
            value: set.value,
            updated_at: server.clock.now(),
            updated_by: caller.author().1,
        };
        store::variable::put(tx, &row, kind).await?;
        Ok(())
    })
    .await
}

pub async fn unset(server: &Server, caller: &Caller, scope: Scope, name: String) -> Result<(), Problem> {
    audited(server, caller, Act::UnsetVariable(name.clone()), async |tx| {
        let place = place::scope(tx, caller, principal::Act::Edit, &scope).await?;
        let was = store::variable::delete(tx, place.scope, &place.id, &name).await?;
        if was { Ok(()) } else { Err(Problem::not_found("variable at this level")) }
    })
    .await
}

fn kind_of(value: &Value) -> Result<VariableType, Problem> {
    let kinds = [VariableType::String, VariableType::Number, VariableType::Bool, VariableType::List, VariableType::Map];
    kinds
        .into_iter()
        .find(|kind| kind.holds(value))
        .ok_or_else(|| Problem::invalid("variable_null", "A variable cannot be null; remove it instead.").at("value"))
}
