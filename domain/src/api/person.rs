//! People, their roles, and the codes by which they enrol a key.

use serde::{Deserialize, Serialize};

use crate::principal::Grant;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    pub id: String,
    /// The login name, and the principal in `allowed_signers`.
    pub name: String,
    pub full_name: String,
    pub grants: Vec<Grant>,
    pub created_at: i64,
    pub is_disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    pub name: String,
    #[serde(default)]
    pub full_name: String,
    /// Empty: may log in and sees nothing yet.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

/// What changes about a person; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePerson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<Grant>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_disabled: Option<bool>,
}

/// A one-time link by which a person enrols a key. It is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentLink {
    pub person: String,
    pub name: String,
    pub code: String,
    /// The code stands behind the `#`, so no server and no proxy logs it.
    pub url: String,
    pub expires_at: i64,
}
