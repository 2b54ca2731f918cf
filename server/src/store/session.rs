//! Sessions by the hash of their id. They come and go without an act; what opened them was logged.

use super::{Result, Store};
use crate::audit::{Tx, upkeep};
use crate::clock::Micros;

pub struct Row {
    pub id_hash: String,
    pub person: Option<String>,
    pub record: String,
    pub created_at: Micros,
    pub expires_at: Micros,
}

pub async fn create(store: &Store, row: Row) -> Result<()> {
    upkeep(store, async |tx: &mut Tx| {
        sqlx::query("insert into session (id_hash, person, record, created_at, expires_at) values ($1, $2, $3, $4, $5)")
            .bind(&row.id_hash)
            .bind(&row.person)
            .bind(&row.record)
            .bind(row.created_at)
            .bind(row.expires_at)
            .execute(&mut **tx)
            .await?;
        Ok(())
    })
    .await
}

/// Changes a session that is there. One that was closed meanwhile stays closed.
pub async fn save(store: &Store, row: Row) -> Result<()> {
    upkeep(store, async |tx: &mut Tx| {
        sqlx::query("update session set person = $2, record = $3, expires_at = $4 where id_hash = $1")
            .bind(&row.id_hash)
            .bind(&row.person)
            .bind(&row.record)
            .bind(row.expires_at)
            .execute(&mut **tx)
            .await?;
        Ok(())
    })
    .await
}

pub async fn load(store: &Store, id_hash: &str, now: Micros) -> Result<Option<String>> {
    let mut db = store.read().await?;
    Ok(sqlx::query_scalar("select record from session where id_hash = $1 and expires_at > $2")
        .bind(id_hash)
        .bind(now)
        .fetch_optional(&mut *db)
        .await?)
}

pub async fn delete(store: &Store, id_hash: &str) -> Result<()> {
    upkeep(store, async |tx: &mut Tx| {
        sqlx::query("delete from session where id_hash = $1").bind(id_hash).execute(&mut **tx).await?;
        Ok(())
    })
    .await
}

/// Ends every session of a person: after a key was revoked or a password changed.
pub async fn delete_of(tx: &mut Tx, person: &str) -> Result<()> {
    sqlx::query("delete from session where person = $1").bind(person).execute(&mut **tx).await?;
    Ok(())
}

pub async fn delete_all(tx: &mut Tx) -> Result<()> {
    sqlx::query("delete from session").execute(&mut **tx).await?;
    Ok(())
}

pub async fn delete_expired(store: &Store, now: Micros) -> Result<u64> {
    upkeep(store, async |tx: &mut Tx| {
        let done = sqlx::query("delete from session where expires_at <= $1").bind(now).execute(&mut **tx).await?;
        Ok(done.rows_affected())
    })
    .await
}
