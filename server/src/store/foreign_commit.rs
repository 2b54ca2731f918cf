//! Commits of somebody else's on our branches, and how far each branch was looked through.

use domain::name::Name;

use super::{Conn, Error, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone)]
pub struct ForeignCommit {
    pub cluster: String,
    pub commit_id: String,
    /// What the branch held before it.
    pub parent: Option<String>,
    pub is_merged: bool,
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
    parent: Option<String>,
    is_merged: bool,
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
            parent: row.parent,
            is_merged: row.is_merged,
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

const COLUMNS: &str =
    "select cluster, commit_id, parent, is_merged, after_entry, place, author, subject, authored_at, seen_at, paths, changed, stacks
 from foreign_commit";

/// Seen again it keeps the time at which it was first seen.
pub async fn insert(tx: &mut Tx, commit: &ForeignCommit) -> Result<()> {
    sqlx::query(
        "insert into foreign_commit (cluster, commit_id, parent, is_merged, after_entry, place, author, subject, authored_at, seen_at, paths, changed, stacks)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (cluster, commit_id) do update
         set parent = excluded.parent, is_merged = excluded.is_merged, after_entry = excluded.after_entry, place = excluded.place,
             paths = excluded.paths, changed = excluded.changed, stacks = excluded.stacks",
    )
    .bind(&commit.cluster)
    .bind(&commit.commit_id)
    .bind(&commit.parent)
    .bind(commit.is_merged)
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

/// Newest first, from before a place on; an entry picks those between it and the next.
pub async fn list(db: &mut Conn, cluster: &str, after_entry: Option<i64>, before: i64, limit: i64) -> Result<Vec<ForeignCommit>> {
    let sql = format!("{COLUMNS} where cluster = $1 and ($2 is null or after_entry = $2) and place < $3 order by place desc limit $4");
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(cluster).bind(after_entry).bind(before).bind(limit).fetch_all(db).await?;
    rows.into_iter().map(ForeignCommit::try_from).collect()
}

pub async fn get(db: &mut Conn, cluster: &str, commit: &str) -> Result<Option<ForeignCommit>> {
    let sql = format!("{COLUMNS} where cluster = $1 and commit_id = $2");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(cluster).bind(commit).fetch_optional(db).await?;
    row.map(ForeignCommit::try_from).transpose()
}

/// Where one of them stands among the entries, and which stacks it changes.
#[derive(Debug, Clone)]
pub struct Between {
    pub commit_id: String,
    pub after_entry: i64,
    pub place: i64,
    pub stacks: Vec<Name>,
}

/// All of a branch, oldest first.
pub async fn branch(db: &mut Conn, cluster: &str) -> Result<Vec<Between>> {
    let rows: Vec<(String, i64, i64, String)> =
        sqlx::query_as("select commit_id, after_entry, place, stacks from foreign_commit where cluster = $1 order by place")
            .bind(cluster)
            .fetch_all(db)
            .await?;
    let between = |(commit_id, after_entry, place, stacks): (String, i64, i64, String)| {
        let stacks = serde_json::from_str(&stacks).map_err(|error| Error::inconsistent("foreign_commit", &commit_id, error.to_string()))?;
        Ok(Between { commit_id, after_entry, place, stacks })
    };
    rows.into_iter().map(between).collect()
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
