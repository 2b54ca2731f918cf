//! Fixes the commit of a countersigned plan: bytes, parent and number, before anything is sent.

use std::collections::BTreeMap;

use domain::plan::{Plan, freeze, stale};
use domain::problem::Problem;

use super::entry::{self, Evidence};
use super::failpoint::reach;
use super::head::{self, Ours, Subject};
use crate::action::repository::{self, Repository};
use crate::git::{BuiltCommit, GitError, Mirror, ObjectId, PlatformKey};
use crate::identity::approval::Consent;
use crate::server::Server;
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

/// A commit that nothing but its own bytes decides any more.
pub struct Intent {
    pub number: u64,
    pub parent: Option<ObjectId>,
    pub commit: BuiltCommit,
}

/// Why a plan cannot go on from where the branch stands.
#[derive(Debug)]
pub enum Refused {
    Stale(String),
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
            Refused::Git(error) => repository::problem(&error),
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
}

impl Known {
    pub async fn of(db: &mut Conn, plan: &store::plan::Plan) -> Result<Known, Problem> {
        let last = store::entry::last(db, &plan.cluster).await?;
        let next = last.as_ref().map_or(0, |entry| u64::try_from(entry.number).unwrap_or_default()) + 1;
        Ok(Known { ours: Ours::of(db, &plan.cluster, plan.stack.as_deref()).await?, next, base: plan.base_commit.clone() })
    }
}

/// Asks the repository where it stands, checks that the plan still fits, and builds the commit on top. Blocks.
pub fn build(repository: &Repository, key: &PlatformKey, signed: &Signed, known: &Known) -> Result<Intent, Refused> {
    reach("intend.before_fetch");
    let mirror = repository.mirror()?;
    let parent = mirror.fetch(&repository.remote, &repository.branch)?;
    reach("intend.after_fetch");
    fits(&mirror, parent, signed, known)?;
    let entry = compose(signed, known.next)?;
    let commit = mirror.build_commit(&entry.parts(parent), |bytes| key.sign_commit(bytes))?;
    reach("intend.after_build");
    Ok(Intent { number: known.next, parent, commit })
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
pub fn compose(signed: &Signed, number: u64) -> anyhow::Result<entry::Entry> {
    entry::compose(&signed.plan, signed.consent.subject(), number, &signed.evidence, "countersign@localhost", |digest| {
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
