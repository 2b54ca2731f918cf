//! Whether a branch still holds the record that we know. On one that lost entries, holds others, or has our own files
//! changed, nothing is planned and nothing deployed until somebody has put it right.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::Act;
use domain::plan::freeze;
use domain::problem::Problem;
use domain::record;
use domain::repository::Tree;

use super::intend;
use crate::action::{place, repository};
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::git::{GitError, Mirror, ObjectId};
use crate::server::Server;
use crate::store::{self, Conn, cluster::Cluster};

/// What the record is known to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    tree: Tree,
    branch: String,
    last: Option<(u64, String)>,
    /// A deployment is under way: the branch may be one entry ahead of us.
    is_waiting: bool,
    cluster: String,
    /// Binding, roster and recipients by path: the digests of what the last entry that wrote them wrote, and of what a
    /// deployment under way writes.
    own: BTreeMap<String, BTreeSet<String>>,
}

impl Recorded {
    pub async fn of(db: &mut Conn, cluster: &Cluster) -> Result<Recorded, Problem> {
        let tree = place::tree(cluster)?;
        // Before the last entry: what is recorded between the two looks is seen by the second.
        let under_way = store::deployment::unfinished_of(db, &cluster.id).await?;
        let last = store::entry::last(db, &cluster.id).await?;
        let mut own: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in store::entry::of_kinds(db, &cluster.id, "cluster", "roster").await? {
            for (path, digest) in written(db, &entry.plan).await? {
                own.entry(path).or_insert_with(|| BTreeSet::from([digest]));
            }
        }
        if let Some(deployment) = &under_way {
            for (path, digest) in written(db, &deployment.plan).await? {
                if let Some(known) = own.get_mut(&path) {
                    known.insert(digest);
                }
            }
        }
        Ok(Recorded {
            tree,
            branch: cluster.branch.clone(),
            last: last.map(|entry| (u64::try_from(entry.number).unwrap_or_default(), entry.commit_id)),
            is_waiting: under_way.is_some(),
            cluster: cluster.name.clone(),
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
        let folder = self.tree.entries();
        let known = self.last.as_ref().map_or(0, |(number, _)| *number);
        let numbers = mirror.entries(head, &folder)?.into_iter().filter_map(|file| {
            let (name, _) = file.path.strip_prefix(&folder)?.split_once('/')?;
            record::read_folder(name).map(|(number, _)| number)
        });
        // Before our own files are looked at: an entry that we do not know may have changed them rightly.
        if let Some(number) = numbers.max().filter(|number| *number > known && !self.is_waiting) {
            return Ok(Some(Amiss::Ahead { cluster: self.cluster.clone(), number, known }));
        }
        for (path, digests) in &self.own {
            if !mirror.file(head, path)?.is_some_and(|bytes| digests.contains(&freeze::digest(&bytes))) {
                let commit = self.last.as_ref().map(|(_, commit)| commit.clone()).unwrap_or_default();
                return Ok(Some(Amiss::Changed { path: path.clone(), commit }));
            }
        }
        Ok(None)
    }
}

/// What a plan leaves at each path that it writes, as digests.
async fn written(db: &mut Conn, plan: &str) -> Result<Vec<(String, String)>, Problem> {
    let Some(plan) = store::plan::get(db, plan).await? else { return Ok(Vec::new()) };
    let files = intend::read(&plan)?.files;
    Ok(files.into_iter().filter_map(|file| Some((file.path, file.after?.sha256))).collect())
}

/// What is wrong with a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amiss {
    Rewound { branch: String, number: u64, commit: String },
    Changed { path: String, commit: String },
    Ahead { cluster: String, number: u64, known: u64 },
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
            Amiss::Ahead { cluster, number, known } => {
                let number = record::number(number);
                let detail = match known {
                    0 => format!("The branch holds a record already, up to {number}, and this installation knows nothing of it."),
                    known => format!(
                        "The branch holds entries up to {number}, and this installation knows them up to {}. It is read-only here: \
                         nothing is planned, signed or deployed until a newer backup is restored, or the entries are accepted on the \
                         host with `countersign record accept {cluster}`.",
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
    ask(server, cluster).await?.map_or(Ok(()), |amiss| Err(amiss.into()))
}

/// The same of a head that was fetched just now. The host is asked once more only where there is news, because what looks
/// amiss may have been recorded since the fetch. What is amiss is noted, and no error here. True says that the branch holds
/// no entry which we do not know: only then can ours be told from those of others.
pub async fn heed(server: &Server, cluster: &Cluster, head: Option<ObjectId>) -> Result<bool, Problem> {
    let recorded = Recorded::of(&mut *server.store.read().await?, cluster).await?;
    let mut found = repository::with(server, cluster, move |repository| {
        let look = || recorded.amiss(&repository.mirror()?, head);
        look().map_err(|error| repository::unavailable(&error))
    })
    .await?;
    if found.clone().map(|amiss| Problem::from(amiss).detail) != cluster.halted {
        found = ask(server, cluster).await?;
    }
    Ok(!matches!(found, Some(Amiss::Ahead { .. })))
}

async fn ask(server: &Server, cluster: &Cluster) -> Result<Option<Amiss>, Problem> {
    let mut known = Recorded::of(&mut *server.store.read().await?, cluster).await?;
    loop {
        let recorded = known.clone();
        let found = repository::with(server, cluster, move |repository| {
            let look = || {
                let mirror = repository.mirror()?;
                let head = mirror.fetch(&repository.remote, &repository.branch)?;
                recorded.amiss(&mirror, head)
            };
            look().map_err(|error| repository::unavailable(&error))
        })
        .await?;
        let Some(found) = found else {
            note(server, cluster, None).await?;
            return Ok(None);
        };
        // An entry stands in the database before it stands on the branch. What looks amiss while the record went on may
        // be that entry alone, and is looked at anew; what looks amiss to a record that stood still is amiss.
        let now = Recorded::of(&mut *server.store.read().await?, cluster).await?;
        if now == known {
            note(server, cluster, Some(&found)).await?;
            return Ok(Some(found));
        }
        known = now;
    }
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
