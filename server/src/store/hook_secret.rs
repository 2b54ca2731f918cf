//! What Flux signs its events with: one secret a cluster, sealed to the vault.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HookSecret {
    /// The id of the cluster whose events it signs.
    pub cluster: String,
    pub sealed: Vec<u8>,
    pub issued_at: Micros,
}

/// Takes the place of the one before, whose signatures count for nothing from then on.
pub async fn put(tx: &mut Tx, cluster: &str, sealed: &[u8], now: Micros) -> Result<()> {
    sqlx::query(
        "insert into hook_secret (cluster, sealed, issued_at) values ($1, $2, $3)
         on conflict (cluster) do update set sealed = excluded.sealed, issued_at = excluded.issued_at",
    )
    .bind(cluster)
    .bind(sealed)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn of_cluster(db: &mut Conn, cluster: &str) -> Result<Option<HookSecret>> {
    Ok(sqlx::query_as("select cluster, sealed, issued_at from hook_secret where cluster = $1").bind(cluster).fetch_optional(db).await?)
}

pub async fn list(db: &mut Conn) -> Result<Vec<HookSecret>> {
    Ok(sqlx::query_as("select cluster, sealed, issued_at from hook_secret order by cluster").fetch_all(db).await?)
}

/// The same secret under the vault's next key.
pub async fn seal_anew(tx: &mut Tx, cluster: &str, sealed: &[u8]) -> Result<()> {
    sqlx::query("update hook_secret set sealed = $2 where cluster = $1").bind(cluster).bind(sealed).execute(&mut **tx).await?;
    Ok(())
}
