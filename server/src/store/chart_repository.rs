//! Helm repositories and OCI registries of people's own.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Clone, sqlx::FromRow)]
pub struct ChartRepository {
    pub id: String,
    pub name: String,
    /// Without a slash at the end.
    pub url: String,
    pub plain_http: bool,
    pub username: Option<String>,
    pub sealed: Option<Vec<u8>>,
    pub added_at: Micros,
    pub added_by: String,
}

pub async fn insert(tx: &mut Tx, repository: &ChartRepository) -> Result<()> {
    sqlx::query(
        "insert into chart_repository (id, name, url, plain_http, username, sealed, added_at, added_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&repository.id)
    .bind(&repository.name)
    .bind(&repository.url)
    .bind(repository.plain_http)
    .bind(&repository.username)
    .bind(&repository.sealed)
    .bind(repository.added_at)
    .bind(&repository.added_by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// False if there was none.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool> {
    let done = sqlx::query("delete from chart_repository where id = $1").bind(id).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}

pub async fn list(db: &mut Conn) -> Result<Vec<ChartRepository>> {
    Ok(sqlx::query_as(
        "select id, name, url, plain_http, username, sealed, added_at, added_by
         from chart_repository
         order by name",
    )
    .fetch_all(db)
    .await?)
}

pub async fn by_name(db: &mut Conn, name: &str) -> Result<Option<ChartRepository>> {
    Ok(sqlx::query_as(
        "select id, name, url, plain_http, username, sealed, added_at, added_by
         from chart_repository
         where name = $1",
    )
    .bind(name)
    .fetch_optional(db)
    .await?)
}

pub async fn by_url(db: &mut Conn, url: &str) -> Result<Option<ChartRepository>> {
    Ok(sqlx::query_as(
        "select id, name, url, plain_http, username, sealed, added_at, added_by
         from chart_repository
         where url = $1",
    )
    .bind(url)
    .fetch_optional(db)
    .await?)
}

/// The same password under the vault's next key.
pub async fn seal_anew(tx: &mut Tx, id: &str, sealed: &[u8]) -> Result<()> {
    sqlx::query("update chart_repository set sealed = $2 where id = $1").bind(id).bind(sealed).execute(&mut **tx).await?;
    Ok(())
}
