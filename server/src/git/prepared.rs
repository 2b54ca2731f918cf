//! A commit all of which is fixed but for a few small files. Whoever holds the database's writer finishes it there:
//! by hashing alone, without a disk.

use git2::{ObjectType, Oid};

use super::commit::{CommitParts, Scratch, commit_bytes};
use super::error::GitError;
use super::id::ObjectId;
use super::mirror::Mirror;
use super::signature::with_signature;

/// Waits for the content of some files of one folder.
#[derive(Clone)]
pub struct Prepared {
    /// The trees on the way to the folder, the root first, the folder last: each with the name that leads to the next.
    trees: Vec<(Vec<u8>, String)>,
    folder: Vec<u8>,
    /// The unsigned commit without its first line, which names the tree.
    rest: Vec<u8>,
}

/// The commit object, signature included; [`Mirror::rebuild_commit`] makes the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub id: ObjectId,
    pub bytes: Vec<u8>,
}

impl Mirror {
    /// `parts.changes` holds the files that are still to come, with any content; they stand in `folder` (ending in a
    /// slash).
    pub fn prepare_commit(&self, parts: &CommitParts<'_>, folder: &str) -> Result<Prepared, GitError> {
        let scratch = Scratch::over(&self.repository)?;
        let (root, _) = scratch.tree(parts.parent, parts.changes)?;
        let unsigned = commit_bytes(root.into(), parts)?;
        let rest = unsigned.iter().position(|&byte| byte == b'\n').map_or(unsigned.len(), |end| end + 1);
        let mut trees = Vec::new();
        let mut tree = scratch.object(root)?;
        for name in folder.trim_end_matches('/').split('/') {
            let below = place(&tree, name)?;
            let id = Oid::from_bytes(&tree[below.clone()]).map_err(|e| GitError::of_storage(&e))?;
            let next = scratch.object(id)?;
            trees.push((std::mem::replace(&mut tree, next), name.to_owned()));
        }
        Ok(Prepared { trees, folder: tree, rest: unsigned[rest..].to_vec() })
    }
}

impl Prepared {
    /// Fills the files in and signs; `sign` is as for [`Mirror::build_commit`].
    pub fn finish(&self, files: &[(&str, &[u8])], sign: impl FnOnce(&[u8]) -> String) -> Result<Finished, GitError> {
        let hash = |kind, bytes: &[u8]| Oid::hash_object(kind, bytes).map_err(|e| GitError::of_storage(&e));
        let mut folder = self.folder.clone();
        for (name, bytes) in files {
            put(&mut folder, name, hash(ObjectType::Blob, bytes)?)?;
        }
        let mut below = hash(ObjectType::Tree, &folder)?;
        for (tree, name) in self.trees.iter().rev() {
            let mut tree = tree.clone();
            put(&mut tree, name, below)?;
            below = hash(ObjectType::Tree, &tree)?;
        }
        let unsigned = [format!("tree {below}\n").as_bytes(), &self.rest].concat();
        let bytes = with_signature(&unsigned, &sign(&unsigned));
        Ok(Finished { id: hash(ObjectType::Commit, &bytes)?.into(), bytes })
    }
}

fn put(tree: &mut [u8], name: &str, id: Oid) -> Result<(), GitError> {
    let place = place(tree, name)?;
    tree[place].copy_from_slice(id.as_bytes());
    Ok(())
}

/// Where the id of an entry stands in a tree object: `mode SP name NUL id`, one after the other.
fn place(tree: &[u8], name: &str) -> Result<std::ops::Range<usize>, GitError> {
    let mut at = 0;
    while let Some(end) = tree[at..].iter().position(|&byte| byte == 0).map(|end| at + end) {
        let id = end + 1..end + 21;
        let its = tree[at..end].splitn(2, |&byte| byte == b' ').nth(1);
        if its == Some(name.as_bytes()) && id.end <= tree.len() {
            return Ok(id);
        }
        at = id.end.min(tree.len());
    }
    Err(GitError::Invalid(format!("the commit has no {name} where one is to come")))
}
