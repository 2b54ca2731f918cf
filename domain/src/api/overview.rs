//! The first page: what waits for the caller, and what stands where.

use serde::{Deserialize, Serialize};

use super::cluster::Cluster;
use super::draft::DraftSummary;
use super::environment::Environment;
use super::outcome::Outcome;
use super::record::Entry;
use crate::name::Name;

/// `GET /api/v1/overview`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    pub organisation: String,
    pub environments: Vec<Environment>,
    /// In the order of their environments.
    pub clusters: Vec<Cluster>,
    pub stacks: Vec<StackRow>,
    /// Open drafts; those with a frozen plan that the caller can sign come first.
    pub desk: Vec<DeskItem>,
    pub latest: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeskItem {
    /// `countersign`, `draft`, `bind`, `roster`
    pub what: String,
    pub title: String,
    pub environment: Name,
    pub cluster: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftSummary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Such as `rev 14, 8 files`.
    pub facts: Vec<String>,
}

/// A stack over all clusters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackRow {
    pub stack: Name,
    pub components: u32,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cell {
    pub cluster: Name,
    /// The last entry, where it is recorded here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<i64>,
    /// What the cluster made of that entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Somebody else changed its files in the repository: it deploys nothing until that is answered.
    #[serde(default)]
    pub overruled: bool,
    /// Open drafts.
    pub drafts: Vec<DraftSummary>,
    /// What it uses and what changed since.
    #[serde(default, skip_serializing_if = "Differs::is_empty")]
    pub differs: Differs,
}

/// Variables and secrets that a recorded stack uses and that are not what they were: names alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Differs {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
}

impl Differs {
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.secrets.is_empty()
    }
}

/// A stack on a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackOn {
    pub cluster: String,
    pub stack: String,
}
