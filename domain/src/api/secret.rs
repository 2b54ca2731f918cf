//! Secrets: write-only. What can be asked is whether one is there, since when, and who set it.

use serde::{Deserialize, Serialize};

use super::overview::StackOn;
use super::variable::Scope;
pub use crate::secret::State as SecretState;

/// Never holds a value, a length or a hash of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Secret {
    pub scope: Scope,
    pub name: String,
    pub updated_at: i64,
    pub updated_by: String,
    /// Stacks that use it and whose record holds another value.
    pub differs: Vec<StackOn>,
}

/// `PUT /api/v1/secrets`
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetSecret {
    pub scope: Scope,
    pub name: String,
    /// Sealed at once, never read back.
    pub value: String,
}

impl std::fmt::Debug for SetSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetSecret").field("scope", &self.scope).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A secret as a draft or plan uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SecretUse {
    pub name: String,
    pub state: SecretState,
    /// The level that wins, where one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<crate::secret::Level>,
    /// Components that use it.
    pub components: Vec<String>,
}
