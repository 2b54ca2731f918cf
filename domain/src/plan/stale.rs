//! Whether a plan still fits a head that has moved since it was frozen.

use std::fmt;

use super::facts::{self, Head};
use super::{Facts, FileDigest, Kind, Plan};

/// Why a plan can no longer be deployed; its sentence is for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// A file that the plan owns is no longer as the plan found it.
    File {
        path: String,
    },
    /// A file stands below the plan's paths that was not there.
    NewFile {
        path: String,
    },
    Binding,
    /// A stack that this one waits for came, went or waits for others.
    Stacks,
    /// A stack came to wait for the one that the plan removes.
    Needed,
    /// An object of the plan now stands elsewhere too, or no longer does.
    Objects,
}

impl Stale {
    pub const CODE: &str = "stale";
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stale::File { path } => write!(f, "{path} has changed in the repository since this plan was made. Plan again."),
            Stale::NewFile { path } => write!(f, "{path} has appeared in the repository since this plan was made. Plan again."),
            Stale::Binding => {
                f.write_str("countersign.yaml, which says whose repository this is, has changed since this plan was made. Plan again.")
            }
            Stale::Stacks => f.write_str("A stack that this one waits for has changed since this plan was made. Plan again."),
            Stale::Needed => f.write_str("Another stack has come to wait for this one since this plan was made. Plan again."),
            Stale::Objects => {
                f.write_str("Another place in the repository now holds, or no longer holds, an object of this plan. Plan again.")
            }
        }
    }
}

/// Compares the plan with a head that holds the plan's files and its surroundings.
///
/// This looks at content alone; that the head moved by verified entries only is the caller's to know.
pub fn check(plan: &Plan, head: &Head) -> Result<(), Stale> {
    files(plan, head)?;
    let now = facts::read_off(head, &plan.tree().binding(), &plan.facts.depends_on, &plan.facts.objects);
    let Facts { binding, stacks, elsewhere, .. } = &plan.facts;
    if now.binding != *binding {
        return Err(Stale::Binding);
    }
    if now.stacks != *stacks {
        return Err(Stale::Stacks);
    }
    let removed = plan.stack.as_ref().filter(|_| plan.kind == Kind::StackRemoval);
    if removed.is_some_and(|stack| facts::needed_by(head, &stack.id) != plan.facts.needed_by) {
        return Err(Stale::Needed);
    }
    if now.elsewhere != *elsewhere {
        return Err(Stale::Objects);
    }
    Ok(())
}

fn files(plan: &Plan, head: &Head) -> Result<(), Stale> {
    for file in &plan.files {
        let now: Option<FileDigest> = head.files.get(&file.path).map(facts::HeadFile::digest);
        // Somebody else may have written the same shared file meanwhile.
        let fits = now == file.before || file.shared && now == file.after;
        if !fits {
            return Err(Stale::File { path: file.path.clone() });
        }
    }
    let known = |path: &str| plan.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
    match head.files.keys().find(|path| plan.owns(path) && !known(path)) {
        Some(path) => Err(Stale::NewFile { path: path.clone() }),
        None => Ok(()),
    }
}
