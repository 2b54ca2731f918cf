//! Reads the head of a branch as planning needs it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex};

use domain::name::Name;
use domain::object::ObjectKey;
use domain::plan::facts::{Head, HeadFile, LeftRunning, OtherFile, OtherStack, objects_in};
use domain::repository::Tree;
use domain::stack::{Stack, source};

use crate::git::{Entry, GitError, Mirror, ObjectId};
use crate::store::{self, Conn};

/// Commits looked at for changes around us; further back, a foreign change was seen when it was new.
const COMMITS: usize = 1_000;

/// Objects by the blob they were read from: content never changes under its id.
static OBJECTS: LazyLock<Mutex<HashMap<[u8; 20], Vec<ObjectKey>>>> = LazyLock::new(Mutex::default);
/// Blobs remembered; then the memory starts anew.
const REMEMBERED: usize = 200_000;

/// Whose files are read whole.
#[derive(Debug, Clone)]
pub enum Subject {
    Stack(Name),
    /// The cluster's own files: binding, recipients, roster.
    Cluster,
}

/// What is known of the record so far: foreign commits are the others.
#[derive(Debug, Clone, Default)]
pub struct Ours {
    pub commits: BTreeSet<String>,
    /// Where the subject was last in order: a foreign change after it waits for an answer, whoever deployed since.
    pub last: Option<String>,
    /// No entry has written anything of it yet: whatever stands in its place is somebody else's.
    pub is_new: bool,
}

impl Ours {
    /// For a stack by its row, or for the cluster's own files.
    pub async fn of(db: &mut Conn, cluster: &str, stack: Option<&str>) -> Result<Ours, store::Error> {
        let commits = store::entry::commits(db, cluster).await?;
        let of_stack = match stack {
            Some(stack) => store::entry::last_of_stack(db, stack).await?,
            None => store::entry::last(db, cluster).await?,
        };
        let is_new = of_stack.is_none();
        // Nothing of a new stack can be in order before the repository was bound.
        let last = match of_stack {
            Some(entry) => Some(entry),
            None => store::entry::by_number(db, cluster, 1).await?,
        };
        Ok(Ours { commits: commits.into_iter().collect(), last: last.map(|entry| entry.commit_id), is_new })
    }
}

pub fn load(mirror: &Mirror, head: Option<ObjectId>, tree: &Tree, subject: &Subject, ours: &Ours) -> Result<Head, GitError> {
    let Some(commit) = head else { return Ok(Head::default()) };
    let mut out = Head::default();
    let mut stacks: BTreeMap<Name, Option<Stack>> = BTreeMap::new();
    for file in mirror.entries(commit, "")? {
        if file.path.starts_with(&tree.entries()) {
            continue;
        }
        if is_read_whole(tree, subject, &file.path) {
            out.files.insert(file.path.clone(), HeadFile::new(format!("{:o}", file.mode), content(mirror, &file)?));
        }
        let stack = tree.stack_of(&file.path);
        if let Some(id) = stack.as_ref().filter(|id| file.path == tree.stack_yaml(id))
            && !matches!(subject, Subject::Stack(own) if own == id)
        {
            stacks.insert(id.clone(), read_stack(&mirror.blob(file.id)?));
        }
        if !out.files.contains_key(&file.path) {
            let objects = objects(mirror, &file)?;
            if !objects.is_empty() {
                out.others.push(OtherFile { path: file.path, stack, objects });
            }
        }
    }
    for (id, stack) in stacks {
        let (depends_on, let_go) = stack.map(|stack| (stack.depends_on, stack.let_go)).unwrap_or_default();
        out.left_running.extend(let_go.into_iter().map(|gone| LeftRunning { by: id.clone(), gone }));
        out.stacks.push(OtherStack { id, depends_on });
    }
    out.foreign_changes = foreign_changes(mirror, commit, tree, subject, ours)?;
    Ok(out)
}

fn is_read_whole(tree: &Tree, subject: &Subject, path: &str) -> bool {
    let own = match subject {
        Subject::Stack(stack) => tree.stack_owns(stack, path),
        Subject::Cluster => path == tree.sops() || path == tree.allowed_signers(),
    };
    own || path == tree.binding() || tree.is_shared(path)
}

/// A link or a submodule has no content of its own here: what matters is that it is none of our plain files.
fn content(mirror: &Mirror, file: &Entry) -> Result<Vec<u8>, GitError> {
    match file.mode {
        0o100_644 | 0o100_755 => mirror.blob(file.id),
        _ => Ok(Vec::new()),
    }
}

fn read_stack(stack_yaml: &[u8]) -> Option<Stack> {
    source::parse(&String::from_utf8_lossy(stack_yaml)).ok()
}

fn objects(mirror: &Mirror, file: &Entry) -> Result<Vec<ObjectKey>, GitError> {
    let is_yaml = file.path.ends_with(".yaml") || file.path.ends_with(".yml");
    if !is_yaml || !matches!(file.mode, 0o100_644 | 0o100_755) {
        return Ok(Vec::new());
    }
    let id = *file.id.as_bytes();
    if let Some(known) = OBJECTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id) {
        return Ok(known.clone());
    }
    let found = objects_in(&file.path, &mirror.blob(file.id)?);
    let mut memory = OBJECTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if memory.len() >= REMEMBERED {
        memory.clear();
    }
    memory.insert(id, found.clone());
    Ok(found)
}

/// Owned paths that a commit which is none of ours has touched since the subject was last in order.
fn foreign_changes(mirror: &Mirror, head: ObjectId, tree: &Tree, subject: &Subject, ours: &Ours) -> Result<Vec<String>, GitError> {
    let Subject::Stack(stack) = subject else { return Ok(Vec::new()) };
    if ours.is_new {
        let standing = mirror.entries(head, "")?.into_iter().map(|file| file.path);
        return Ok(standing.filter(|path| tree.stack_owns(stack, path)).collect());
    }
    let Some(last) = ours.last.as_ref().and_then(|id| id.parse().ok()) else { return Ok(Vec::new()) };
    if !mirror.has(last) || !mirror.is_ancestor(last, head)? {
        return Ok(Vec::new());
    }
    let mut touched = BTreeSet::new();
    let is_ours = |id: ObjectId| ours.commits.contains(&id.to_string());
    let steps = mirror.course(Some(last), head, is_ours)?;
    // What a merge brought in is what the merge changed.
    for step in steps.iter().rev().filter(|step| !step.is_merged && !is_ours(step.id)).take(COMMITS) {
        let changed = mirror.changed_paths(step.before, step.id)?;
        touched.extend(changed.into_iter().map(|change| change.path).filter(|path| tree.stack_owns(stack, path)));
    }
    Ok(touched.into_iter().collect())
}
