//! Whole copies of the database: for a backup while others work on it, and before a migration changes it.

use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::Conn;
use crate::clock::Clock;
use crate::data_lock::make_private;

/// Where copies stand that were made before a migration, beside the database.
pub const FOLDER: &str = "backups";
/// As many of them are kept.
const KEPT: usize = 3;
const BEFORE: &str = "-before-migration-";

/// What a copy says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The newest migration in it.
    pub migration: i64,
    pub organisation: String,
    pub public_url: Option<String>,
    pub vault_recipient: Option<String>,
    pub platform_key: Option<String>,
    /// Every cluster with the number and the commit of its last entry.
    pub clusters: Vec<(String, Option<(i64, String)>)>,
}

/// Copies what is committed at one moment into the new file `to`; whoever writes goes on meanwhile. Logins stay behind:
/// nobody is let in by an old cookie or an unused code.
pub async fn take(from: &Path, to: &Path) -> anyhow::Result<Facts> {
    let options = SqliteConnectOptions::new().create_if_missing(false).busy_timeout(Duration::from_secs(30)).disable_statement_logging();
    let mut db = options.clone().filename(from).connect().await.with_context(|| format!("opening the database {}", from.display()))?;
    into(&mut db, to).await?;
    db.close().await?;
    let mut copy = options.filename(to).connect().await?;
    for sql in ["pragma secure_delete = on", "delete from session", "delete from enrolment where used_at is null"] {
        sqlx::query(sql).execute(&mut copy).await?;
    }
    let facts = facts(&mut copy).await?;
    copy.close().await?;
    File::open(to)?.sync_all()?;
    Ok(facts)
}

/// SQLite's own copy: one moment of the database, without what was deleted.
async fn into(db: &mut Conn, to: &Path) -> anyhow::Result<()> {
    ensure!(!to.exists(), "{} is there already", to.display());
    let name = to.to_str().with_context(|| format!("{} is no text", to.display()))?;
    sqlx::query("vacuum into $1").bind(name).execute(&mut *db).await.with_context(|| format!("copying the database to {name}"))?;
    std::fs::set_permissions(to, Permissions::from_mode(0o600))?;
    File::open(to)?.sync_all()?;
    Ok(())
}

async fn facts(db: &mut Conn) -> anyhow::Result<Facts> {
    type Row = (String, Option<String>, Option<String>, Option<String>);
    let row: Option<Row> =
        sqlx::query_as("select name, public_url, vault_recipient, platform_key from organisation").fetch_optional(&mut *db).await?;
    let (organisation, public_url, vault_recipient, platform_key) = row.unwrap_or_default();
    let clusters: Vec<(String, Option<i64>, Option<String>)> = sqlx::query_as(
        "select cluster.name, entry.number, entry.commit_id
         from cluster left join entry on entry.cluster = cluster.id
              and entry.number = (select max(number) from entry where entry.cluster = cluster.id)
         order by cluster.name",
    )
    .fetch_all(&mut *db)
    .await?;
    let migration: i64 = sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations").fetch_one(&mut *db).await?;
    let clusters = clusters.into_iter().map(|(name, number, commit)| (name, number.zip(commit))).collect();
    Ok(Facts { migration, organisation, public_url, vault_recipient, platform_key, clusters })
}

/// Keeps a copy of a database that a migration is about to change; a new one needs none.
pub(super) async fn before_migration(db: &mut Conn, file: &Path, migrations: &Migrator) -> anyhow::Result<()> {
    let known: Option<String> = sqlx::query_scalar("select name from sqlite_master where type = 'table' and name = '_sqlx_migrations'")
        .fetch_optional(&mut *db)
        .await?;
    if known.is_none() {
        return Ok(());
    }
    let applied: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations").fetch_all(&mut *db).await?;
    let applied: BTreeSet<i64> = applied.into_iter().collect();
    let pending = migrations.iter().map(|migration| migration.version).find(|version| !applied.contains(version));
    let (Some(pending), false) = (pending, applied.is_empty()) else { return Ok(()) };
    let folder = file.parent().unwrap_or(Path::new(".")).join(FOLDER);
    make_private(&folder)?;
    // In the order in which they are made, by name.
    let now = jiff::Timestamp::from_microsecond(Clock::default().now())?.strftime("%Y%m%dT%H%M%S.%6fZ");
    let (made, making) = (folder.join(format!("{now}{BEFORE}{pending:04}.db")), folder.join(format!(".making-{now}.db")));
    into(db, &making).await?;
    std::fs::rename(&making, &made)?;
    File::open(&folder)?.sync_all()?;
    tracing::info!(copy = %made.display(), "A migration changes the database; a copy of it as it was is kept");
    for old in kept(&folder)?.iter().rev().skip(KEPT) {
        std::fs::remove_file(old)?;
    }
    Ok(())
}

/// Oldest first.
fn kept(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut copies = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && name.contains(BEFORE) {
            copies.push(file.path());
        }
    }
    copies.sort();
    Ok(copies)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    async fn open(file: &Path) -> Conn {
        SqliteConnectOptions::new().filename(file).create_if_missing(true).connect().await.unwrap()
    }

    /// The migrations `1..=last` of an imaginary product, each with a table of its own.
    async fn migrations(last: u32) -> Migrator {
        let folder = tempfile::tempdir().unwrap();
        for n in 1..=last {
            std::fs::write(folder.path().join(format!("{n:04}_more.sql")), format!("create table t{n} (id integer);")).unwrap();
        }
        Migrator::new(folder.path()).await.unwrap()
    }

    async fn tables(file: &Path) -> i64 {
        let sql = "select count(*) from sqlite_master where type = 'table' and name like 't_'";
        sqlx::query_scalar(sql).fetch_one(&mut open(file).await).await.unwrap()
    }

    #[tokio::test]
    async fn a_migration_leaves_the_database_as_it_was_beside_the_new_one_and_three_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("countersign.db");
        let copies = || kept(&folder.path().join(FOLDER)).unwrap_or_default();
        for last in [1, 1, 2, 2, 3, 4, 5] {
            let migrations = migrations(last).await;
            let mut db = open(&file).await;
            before_migration(&mut db, &file, &migrations).await.unwrap();
            migrations.run(&mut db).await.unwrap();
            // A new database and one that is up to date are not copied.
            assert_eq!(copies().len(), usize::try_from(last).unwrap().saturating_sub(1).min(3), "{last}");
        }
        let mut before = Vec::new();
        for copy in copies() {
            assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
            before.push(tables(&copy).await);
        }
        assert_eq!((before, tables(&file).await), (vec![2, 3, 4], 5));
    }

    #[tokio::test]
    async fn a_migration_that_fails_has_left_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("countersign.db");
        let mut db = open(&file).await;
        migrations(1).await.run(&mut db).await.unwrap();
        sqlx::query("create table t2 (name text)").execute(&mut db).await.unwrap();
        let next = migrations(2).await;
        before_migration(&mut db, &file, &next).await.unwrap();
        assert!(next.run(&mut db).await.is_err());
        assert_eq!(kept(&folder.path().join(FOLDER)).unwrap().len(), 1);
    }
}
