//! Editing a tree without a work tree: only the folders on the way to a change are written.

use std::collections::BTreeMap;

use git2::{Oid, Repository, Tree};

use super::error::GitError;
use super::path::PathError;

const FILE: i32 = 0o100644;

/// What is to stand at each path; `None` removes.
pub(super) type Edits = BTreeMap<String, Option<Oid>>;

/// Writes the tree that `edits` make of `base` and notes every tree written.
pub(super) fn edit(repository: &Repository, base: Option<&Tree<'_>>, edits: &Edits, written: &mut Vec<Oid>) -> Result<Oid, GitError> {
    let edits: Vec<(&str, Option<Oid>)> = edits.iter().map(|(path, blob)| (path.as_str(), *blob)).collect();
    let mut folder = Folder { repository, written };
    match folder.edit("", base, &edits)? {
        Some(tree) => Ok(tree),
        None => {
            let empty = repository.treebuilder(None).and_then(|builder| builder.write());
            let empty = empty.map_err(|e| GitError::of_storage(&e))?;
            written.push(empty);
            Ok(empty)
        }
    }
}

/// The edits of one folder that share the first part of their path.
#[derive(Default)]
struct Group<'e> {
    here: Option<Option<Oid>>,
    below: Vec<(&'e str, Option<Oid>)>,
}

struct Folder<'r, 'w> {
    repository: &'r Repository,
    written: &'w mut Vec<Oid>,
}

impl Folder<'_, '_> {
    /// The folder's new tree; `None` when nothing is left in it.
    fn edit(&mut self, at: &str, base: Option<&Tree<'_>>, edits: &[(&str, Option<Oid>)]) -> Result<Option<Oid>, GitError> {
        let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
        for &(path, blob) in edits {
            match path.split_once('/') {
                Some((first, rest)) => groups.entry(first).or_default().below.push((rest, blob)),
                None => groups.entry(path).or_default().here = Some(blob),
            }
        }
        let storage = |e: git2::Error| GitError::of_storage(&e);
        let mut builder = self.repository.treebuilder(base).map_err(storage)?;
        for (name, group) in groups {
            let path = if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
            let standing = base.and_then(|tree| tree.get_name(name)).map(|entry| (entry.id(), entry.filemode()));
            let next = self.entry(&path, standing, &group)?;
            match next {
                Some((id, mode)) => drop(builder.insert(name, id, mode).map_err(storage)?),
                None if standing.is_some() => builder.remove(name).map_err(storage)?,
                None => {}
            }
        }
        if builder.is_empty() {
            return Ok(None);
        }
        let tree = builder.write().map_err(storage)?;
        self.written.push(tree);
        Ok(Some(tree))
    }

    /// What stands at `path` afterwards.
    fn entry(&mut self, path: &str, standing: Option<(Oid, i32)>, group: &Group<'_>) -> Result<Option<(Oid, i32)>, GitError> {
        let is_folder = matches!(standing, Some((_, 0o040000)));
        let is_filled = group.below.iter().any(|(_, blob)| blob.is_some());
        let both = || GitError::Path(PathError::FileAndFolder(path.to_owned()));
        let folder = if is_folder {
            let (id, _) = standing.unwrap_or((Oid::ZERO_SHA1, 0));
            let tree = self.repository.find_tree(id).map_err(|e| GitError::of_storage(&e))?;
            match group.below.is_empty() {
                true => Some(id),
                false => self.edit(path, Some(&tree), &group.below)?,
            }
        } else if is_filled {
            match standing {
                // Nothing is ever written through a link or into a submodule, not even in its stead.
                Some((_, mode)) if mode & 0o170000 != 0o100000 => {
                    return Err(PathError::NotPlainFile(path.to_owned()).into());
                }
                // A file gives way to a folder only when it is itself removed in the same commit.
                Some(_) if group.here != Some(None) => return Err(both()),
                _ => self.edit(path, None, &group.below)?,
            }
        } else {
            None
        };
        match (group.here, folder) {
            (Some(Some(_)), Some(_)) => Err(both()),
            (Some(Some(blob)), None) => Ok(Some((blob, FILE))),
            (Some(None), Some(_)) if is_folder => Err(both()),
            (_, Some(tree)) => Ok(Some((tree, 0o040000))),
            (Some(None), None) => Ok(None),
            (None, None) if is_folder => Ok(None),
            (None, None) => Ok(standing),
        }
    }
}
