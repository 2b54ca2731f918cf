//! Passkeys: logging in with one, enrolling one, and the keys a person has.
//!
//! `options` and answers are WebAuthn's own JSON with bytes as base64url: what `navigator.credentials` takes and gives.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::person::EnrolmentLink;

/// A question to a passkey. It is answered once, within five minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyQuestion {
    pub ceremony: String,
    /// `PublicKeyCredentialRequestOptions`
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub options: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    pub ceremony: String,
    /// `PublicKeyCredential` with an assertion
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answer: Value,
}

/// `POST /api/v1/passkey/enrol/start`
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartEnrolment {
    /// The one-time code. Without it, a key that the person has must say yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentQuestion {
    pub ceremony: String,
    /// To be answered first, by a key that the person has; absent with a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub confirm: Option<Value>,
    /// `PublicKeyCredentialCreationOptions`
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub create: Value,
}

/// `POST /api/v1/passkey/enrol/finish`
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinishEnrolment {
    pub ceremony: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub confirmed: Option<Value>,
    /// `PublicKeyCredential` with an attestation
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub created: Value,
    /// What the person calls the key.
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    pub id: String,
    pub name: String,
    /// It can countersign; if not, it may only log in.
    pub may_sign: bool,
    /// As it stands in `allowed_signers`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh_public_key: Option<String>,
    /// As `ssh-keygen -l` prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The authenticator's model, a FIDO AAGUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aaguid: Option<String>,
    /// It may exist on several devices or in an account.
    pub may_be_synced: bool,
    pub this_computer_only: bool,
    /// The host it belongs to, where the server has moved away from it: it can neither log in nor sign here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
    pub created_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyList {
    pub passkeys: Vec<Passkey>,
    /// What the person had better do, as sentences.
    pub advice: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolledPasskey {
    pub passkey: Passkey,
    pub advice: Vec<String>,
}

/// `PATCH /api/v1/passkey/keys/{key}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    pub name: String,
}

/// A link for one's own other device, with a code to scan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceLink {
    pub link: EnrolmentLink,
    /// An SVG image of the link as a QR code.
    pub qr: String,
}
