//! Bare repositories on this machine: embedded ones and `file://`.

use std::path::Path;

use git2::{Repository, RepositoryInitOptions};

use super::error::{GitError, tame};
use super::id::ObjectId;
use super::mirror::branch_ref;
use super::probe::Heads;
use super::session::ready;

mod branch;
pub(super) use branch::{Swap, clear_dead_claims, compare_and_set};

/// Makes an empty bare repository whose `HEAD` is `branch`; one that already stands there stays as it is.
pub fn init_embedded(path: &Path, branch: &str) -> Result<(), GitError> {
    ready();
    branch_ref(branch)?;
    if Repository::open_bare(path).is_ok() {
        return Ok(());
    }
    let mut options = RepositoryInitOptions::new();
    options.bare(true).mkpath(true).external_template(false).initial_head(branch);
    let repository = Repository::init_opts(path, &options).map_err(|e| GitError::of_storage(&e))?;
    let mut config = repository.config().map_err(|e| GitError::of_storage(&e))?;
    // For people who push into it with stock git: the record only grows.
    for (key, value) in [("receive.denyNonFastForwards", true), ("receive.denyDeletes", true)] {
        config.set_bool(key, value).map_err(|e| GitError::of_storage(&e))?;
    }
    Ok(())
}

/// Opens a bare repository; a clone with a work tree is refused, since its files would not follow its branch.
pub(super) fn open(path: &Path) -> Result<Repository, GitError> {
    ready();
    let refused = |why: &str| GitError::NotARepository(format!("{}: {why}", tame(&path.to_string_lossy())));
    let repository = match Repository::open_bare(path) {
        Ok(repository) => repository,
        Err(_) if path.join(".git").exists() => return Err(refused("it has a work tree; a bare repository is needed")),
        Err(error) => return Err(refused(&tame(error.message()))),
    };
    let says_bare = repository.config().and_then(|mut config| config.snapshot()).and_then(|c| c.get_bool("core.bare"));
    match says_bare {
        Ok(false) => Err(refused("it has a work tree; a bare repository is needed")),
        _ => Ok(repository),
    }
}

pub(super) fn heads(path: &Path) -> Result<Heads, GitError> {
    let repository = open(path)?;
    let storage = |e: git2::Error| GitError::of_storage(&e);
    let mut heads = Heads::default();
    for reference in repository.references_glob("refs/heads/*").map_err(storage)?.flatten() {
        let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
        if let (Some(branch), Some(oid)) = (name.strip_prefix("refs/heads/"), reference.target()) {
            heads.branches.insert(branch.to_owned(), oid.into());
        }
    }
    let default = head_branch(&repository);
    heads.default = default.filter(|branch| heads.branches.contains_key(branch));
    Ok(heads)
}

/// Lets `HEAD` name the branch if it names one that does not exist, so that a first clone checks it out.
pub(super) fn adopt_head(repository: &Repository, branch: &str) -> Result<(), GitError> {
    let points_at = head_branch(repository);
    let is_unborn = points_at.as_deref().is_none_or(|at| match branch_ref(at) {
        Ok(name) => repository.refname_to_id(&name).is_err(),
        Err(_) => true,
    });
    if !is_unborn || points_at.as_deref() == Some(branch) {
        return Ok(());
    }
    branch::write_head(repository.path(), branch)
}

fn head_branch(repository: &Repository) -> Option<String> {
    let head = repository.find_reference("HEAD").ok()?;
    let target = String::from_utf8_lossy(head.symbolic_target_bytes()?).into_owned();
    target.strip_prefix("refs/heads/").map(str::to_owned)
}

pub(super) fn head_of(repository: &Repository, name: &str) -> Result<Option<ObjectId>, GitError> {
    match repository.refname_to_id(name) {
        Ok(oid) => Ok(Some(oid.into())),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(GitError::of_storage(&error)),
    }
}
