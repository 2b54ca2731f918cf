//! Variables by scope. The scope's id is the row's: an environment's, a cluster's, a stack's; empty for the organisation.

use domain::variable::VariableType;
use serde_json::Value;

use super::{Conn, Error, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone)]
pub struct Variable {
    pub id: String,
    pub scope: String,
    pub scope_id: String,
    pub name: String,
    pub value: Value,
    pub updated_at: Micros,
    pub updated_by: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    scope: String,
    scope_id: String,
    name: String,
    value: String,
    updated_at: Micros,
    updated_by: String,
}

impl TryFrom<Row> for Variable {
    type Error = Error;

    fn try_from(row: Row) -> Result<Variable> {
        let value = serde_json::from_str(&row.value).map_err(|error| Error::inconsistent("variable", &row.id, error))?;
        Ok(Variable {
            id: row.id,
            scope: row.scope,
            scope_id: row.scope_id,
            name: row.name,
            value,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        })
    }
}

/// Sets or replaces.
pub async fn put(tx: &mut Tx, variable: &Variable, kind: VariableType) -> Result<()> {
    sqlx::query(
        "insert into variable (id, scope, scope_id, name, type, value, updated_at, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (scope, scope_id, name) do update
         set type = excluded.type, value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    )
    .bind(&variable.id)
    .bind(&variable.scope)
    .bind(&variable.scope_id)
    .bind(&variable.name)
    .bind(kind.as_str())
    .bind(variable.value.to_string())
    .bind(variable.updated_at)
    .bind(&variable.updated_by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// False if there was none.
pub async fn delete(tx: &mut Tx, scope: &str, scope_id: &str, name: &str) -> Result<bool> {
    let done = sqlx::query("delete from variable where scope = $1 and scope_id = $2 and name = $3")
        .bind(scope)
        .bind(scope_id)
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn list(db: &mut Conn) -> Result<Vec<Variable>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, scope, scope_id, name, value, updated_at, updated_by
         from variable
         order by name, scope, scope_id",
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Variable::try_from).collect()
}

/// All that count for a stack on a cluster.
pub async fn for_target(db: &mut Conn, environment: &str, cluster: &str, stack: &str) -> Result<Vec<Variable>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, scope, scope_id, name, value, updated_at, updated_by
         from variable
         where scope = 'organisation'
            or (scope = 'environment' and scope_id = $1)
            or (scope = 'cluster' and scope_id = $2)
            or (scope = 'stack' and scope_id = $3)",
    )
    .bind(environment)
    .bind(cluster)
    .bind(stack)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Variable::try_from).collect()
}
