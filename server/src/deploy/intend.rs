//! Fixes the commit of a countersigned plan: bytes, parent and number, before anything is sent.

use std::collections::BTreeMap;

use domain::plan::{Plan, freeze, stale};
use domain::problem::Problem;

use super::anchor::Anchor;
use super::entry::{self, Evidence};
use super::failpoint::reach;
use super::head::{self, Ours, Subject};
use super::standing::{Amiss, Recorded};
use crate::action::repository::{self, Repository};
use crate::git::{GitError, Mirror, ObjectId, PlatformKey, Prepared};
use crate::identity::approval::Consent;
use crate::server::Server;
use crate::store::deployment::Deployment;
use crate::store::{self, Conn};

/// A plan whose signatures have been judged, with everything its commit needs.
#[derive(Clone)]
pub struct Signed {
    pub row: store::plan::Plan,
    pub plan: Plan,
    pub consent: Consent<Vec<u8>>,
    pub evidence: Vec<Evidence>,
    /// The planned files by digest.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A commit that waits for its anchor alone.
pub struct Intent {
    pub number: u64,
    pub parent: Option<ObjectId>,
    prepared: Prepared,
}

impl Intent {
    /// Fixes the commit in a deployment's row: nothing but the bytes there decides it any more.
    pub fn fix(&self, anchor: Anchor, key: &PlatformKey, row: &mut Deployment) -> Result<(), Problem> {
        let finished =
            self.prepared.finish(&anchor.files(), |bytes| key.sign_commit(bytes)).map_err(|error| repository::problem(&error))?;
        row.entry_number = i64::try_from(self.number).ok();
        row.parent_id = self.parent.map(|parent| parent.to_string());
        row.commit_id = Some(finished.id.to_string());
        row.commit_bytes = Some(finished.bytes);
        row.checkpoint = Some(anchor.checkpoint);
        row.consistency = Some(anchor.consistency);
        Ok(())
    }
}

/// Why a plan cannot go on from where the branch stands.
#[derive(Debug)]
pub enum Refused {
    Stale(String),
    /// The plan may go on once the branch is put right.
    Amiss(Amiss),
    Git(GitError),
    Internal(anyhow::Error),
}

impl From<GitError> for Refused {
    fn from(error: GitError) -> Refused {
        Refused::Git(error)
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Refused {
        Refused::Internal(error)
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        match refused {
            Refused::Stale(reason) => Problem::conflict("stale", reason).hint("Plan again; what you signed was not deployed."),
            Refused::Amiss(amiss) => amiss.into(),
            Refused::Git(error) => repository::unavailable(&error),
            Refused::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "Building a commit failed");
                Problem::internal("Building the commit failed; the server's log says why. Nothing was recorded.")
            }
        }
    }
}

/// What is known of a cluster's record, read before the repository is asked.
pub struct Known {
    pub ours: Ours,
    pub next: u64,
    /// Where the branch stood when the plan was made.
    pub base: Option<String>,
    pub recorded: Recorded,
}

impl Known {
    pub async fn of(db: &mut Conn, plan: &store::plan::Plan) -> Result<Known, Problem> {
        let cluster = store::cluster::get(db, &plan.cluster).await?.ok_or_else(|| Problem::not_found("cluster"))?;
        let last = store::entry::last(db, &plan.cluster).await?;
        let next = last.as_ref().map_or(0, |entry| u64::try_from(entry.number).unwrap_or_default()) + 1;
        let recorded = Recorded::of(db, &cluster).await?;
        let ours = Ours::of(db, &plan.cluster, plan.stack.as_deref()).await?;
        Ok(Known { ours, next, base: plan.base_commit.clone(), recorded })
    }
}

/// Asks the repository where it stands, checks that the plan still fits, and prepares the commit on top. Blocks.
pub fn build(repository: &Repository, signed: &Signed, known: &Known) -> Result<Intent, Refused> {
    reach("intend.before_fetch");
    let mirror = repository.mirror()?;
    let parent = mirror.fetch(&repository.remote, &repository.branch)?;
    reach("intend.after_fetch");
    if let Some(amiss) = known.recorded.amiss(&mirror, parent)? {
        return Err(Refused::Amiss(amiss));
    }
    fits(&mirror, parent, signed, known)?;
    let entry = compose(signed, known.next, &Anchor::default())?;
    let prepared = mirror.prepare_commit(&entry.parts(parent), &entry.folder)?;
    reach("intend.after_build");
    Ok(Intent { number: known.next, parent, prepared })
}

/// Only entries of ours may have come since the plan was made, and none may have touched what it is about.
fn fits(mirror: &Mirror, head: Option<ObjectId>, signed: &Signed, known: &Known) -> Result<(), Refused> {
    let base: Option<ObjectId> = known.base.as_ref().and_then(|id| id.parse().ok());
    if head != base {
        let moved = || Refused::Stale(String::from("Somebody else's commit is on the branch since this plan was made. Plan again."));
        let Some(head) = head else { return Err(Refused::Stale(String::from("The branch is gone from the repository. Plan again."))) };
        if let Some(base) = base
            && !(mirror.has(base) && mirror.is_ancestor(base, head)?)
        {
            return Err(Refused::Stale(String::from(
                "The branch was rewritten since this plan was made. Look at the repository, then plan again.",
            )));
        }
        let since = mirror.log(head, base, 1_000)?;
        if since.iter().any(|commit| !known.ours.commits.contains(&commit.id.to_string())) {
            return Err(moved());
        }
    }
    let tree = signed.plan.tree();
    let subject = match &signed.plan.stack {
        Some(stack) => Subject::Stack(stack.id.clone()),
        None => Subject::Cluster,
    };
    let now = head::load(mirror, head, &tree, &subject, &known.ours)?;
    stale::check(&signed.plan, &now).map_err(|stale| Refused::Stale(stale.to_string()))
}

/// The commit's parts; the same for the first push and for one after a crash.
pub fn compose(signed: &Signed, number: u64, anchor: &Anchor) -> anyhow::Result<entry::Entry> {
    entry::compose(&signed.plan, signed.consent.subject(), number, &signed.evidence, anchor, "countersign@localhost", |digest| {
        signed.files.get(digest).cloned().ok_or_else(|| anyhow::anyhow!("the planned file {digest} is missing"))
    })
}

/// Reads a stored plan back; its bytes were canonical when they were frozen.
pub fn read(row: &store::plan::Plan) -> Result<Plan, Problem> {
    freeze::parse(&row.bytes).map_err(|error| Problem::internal(format!("plan {}: {error}", row.id)))
}

/// The bytes that a plan's commit writes.
pub async fn files(server: &Server, plan: &Plan) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
    let mut db = server.store.read().await?;
    let mut files = BTreeMap::new();
    for digest in plan.changed_files().filter_map(|file| file.after.as_ref()) {
        if !files.contains_key(&digest.sha256) {
            let bytes = store::plan::file(&mut db, &digest.sha256).await?;
            let bytes = bytes.ok_or_else(|| Problem::internal(format!("the planned file {} is missing", digest.sha256)))?;
            files.insert(digest.sha256.clone(), bytes);
        }
    }
    Ok(files)
}
