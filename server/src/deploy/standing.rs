//! Whether a branch still holds the record that we know. On one that lost entries, holds others, or has our own files
//! changed, nothing is planned and nothing deployed until somebody has put it right.

use std::collections::BTreeMap;

use domain::audit::Act;
use domain::plan::freeze;
use domain::problem::Problem;
use domain::record;
use domain::repository::Tree;

use super::intend;
use crate::action::repository;
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::git::{GitError, Mirror, ObjectId};
use crate::server::Server;
use crate::store::{self, Conn, cluster::Cluster};

/// What the record is known to hold.
#[derive(Debug, Clone)]
pub struct Recorded {
    tree: Tree,
    branch: String,
    last: Option<(u64, String)>,
    /// A deployment is under way: the branch may be one entry ahead of us.
    is_waiting: bool,
    /// Binding, roster and recipients by path: the digest of what the last entry that wrote them wrote.
    own: BTreeMap<String, String>,
}

impl Recorded {
    pub async fn of(db: &mut Conn, cluster: &Cluster) -> Result<Recorded, Problem> {
        let name = domain::name::Name::new(&cluster.name).map_err(|error| Problem::internal(format!("cluster {}: {error}", cluster.id)))?;
        let tree = Tree::new(&cluster.path_prefix, name);
        let last = store::entry::last(db, &cluster.id).await?;
        let mut own = BTreeMap::new();
        for entry in store::entry::of_kinds(db, &cluster.id, "cluster", "roster").await? {
            let Some(plan) = store::plan::get(db, &entry.plan).await? else { continue };
            for file in intend::read(&plan)?.files {
                if let Some(after) = file.after {
                    own.entry(file.path).or_insert(after.sha256);
                }
            }
        }
        Ok(Recorded {
            tree,
            branch: cluster.branch.clone(),
            last: last.map(|entry| (u64::try_from(entry.number).unwrap_or_default(), entry.commit_id)),
            is_waiting: store::deployment::unfinished_of(db, &cluster.id).await?.is_some(),
            own,
        })
    }

    /// Why nothing can be built on this head, if there is a reason.
    pub fn amiss(&self, mirror: &Mirror, head: Option<ObjectId>) -> Result<Option<Amiss>, GitError> {
        if let Some((number, commit)) = &self.last {
            let last: Option<ObjectId> = commit.parse().ok();
            let stands = match (head, last) {
                (Some(head), Some(last)) => mirror.has(last) && mirror.is_ancestor(last, head)?,
                _ => false,
            };
            if !stands {
                return Ok(Some(Amiss::Rewound { branch: self.branch.clone(), number: *number, commit: commit.clone() }));
            }
        }
        let Some(head) = head else { return Ok(None) };
        for (path, digest) in &self.own {
            if mirror.file(head, path)?.map(|bytes| freeze::digest(&bytes)).as_ref() != Some(digest) {
                let commit = self.last.as_ref().map(|(_, commit)| commit.clone()).unwrap_or_default();
                return Ok(Some(Amiss::Changed { path: path.clone(), commit }));
            }
        }
        let folder = self.tree.entries();
        let known = self.last.as_ref().map_or(0, |(number, _)| *number);
        let numbers = mirror.entries(head, &folder)?.into_iter().filter_map(|file| {
            let (name, _) = file.path.strip_prefix(&folder)?.split_once('/')?;
            record::read_folder(name).map(|(number, _)| number)
        });
        let ahead = numbers.max().filter(|number| *number > known && !self.is_waiting);
        Ok(ahead.map(|number| Amiss::Ahead { number, known }))
    }
}

/// What is wrong with a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amiss {
    Rewound { branch: String, number: u64, commit: String },
    Changed { path: String, commit: String },
    Ahead { number: u64, known: u64 },
}

impl From<Amiss> for Problem {
    fn from(amiss: Amiss) -> Problem {
        match amiss {
            Amiss::Rewound { branch, number, commit } => {
                let short = commit.get(..12).unwrap_or(&commit);
                let number = record::number(number);
                let detail =
                    format!("The branch {branch} no longer holds {number} (commit {short}): recorded entries were taken out of it.");
                Problem::conflict("record_rewound", detail).hint(format!(
                    "Nothing is deployed there until they are back: push {commit} to {branch} from a clone that has it, and find out who moved it."
                ))
            }
            Amiss::Changed { path, commit } => {
                let detail = format!("{path} in the repository was changed by a commit that is no entry; only entries may.");
                Problem::conflict("record_changed", detail)
                    .hint(format!("Look at who did it, then put it back: git checkout {commit} -- {path}, commit, push."))
            }
            Amiss::Ahead { number, known } => {
                let number = record::number(number);
                let detail = match known {
                    0 => format!("The branch holds a record already, up to {number}, and this installation knows nothing of it."),
                    known => format!(
                        "The branch holds entries up to {number}, and this installation knows them up to {}.",
                        record::number(known)
                    ),
                };
                Problem::conflict("record_ahead", detail)
                    .hint("Was the database restored from an older copy, or is another installation at work there? Only one may be.")
            }
        }
    }
}

/// Asks the repository, and notes at the cluster what is amiss or that it is no longer.
pub async fn check(server: &Server, cluster: &Cluster) -> Result<(), Problem> {
    let mut found = None;
    // What looks amiss may have been recorded between the two looks: the second begins with the branch anew.
    for _ in 0..2 {
        let recorded = Recorded::of(&mut *server.store.read().await?, cluster).await?;
        found = repository::with(server, cluster, move |repository| {
            let look = || {
                let mirror = repository.mirror()?;
                let head = mirror.fetch(&repository.remote, &repository.branch)?;
                recorded.amiss(&mirror, head)
            };
            look().map_err(|error| repository::unavailable(&error))
        })
        .await?;
        if found.is_none() {
            break;
        }
    }
    note(server, cluster, found.as_ref()).await?;
    found.map_or(Ok(()), |amiss| Err(amiss.into()))
}

/// Writes down that a cluster is halted, or goes on, where that is news.
pub async fn note(server: &Server, cluster: &Cluster, amiss: Option<&Amiss>) -> Result<(), Problem> {
    let problem = amiss.cloned().map(Problem::from);
    let halted = problem.as_ref().map(|problem| problem.detail.clone());
    if halted == cluster.halted {
        return Ok(());
    }
    let act = match &problem {
        Some(problem) => {
            tracing::error!(cluster.name = %cluster.name, code = %problem.code, detail = %problem.detail, "Nothing is deployed there");
            Act::HaltCluster(cluster.name.clone())
        }
        None => Act::ResumeCluster(cluster.name.clone()),
    };
    audited(server, &Caller::system("record"), act, async |tx| {
        if let Some(problem) = &problem {
            tx.fact("code", &problem.code);
        }
        store::cluster::set_halted(tx, &cluster.id, halted.as_deref()).await?;
        Ok(())
    })
    .await
}

/// Looks at every bound cluster, as at the start.
pub async fn survey(server: &Server) {
    let clusters = async { store::cluster::list(&mut *server.store.read().await?).await };
    let clusters = match clusters.await {
        Ok(clusters) => clusters,
        Err(error) => return tracing::error!(%error, "Cannot read the clusters"),
    };
    for cluster in clusters.iter().filter(|cluster| cluster.bound_at.is_some()) {
        match check(server, cluster).await {
            Ok(()) => {}
            Err(problem) => {
                tracing::warn!(cluster.name = %cluster.name, detail = %problem.detail, "The record was not found as it should be")
            }
        }
    }
}
