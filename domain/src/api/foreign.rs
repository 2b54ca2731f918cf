//! Commits on a bound branch that are none of ours.

use serde::{Deserialize, Serialize};

use crate::name::Name;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForeignCommit {
    pub cluster: Name,
    pub environment: Name,
    pub commit: String,
    /// The entry it came after.
    pub after: u64,
    /// As the commit says itself: nobody checked it.
    pub author: String,
    pub subject: String,
    /// When it says that it was made.
    pub authored_at: i64,
    /// When it was met on the branch.
    pub seen_at: i64,
    /// The first of them.
    pub paths: Vec<String>,
    /// How many paths it changes.
    pub changed: u32,
    /// It came in by a merge: what that changed of the stacks is told at the merge.
    pub is_merged: bool,
    /// Stacks whose files it changes.
    pub stacks: Vec<Name>,
    /// Of these, the ones that nobody has answered for since: they deploy nothing until somebody overwrites or adopts it.
    pub unanswered: Vec<Name>,
}

/// `GET /api/v1/clusters/{cluster}/foreign/{commit}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForeignDiff {
    #[serde(flatten)]
    pub commit: ForeignCommit,
    /// A unified diff against what the branch held before it; characters that hide or turn text are written out.
    pub diff: String,
    /// The rest was left off.
    pub is_cut: bool,
}
