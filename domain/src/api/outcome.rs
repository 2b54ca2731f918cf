//! What a cluster made of what was recorded.

use serde::{Deserialize, Serialize};

use crate::name::Name;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Nothing was heard from the cluster: not healthy, not broken.
    Unknown,
    Progressing,
    Waits,
    Failing,
    Reconciled,
}

/// Of an entry as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outcome {
    pub state: Reach,
    /// `Reconciled`, `Failing`, …
    pub word: String,
    /// `login failing, 2 of 3 reconciled`
    pub tally: String,
    /// Since when, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// When the cluster was last heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<i64>,
    /// Empty in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentOutcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComponentOutcome {
    pub component: Name,
    pub state: Reach,
    pub word: String,
    /// `Waits for login, because it fails: …`
    pub sentence: String,
    /// The cluster's own words about a failure: untrusted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The change that a failure came with: what this entry did to the component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<i64>,
}
