//! Around us: what others commit to a bound branch is met, listed and shown, and held against nobody's signature.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::foreign::{ForeignCommit, ForeignDiff};
use domain::audit::Act;
use domain::name::Name;
use domain::principal;
use domain::problem::Problem;
use domain::repository::Tree;
use domain::stack::{Stack, source};
use domain::visible;

use super::{place, repository};
use crate::api::caller::Caller;
use crate::audit::{audited, upkeep};
use crate::deploy::standing::heed;
use crate::git::{Commit, GitError, Mirror, ObjectId};
use crate::server::Server;
use crate::store::{self, Conn, cluster::Cluster};

/// Commits looked through at once; a branch that grows faster is looked at again.
const COMMITS: usize = 5_000;
/// Paths kept of one commit.
const PATHS: usize = 100;
/// Characters kept of a name or a subject.
const LINE: usize = 200;
/// Bytes of a diff that are shown.
const DIFF: usize = 64 * 1024;

/// Asks every bound repository where it stands.
pub async fn look_at_all(server: &Server) {
    let clusters = async { store::cluster::list(&mut *server.store.read().await?).await };
    let clusters = match clusters.await {
        Ok(clusters) => clusters,
        Err(error) => return tracing::error!(%error, "Cannot read the clusters"),
    };
    for cluster in clusters.iter().filter(|cluster| cluster.bound_at.is_some()) {
        if let Err(problem) = look(server, cluster).await {
            tracing::warn!(cluster.name = %cluster.name, detail = %problem.detail, "The branch could not be looked at");
        }
    }
}

/// Fetches the branch, halts the cluster where the branch lost what was recorded, and lists what is new on it and not ours.
/// One at a time; looking twice finds the same.
pub async fn look(server: &Server, cluster: &Cluster) -> Result<(), Problem> {
    let turn = server.leases.of(&format!("around {}", cluster.id));
    let _held = turn.lock().await;
    // As it is now: somebody may have looked, or halted it, while we waited.
    let cluster = store::cluster::get(&mut *server.store.read().await?, &cluster.id).await?;
    let Some(cluster) = cluster.filter(|cluster| cluster.bound_at.is_some()) else { return Ok(()) };
    let head = repository::with(server, &cluster, |repository| {
        let fetched = repository.mirror().and_then(|mirror| mirror.fetch(&repository.remote, &repository.branch));
        fetched.map_err(|error| repository::unavailable(&error))
    })
    .await?;
    let seen = store::foreign_commit::seen(&mut *server.store.read().await?, &cluster.id).await?;
    let seen: Option<ObjectId> = seen.and_then(|id| id.parse().ok());
    // What was in order stays so until the branch moves. This goes before it counts as seen.
    if head.is_some() && head == seen && cluster.halted.is_none() {
        return Ok(());
    }
    heed(server, &cluster, head).await?;
    match head {
        Some(head) if seen != Some(head) => meet(server, &cluster, head, seen).await,
        _ => Ok(()),
    }
}

/// Lists what is new up to this head and not ours.
async fn meet(server: &Server, cluster: &Cluster, head: ObjectId, seen: Option<ObjectId>) -> Result<(), Problem> {
    // Read after the fetch: every commit of ours is known before it is pushed.
    let mut db = server.store.read().await?;
    let Some(known) = Known::of(&mut db, cluster, seen).await? else { return Ok(()) };
    drop(db);
    let had: BTreeSet<String> = known.foreign.keys().cloned().collect();
    let found = repository::with(server, cluster, move |repository| {
        let look = || known.look(&repository.mirror()?, head);
        look().map_err(|error| repository::unavailable(&error))
    })
    .await?;
    let Some(found) = found else { return Ok(()) };
    let now = server.clock.now();
    for met in found.met {
        let row = met.row(cluster, now);
        if had.contains(&row.commit_id) {
            upkeep(&server.store, async |tx| store::foreign_commit::insert(tx, &row).await).await?;
            continue;
        }
        tracing::warn!(cluster.name = %cluster.name, commit = %row.commit_id, stacks = row.stacks.len(), "Met a commit that is not ours");
        audited(server, &Caller::system("around"), Act::MeetForeignCommit(cluster.name.clone()), async |tx| {
            tx.fact("commit", &row.commit_id);
            tx.note("author", &row.author);
            store::foreign_commit::insert(tx, &row).await?;
            Ok(())
        })
        .await?;
    }
    upkeep(&server.store, async |tx| {
        for gone in &found.gone {
            store::foreign_commit::forget(tx, &cluster.id, gone).await?;
        }
        store::foreign_commit::set_seen(tx, &cluster.id, &head.to_string(), now).await
    })
    .await?;
    Ok(())
}

/// What is known of a branch before it is looked at.
struct Known {
    tree: Tree,
    /// Ours, with their numbers.
    ours: BTreeMap<String, i64>,
    /// The commits of others that are listed, with entry before them and place.
    foreign: BTreeMap<String, (i64, i64)>,
    first: ObjectId,
    seen: Option<ObjectId>,
}

struct Found {
    /// Oldest first.
    met: Vec<Met>,
    /// Listed ones that the branch no longer holds.
    gone: Vec<String>,
}

struct Met {
    commit: Commit,
    after: i64,
    place: i64,
    paths: Vec<String>,
    changed: usize,
    stacks: BTreeSet<Name>,
}

impl Known {
    /// `None` before anything is bound.
    async fn of(db: &mut Conn, cluster: &Cluster, seen: Option<ObjectId>) -> Result<Option<Known>, Problem> {
        let name = Name::new(&cluster.name).map_err(|error| Problem::internal(format!("cluster {}: {error}", cluster.id)))?;
        let Some(first) = store::entry::by_number(db, &cluster.id, 1).await? else { return Ok(None) };
        let Ok(first) = first.commit_id.parse() else { return Ok(None) };
        let foreign = store::foreign_commit::list(db, &cluster.id).await?;
        Ok(Some(Known {
            tree: Tree::new(&cluster.path_prefix, name),
            ours: store::deployment::commits(db, &cluster.id).await?.into_iter().collect(),
            foreign: foreign.into_iter().map(|commit| (commit.commit_id, (commit.after_entry, commit.place))).collect(),
            first,
            seen,
        }))
    }

    /// `None` where the branch does not hold the record any more: that is told elsewhere, and the list stays as it is.
    fn look(&self, mirror: &Mirror, head: ObjectId) -> Result<Option<Found>, GitError> {
        if !mirror.is_ancestor(self.first, head)? {
            return Ok(None);
        }
        let goes_on = match self.seen {
            Some(seen) => mirror.is_ancestor(seen, head)?,
            None => false,
        };
        let until = self.seen.filter(|_| goes_on).unwrap_or(self.first);
        let mut commits = mirror.log(head, Some(until), COMMITS)?;
        commits.reverse();
        let (mut after, mut place) = match self.foreign.get(&until.to_string()) {
            Some((after, place)) => (*after, *place),
            None => {
                let last = if goes_on { self.foreign.values().map(|(_, place)| *place).max().unwrap_or_default() } else { 0 };
                (self.ours.get(&until.to_string()).copied().unwrap_or(1), last)
            }
        };
        let mut met = Vec::new();
        for commit in commits {
            if let Some(number) = self.ours.get(&commit.id.to_string()) {
                after = *number;
                continue;
            }
            let changed = mirror.changed_paths(commit.parents.first().copied(), commit.id)?;
            place += 1;
            met.push(Met {
                after,
                place,
                stacks: changed.iter().filter_map(|change| self.tree.stack_of(&change.path)).collect(),
                changed: changed.len(),
                paths: changed.into_iter().take(PATHS).map(|change| visible::one_line(&change.path)).collect(),
                commit,
            });
        }
        let holds = |id: &String| met.iter().any(|met| met.commit.id.to_string() == *id);
        let gone = if goes_on { Vec::new() } else { self.foreign.keys().filter(|id| !holds(id)).cloned().collect() };
        Ok(Some(Found { met, gone }))
    }
}

impl Met {
    fn row(self, cluster: &Cluster, now: i64) -> store::foreign_commit::ForeignCommit {
        let author = &self.commit.author;
        store::foreign_commit::ForeignCommit {
            cluster: cluster.id.clone(),
            commit_id: self.commit.id.to_string(),
            after_entry: self.after,
            place: self.place,
            author: line(&format!("{} <{}>", author.name, author.email)),
            subject: line(self.commit.message.lines().next().unwrap_or_default()),
            authored_at: author.seconds.saturating_mul(1_000_000),
            seen_at: now,
            paths: self.paths,
            changed: i64::try_from(self.changed).unwrap_or(i64::MAX),
            stacks: self.stacks.into_iter().collect(),
        }
    }
}

fn line(text: &str) -> String {
    let text = visible::one_line(text);
    match text.char_indices().nth(LINE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Everything that is not ours on a branch since it was bound, newest first.
pub async fn list(server: &Server, caller: &Caller, cluster: &str) -> Result<Vec<ForeignCommit>, Problem> {
    let mut db = server.store.read().await?;
    let cluster = place::cluster(&mut db, caller, principal::Act::See, cluster).await?;
    of_cluster(&mut db, &cluster).await
}

/// The same for who may see the cluster already.
pub async fn of_cluster(db: &mut Conn, cluster: &Cluster) -> Result<Vec<ForeignCommit>, Problem> {
    let rows = store::foreign_commit::list(db, &cluster.id).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for (number, _, stack) in store::entry::branch(db, &cluster.id).await? {
        last.extend(stack.map(|stack| (stack, number)));
    }
    let name = |text: &str| Name::new(text).map_err(|error| Problem::internal(format!("cluster {}: {error}", cluster.id)));
    let (name, environment) = (name(&cluster.name)?, name(&cluster.environment)?);
    Ok(rows.into_iter().map(|row| shown(&name, &environment, row, &last)).collect())
}

/// A stack whose last entry came before it has not answered for it.
fn shown(cluster: &Name, environment: &Name, row: store::foreign_commit::ForeignCommit, last: &BTreeMap<String, i64>) -> ForeignCommit {
    let is_open = |stack: &&Name| last.get(stack.as_str()).is_some_and(|entry| *entry <= row.after_entry);
    ForeignCommit {
        cluster: cluster.clone(),
        environment: environment.clone(),
        unanswered: row.stacks.iter().filter(is_open).cloned().collect(),
        commit: row.commit_id,
        after: u64::try_from(row.after_entry).unwrap_or_default(),
        author: row.author,
        subject: row.subject,
        authored_at: row.authored_at,
        seen_at: row.seen_at,
        paths: row.paths,
        changed: u32::try_from(row.changed).unwrap_or(u32::MAX),
        stacks: row.stacks,
    }
}

/// One of them with its diff.
pub async fn get(server: &Server, caller: &Caller, cluster: &str, commit: &str) -> Result<ForeignDiff, Problem> {
    let mut db = server.store.read().await?;
    let cluster = place::cluster(&mut db, caller, principal::Act::See, cluster).await?;
    let found = of_cluster(&mut db, &cluster).await?.into_iter().find(|one| one.commit == commit);
    drop(db);
    let found = found.ok_or_else(|| Problem::not_found("commit"))?;
    let id: ObjectId = found.commit.parse().map_err(|_| Problem::not_found("commit"))?;
    let (diff, is_cut) = repository::with(server, &cluster, move |repository| {
        let patch = repository.mirror().and_then(|mirror| mirror.patch(id, DIFF));
        patch.map_err(|error| repository::unavailable(&error))
    })
    .await?;
    Ok(ForeignDiff { commit: found, diff: visible::shown(&diff).into_owned(), is_cut })
}

/// A stack as it stands on the branch, whoever wrote it last.
pub async fn standing(server: &Server, caller: &Caller, cluster: &str, stack: &Name) -> Result<Stack, Problem> {
    let cluster = place::cluster(&mut *server.store.read().await?, caller, principal::Act::Draft, cluster).await?;
    let name = Name::new(&cluster.name).map_err(|error| Problem::internal(format!("cluster {}: {error}", cluster.id)))?;
    let path = Tree::new(&cluster.path_prefix, name).stack_yaml(stack);
    let (at, asked) = (path.clone(), stack.clone());
    let bytes = repository::with(server, &cluster, move |repository| {
        let read = || -> Result<_, GitError> {
            let mirror = repository.mirror()?;
            let Some(head) = mirror.fetch(&repository.remote, &repository.branch)? else { return Ok(None) };
            mirror.file(head, &path)
        };
        read().map_err(|error| repository::unavailable(&error))
    })
    .await?;
    let refused = |why: String| {
        Problem::invalid("cannot_adopt", format!("{at} as it stands in the repository is no stack: {why}"))
            .hint("Put it right there, or deploy over it: the plan asks you to type the stack's name.")
    };
    let bytes = bytes.ok_or_else(|| refused(String::from("it is not there.")))?;
    let text = String::from_utf8(bytes).map_err(|_| refused(String::from("it is no text.")))?;
    let content = source::parse(&text).map_err(|errors| {
        let first = errors.first().map_or_else(|| String::from("it cannot be read."), ToString::to_string);
        refused(visible::one_line(&first))
    })?;
    match content.id == asked {
        true => Ok(content),
        false => Err(refused(format!("it calls itself {}.", content.id))),
    }
}
