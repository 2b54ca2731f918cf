//! The record: what Git holds.

use serde::{Deserialize, Serialize};

use super::Author;
use super::foreign::ForeignCommit;
use super::outcome::Outcome;

/// One deployment in Git, numbered per repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    pub number: u64,
    pub cluster: String,
    pub environment: String,
    /// `stack`, `stack_removal`, `cluster`, `roster`
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    pub title: String,
    pub why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    pub brief: Vec<String>,
    pub commit: String,
    pub plan: String,
    pub plan_sha256: String,
    /// The audit log's head that stands in the commit, a signed note. Kept elsewhere, it tells later that this entry is
    /// still there: `countersign verify --checkpoint FILE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    pub drafted_by: Vec<Author>,
    pub signers: Vec<super::plan::Approval>,
    pub recorded_at: i64,
    pub files: u32,
    pub added: u32,
    pub removed: u32,
    /// What the cluster made of it; absent where there is nothing to reconcile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Commits of somebody else's between this entry and the next, newest first: the newest twenty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followed_by: Vec<ForeignCommit>,
    /// How many there are.
    #[serde(default)]
    pub followed_by_count: u32,
    /// Commands that verify it without us.
    pub verify: Vec<super::cluster::Step>,
}
