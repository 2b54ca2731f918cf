//! SOPS files as sealed once, so that an unchanged secret never changes in Git.

use std::collections::{BTreeSet, HashMap};

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

/// Path, keyed fingerprint, digest of the recipients.
pub type Key = (String, String, String);

#[derive(sqlx::FromRow)]
struct Row {
    path: String,
    fingerprint: String,
    recipients: String,
    bytes: Vec<u8>,
}

/// What was sealed for these paths of a cluster's repository.
pub async fn of_paths(db: &mut Conn, cluster: &str, paths: &BTreeSet<String>) -> Result<HashMap<Key, Vec<u8>>> {
    let mut found = HashMap::new();
    for path in paths {
        let rows: Vec<Row> =
            sqlx::query_as("select path, fingerprint, recipients, bytes from sealed_file where cluster = $1 and path = $2")
                .bind(cluster)
                .bind(path)
                .fetch_all(&mut *db)
                .await?;
        found.extend(rows.into_iter().map(|row| ((row.path, row.fingerprint, row.recipients), row.bytes)));
    }
    Ok(found)
}

/// Keeps the first: a concurrent plan that sealed the same gets what stands here.
pub async fn put(tx: &mut Tx, cluster: &str, path: &str, fingerprint: &str, recipients: &str, bytes: &[u8], now: Micros) -> Result<()> {
    sqlx::query(
        "insert into sealed_file (cluster, path, fingerprint, recipients, bytes, sealed_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (cluster, path, fingerprint, recipients) do nothing",
    )
    .bind(cluster)
    .bind(path)
    .bind(fingerprint)
    .bind(recipients)
    .bind(bytes)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
