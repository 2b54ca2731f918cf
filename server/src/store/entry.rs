//! The record's entries, as rebuilt from Git: gapless numbers per repository.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Entry {
    pub cluster: String,
    pub number: i64,
    pub commit_id: String,
    pub parent_id: Option<String>,
    pub plan: String,
    pub stack: Option<String>,
    pub subject: String,
    pub recorded_at: Micros,
}

const COLUMNS: &str =
    "select entry.cluster, entry.number, entry.commit_id, entry.parent_id, entry.plan, entry.stack, entry.subject, entry.recorded_at
 from entry";

pub async fn insert(tx: &mut Tx, entry: &Entry) -> Result<()> {
    sqlx::query(
        "insert into entry (cluster, number, commit_id, parent_id, plan, stack, subject, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&entry.cluster)
    .bind(entry.number)
    .bind(&entry.commit_id)
    .bind(&entry.parent_id)
    .bind(&entry.plan)
    .bind(&entry.stack)
    .bind(&entry.subject)
    .bind(entry.recorded_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn last(db: &mut Conn, cluster: &str) -> Result<Option<Entry>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where entry.cluster = $1 order by entry.number desc limit 1")))
        .bind(cluster)
        .fetch_optional(db)
        .await?)
}

pub async fn by_number(db: &mut Conn, cluster: &str, number: i64) -> Result<Option<Entry>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where entry.cluster = $1 and entry.number = $2")))
        .bind(cluster)
        .bind(number)
        .fetch_optional(db)
        .await?)
}

pub async fn last_of_stack(db: &mut Conn, stack: &str) -> Result<Option<Entry>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where entry.stack = $1 order by entry.number desc limit 1")))
        .bind(stack)
        .fetch_optional(db)
        .await?)
}

/// The last one whose plan is of this kind.
pub async fn last_of_kind(db: &mut Conn, cluster: &str, kind: &str) -> Result<Option<Entry>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} join plan on plan.id = entry.plan where entry.cluster = $1 and plan.kind = $2 order by entry.number desc limit 1"
    )))
    .bind(cluster)
    .bind(kind)
    .fetch_optional(db)
    .await?)
}

/// Newest first, from before a moment on; empty texts select everything.
pub async fn list(db: &mut Conn, cluster: &str, stack: &str, before: Micros, limit: i64) -> Result<Vec<Entry>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} where ($1 = '' or entry.cluster = $1) and ($2 = '' or entry.stack = $2) and entry.recorded_at < $3
         order by entry.recorded_at desc, entry.number desc
         limit $4"
    )))
    .bind(cluster)
    .bind(stack)
    .bind(before)
    .bind(limit)
    .fetch_all(db)
    .await?)
}

/// The commits of a repository that are ours.
pub async fn commits(db: &mut Conn, cluster: &str) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar("select commit_id from entry where cluster = $1").bind(cluster).fetch_all(db).await?)
}

/// Entries whose plan is of one of two kinds, newest first.
pub async fn of_kinds(db: &mut Conn, cluster: &str, one: &str, other: &str) -> Result<Vec<Entry>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{COLUMNS} join plan on plan.id = entry.plan where entry.cluster = $1 and plan.kind in ($2, $3) order by entry.number desc"
    )))
    .bind(cluster)
    .bind(one)
    .bind(other)
    .fetch_all(db)
    .await?)
}

/// Where one of them stands on its branch.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Placed {
    pub number: i64,
    pub commit_id: String,
    /// The id of its stack, if it is about one.
    pub stack: Option<String>,
}

/// All of a branch, oldest first.
pub async fn branch(db: &mut Conn, cluster: &str) -> Result<Vec<Placed>> {
    Ok(sqlx::query_as(
        "select entry.number, entry.commit_id, stack.stack_id as stack from entry left join stack on stack.id = entry.stack
         where entry.cluster = $1 order by entry.number",
    )
    .bind(cluster)
    .fetch_all(db)
    .await?)
}
