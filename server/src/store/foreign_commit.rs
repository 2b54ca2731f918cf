//! Commits of somebody else's on our branches, and how far each branch was looked through.

use domain::name::Name;

use super::{Conn, Error, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone)]
pub struct ForeignCommit {
    pub cluster: String,
    pub commit_id: String,
    pub after_entry: i64,
    /// Counts along the branch.
    pub place: i64,
    pub author: String,
    pub subject: String,
    pub authored_at: Micros,
    pub seen_at: Micros,
    pub paths: Vec<String>,
    pub changed: i64,
    pub stacks: Vec<Name>,
}

#[derive(sqlx::FromRow)]
struct Row {
    cluster: String,
    commit_id: String,
    after_entry: i64,
    place: i64,
    author: String,
    subject: String,
    authored_at: Micros,
    seen_at: Micros,
    paths: String,
    changed: i64,
    stacks: String,
}

impl TryFrom<Row> for ForeignCommit {
    type Error = Error;

    fn try_from(row: Row) -> Result<ForeignCommit> {
        let wrong = |error: serde_json::Error| Error::inconsistent("foreign_commit", &row.commit_id, error.to_string());
        Ok(ForeignCommit {
            paths: serde_json::from_str(&row.paths).map_err(wrong)?,
            stacks: serde_json::from_str(&row.stacks).map_err(wrong)?,
            cluster: row.cluster,
            commit_id: row.commit_id,
            after_entry: row.after_entry,
            place: row.place,
            author: row.author,
            subject: row.subject,
            authored_at: row.authored_at,
            seen_at: row.seen_at,
            changed: row.changed,
        })
    }
}

const COLUMNS: &str = "select cluster, commit_id, after_entry, place, author, subject, authored_at, seen_at, paths, changed, stacks
 from foreign_commit";

/// Seen again it keeps the time at which it was first seen.
pub async fn insert(tx: &mut Tx, commit: &ForeignCommit) -> Result<()> {
    sqlx::query(
        "insert into foreign_commit (cluster, commit_id, after_entry, place, author, subject, authored_at, seen_at, paths, changed, stacks)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (cluster, commit_id) do update set after_entry = excluded.after_entry, place = excluded.place",
    )
    .bind(&commit.cluster)
    .bind(&commit.commit_id)
    .bind(commit.after_entry)
    .bind(commit.place)
    .bind(&commit.author)
    .bind(&commit.subject)
    .bind(commit.authored_at)
    .bind(commit.seen_at)
    .bind(json(&commit.paths))
    .bind(commit.changed)
    .bind(json(&commit.stacks))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Newest first.
pub async fn list(db: &mut Conn, cluster: &str) -> Result<Vec<ForeignCommit>> {
    let sql = format!("{COLUMNS} where cluster = $1 order by place desc");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(cluster).fetch_all(db).await?;
    rows.into_iter().map(ForeignCommit::try_from).collect()
}

/// Commits that a rewritten branch no longer holds.
pub async fn forget(tx: &mut Tx, cluster: &str, commit: &str) -> Result<()> {
    sqlx::query("delete from foreign_commit where cluster = $1 and commit_id = $2").bind(cluster).bind(commit).execute(&mut **tx).await?;
    Ok(())
}

/// Where the branch stood when it was last looked through.
pub async fn seen(db: &mut Conn, cluster: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select commit_id from branch where cluster = $1").bind(cluster).fetch_optional(db).await?)
}

pub async fn set_seen(tx: &mut Tx, cluster: &str, commit: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "insert into branch (cluster, commit_id, seen_at) values ($1, $2, $3)
         on conflict (cluster) do update set commit_id = excluded.commit_id, seen_at = excluded.seen_at",
    )
    .bind(cluster)
    .bind(commit)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("lists of texts always serialise")
}
