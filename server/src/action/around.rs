//! Around us: what others commit to a bound branch is met, listed and shown, and held against nobody's signature.

pub mod lookout;

use std::collections::{BTreeMap, BTreeSet};

use domain::api::Page;
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
use crate::git::{Commit, GitError, Mirror, ObjectId, Step};
use crate::server::Server;
use crate::store::{self, Conn, cluster::Cluster, entry::Placed};

/// Commits taken in at one look, the oldest first; the next look goes on from there.
const COMMITS: usize = 5_000;
/// Of these, on one page of the list.
const PAGE: i64 = 100;
/// Paths kept of one commit.
const PATHS: usize = 100;
/// Characters kept of a name or a subject.
const LINE: usize = 200;
/// Bytes of a diff that are shown.
const DIFF: usize = 64 * 1024;

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
    let is_known = heed(server, &cluster, head).await?;
    match head {
        Some(head) if is_known && seen != Some(head) => meet(server, &cluster, head, seen).await,
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
    let (again, new): (Vec<_>, Vec<_>) =
        found.met.into_iter().map(|met| met.row(cluster, now)).partition(|row| had.contains(&row.commit_id));
    for row in new {
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
        for row in &again {
            store::foreign_commit::insert(tx, row).await?;
        }
        for gone in &found.gone {
            store::foreign_commit::forget(tx, &cluster.id, gone).await?;
        }
        store::foreign_commit::set_seen(tx, &cluster.id, &found.reached.to_string(), now).await
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
    /// How far the branch was looked through.
    reached: ObjectId,
}

struct Met {
    commit: Commit,
    step: Step,
    after: i64,
    place: i64,
    paths: Vec<String>,
    changed: usize,
    stacks: BTreeSet<Name>,
}

impl Known {
    /// `None` before anything is bound.
    async fn of(db: &mut Conn, cluster: &Cluster, seen: Option<ObjectId>) -> Result<Option<Known>, Problem> {
        let Some(first) = store::entry::by_number(db, &cluster.id, 1).await? else { return Ok(None) };
        let Ok(first) = first.commit_id.parse() else { return Ok(None) };
        let foreign = store::foreign_commit::branch(db, &cluster.id).await?;
        Ok(Some(Known {
            tree: place::tree(cluster)?,
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
        let number = |id: ObjectId| self.ours.get(&id.to_string()).copied();
        let mut steps = mirror.course(Some(until), head, |id| number(id).is_some())?;
        let held: BTreeSet<String> = steps.iter().map(|step| step.id.to_string()).collect();
        let gone = if goes_on { Vec::new() } else { self.foreign.keys().filter(|id| !held.contains(*id)).cloned().collect() };
        steps.truncate(whole(&steps, COMMITS));
        let reached = steps.last().map_or(until, |step| step.id);
        let mut place = if goes_on { self.foreign.values().map(|(_, place)| *place).max().unwrap_or_default() } else { 0 };
        let mut after = self.foreign.get(&until.to_string()).map(|(after, _)| *after).or(number(until)).unwrap_or(1);
        let mut met = Vec::new();
        for step in steps {
            if let Some(number) = number(step.id) {
                after = number;
                continue;
            }
            let changed = mirror.changed_paths(step.before, step.id)?;
            place += 1;
            met.push(Met {
                step,
                after,
                place,
                stacks: changed.iter().filter(|_| !step.is_merged).filter_map(|change| self.tree.stack_of(&change.path)).collect(),
                changed: changed.len(),
                paths: changed.into_iter().take(PATHS).map(|change| visible::one_line(&change.path)).collect(),
                commit: mirror.commit(step.id)?,
            });
        }
        Ok(Some(Found { met, gone, reached }))
    }
}

/// How many steps to take at once: up to a commit of the branch itself, so that the next look begins behind all of them.
fn whole(steps: &[Step], most: usize) -> usize {
    let last = steps.iter().take(most).rposition(|step| !step.is_merged);
    last.or_else(|| steps.iter().position(|step| !step.is_merged)).map_or(steps.len(), |place| place + 1)
}

impl Met {
    fn row(self, cluster: &Cluster, now: i64) -> store::foreign_commit::ForeignCommit {
        let author = &self.commit.author;
        store::foreign_commit::ForeignCommit {
            cluster: cluster.id.clone(),
            commit_id: self.commit.id.to_string(),
            parent: self.step.before.map(|id| id.to_string()),
            is_merged: self.step.is_merged,
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

/// What is not ours on a branch since it was bound, newest first.
pub async fn list(server: &Server, caller: &Caller, cluster: &str, after: Option<&str>) -> Result<Page<ForeignCommit>, Problem> {
    let mut db = server.store.read().await?;
    let cluster = place::cluster(&mut db, caller, principal::Act::See, cluster).await?;
    let before = after.and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    let rows = store::foreign_commit::list(&mut db, &cluster.id, None, before, PAGE).await?;
    let next = rows.last().filter(|_| i64::try_from(rows.len()) == Ok(PAGE)).map(|row| row.place.to_string());
    let entries = store::entry::branch(&mut db, &cluster.id).await?;
    Ok(Page { items: Answers::new(&cluster, &entries)?.shown(rows), next })
}

/// Of a cluster that the caller may see already: how the commits that are not ours were answered for.
pub struct Answers {
    cluster: Name,
    environment: Name,
    /// The last entry of each stack.
    last: BTreeMap<String, i64>,
}

impl Answers {
    /// By the entries of its branch, oldest first.
    pub fn new(cluster: &Cluster, entries: &[Placed]) -> Result<Answers, Problem> {
        let name = |text: &str| Name::new(text).map_err(|error| Problem::internal(format!("cluster {}: {error}", cluster.id)));
        let mut last: BTreeMap<String, i64> = BTreeMap::new();
        for entry in entries {
            last.extend(entry.stack.clone().map(|stack| (stack, entry.number)));
        }
        Ok(Answers { cluster: name(&cluster.name)?, environment: name(&cluster.environment)?, last })
    }

    /// A stack whose last entry came before a commit has not answered for it.
    pub fn is_open(&self, stack: &Name, after_entry: i64) -> bool {
        self.last.get(stack.as_str()).is_some_and(|entry| *entry <= after_entry)
    }

    pub fn shown(&self, rows: Vec<store::foreign_commit::ForeignCommit>) -> Vec<ForeignCommit> {
        rows.into_iter().map(|row| self.show(row)).collect()
    }

    fn show(&self, row: store::foreign_commit::ForeignCommit) -> ForeignCommit {
        ForeignCommit {
            cluster: self.cluster.clone(),
            environment: self.environment.clone(),
            unanswered: row.stacks.iter().filter(|stack| self.is_open(stack, row.after_entry)).cloned().collect(),
            commit: row.commit_id,
            after: u64::try_from(row.after_entry).unwrap_or_default(),
            author: row.author,
            subject: row.subject,
            authored_at: row.authored_at,
            seen_at: row.seen_at,
            paths: row.paths,
            changed: u32::try_from(row.changed).unwrap_or(u32::MAX),
            is_merged: row.is_merged,
            stacks: row.stacks,
        }
    }
}

/// One of them with its diff.
pub async fn get(server: &Server, caller: &Caller, cluster: &str, commit: &str) -> Result<ForeignDiff, Problem> {
    let mut db = server.store.read().await?;
    let cluster = place::cluster(&mut db, caller, principal::Act::See, cluster).await?;
    let row = store::foreign_commit::get(&mut db, &cluster.id, commit).await?.ok_or_else(|| Problem::not_found("commit"))?;
    let answers = Answers::new(&cluster, &store::entry::branch(&mut db, &cluster.id).await?)?;
    drop(db);
    let id = |text: &str| text.parse::<ObjectId>().map_err(|_| Problem::not_found("commit"));
    let (id, before) = (id(&row.commit_id)?, row.parent.as_deref().map(id).transpose()?);
    let (diff, is_cut) = repository::with(server, &cluster, move |repository| {
        let patch = repository.mirror().and_then(|mirror| mirror.patch(before, id, DIFF));
        patch.map_err(|error| repository::unavailable(&error))
    })
    .await?;
    Ok(ForeignDiff { commit: answers.show(row), diff: visible::shown(&diff).into_owned(), is_cut })
}

/// A stack as it stands on the branch, whoever wrote it last.
pub async fn standing(server: &Server, caller: &Caller, cluster: &str, stack: &Name) -> Result<Stack, Problem> {
    let cluster = place::cluster(&mut *server.store.read().await?, caller, principal::Act::Draft, cluster).await?;
    let path = place::tree(&cluster)?.stack_yaml(stack);
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
