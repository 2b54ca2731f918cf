//! The record: what Git holds, entry by entry, and how anybody can check it.

pub mod accept;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use domain::api::cluster::Step;
use domain::api::outcome::Outcome;
use domain::api::record::Entry;
use domain::api::{Author, AuthorKind, Page};
use domain::name::Name;
use domain::outcome::Commit;
use domain::plan::{Plan, WriterKind};
use domain::principal;
use domain::problem::Problem;
use domain::record;

use super::around::Answers;
use super::{People, names, outcome, place, plan};
use crate::api::caller::Caller;
use crate::deploy::intend;
use crate::server::Server;
use crate::store::{self, Conn};

const PAGE: usize = 50;

/// What to list: one cluster's or one stack's entries, from before a moment on.
#[derive(Debug, Default)]
pub struct Filter {
    pub cluster: Option<String>,
    pub stack: Option<String>,
    pub after: Option<String>,
}

/// Newest first.
pub async fn list(server: &Server, caller: &Caller, filter: Filter) -> Result<Page<Entry>, Problem> {
    let mut db = server.store.read().await?;
    let cluster = match &filter.cluster {
        Some(name) => place::cluster(&mut db, caller, principal::Act::See, name).await?.id,
        None => String::new(),
    };
    let stack = match &filter.stack {
        Some(stack) => store::stack::by_stack_id(&mut db, &cluster, stack).await?.map_or_else(|| String::from("-"), |stack| stack.id),
        None => String::new(),
    };
    let before = filter.after.as_ref().and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    let people = names(&mut db).await?;
    let rows = store::entry::list(&mut db, &cluster, &stack, before, i64::try_from(PAGE).unwrap_or(50)).await?;
    let next = (rows.len() == PAGE).then(|| rows.last().map(|row| row.recorded_at.to_string())).flatten();
    let mut items = Vec::new();
    let mut seen = BTreeMap::new();
    for row in rows {
        let around = match seen.entry(row.cluster.clone()) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(slot) => {
                let cluster = store::cluster::get(&mut db, slot.key()).await?;
                let cluster = cluster.filter(|cluster| caller.may(principal::Act::See, &place::target(cluster)).is_ok());
                slot.insert(match cluster {
                    Some(cluster) => Some(Around::of(&mut db, cluster).await?),
                    None => None,
                })
            }
        };
        if let Some(around) = around {
            let mut entry = shown(&mut db, &around.cluster, &people, row).await?;
            around.tell(&mut db, &mut entry, None).await?;
            items.push(entry);
        }
    }
    Ok(Page { items, next })
}

pub async fn get(server: &Server, caller: &Caller, cluster: &str, number: u64) -> Result<Entry, Problem> {
    let mut db = server.store.read().await?;
    let cluster = place::cluster(&mut db, caller, principal::Act::See, cluster).await?;
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let row = store::entry::by_number(&mut db, &cluster.id, number).await?.ok_or_else(|| Problem::not_found("entry"))?;
    let people = names(&mut db).await?;
    let plan = store::plan::get(&mut db, &row.plan).await?.ok_or_else(|| Problem::not_found("entry"))?;
    let mut entry = shown(&mut db, &cluster, &people, row).await?;
    Around::of(&mut db, cluster).await?.tell(&mut db, &mut entry, Some(&intend::read(&plan)?)).await?;
    Ok(entry)
}

/// Commits of others that are shown with the entry before them.
const FOLLOWED: i64 = 20;

/// What is known of a cluster's branch beside the entries themselves.
pub struct Around {
    cluster: store::cluster::Cluster,
    branch: Vec<Commit>,
    foreign: Vec<store::foreign_commit::Between>,
    answers: Answers,
}

impl Around {
    pub async fn of(db: &mut Conn, cluster: store::cluster::Cluster) -> Result<Around, Problem> {
        let entries = store::entry::branch(db, &cluster.id).await?;
        let foreign = store::foreign_commit::branch(db, &cluster.id).await?;
        let (branch, answers) = (outcome::woven(&entries, &foreign), Answers::new(&cluster, &entries)?);
        Ok(Around { cluster, branch, foreign, answers })
    }

    /// Whether somebody else's change to a stack waits for an answer.
    pub fn is_overruled(&self, stack: &Name) -> bool {
        self.foreign.iter().any(|commit| commit.stacks.contains(stack) && self.answers.is_open(stack, commit.after_entry))
    }

    /// What a cluster made of a stack's entry.
    pub async fn outcome(&self, db: &mut Conn, stack: &str, number: u64, plan: Option<&Plan>) -> Result<Option<Outcome>, Problem> {
        match store::stack::by_stack_id(db, &self.cluster.id, stack).await? {
            Some(stack) => outcome::of_entry(db, &stack, number, &self.branch, plan).await,
            None => Ok(None),
        }
    }

    async fn tell(&self, db: &mut Conn, entry: &mut Entry, plan: Option<&Plan>) -> Result<(), Problem> {
        if let Some(stack) = &entry.stack {
            entry.outcome = self.outcome(db, stack, entry.number, plan).await?;
        }
        let number = i64::try_from(entry.number).unwrap_or(i64::MAX);
        let count = self.foreign.iter().filter(|commit| commit.after_entry == number).count();
        if count > 0 {
            let rows = store::foreign_commit::list(db, &self.cluster.id, Some(number), i64::MAX, FOLLOWED).await?;
            entry.followed_by = self.answers.shown(rows);
            entry.followed_by_count = u32::try_from(count).unwrap_or(u32::MAX);
        }
        Ok(())
    }
}

/// Of a cluster that the caller may see already.
pub async fn shown(db: &mut Conn, cluster: &store::cluster::Cluster, people: &People, row: store::entry::Entry) -> Result<Entry, Problem> {
    let stored =
        store::plan::get(db, &row.plan).await?.ok_or_else(|| Problem::internal(format!("entry {}: its plan is missing", row.number)))?;
    let planned = intend::read(&stored)?;
    let number = u64::try_from(row.number).unwrap_or_default();
    let signers = plan::approvals(db, people, &row.plan).await?;
    let by = By { keys: principals(db, &signers, true).await?, passwords: principals(db, &signers, false).await? };
    let root = root(db, &cluster.id).await?;
    let verify = verify(cluster, &planned, number, &stored.sha256, &row.commit_id, &by, root.as_deref());
    let checkpoint = store::deployment::of_plan(db, &row.plan).await?.and_then(|deployment| deployment.checkpoint);
    let sum = |of: fn(&domain::plan::FileChange) -> u32| planned.files.iter().map(of).sum();
    Ok(Entry {
        number,
        cluster: cluster.name.clone(),
        environment: cluster.environment.clone(),
        kind: stored.kind,
        stack: planned.stack.as_ref().map(|stack| stack.id.to_string()),
        title: planned.subject.clone(),
        why: planned.why.clone(),
        ticket: planned.ticket.clone(),
        brief: planned.brief.clone(),
        commit: row.commit_id,
        plan: row.plan,
        plan_sha256: stored.sha256,
        checkpoint,
        drafted_by: planned.writers.iter().map(|writer| author(people, writer)).collect(),
        signers,
        recorded_at: row.recorded_at,
        files: u32::try_from(planned.changed_files().count()).unwrap_or(u32::MAX),
        added: sum(|file| file.added),
        removed: sum(|file| file.removed),
        outcome: None,
        followed_by: Vec::new(),
        followed_by_count: 0,
        verify,
    })
}

/// As people are called now; the plan holds the name that the roster knows.
fn author(people: &People, writer: &domain::plan::Writer) -> Author {
    let kind = match writer.kind {
        WriterKind::Person => AuthorKind::Person,
        WriterKind::Agent => AuthorKind::Agent,
    };
    let name = match kind {
        AuthorKind::Person => people.of(&writer.id),
        AuthorKind::Agent => writer.name.clone(),
    };
    Author { kind, id: writer.id.clone(), name }
}

/// The login names of those who approved.
struct By {
    keys: Vec<String>,
    passwords: Vec<String>,
}

/// The names by which the repository knows those who signed, or those who did not.
async fn principals(db: &mut Conn, signers: &[domain::api::plan::Approval], countersigned: bool) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for signer in signers.iter().filter(|signer| signer.countersigned == countersigned) {
        names.extend(store::person::get(db, &signer.person).await?.map(|person| person.name));
    }
    Ok(names)
}

/// The digest of the first roster, by which the whole record can be pinned from outside the repository.
pub async fn root(db: &mut Conn, cluster: &str) -> Result<Option<String>, Problem> {
    let Some(first) = store::entry::by_number(db, cluster, 1).await? else { return Ok(None) };
    let Some(stored) = store::plan::get(db, &first.plan).await? else { return Ok(None) };
    let planned = intend::read(&stored)?;
    let path = planned.tree().allowed_signers();
    let roster = planned.files.into_iter().find(|file| file.path == path);
    Ok(roster.and_then(|file| file.after).map(|digest| digest.sha256))
}

/// Stock commands, to be run in a clone: nothing of ours takes part.
fn verify(
    cluster: &store::cluster::Cluster,
    plan: &Plan,
    number: u64,
    sha256: &str,
    commit: &str,
    by: &By,
    root: Option<&str>,
) -> Vec<Step> {
    let tree = plan.tree();
    let signers = tree.allowed_signers();
    let folder = format!("{}{}", tree.entries(), record::folder(number, sha256));
    let mut steps = vec![
        Step {
            what: String::from("Clone the repository"),
            command: format!("git clone --branch {} {} record && cd record", cluster.branch, cluster.url),
        },
        Step {
            what: String::from("The platform signed the commit"),
            command: format!("git -c gpg.ssh.allowedSignersFile={signers} verify-commit {commit}"),
        },
    ];
    steps.extend(by.keys.iter().map(|name| Step {
        what: format!("{name} signed the plan"),
        command: format!(
            "git show {commit}:{folder}/approvals/{name}.sig > approval.sig && git show {commit}:{folder}/plan.json | \
             ssh-keygen -Y verify -f {signers} -n countersign-deploy@v1 -I {name} -s approval.sig"
        ),
    }));
    steps.extend(by.passwords.iter().map(|name| Step {
        what: format!("{name} gave a password: nothing proves it, and this is all there is"),
        command: format!("git show {commit}:{folder}/approvals/{name}.password"),
    }));
    let path = match cluster.path_prefix.as_str() {
        "" => String::new(),
        folder => format!(" --path {folder}"),
    };
    let trust = root.map(|digest| format!(" --trust sha256:{digest}")).unwrap_or_default();
    // Of such an entry there is no other proof: whoever verifies says that they take it.
    let passwords = if by.passwords.is_empty() { "" } else { " --accept-passwords" };
    steps.push(Step {
        what: String::from("Every entry at once, from the roster that this server began with, and that this one is still there"),
        command: format!("countersign verify .{trust}{path} --at-least {number}{passwords}"),
    });
    steps
}
