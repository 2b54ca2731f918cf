//! One connection writes. Acts queue for it, each runs in a savepoint, and the last one waiting commits for all:
//! sixty-four saves at once cost a few syncs, and every answer still goes out after its commit.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use domain::problem::Problem;
use sqlx::Executor;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::store::{self, Conn};

/// Acts in one commit at most; a crowd must not starve the first in it.
const BATCH: usize = 256;

/// The queue for the one connection that writes.
#[derive(Clone)]
pub struct Writer {
    line: Arc<Mutex<Line>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Acts that wait for the connection right now.
    queued: AtomicUsize,
    commits: AtomicU64,
}

/// The connection and the acts that are done but not yet committed.
struct Line {
    conn: Conn,
    /// `begin` was sent and neither commit nor rollback is known to have followed.
    open: bool,
    /// The transaction is known to be usable.
    begun: bool,
    uncommitted: Vec<oneshot::Sender<Result<(), Lost>>>,
}

/// The commit failed: none of it is stored.
#[derive(Debug, Clone, Copy)]
struct Lost;

impl From<Lost> for Problem {
    fn from(_: Lost) -> Problem {
        Problem::new(503, "not_stored", "The database could not store this; nothing was changed.")
            .hint("Check the server's disk and log, then try again.")
    }
}

/// The connection is gone or cannot write, as the store's own error.
pub(super) fn unavailable(problem: Problem) -> store::Error {
    store::Error::inconsistent("database", "writer", problem.detail)
}

impl Writer {
    pub(crate) fn new(conn: Conn) -> Writer {
        let line = Line { conn, open: false, begun: false, uncommitted: Vec::new() };
        Writer { line: Arc::new(Mutex::new(line)), counts: Arc::default() }
    }

    pub(crate) fn commits(&self) -> u64 {
        self.counts.commits.load(Ordering::Relaxed)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.counts.queued.load(Ordering::Relaxed)
    }

    /// Waits for the connection and opens an act on it.
    pub(super) async fn begin(&self) -> Result<Tx, Problem> {
        let place = Place::take(self);
        let line = self.line.clone().lock_owned().await;
        place.leave();
        // From here on dropping the `Tx` cleans up, wherever this future is cancelled.
        let mut tx = Tx { line: Some(line), counts: self.counts.clone(), writer: self.clone(), said: Said::default() };
        if let Err(error) = tx.line_mut().open_act().await {
            tracing::error!(%error, "The database refuses to begin a transaction");
            tx.line_mut().lose().await;
            return Err(Lost.into());
        }
        Ok(tx)
    }

    /// Commits what is finished if nobody is left who would.
    async fn settle(&self) {
        let mut line = self.line.lock().await;
        if line.open && self.counts.queued.load(Ordering::SeqCst) == 0 {
            line.commit(&self.counts).await;
        }
    }

    /// Rewrites the file without what was deleted or replaced.
    pub(crate) async fn compact(&self) -> sqlx::Result<()> {
        let mut line = self.line.lock().await;
        if line.open {
            line.commit(&self.counts).await;
        }
        line.conn.execute("vacuum").await?;
        Ok(())
    }

    pub(crate) async fn close(&self) {
        let mut line = self.line.lock().await;
        if line.open {
            line.commit(&self.counts).await;
        }
        // The log is folded into the file, so a copy of the file is whole.
        let _ = line.conn.execute("pragma wal_checkpoint(truncate)").await;
    }
}

/// A place in the queue. One that is given up while others rely on it leaves the commit to a task.
struct Place<'a> {
    writer: &'a Writer,
    left: bool,
}

impl<'a> Place<'a> {
    fn take(writer: &'a Writer) -> Place<'a> {
        writer.counts.queued.fetch_add(1, Ordering::SeqCst);
        Place { writer, left: false }
    }

    /// It is our turn.
    fn leave(mut self) {
        self.left = true;
        self.writer.counts.queued.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.left {
            self.writer.counts.queued.fetch_sub(1, Ordering::SeqCst);
            let writer = self.writer.clone();
            spawn(async move { writer.settle().await });
        }
    }
}

impl Line {
    async fn open_act(&mut self) -> sqlx::Result<()> {
        if self.open && !self.begun {
            // A `begin` was cancelled half-way; whether it took place is unknown.
            self.lose().await;
        }
        if !self.open {
            self.open = true;
            self.conn.execute("begin immediate").await?;
            self.begun = true;
        }
        self.conn.execute("savepoint act").await?;
        Ok(())
    }

    async fn take_back(&mut self) -> sqlx::Result<()> {
        self.conn.execute("rollback to act").await?;
        Ok(())
    }

    async fn close_act(&mut self) -> sqlx::Result<()> {
        self.conn.execute("release act").await?;
        Ok(())
    }

    async fn commit(&mut self, counts: &Counts) {
        match self.conn.execute("commit").await {
            Ok(_) => {
                (self.open, self.begun) = (false, false);
                counts.commits.fetch_add(1, Ordering::Relaxed);
                for act in self.uncommitted.drain(..) {
                    let _ = act.send(Ok(()));
                }
            }
            Err(error) => {
                tracing::error!(%error, "The database refuses to commit");
                self.lose().await;
            }
        }
    }

    /// Gives the whole batch up and tells everyone in it.
    async fn lose(&mut self) {
        let _ = self.conn.execute("rollback").await;
        (self.open, self.begun) = (false, false);
        for act in self.uncommitted.drain(..) {
            let _ = act.send(Err(Lost));
        }
    }
}

/// Text that a leaf only commits to.
#[derive(Debug, Clone)]
pub struct Note {
    pub field: &'static str,
    pub salt: [u8; 16],
    pub text: String,
}

/// What the work wants its leaf to say.
#[derive(Debug, Default, Clone)]
pub(super) struct Said {
    pub(super) facts: BTreeMap<String, String>,
    pub(super) text: Vec<Note>,
}

/// The right to write, for the time of one act. It reads what this act and those before it in the batch wrote.
///
/// Dropping it takes the act back: half an act is never stored.
pub struct Tx {
    line: Option<OwnedMutexGuard<Line>>,
    counts: Arc<Counts>,
    writer: Writer,
    said: Said,
}

impl Tx {
    /// Puts an id, a digest or a number into the leaf. Never anything personal, never free text.
    pub fn fact(&mut self, key: &str, value: impl ToString) {
        self.said.facts.insert(key.to_owned(), value.to_string());
    }

    /// Keeps personal or free text beside the log; the leaf holds a salted commitment to it.
    pub fn note(&mut self, field: &'static str, text: impl Into<String>) {
        self.said.text.retain(|note| note.field != field);
        self.said.text.push(Note { field, salt: crate::ids::salt(), text: text.into() });
    }

    pub(super) fn said(&mut self) -> Said {
        std::mem::take(&mut self.said)
    }

    fn line_mut(&mut self) -> &mut Line {
        self.line.as_mut().expect("a Tx holds the connection until it is consumed")
    }

    pub(super) async fn take_back(&mut self) -> Result<(), Problem> {
        if let Err(error) = self.line_mut().take_back().await {
            // SQLite gave up the whole transaction by itself, as it does on a full disk.
            tracing::error!(%error, "The database lost a transaction");
            self.line_mut().lose().await;
            self.line = None;
            return Err(Lost.into());
        }
        Ok(())
    }

    /// Ends the act and returns once it is on disk, by our commit or by that of somebody behind us.
    pub(super) async fn commit(mut self) -> Result<(), Problem> {
        if self.line_mut().close_act().await.is_err() {
            self.line_mut().lose().await;
            self.line = None;
            return Err(Lost.into());
        }
        let mut line = self.line.take().expect("a Tx holds the connection until it is consumed");
        let (sender, stored) = oneshot::channel();
        line.uncommitted.push(sender);
        if self.counts.queued.load(Ordering::SeqCst) == 0 || line.uncommitted.len() >= BATCH {
            let counts = self.counts.clone();
            // In a task of its own: a cancelled request must not leave a commit of others half-told.
            spawn(async move { line.commit(&counts).await });
        } else {
            drop(line);
        }
        Ok(stored.await.unwrap_or(Err(Lost))?)
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(mut line) = self.line.take() else { return };
        let writer = self.writer.clone();
        spawn(async move {
            if line.take_back().await.is_err() || line.close_act().await.is_err() {
                line.lose().await;
            }
            drop(line);
            writer.settle().await;
        });
    }
}

/// Spawns where there is a runtime; when it is gone the process is ending and SQLite takes the rest back itself.
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(task);
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.line.as_ref().expect("a Tx holds the connection until it is consumed").conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.line_mut().conn
    }
}
