//! That a cluster refused a commit for its signature: the last time it said so.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

/// A commit, and when the cluster spoke of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Told {
    pub commit_id: String,
    pub at: Micros,
    /// It is an entry of ours.
    pub is_ours: bool,
}

/// Hearing it again, or late, changes nothing.
pub async fn hear(tx: &mut Tx, cluster: &str, commit: &str, at: Micros) -> Result<()> {
    sqlx::query(
        "insert into signature_refusal (cluster, commit_id, at) values ($1, $2, $3)
         on conflict (cluster) do update set commit_id = excluded.commit_id, at = excluded.at where excluded.at > at",
    )
    .bind(cluster)
    .bind(commit)
    .bind(at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn last(db: &mut Conn, cluster: &str) -> Result<Option<Told>> {
    Ok(sqlx::query_as(
        "select commit_id, at, exists (select 1 from entry where entry.cluster = $1 and entry.commit_id = refused.commit_id) as is_ours
         from signature_refusal as refused where cluster = $1",
    )
    .bind(cluster)
    .fetch_optional(db)
    .await?)
}

/// The last commit of somebody else's that the cluster began to apply. What it applied before it was told to check stays
/// applied, so the first word counts.
pub async fn last_applied_unsigned(db: &mut Conn, cluster: &str) -> Result<Option<Told>> {
    Ok(sqlx::query_as(
        "select said.commit_id as commit_id, min(said.first_at) as at, 0 as is_ours
         from cluster_event as said
         join foreign_commit as theirs on theirs.cluster = said.cluster and theirs.commit_id = said.commit_id
         where said.cluster = $1 and said.said = 'reconciled'
         group by said.commit_id order by at desc limit 1",
    )
    .bind(cluster)
    .fetch_optional(db)
    .await?)
}
