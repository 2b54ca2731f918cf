//! SQL and nothing else: one file per noun. Reads take a [`Conn`], writes take the `Tx` that only `audited` makes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use domain::audit::Frontier;
use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Mutex;

use crate::audit::Writer;

pub mod agent;
pub mod approval;
pub mod audit;
pub mod chart_repository;
pub mod cluster;
pub mod cluster_event;
pub mod copy;
pub mod credential;
pub mod deployment;
pub mod draft;
pub mod draft_checkpoint;
pub mod draft_text;
pub mod enrolment;
pub mod entry;
pub mod environment;
mod error;
pub mod foreign_commit;
pub mod hook_secret;
pub mod organisation;
pub mod password;
pub mod person;
pub mod plan;
pub mod pull_token;
pub mod sealed_file;
pub mod secret;
pub mod session;
pub mod signature_refusal;
pub mod stack;
pub mod variable;
mod violation;

pub use error::Error;

/// A connection to read with. A `Tx` is one too.
pub type Conn = sqlx::SqliteConnection;

pub type Result<T> = std::result::Result<T, Error>;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// The database: many readers and one writer.
#[derive(Clone)]
pub struct Store {
    readers: SqlitePool,
    pub(crate) writer: Writer,
    /// The log's head as it was last asked for; what is committed never changes, so only what came since is read.
    head: Arc<Mutex<Frontier>>,
}

impl Store {
    /// Opens the file, makes it if it is not there, and brings it up to date.
    pub async fn open(file: &Path) -> anyhow::Result<Store> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .disable_statement_logging();
        let mut writer = options.clone().connect().await.with_context(|| format!("opening the database {}", file.display()))?;
        copy::before_migration(&mut writer, file, &MIGRATIONS)
            .await
            .context("keeping a copy of the database before it is brought up to date")?;
        MIGRATIONS.run(&mut writer).await.context("bringing the database up to date")?;
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.create_if_missing(false).read_only(true))
            .await
            .context("opening the database for reading")?;
        Ok(Store { readers, writer: Writer::new(writer), head: Arc::default() })
    }

    /// A connection that can only read; it sees what is committed.
    pub async fn read(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Sqlite>> {
        Ok(self.readers.acquire().await?)
    }

    /// Commits made so far: with many acts in each, far fewer than acts.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }

    /// The head of the audit log over everything that is committed.
    pub async fn head(&self) -> Result<Frontier> {
        let mut head = self.head.lock().await;
        *head = audit::head(&mut *self.read().await?, head.clone()).await?;
        Ok(head.clone())
    }

    /// Rewrites the file without what was deleted or replaced.
    pub async fn compact(&self) -> Result<()> {
        Ok(self.writer.compact().await?)
    }

    /// Acts that wait for their turn to write.
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Store {
    /// Does the database answer?
    pub async fn ping(&self) -> Result<()> {
        let mut db = self.read().await?;
        sqlx::query("select 1 from organisation limit 1").fetch_optional(&mut *db).await?;
        Ok(())
    }
}
