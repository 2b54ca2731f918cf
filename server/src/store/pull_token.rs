//! What Flux shows to pull an embedded repository: one token a cluster, of which only the hash is kept.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::{MINUTE, Micros};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PullToken {
    /// The id of the cluster whose repository it opens.
    pub cluster: String,
    pub issued_at: Micros,
    /// To the minute.
    pub used_at: Option<Micros>,
}

/// Takes the place of the one before, which opens nothing from then on.
pub async fn put(tx: &mut Tx, cluster: &str, hash: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "insert into pull_token (cluster, hash, issued_at) values ($1, $2, $3)
         on conflict (cluster) do update set hash = excluded.hash, issued_at = excluded.issued_at, used_at = null",
    )
    .bind(cluster)
    .bind(hash)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn by_hash(db: &mut Conn, hash: &str) -> Result<Option<PullToken>> {
    Ok(sqlx::query_as("select cluster, issued_at, used_at from pull_token where hash = $1").bind(hash).fetch_optional(db).await?)
}

pub async fn of_cluster(db: &mut Conn, cluster: &str) -> Result<Option<PullToken>> {
    Ok(sqlx::query_as("select cluster, issued_at, used_at from pull_token where cluster = $1").bind(cluster).fetch_optional(db).await?)
}

impl PullToken {
    /// Flux asks every minute: not each time is worth a write.
    pub fn is_use_stale(&self, now: Micros) -> bool {
        self.used_at.is_none_or(|used| now - used >= MINUTE)
    }
}

pub async fn set_used(tx: &mut Tx, cluster: &str, now: Micros) -> Result<()> {
    sqlx::query("update pull_token set used_at = $2 where cluster = $1").bind(cluster).bind(now).execute(&mut **tx).await?;
    Ok(())
}
