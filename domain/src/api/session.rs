//! Who is logged in, and logging in without a passkey.

use serde::{Deserialize, Serialize};

use crate::principal::Grant;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionState {
    /// Nobody: not logged in.
    pub person: Option<Me>,
    /// `passkey`, `password`, `enrolment` or `token`. With `enrolment` only a key can be enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

/// The person in front of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: String,
    pub name: String,
    pub full_name: String,
    pub grants: Vec<Grant>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordLogin {
    pub name: String,
    pub password: String,
}

/// A one-time code, from an enrolment link or from the host.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnrolmentLogin {
    pub code: String,
}

/// A new password. It needs the one before, or a one-time code: a session alone does not suffice.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    pub password: String,
    #[serde(default)]
    pub current: Option<String>,
    #[serde(default)]
    pub code: Option<String>,
}
