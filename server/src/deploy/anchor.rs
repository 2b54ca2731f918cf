//! What ties an entry to the audit log. It is taken in the transaction of the intent, over the leaf that tells of the
//! deploy, and fixed there with the commit.

use domain::audit::{Checkpoint, Frontier, Step, proof};
use domain::problem::Problem;

use crate::api::problem::OrInternal;
use crate::audit::Tx;
use crate::git::Note;
use crate::server::Server;
use crate::store::{self, Conn};

/// Two files of an entry's evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchor {
    /// `checkpoint`: the log's head, signed by the platform.
    pub checkpoint: String,
    /// `consistency`: the proof that this log grew from the one in the entry before.
    pub consistency: String,
}

/// The files' names in the entry's folder.
pub const CHECKPOINT: &str = "checkpoint";
pub const CONSISTENCY: &str = "consistency";

impl Anchor {
    /// As it was fixed with a deployment's commit.
    pub fn of(row: &store::deployment::Deployment) -> Result<Anchor, Problem> {
        match (&row.checkpoint, &row.consistency) {
            (Some(checkpoint), Some(consistency)) => Ok(Anchor { checkpoint: checkpoint.clone(), consistency: consistency.clone() }),
            _ => Err(Problem::internal(format!("deployment {}: a commit without a checkpoint", row.id))),
        }
    }

    pub fn files(&self) -> [(&'static str, &[u8]); 2] {
        [(CHECKPOINT, self.checkpoint.as_bytes()), (CONSISTENCY, self.consistency.as_bytes())]
    }
}

/// Signs the log's head and proves that it extends the one in the cluster's last entry.
pub async fn take(tx: &mut Tx, server: &Server, cluster: &str, head: &Frontier) -> Result<Anchor, Problem> {
    let step = match store::deployment::last_audit_head(tx, cluster).await? {
        Some(bytes) => {
            let old = Frontier::from_bytes(&bytes).ok_or_else(|| Problem::internal("the audit log's head of the last entry is damaged"))?;
            Step { old: old.size(), proof: proof(&old, &store::audit::hashes(tx, old.size()).await?) }
        }
        None => Step::default(),
    };
    let host = host(tx, server).await?;
    Ok(Anchor { checkpoint: sign(server, &host, head)?, consistency: step.text() })
}

/// The host in the log's name. A log is named once and for ever: by the first head that was signed into a commit, wherever
/// the server has moved since.
pub async fn host(db: &mut Conn, server: &Server) -> Result<String, Problem> {
    let first = store::deployment::first_checkpoint(db).await?;
    let named = first.and_then(|note| Checkpoint::parse(&Note::read(&note).ok()?.text).ok());
    Ok(named.map_or_else(|| server.settings().public_url.host().to_owned(), |named| named.host().to_owned()))
}

/// The log's head as a signed note.
pub fn sign(server: &Server, host: &str, head: &Frontier) -> Result<String, Problem> {
    let checkpoint = Checkpoint::new(host, head);
    server.platform_key.sign_note(checkpoint.host(), &checkpoint.text()).or_internal("signing the log's head")
}
