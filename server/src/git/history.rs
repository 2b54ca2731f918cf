//! Reading commits, trees and files.

use std::path::Path;

use git2::{ErrorCode, ObjectType, TreeWalkMode, TreeWalkResult};

use super::commit::Who;
use super::error::GitError;
use super::id::ObjectId;
use super::mirror::Mirror;

/// Nothing that we read from a repository is larger; a foreign file that is gives an error, not a full memory.
const LARGEST_FILE: usize = 64 << 20;

/// A commit as it stands in the repository. All text in it is untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: ObjectId,
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    pub author: Who,
    pub committer: Who,
    pub message: String,
    /// The object's own bytes; [`super::split_signature`] and [`super::verify_commit`] read them.
    pub bytes: Vec<u8>,
}

/// A file (or link, or submodule: see `mode`) in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub path: String,
    /// Git's mode, such as `0o100644`.
    pub mode: u32,
    pub id: ObjectId,
}

/// One path that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    pub path: String,
    pub before: Option<(u32, ObjectId)>,
    pub after: Option<(u32, ObjectId)>,
}

impl Mirror {
    pub fn commit(&self, id: ObjectId) -> Result<Commit, GitError> {
        let odb = self.repository.odb().map_err(|e| GitError::of_storage(&e))?;
        let object = odb.read(id.oid()).map_err(|e| missing(&e, id))?;
        if object.kind() != ObjectType::Commit {
            return Err(GitError::Invalid(format!("{id} is not a commit")));
        }
        let commit = self.repository.find_commit(id.oid()).map_err(|e| missing(&e, id))?;
        Ok(Commit {
            id,
            tree: commit.tree_id().into(),
            parents: commit.parent_ids().map(ObjectId::from).collect(),
            author: who(&commit.author()),
            committer: who(&commit.committer()),
            message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
            bytes: object.data().to_vec(),
        })
    }

    /// The bytes of a file at a commit; `None` if nothing or no file stands there.
    pub fn file(&self, commit: ObjectId, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        match self.entry(commit, path)? {
            Some(entry) if entry.mode & 0o170000 == 0o100000 => self.blob(entry.id).map(Some),
            _ => Ok(None),
        }
    }

    /// What stands at a path, be it a folder.
    pub fn entry(&self, commit: ObjectId, path: &str) -> Result<Option<Entry>, GitError> {
        let tree = self.tree_of(commit)?;
        match tree.get_path(Path::new(path)) {
            Ok(entry) => Ok(Some(Entry { path: path.to_owned(), mode: mode(&entry), id: entry.id().into() })),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(GitError::of_storage(&error)),
        }
    }

    pub fn blob(&self, id: ObjectId) -> Result<Vec<u8>, GitError> {
        let odb = self.repository.odb().map_err(|e| GitError::of_storage(&e))?;
        let (size, _) = odb.read_header(id.oid()).map_err(|e| missing(&e, id))?;
        if size > LARGEST_FILE {
            return Err(GitError::TooLarge(LARGEST_FILE));
        }
        let object = odb.read(id.oid()).map_err(|e| missing(&e, id))?;
        Ok(object.data().to_vec())
    }

    /// Everything that is no folder below `prefix` (`""` is the root), in Git's order.
    pub fn entries(&self, commit: ObjectId, prefix: &str) -> Result<Vec<Entry>, GitError> {
        let prefix = prefix.trim_matches('/');
        let root = self.tree_of(commit)?;
        let (tree, above) = if prefix.is_empty() {
            (root, String::new())
        } else {
            match self.entry(commit, prefix)? {
                Some(entry) if entry.mode == 0o040000 => {
                    let tree = self.repository.find_tree(entry.id.oid()).map_err(|e| missing(&e, entry.id))?;
                    (tree, format!("{prefix}/"))
                }
                Some(entry) => return Ok(vec![entry]),
                None => return Ok(Vec::new()),
            }
        };
        let mut entries = Vec::new();
        let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() != Some(ObjectType::Tree) {
                let name = String::from_utf8_lossy(entry.name_bytes());
                let path = format!("{above}{folder}{name}");
                entries.push(Entry { path, mode: mode(entry), id: entry.id().into() });
            }
            TreeWalkResult::Ok
        });
        walked.map_err(|e| GitError::of_storage(&e))?;
        Ok(entries)
    }

    /// Commits along first parents from `head` back, newest first, without `until` and what is behind it.
    pub fn log(&self, head: ObjectId, until: Option<ObjectId>, limit: usize) -> Result<Vec<Commit>, GitError> {
        let mut commits: Vec<Commit> = Vec::new();
        let mut next = Some(head);
        while let Some(id) = next.filter(|&id| Some(id) != until && commits.len() < limit) {
            let commit = self.commit(id)?;
            next = commit.parents.first().copied();
            commits.push(commit);
        }
        Ok(commits)
    }

    /// Whether `descendant` is `ancestor` or was built on it.
    pub fn is_ancestor(&self, ancestor: ObjectId, descendant: ObjectId) -> Result<bool, GitError> {
        if ancestor == descendant {
            return Ok(true);
        }
        if !self.has(ancestor) {
            return Ok(false); // a descendant's history is here as a whole
        }
        let above = self.repository.graph_descendant_of(descendant.oid(), ancestor.oid());
        above.map_err(|e| missing(&e, descendant))
    }

    /// Every path whose file or mode differs; `None` stands for the empty tree. Renames are two changes.
    pub fn changed_paths(&self, from: Option<ObjectId>, to: ObjectId) -> Result<Vec<PathChange>, GitError> {
        let from = from.map(|id| self.tree_of(id)).transpose()?;
        let to = self.tree_of(to)?;
        let diff = self.repository.diff_tree_to_tree(from.as_ref(), Some(&to), None);
        let diff = diff.map_err(|e| GitError::of_storage(&e))?;
        let side = |file: &git2::DiffFile<'_>| file.exists().then(|| (u32::from(file.mode()), file.id().into()));
        let changes = diff.deltas().map(|delta| {
            let path = delta.new_file().path_bytes().or(delta.old_file().path_bytes()).unwrap_or_default();
            PathChange { path: String::from_utf8_lossy(path).into_owned(), before: side(&delta.old_file()), after: side(&delta.new_file()) }
        });
        Ok(changes.collect())
    }

    pub(super) fn tree_of(&self, commit: ObjectId) -> Result<git2::Tree<'_>, GitError> {
        let commit_object = self.repository.find_commit(commit.oid()).map_err(|e| missing(&e, commit))?;
        commit_object.tree().map_err(|e| missing(&e, commit))
    }
}

pub(super) fn missing(error: &git2::Error, id: ObjectId) -> GitError {
    match error.code() {
        ErrorCode::NotFound => GitError::Missing(id),
        _ => GitError::of_storage(error),
    }
}

fn mode(entry: &git2::TreeEntry<'_>) -> u32 {
    u32::try_from(entry.filemode()).unwrap_or_default()
}

fn who(signature: &git2::Signature<'_>) -> Who {
    Who {
        name: String::from_utf8_lossy(signature.name_bytes()).into_owned(),
        email: String::from_utf8_lossy(signature.email_bytes()).into_owned(),
        seconds: signature.when().seconds(),
        offset_minutes: signature.when().offset_minutes(),
    }
}
