//! Revisions of drafts that somebody gave a name.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Checkpoint {
    pub id: String,
    pub draft: String,
    pub revision: i64,
    pub name: String,
    pub made_by: String,
    pub made_at: Micros,
}

pub async fn insert(tx: &mut Tx, new: &Checkpoint) -> Result<()> {
    sqlx::query("insert into draft_checkpoint (id, draft, revision, name, made_by, made_at) values ($1, $2, $3, $4, $5, $6)")
        .bind(&new.id)
        .bind(&new.draft)
        .bind(new.revision)
        .bind(&new.name)
        .bind(&new.made_by)
        .bind(new.made_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The newest revision first.
pub async fn of_draft(db: &mut Conn, draft: &str) -> Result<Vec<Checkpoint>> {
    let text = "select id, draft, revision, name, made_by, made_at from draft_checkpoint
 where draft = $1 order by revision desc, made_at desc";
    Ok(sqlx::query_as(text).bind(draft).fetch_all(db).await?)
}

/// Whether it was there.
pub async fn delete(tx: &mut Tx, draft: &str, id: &str) -> Result<bool> {
    let done = sqlx::query("delete from draft_checkpoint where draft = $1 and id = $2").bind(draft).bind(id).execute(&mut **tx).await?;
    Ok(done.rows_affected() > 0)
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Checkpoint>> {
    let text = "select id, draft, revision, name, made_by, made_at from draft_checkpoint where id = $1";
    Ok(sqlx::query_as(text).bind(id).fetch_optional(db).await?)
}
