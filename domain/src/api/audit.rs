//! The audit log as the API shows it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::audit::Leaf;

/// One line of the log, with the texts that it only commits to where they have not been erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    pub leaf: Leaf,
    /// The actor as people call them.
    pub actor_name: String,
    pub texts: BTreeMap<String, String>,
    /// The leaf's canonical bytes, base64: their RFC 6962 hash is the leaf's hash.
    pub bytes: String,
}

/// The log's head: everything below it is fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkpoint {
    pub size: u64,
    /// Hex.
    pub root: String,
    /// A C2SP signed note, signed with the platform's key.
    pub note: String,
    /// The key that signs it, as C2SP has it: `name+id+key`.
    pub verifier: String,
}
