//! Set-up: the first visit to a fresh server.

use serde::{Deserialize, Serialize};

/// How far set-up is, and what the address in the browser allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetUpState {
    pub is_set_up: bool,
    /// Empty until set-up.
    pub organisation: String,
    /// The address that is fixed, or the one that set-up would propose.
    pub public_url: String,
    pub passkeys: Passkeys,
}

/// Whether browsers offer passkeys at the public URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkeys {
    pub possible: bool,
    /// Why not, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Keys made here work on this computer only: the URL is on localhost.
    pub this_computer_only: bool,
}

/// What set-up fixes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The code that the server printed at its start.
    pub code: String,
    pub organisation: String,
    /// How people reach the server, as `https://countersign.example.com`. Passkeys hang on it.
    pub public_url: String,
    /// Proxies whose X-Forwarded-For is believed: addresses, or networks as `10.0.0.0/8`.
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    /// The first administrator's login name.
    pub name: String,
    /// As it stands in the record; the login name if empty.
    #[serde(default)]
    pub full_name: String,
}
