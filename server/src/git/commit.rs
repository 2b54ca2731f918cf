//! Building a commit in memory: tree, signed commit object and one pack of everything new.

use std::collections::BTreeMap;

use git2::{Buf, ObjectType, Oid, Repository};

use super::error::GitError;
use super::history::missing;
use super::id::ObjectId;
use super::mirror::Mirror;
use super::path;
use super::signature::{split_signature, with_signature};
use super::tree::{self, Edits};

/// A person or platform at a moment, as a commit names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub name: String,
    pub email: String,
    /// Since 1970, UTC.
    pub seconds: i64,
    /// East of UTC.
    pub offset_minutes: i32,
}

/// Everything a commit consists of; equal parts and an equal signature give an equal id.
#[derive(Debug, Clone, Copy)]
pub struct CommitParts<'a> {
    pub parent: Option<ObjectId>,
    /// What is to stand at each path as a plain file; `None` removes it.
    pub changes: &'a BTreeMap<String, Option<Vec<u8>>>,
    pub author: &'a Who,
    pub committer: &'a Who,
    pub message: &'a str,
}

/// A commit that stands nowhere yet; [`Mirror::store`] writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct BuiltCommit {
    pub id: ObjectId,
    pub tree: ObjectId,
    /// The commit object, signature included; with the same changes [`Mirror::rebuild_commit`] makes the rest.
    pub bytes: Vec<u8>,
    /// Every object that the parent may not have, complete in itself.
    pub pack: Vec<u8>,
}

impl std::fmt::Debug for BuiltCommit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BuiltCommit({}, tree {}, pack of {} bytes)", self.id, self.tree, self.pack.len())
    }
}

impl Mirror {
    /// Builds and signs; `sign` is given the exact bytes and returns an armoured SSH signature
    /// ([`super::PlatformKey::sign_commit`]). Nothing is written to disk.
    pub fn build_commit(&self, parts: &CommitParts<'_>, sign: impl FnOnce(&[u8]) -> String) -> Result<BuiltCommit, GitError> {
        let scratch = Scratch::over(&self.repository)?;
        let (tree, mut objects) = scratch.tree(parts.parent, parts.changes)?;
        let unsigned = commit_bytes(tree.into(), parts)?;
        let bytes = with_signature(&unsigned, &sign(&unsigned));
        scratch.finish(tree, &mut objects, bytes)
    }

    /// Makes the pack of a commit again from its own bytes and its changes, as after a crash.
    pub fn rebuild_commit(&self, bytes: &[u8], changes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<BuiltCommit, GitError> {
        let headers = Headers::read(bytes)?;
        let scratch = Scratch::over(&self.repository)?;
        let (tree, mut objects) = scratch.tree(headers.parent, changes)?;
        if ObjectId::from(tree) != headers.tree {
            return Err(GitError::Invalid(format!("the changes make tree {tree}, the commit names {}", headers.tree)));
        }
        scratch.finish(tree, &mut objects, bytes.to_vec())
    }

    /// The tree that the changes would give, without a commit.
    pub fn build_tree(&self, parent: Option<ObjectId>, changes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<ObjectId, GitError> {
        let (tree, _) = Scratch::over(&self.repository)?.tree(parent, changes)?;
        Ok(tree.into())
    }
}

/// The repository seen through an object store in memory that takes all writes.
pub(super) struct Scratch {
    repository: Repository,
}

impl Scratch {
    pub(super) fn over(repository: &Repository) -> Result<Scratch, GitError> {
        let storage = |e: git2::Error| GitError::of_storage(&e);
        let repository = Repository::open(repository.path()).map_err(storage)?;
        let odb = repository.odb().map_err(storage)?;
        odb.add_new_mempack_backend(i32::MAX).map_err(storage)?;
        drop(odb);
        Ok(Scratch { repository })
    }

    /// The new tree and every object on the way to it.
    pub(super) fn tree(&self, parent: Option<ObjectId>, changes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(Oid, Vec<Oid>), GitError> {
        let mut edits = Edits::new();
        let mut objects = Vec::new();
        for (path, content) in changes {
            path::check(path)?;
            let blob = match content {
                Some(bytes) => Some(self.repository.blob(bytes).map_err(|e| GitError::of_storage(&e))?),
                None => None,
            };
            objects.extend(blob);
            edits.insert(path.clone(), blob);
        }
        let base = match parent {
            Some(id) => {
                let commit = self.repository.find_commit(id.oid()).map_err(|e| missing(&e, id))?;
                Some(commit.tree().map_err(|e| missing(&e, id))?)
            }
            None => None,
        };
        let tree = tree::edit(&self.repository, base.as_ref(), &edits, &mut objects)?;
        if !objects.contains(&tree) {
            objects.push(tree);
        }
        Ok((tree, objects))
    }

    /// An object's own bytes.
    pub(super) fn object(&self, id: Oid) -> Result<Vec<u8>, GitError> {
        let storage = |e: git2::Error| GitError::of_storage(&e);
        Ok(self.repository.odb().map_err(storage)?.read(id).map_err(storage)?.data().to_vec())
    }

    fn finish(&self, tree: Oid, objects: &mut Vec<Oid>, bytes: Vec<u8>) -> Result<BuiltCommit, GitError> {
        let storage = |e: git2::Error| GitError::of_storage(&e);
        let odb = self.repository.odb().map_err(storage)?;
        let id = odb.write(ObjectType::Commit, &bytes).map_err(storage)?;
        objects.push(id);
        objects.sort_unstable();
        objects.dedup();
        let mut builder = self.repository.packbuilder().map_err(storage)?;
        for &object in objects.iter() {
            builder.insert_object(object, None).map_err(storage)?;
        }
        let mut pack = Buf::new();
        builder.write_buf(&mut pack).map_err(storage)?;
        Ok(BuiltCommit { id: id.into(), tree: tree.into(), bytes, pack: pack.to_vec() })
    }
}

/// The commit object before signing.
pub(super) fn commit_bytes(tree: ObjectId, parts: &CommitParts<'_>) -> Result<Vec<u8>, GitError> {
    let message = parts.message.trim_end();
    if message.is_empty() || message.contains(['\0', '\r']) {
        return Err(GitError::Invalid("a message is needed, without NUL and carriage return".to_owned()));
    }
    let parent = parts.parent.map(|id| format!("parent {id}\n")).unwrap_or_default();
    let author = who_line(parts.author)?;
    let committer = who_line(parts.committer)?;
    Ok(format!("tree {tree}\n{parent}author {author}\ncommitter {committer}\n\n{message}\n").into_bytes())
}

fn who_line(who: &Who) -> Result<String, GitError> {
    let plain = |text: &str| !text.trim().is_empty() && !text.contains(['<', '>']) && !text.chars().any(char::is_control);
    if !plain(&who.name) || !plain(&who.email) || who.email.contains(' ') {
        return Err(GitError::Invalid("author and committer have a name and an address on one line, without < and >".to_owned()));
    }
    if who.seconds < 0 || who.offset_minutes.abs() > 14 * 60 {
        return Err(GitError::Invalid("a commit's date is after 1970 and within 14 hours of UTC".to_owned()));
    }
    let sign = if who.offset_minutes < 0 { '-' } else { '+' };
    let offset = who.offset_minutes.abs();
    let (name, email) = (who.name.trim(), who.email.trim());
    Ok(format!("{name} <{email}> {} {sign}{:02}{:02}", who.seconds, offset / 60, offset % 60))
}

/// The two headers that tie a commit's bytes to a tree.
struct Headers {
    tree: ObjectId,
    parent: Option<ObjectId>,
}

impl Headers {
    fn read(bytes: &[u8]) -> Result<Headers, GitError> {
        let refused = || GitError::Invalid("these bytes are not a commit of ours".to_owned());
        let (payload, _) = split_signature(bytes).map_err(|_| refused())?;
        let text = String::from_utf8(payload).map_err(|_| refused())?;
        let mut lines = text.lines();
        let tree = lines.next().and_then(|l| l.strip_prefix("tree ")).and_then(|id| id.parse().ok()).ok_or_else(refused)?;
        let parent = match lines.next().and_then(|l| l.strip_prefix("parent ")) {
            Some(id) => Some(id.parse().map_err(|_| refused())?),
            None => None,
        };
        Ok(Headers { tree, parent })
    }
}
