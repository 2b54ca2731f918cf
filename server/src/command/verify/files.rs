//! Compares the files that a plan names with what stands before and after its commit.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{anyhow, bail, ensure};
use domain::plan::facts::digest_of;
use domain::plan::{FileDigest, Kind, Plan};

use crate::git::{Commit, Mirror, ObjectId};

/// Everything that the plan owned or read stood in the parent as the plan says.
pub fn before(mirror: &Mirror, commit: &Commit, plan: &Plan) -> anyhow::Result<()> {
    for file in &plan.files {
        let stood = match commit.parents.first() {
            Some(parent) => digest(mirror, *parent, &file.path)?,
            None => None,
        };
        let fits = stood == file.before || file.shared && stood == file.after;
        ensure!(fits, "{} stood otherwise than its plan says", file.path);
    }
    Ok(())
}

/// Every file that the plan changes, as the commit has it: the bytes by path.
pub fn after(mirror: &Mirror, commit: &Commit, plan: &Plan) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut written = BTreeMap::new();
    for file in plan.changed_files() {
        ensure!(may_write(plan, &file.path, file.shared), "its plan names {}, which is not for a plan of this kind", file.path);
        ensure!(digest(mirror, commit.id, &file.path)? == file.after, "{} is not as its plan says", file.path);
        if file.after.is_some() {
            let bytes = mirror.file(commit.id, &file.path)?.ok_or_else(|| anyhow!("{} is no file", file.path))?;
            written.insert(file.path.clone(), bytes);
        }
    }
    Ok(written)
}

/// No file stands below the plan's paths that the plan does not list.
pub fn nothing_beside(mirror: &Mirror, commit: &Commit, plan: &Plan) -> anyhow::Result<()> {
    let Some(stack) = &plan.stack else { return Ok(()) };
    let listed: BTreeSet<&str> = plan.files.iter().filter(|file| file.after.is_some()).map(|file| file.path.as_str()).collect();
    for file in mirror.entries(commit.id, &plan.tree().stack(&stack.id))? {
        if !listed.contains(file.path.as_str()) {
            bail!("{} stands in the stack's folder and its plan does not name it", file.path);
        }
    }
    Ok(())
}

fn may_write(plan: &Plan, path: &str, shared: bool) -> bool {
    let tree = plan.tree();
    match (plan.kind, &plan.stack) {
        (Kind::Stack | Kind::StackRemoval, Some(stack)) => tree.stack_owns(&stack.id, path) || shared && tree.is_shared(path),
        (Kind::Cluster, None) => [tree.binding(), tree.sops(), tree.allowed_signers()].iter().any(|own| own == path),
        (Kind::Roster, None) => path == tree.allowed_signers(),
        // Adopting is none of this version's acts.
        _ => false,
    }
}

fn digest(mirror: &Mirror, commit: ObjectId, path: &str) -> anyhow::Result<Option<FileDigest>> {
    let Some(entry) = mirror.entry(commit, path)? else { return Ok(None) };
    let bytes = match entry.mode {
        0o100_644 | 0o100_755 => mirror.blob(entry.id)?,
        _ => Vec::new(),
    };
    Ok(Some(digest_of(&format!("{:o}", entry.mode), &bytes)))
}
