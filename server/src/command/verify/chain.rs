//! Walks a branch from its first commit and carries along what the entries so far have established.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::Checkpoint;
use domain::name::Name;
use domain::plan::{ClusterIdentity, Plan, RepositoryIdentity};
use domain::record;
use domain::repository::Tree;

use super::Expected;
use super::entry::{self, Judged};
use crate::git::{Commit, Mirror, ObjectId, PathChange};
use crate::identity::roster::Roster;

pub struct Report {
    /// Oldest first.
    pub rows: Vec<Row>,
    pub is_pinned: bool,
    /// The digest of the first roster.
    pub root: Option<String>,
    /// Commits behind one that is not good.
    pub not_judged: usize,
    /// Of every good entry, the audit log as it saw it.
    pub checkpoints: Vec<(u64, Checkpoint)>,
    /// What was expected of the record as a whole and does not hold: its end is cut off.
    pub missing: Option<String>,
}

pub struct Row {
    pub commit: String,
    pub what: What,
    /// Why it is not good.
    pub bad: Option<String>,
    /// What it says and nothing in the repository proves.
    pub unproven: Vec<Unproven>,
}

/// An entry that is in order as far as Git can tell, and rests on more than what people signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unproven {
    /// A password stands in for a signature: it is the platform's word that somebody gave it.
    Password { by: Vec<String> },
    /// The roster begins anew, signed by those whom it names itself.
    NewRoot { digest: String },
    /// The audit log is shorter than it was: it goes on from where that entry saw it (0: it begins anew).
    LogCut { after: u64 },
}

pub enum What {
    Entry {
        number: u64,
        about: String,
        /// Each with the key's fingerprint.
        by: Vec<String>,
    },
    /// Somebody else's commit.
    Foreign { subject: String },
    /// It gives itself out as an entry and is none.
    Broken,
}

impl Report {
    pub fn first_bad(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.bad.is_some())
    }

    pub fn is_good(&self) -> bool {
        self.first_bad().is_none() && self.missing.is_none()
    }

    /// The number of the last good entry.
    pub fn last(&self) -> u64 {
        self.checkpoints.last().map_or(0, |(number, _)| *number)
    }
}

/// What holds after the entries so far.
#[derive(Default)]
pub struct State {
    pub known: Option<Known>,
    /// Digests of the plans: each is deployed once.
    pub plans: BTreeSet<String>,
    /// Governed paths that nobody's countersignature covers, with the row that changed them.
    pub tainted: BTreeMap<String, usize>,
}

pub struct Known {
    pub number: u64,
    pub cluster: ClusterIdentity,
    pub repository: RepositoryIdentity,
    pub tree: Tree,
    /// As the last entry that wrote it left it; it judges the next entry.
    pub roster: Roster,
    /// The audit log as every entry so far saw it, oldest first.
    pub log: Vec<(u64, Checkpoint)>,
    stacks: BTreeSet<Name>,
    /// Every path that some entry answered for, and what stood there then.
    written: BTreeMap<String, Standing>,
}

/// Mode and object, as Git has them; `None` where nothing stands.
type Standing = Option<(u32, ObjectId)>;

impl Known {
    fn stood(&self, path: &str) -> Standing {
        self.written.get(path).copied().flatten()
    }

    fn governs(&self, path: &str) -> bool {
        self.written.contains_key(path) || self.tree.stack_of(path).is_some_and(|stack| self.stacks.contains(&stack))
    }
}

pub fn walk(mirror: &Mirror, head: ObjectId, expected: &Expected) -> anyhow::Result<Report> {
    // What claims to be an entry is judged by it, so a false claim leads nowhere.
    let claims = |id: ObjectId| mirror.commit(id).is_ok_and(|commit| record::read_trailers(&commit.message).is_some());
    let steps = mirror.course(None, head, claims)?;
    let mut state = State::default();
    let is_pinned = !expected.trust.is_empty();
    let mut report = Report { rows: Vec::new(), is_pinned, root: None, not_judged: 0, checkpoints: Vec::new(), missing: None };
    for (place, step) in steps.iter().enumerate() {
        let commit = &mirror.commit(step.id)?;
        // What a merge brought in is what the merge changed.
        let changed = if step.is_merged { Vec::new() } else { mirror.changed_paths(step.before, step.id)? };
        let row = match step.is_merged || is_foreign(commit, &changed, expected.evidence.as_deref()) {
            true => foreign(commit, &changed, &mut state, place),
            false => match entry::judge(mirror, commit, &changed, &state, expected) {
                Ok(judged) => accept(mirror, commit, judged, &mut state, &mut report)?,
                Err(error) => {
                    Row { commit: commit.id.to_string(), what: claimed(commit), bad: Some(format!("{error:#}")), unproven: Vec::new() }
                }
            },
        };
        let is_bad = row.bad.is_some();
        report.rows.push(row);
        if is_bad {
            report.not_judged = steps.len() - place - 1;
            break;
        }
    }
    // A change that a later entry wrote over or took up is history; one that still stands is not countersigned.
    for (path, place) in &state.tainted {
        let bad = &mut report.rows[*place].bad;
        bad.get_or_insert_with(|| format!("it changes {path}, which only an entry may, and no entry since has answered for that"));
    }
    if report.first_bad().is_none() {
        report.missing = expected.missing(&report, state.known.as_ref().map(|known| &known.roster));
    }
    Ok(report)
}

/// Whether a commit neither says that it is an entry nor touches what only entries write. Where the record's folder is
/// given, another record's entries in the same branch are foreign as well.
fn is_foreign(commit: &Commit, changed: &[PathChange], evidence: Option<&str>) -> bool {
    let is_evidence = |path: &str| path.starts_with(".countersign/") || path.contains("/.countersign/");
    let says = record::read_trailers(&commit.message).is_some();
    let touches = |of: &dyn Fn(&str) -> bool| changed.iter().any(|change| of(&change.path));
    match evidence {
        Some(ours) => !touches(&|path| path.starts_with(ours)) && (!says || touches(&is_evidence)),
        None => !says && !touches(&is_evidence),
    }
}

fn claimed(commit: &Commit) -> What {
    match record::read_trailers(&commit.message) {
        Some(said) => What::Entry { number: said.record, about: said.stack.unwrap_or_else(|| String::from("?")), by: Vec::new() },
        None => What::Broken,
    }
}

fn foreign(commit: &Commit, changed: &[PathChange], state: &mut State, place: usize) -> Row {
    if let Some(known) = &state.known {
        for change in changed.iter().filter(|change| known.governs(&change.path)) {
            // Whoever puts back what stood there has answered for it.
            match known.stood(&change.path) == change.after {
                true => drop(state.tainted.remove(&change.path)),
                false => drop(state.tainted.entry(change.path.clone()).or_insert(place)),
            }
        }
    }
    let subject = commit.message.lines().next().unwrap_or_default().to_owned();
    Row { commit: commit.id.to_string(), what: What::Foreign { subject }, bad: None, unproven: Vec::new() }
}

fn accept(mirror: &Mirror, commit: &Commit, judged: Judged, state: &mut State, report: &mut Report) -> anyhow::Result<Row> {
    let Judged { number, plan, sha256, by, roster, root, checkpoint, unproven } = judged;
    report.checkpoints.push((number, checkpoint.clone()));
    report.root = report.root.take().or(root);
    let before = state.known.take();
    let (stacks, written, mut log) = before.map(|known| (known.stacks, known.written, known.log)).unwrap_or_default();
    log.push((number, checkpoint));
    let mut known = Known {
        number,
        cluster: plan.cluster.clone(),
        repository: plan.repository.clone(),
        tree: plan.tree(),
        roster,
        log,
        stacks,
        written,
    };
    known.stacks.extend(plan.stack.iter().map(|stack| stack.id.clone()));
    // Every owned file stands in the plan with its digests, so whoever signed it answers for all of them.
    state.tainted.retain(|path, _| !plan.owns(path) && !plan.files.iter().any(|file| file.path == *path));
    for file in &plan.files {
        let standing = mirror.entry(commit.id, &file.path)?.map(|entry| (entry.mode, entry.id));
        known.written.insert(file.path.clone(), standing);
    }
    state.known = Some(known);
    state.plans.insert(sha256);
    Ok(Row { commit: commit.id.to_string(), what: What::Entry { number, about: about(&plan), by }, bad: None, unproven })
}

fn about(plan: &Plan) -> String {
    match &plan.stack {
        Some(stack) => stack.id.to_string(),
        None => serde_json::to_value(plan.kind).ok().and_then(|kind| kind.as_str().map(|kind| format!("({kind})"))).unwrap_or_default(),
    }
}
