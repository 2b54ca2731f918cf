//! Deployments: a plan once signed, its commit, and how far the push has come.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Deployment {
    pub id: String,
    pub plan: String,
    pub cluster: String,
    pub entry_number: Option<i64>,
    /// `intended`, `pushed` (sent, and no clear answer yet), `recorded`, `stale` or `failed`
    pub state: String,
    /// The complete commit object, signature included: pushing it again is harmless.
    pub commit_bytes: Option<Vec<u8>>,
    pub commit_id: Option<String>,
    /// What the commit holds of the audit log, and the log's head as a later proof starts from it.
    pub checkpoint: Option<String>,
    pub consistency: Option<String>,
    pub audit_head: Option<Vec<u8>>,
    pub parent_id: Option<String>,
    /// The code of the problem that `reason` tells; empty where all is well.
    pub code: String,
    pub reason: String,
    pub attempts: i64,
    pub intended_at: Micros,
    pub recorded_at: Option<Micros>,
}

const COLUMNS: &str = "select id, plan, cluster, entry_number, state, commit_bytes, commit_id, checkpoint, consistency, audit_head,
        parent_id, code, reason, attempts, intended_at, recorded_at
 from deployment";

pub async fn insert(tx: &mut Tx, deployment: &Deployment) -> Result<()> {
    sqlx::query(
        "insert into deployment (id, plan, cluster, entry_number, state, commit_bytes, commit_id, parent_id, reason, attempts, intended_at,
                                 checkpoint, consistency, audit_head)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(&deployment.id)
    .bind(&deployment.plan)
    .bind(&deployment.cluster)
    .bind(deployment.entry_number)
    .bind(&deployment.state)
    .bind(&deployment.commit_bytes)
    .bind(&deployment.commit_id)
    .bind(&deployment.parent_id)
    .bind(&deployment.reason)
    .bind(deployment.attempts)
    .bind(deployment.intended_at)
    .bind(&deployment.checkpoint)
    .bind(&deployment.consistency)
    .bind(&deployment.audit_head)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes state, commit and reason.
pub async fn update(tx: &mut Tx, deployment: &Deployment) -> Result<()> {
    sqlx::query(
        "update deployment
         set entry_number = $2, state = $3, commit_bytes = $4, commit_id = $5, parent_id = $6, code = $7, reason = $8, attempts = $9,
             recorded_at = $10, checkpoint = $11, consistency = $12, audit_head = $13
         where id = $1",
    )
    .bind(&deployment.id)
    .bind(deployment.entry_number)
    .bind(&deployment.state)
    .bind(&deployment.commit_bytes)
    .bind(&deployment.commit_id)
    .bind(&deployment.parent_id)
    .bind(&deployment.code)
    .bind(&deployment.reason)
    .bind(deployment.attempts)
    .bind(deployment.recorded_at)
    .bind(&deployment.checkpoint)
    .bind(&deployment.consistency)
    .bind(&deployment.audit_head)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One more attempt without news.
pub async fn count_attempt(tx: &mut Tx, id: &str) -> Result<()> {
    sqlx::query("update deployment set attempts = attempts + 1 where id = $1").bind(id).execute(&mut **tx).await?;
    Ok(())
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Deployment>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where id = $1"))).bind(id).fetch_optional(db).await?)
}

pub async fn of_plan(db: &mut Conn, plan: &str) -> Result<Option<Deployment>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where plan = $1"))).bind(plan).fetch_optional(db).await?)
}

/// The first head of the audit log that was signed into a commit.
pub async fn first_checkpoint(db: &mut Conn) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select checkpoint from deployment where checkpoint is not null order by intended_at, id limit 1")
        .fetch_optional(db)
        .await?)
}

/// The audit log's head that the last entry of a cluster's record holds; of the last one whose lines of the log are here.
pub async fn last_audit_head(db: &mut Conn, cluster: &str) -> Result<Option<Vec<u8>>> {
    let head: Option<Option<Vec<u8>>> = sqlx::query_scalar(
        "select deployment.audit_head
         from entry join deployment on deployment.plan = entry.plan
         where entry.cluster = $1 and deployment.audit_head is not null
         order by entry.number desc limit 1",
    )
    .bind(cluster)
    .fetch_optional(db)
    .await?;
    Ok(head.flatten())
}

/// Those whose outcome is not known yet, oldest first: a restart takes them up again.
pub async fn unfinished(db: &mut Conn) -> Result<Vec<Deployment>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where state in ('intended', 'pushed') order by intended_at")))
        .fetch_all(db)
        .await?)
}

/// The one that this repository waits for, if there is one: nothing else may be pushed before it.
pub async fn unfinished_of(db: &mut Conn, cluster: &str) -> Result<Option<Deployment>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} where cluster = $1 and state in ('intended', 'pushed') order by intended_at limit 1"
    )))
    .bind(cluster)
    .fetch_optional(db)
    .await?)
}

/// Every commit that was made for this repository, with the number it has or would have: known before it is pushed.
pub async fn commits(db: &mut Conn, cluster: &str) -> Result<Vec<(String, i64)>> {
    Ok(sqlx::query_as(
        "select commit_id, coalesce(entry_number, 0) from deployment where cluster = $1 and commit_id is not null
         union select commit_id, number from entry where cluster = $1",
    )
    .bind(cluster)
    .fetch_all(db)
    .await?)
}
