//! A person's own application, as a component of a draft.

use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::name::Name;

/// `POST /api/v1/drafts/{draft}/applications`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    /// Made by the client; the same id twice is the same edit.
    pub change_id: String,
    pub application: Application,
}

/// What was added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddedApplication {
    /// The component's id.
    pub component: Name,
    /// The draft's revision.
    pub revision: u64,
}
