//! The log's rows: appended, read, never changed.

use domain::audit::{Frontier, Leaf, leaf_hash};
use domain::text::hex;

use super::{Conn, Error, Result};
use crate::audit::{Note, Tx};

/// How many leaves there are, which is the number of the next.
pub async fn size(db: &mut Conn) -> Result<u64> {
    let n: i64 = sqlx::query_scalar("select coalesce(max(n) + 1, 0) from audit").fetch_one(db).await?;
    u64::try_from(n).map_err(|error| Error::inconsistent("audit", &n.to_string(), error))
}

pub(crate) async fn append(tx: &mut Tx, leaf: &Leaf, notes: &[Note]) -> Result<()> {
    let bytes = leaf.canonical();
    let n = i64::try_from(leaf.n).map_err(|error| Error::inconsistent("audit", &leaf.n.to_string(), error))?;
    sqlx::query(
        "insert into audit (n, leaf, hash, at, actor, action, object)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(n)
    .bind(&bytes)
    .bind(leaf_hash(&bytes).as_slice())
    .bind(leaf.at)
    .bind(&leaf.actor.id)
    .bind(&leaf.action)
    .bind(&leaf.object.id)
    .execute(&mut **tx)
    .await?;
    for note in notes {
        sqlx::query("insert into audit_text (n, field, salt, text) values ($1, $2, $3, $4)")
            .bind(n)
            .bind(note.field)
            .bind(note.salt.as_slice())
            .bind(&note.text)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// The head over all leaves that are there: its size and its root. `known` is an earlier head of the same log.
pub async fn head(db: &mut Conn, known: Frontier) -> Result<Frontier> {
    let mut frontier = known;
    for hash in hashes(db, frontier.size()).await? {
        frontier.push(hash);
    }
    Ok(frontier)
}

/// The hashes of all leaves from number `from` on.
pub async fn hashes(db: &mut Conn, from: u64) -> Result<Vec<[u8; 32]>> {
    let from = i64::try_from(from).map_err(|error| Error::inconsistent("audit", "head", error))?;
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar("select hash from audit where n >= $1 order by n").bind(from).fetch_all(db).await?;
    let whole =
        |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).map_err(|bytes| Error::inconsistent("audit", &hex(&bytes), "a hash has 32 bytes"));
    hashes.into_iter().map(whole).collect()
}

/// Leaves before `before` (or from the newest on), newest first.
pub async fn page(db: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<Leaf>> {
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as("select n, leaf from audit where n < $1 order by n desc limit $2")
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(db)
        .await?;
    rows.into_iter()
        .map(|(n, leaf)| serde_json::from_slice(&leaf).map_err(|error| Error::inconsistent("audit", &n.to_string(), error)))
        .collect()
}

/// The text that a leaf commits to, where it has not been erased.
pub async fn texts(db: &mut Conn, n: u64) -> Result<Vec<(String, String)>> {
    let n = i64::try_from(n).map_err(|error| Error::inconsistent("audit", &n.to_string(), error))?;
    Ok(sqlx::query_as("select field, text from audit_text where n = $1 order by field").bind(n).fetch_all(db).await?)
}
