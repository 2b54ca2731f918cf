//! Frozen plans and the files that they name by digest.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Plan {
    pub id: String,
    pub kind: String,
    /// Row ids.
    pub cluster: String,
    pub stack: Option<String>,
    pub draft: Option<String>,
    pub draft_revision: Option<i64>,
    /// `plan.json`
    pub bytes: Vec<u8>,
    /// Hex.
    pub sha256: String,
    pub frozen_by: String,
    pub frozen_at: Micros,
    pub not_after: Micros,
    pub state: String,
    /// Why it went stale.
    pub reason: Option<String>,
    /// Where the branch stood when it was made; absent: nothing stood there.
    pub base_commit: Option<String>,
    /// JSON: keyed fingerprint by secret name, to tell same from changed.
    pub secrets: String,
}

const COLUMNS: &str = "select id, kind, cluster, stack, draft, draft_revision, bytes, sha256, frozen_by, frozen_at, not_after, state, reason, base_commit, secrets from plan";

pub async fn insert(tx: &mut Tx, plan: &Plan) -> Result<()> {
    sqlx::query(
        "insert into plan (id, kind, cluster, stack, draft, draft_revision, bytes, sha256, frozen_by, frozen_at, not_after, state,
                           base_commit, secrets)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(&plan.id)
    .bind(&plan.kind)
    .bind(&plan.cluster)
    .bind(&plan.stack)
    .bind(&plan.draft)
    .bind(plan.draft_revision)
    .bind(&plan.bytes)
    .bind(&plan.sha256)
    .bind(&plan.frozen_by)
    .bind(plan.frozen_at)
    .bind(plan.not_after)
    .bind(&plan.state)
    .bind(&plan.base_commit)
    .bind(&plan.secrets)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps a file's bytes under their digest; the same bytes twice are one row.
pub async fn put_file(tx: &mut Tx, sha256: &str, bytes: &[u8]) -> Result<()> {
    sqlx::query("insert into plan_file (sha256, bytes) values ($1, $2) on conflict (sha256) do nothing")
        .bind(sha256)
        .bind(bytes)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn file(db: &mut Conn, sha256: &str) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar("select bytes from plan_file where sha256 = $1").bind(sha256).fetch_optional(db).await?)
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Plan>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where id = $1"))).bind(id).fetch_optional(db).await?)
}

/// By the SHA-256 of its bytes, in hex.
pub async fn by_digest(db: &mut Conn, sha256: &str) -> Result<Option<Plan>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where sha256 = $1"))).bind(sha256).fetch_optional(db).await?)
}

/// The newest one of a draft that still stands.
pub async fn of_draft(db: &mut Conn, draft: &str) -> Result<Option<Plan>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where draft = $1 and state = 'frozen' order by frozen_at desc limit 1")))
        .bind(draft)
        .fetch_optional(db)
        .await?)
}

/// Plans that wait for a signature, oldest first.
pub async fn frozen(db: &mut Conn) -> Result<Vec<Plan>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where state = 'frozen' order by frozen_at"))).fetch_all(db).await?)
}

pub async fn set_state(tx: &mut Tx, id: &str, state: &str, reason: Option<&str>) -> Result<()> {
    sqlx::query("update plan set state = $2, reason = $3 where id = $1").bind(id).bind(state).bind(reason).execute(&mut **tx).await?;
    Ok(())
}

/// Plans of a stack that was recorded otherwise meanwhile: nobody is asked to sign what cannot be deployed.
pub async fn outdate_of_stack(tx: &mut Tx, stack: &str, reason: &str) -> Result<()> {
    sqlx::query("update plan set state = 'stale', reason = $2 where stack = $1 and state = 'frozen'")
        .bind(stack)
        .bind(reason)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Earlier plans of the same subject make room for a new one.
pub async fn withdraw_of_draft(tx: &mut Tx, draft: &str) -> Result<()> {
    sqlx::query("update plan set state = 'withdrawn' where draft = $1 and state = 'frozen'").bind(draft).execute(&mut **tx).await?;
    Ok(())
}

/// Of a stack that is to be removed: its drafts keep their own plans.
pub async fn withdraw_removal(tx: &mut Tx, stack: &str) -> Result<()> {
    sqlx::query("update plan set state = 'withdrawn' where stack = $1 and kind = 'stack_removal' and state = 'frozen'")
        .bind(stack)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn withdraw_of_kind(tx: &mut Tx, cluster: &str, kind: &str) -> Result<()> {
    sqlx::query("update plan set state = 'withdrawn' where cluster = $1 and kind = $2 and draft is null and state = 'frozen'")
        .bind(cluster)
        .bind(kind)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Plans that remember secrets: id and the JSON of their fingerprints.
pub async fn with_secrets(db: &mut Conn) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as("select id, secrets from plan where secrets <> '{}' order by id").fetch_all(db).await?)
}

pub async fn set_secrets(tx: &mut Tx, id: &str, secrets: &str) -> Result<()> {
    sqlx::query("update plan set secrets = $2 where id = $1").bind(id).bind(secrets).execute(&mut **tx).await?;
    Ok(())
}
