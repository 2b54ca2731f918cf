//! Environments: ordered, each with its policy.

use serde::{Deserialize, Serialize};

use crate::name::Name;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Environment {
    pub name: Name,
    /// 0 is drawn first: dev, staging, production.
    pub position: u32,
    #[serde(flatten)]
    pub policy: Policy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Policy {
    /// Nobody countersigns a plan in whose diff they wrote or accepted a value.
    pub four_eyes: bool,
    /// How many people must countersign; at least 1.
    pub approvals: u32,
    /// A person without a passkey may approve with the password; reads *not countersigned*.
    pub password_approval: bool,
}

/// `POST /api/v1/environments`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEnvironment {
    pub name: Name,
    #[serde(default)]
    pub four_eyes: bool,
}

/// `PATCH /api/v1/environments/{environment}`; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnvironmentEdit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub four_eyes: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_approval: Option<bool>,
}
