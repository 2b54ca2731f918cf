//! What set-up fixed, and what the installation shows of itself.

use serde::{Deserialize, Serialize};

use super::setup::Passkeys;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    pub organisation: String,
    /// Fixed at set-up: passkeys hang on it.
    pub public_url: String,
    pub passkeys: Passkeys,
    pub trusted_proxies: Vec<String>,
    /// The public half of the key that signs commits, as an OpenSSH line.
    pub platform_key: String,
    pub platform_key_fingerprint: String,
    /// The age recipient to which secrets are sealed at rest.
    pub vault_recipient: String,
    pub version: String,
}

/// What changes; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_proxies: Option<Vec<String>>,
}
