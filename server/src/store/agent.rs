//! Accounts of AIs, and the tokens of agents and people.

use domain::principal::{Principal, Target};

use super::{Conn, Error, Result, person};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone)]
pub struct Agent {
    pub id: String,
    pub name: String,
    pub owner: String,
    pub scope: Vec<Target>,
    pub created_at: Micros,
    pub revoked_at: Option<Micros>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    owner: String,
    scope: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for Agent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Agent> {
        let scope = serde_json::from_str(&row.scope).map_err(|error| Error::inconsistent("agent", &row.id, error))?;
        Ok(Agent { id: row.id, name: row.name, owner: row.owner, scope, created_at: row.created_at, revoked_at: row.revoked_at })
    }
}

pub async fn insert(tx: &mut Tx, agent: &Agent) -> Result<()> {
    let scope = serde_json::to_string(&agent.scope).map_err(|error| Error::inconsistent("agent", &agent.id, error))?;
    sqlx::query("insert into agent (id, name, owner, scope, created_at) values ($1, $2, $3, $4, $5)")
        .bind(&agent.id)
        .bind(&agent.name)
        .bind(&agent.owner)
        .bind(scope)
        .bind(agent.created_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Agent>> {
    let row: Option<Row> = sqlx::query_as("select id, name, owner, scope, created_at, revoked_at from agent where id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.map(Agent::try_from).transpose()
}

pub async fn list(db: &mut Conn) -> Result<Vec<Agent>> {
    let rows: Vec<Row> =
        sqlx::query_as("select id, name, owner, scope, created_at, revoked_at from agent order by name").fetch_all(db).await?;
    rows.into_iter().map(Agent::try_from).collect()
}

pub async fn revoke(tx: &mut Tx, id: &str, now: Micros) -> Result<bool> {
    sqlx::query("update token set revoked_at = $2 where agent = $1 and revoked_at is null").bind(id).bind(now).execute(&mut **tx).await?;
    let done =
        sqlx::query("update agent set revoked_at = $2 where id = $1 and revoked_at is null").bind(id).bind(now).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}

/// A token of an agent's or of a person's own.
pub struct NewToken<'a> {
    pub id: &'a str,
    pub hash: &'a str,
    pub person: Option<&'a str>,
    pub agent: Option<&'a str>,
    pub name: &'a str,
    pub created_at: Micros,
    pub expires_at: Option<Micros>,
}

pub async fn insert_token(tx: &mut Tx, token: &NewToken<'_>) -> Result<()> {
    sqlx::query(
        "insert into token (id, hash, person, agent, name, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token.id)
    .bind(token.hash)
    .bind(token.person)
    .bind(token.agent)
    .bind(token.name)
    .bind(token.created_at)
    .bind(token.expires_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whom a token stands for. An agent falls silent with its owner, a person's token with the person.
pub async fn principal_of_token(db: &mut Conn, hash: &str, now: Micros) -> Result<Option<Principal>> {
    let row: Option<(String, Option<String>, Option<String>)> = sqlx::query_as(
        "select id, person, agent
         from token
         where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)",
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(&mut *db)
    .await?;
    let Some((id, person, agent)) = row else { return Ok(None) };
    if let Some(agent) = agent {
        let Some(agent) = get(db, &agent).await?.filter(|agent| agent.revoked_at.is_none()) else { return Ok(None) };
        if person::principal(db, &agent.owner).await?.is_none() {
            return Ok(None);
        }
        return Ok(Some(Principal::Agent { id: agent.id, owner: agent.owner, scope: agent.scope }));
    }
    match person::principal(db, person.as_deref().unwrap_or_default()).await? {
        Some(Principal::Person { id: person, grants, .. }) => Ok(Some(Principal::PersonToken { id, person, grants })),
        _ => Ok(None),
    }
}
