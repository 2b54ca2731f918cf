//! Environments and their policy.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Environment {
    pub id: String,
    pub name: String,
    pub position: i64,
    pub four_eyes: bool,
    pub approvals: i64,
    pub password_approval: bool,
}

pub async fn insert(tx: &mut Tx, environment: &Environment, now: Micros) -> Result<()> {
    sqlx::query(
        "insert into environment (id, name, position, four_eyes, approvals, password_approval, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&environment.id)
    .bind(&environment.name)
    .bind(environment.position)
    .bind(environment.four_eyes)
    .bind(environment.approvals)
    .bind(environment.password_approval)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn update(tx: &mut Tx, environment: &Environment) -> Result<()> {
    sqlx::query(
        "update environment
         set position = $2, four_eyes = $3, approvals = $4, password_approval = $5
         where id = $1",
    )
    .bind(&environment.id)
    .bind(environment.position)
    .bind(environment.four_eyes)
    .bind(environment.approvals)
    .bind(environment.password_approval)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Dev first, production last.
pub async fn list(db: &mut Conn) -> Result<Vec<Environment>> {
    Ok(sqlx::query_as(
        "select id, name, position, four_eyes, approvals, password_approval
         from environment
         order by position, name",
    )
    .fetch_all(db)
    .await?)
}

pub async fn by_name(db: &mut Conn, name: &str) -> Result<Option<Environment>> {
    Ok(sqlx::query_as(
        "select id, name, position, four_eyes, approvals, password_approval
         from environment
         where name = $1",
    )
    .bind(name)
    .fetch_optional(db)
    .await?)
}
