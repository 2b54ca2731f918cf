//! Stacks on clusters, as far as the database knows them; their content is in drafts and in the record.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Stack {
    pub id: String,
    pub cluster: String,
    /// Immutable; every path and object name comes from it.
    pub stack_id: String,
    pub name: String,
}

pub async fn insert(tx: &mut Tx, stack: &Stack, now: Micros) -> Result<()> {
    sqlx::query("insert into stack (id, cluster, stack_id, name, created_at) values ($1, $2, $3, $4, $5)")
        .bind(&stack.id)
        .bind(&stack.cluster)
        .bind(&stack.stack_id)
        .bind(&stack.name)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn set_name(tx: &mut Tx, id: &str, name: &str) -> Result<()> {
    sqlx::query("update stack set name = $2 where id = $1").bind(id).bind(name).execute(&mut **tx).await?;
    Ok(())
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Stack>> {
    Ok(sqlx::query_as("select id, cluster, stack_id, name from stack where id = $1").bind(id).fetch_optional(db).await?)
}

pub async fn by_stack_id(db: &mut Conn, cluster: &str, stack_id: &str) -> Result<Option<Stack>> {
    Ok(sqlx::query_as("select id, cluster, stack_id, name from stack where cluster = $1 and stack_id = $2")
        .bind(cluster)
        .bind(stack_id)
        .fetch_optional(db)
        .await?)
}

pub async fn list(db: &mut Conn) -> Result<Vec<Stack>> {
    Ok(sqlx::query_as("select id, cluster, stack_id, name from stack where removed_at is null order by stack_id, cluster")
        .fetch_all(db)
        .await?)
}
