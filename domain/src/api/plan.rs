//! Plans, countersignatures and deployments, as the review page needs them.

use serde::{Deserialize, Serialize};

use super::Author;

/// `POST /api/v1/drafts/{draft}/plans`: freezes the draft at this revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Freeze {
    pub revision: u64,
}

/// `POST /api/v1/clusters/{cluster}/stacks/{stack}/removal-plans`: freezes the next entry of taking the stack out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RemoveStack {
    pub why: String,
    /// A link; empty: none.
    pub ticket: String,
    /// Everything in one entry, in whatever order Flux takes it.
    pub together: bool,
}

/// `GET /api/v1/plans/{plan}`: what surrounds the frozen bytes. Everything reviewed stands in
/// `plan.json` itself (`GET /api/v1/plans/{plan}/plan.json`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    pub id: String,
    /// `stack`, `stack_removal`, `cluster`, `roster`
    pub kind: String,
    /// SHA-256 of `plan.json`, hex.
    pub sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    pub cluster: String,
    pub environment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    pub frozen_by: Author,
    pub frozen_at: i64,
    pub not_after: i64,
    /// Where the draft has been edited since, its revision; the plan then is of an older one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_revision: Option<u64>,
    /// Why it can no longer be deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale: Option<String>,
    /// How many approvals the environment asks for.
    pub approvals_needed: u32,
    pub approvals: Vec<Approval>,
    pub slip: Slip,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Deployment>,
}

/// What the caller may do here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slip {
    pub armed: bool,
    /// The first reason why not, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Words that must be typed, in order, with what each loses.
    pub confirm: Vec<Confirm>,
    /// Names of those who can countersign, where the caller cannot.
    pub who_can: Vec<String>,
    /// The caller has no passkey and the environment allows the password.
    pub by_password: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confirm {
    pub word: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    pub person: String,
    pub name: String,
    /// The key's name; absent for a password approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub accepted_at: i64,
    /// False for a password approval: *not countersigned*.
    pub countersigned: bool,
}

/// `POST /api/v1/plans/{plan}/ceremony`: what the browser asks the authenticator for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ceremony {
    pub rp_id: String,
    /// The SSH signature's to-be-signed blob over `plan.json`, base64url; the browser recomputes it.
    pub challenge: String,
    /// Credential ids, base64url.
    pub allow_credentials: Vec<String>,
}

/// `POST /api/v1/plans/{plan}/approvals`. Unknown fields are not refused: serde cannot tell them from flattened ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approve {
    /// What was typed, in the order of [`Slip::confirm`].
    #[serde(default)]
    pub typed: Vec<String>,
    #[serde(flatten)]
    pub by: By,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum By {
    /// All base64url, from `navigator.credentials.get`.
    Passkey {
        credential_id: String,
        authenticator_data: String,
        client_data_json: String,
        signature: String,
    },
    /// An armored SSH signature made elsewhere with a FIDO2 key.
    SshSignature {
        signature: String,
    },
    Password {
        password: String,
    },
}

impl std::fmt::Debug for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            By::Passkey { .. } => "Passkey",
            By::SshSignature { .. } => "SshSignature",
            By::Password { .. } => "Password(…)",
        })
    }
}

/// `GET /api/v1/deployments/{deployment}`: the plan once signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deployment {
    pub id: String,
    pub plan: String,
    /// № of the entry, once intended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    pub state: DeploymentState,
    /// What keeps it from being recorded, for machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What happened last, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DeploymentState {
    /// More people must countersign.
    Waiting,
    /// The commit is fixed; it goes to the repository.
    Intended,
    /// Sent, and the remote did not say clearly whether it took it; it is asked again.
    Unclear,
    /// The branch holds it.
    Recorded,
    /// Something else moved what it builds on; nothing was recorded.
    Stale,
    /// The remote refused it; nothing was recorded.
    Rejected,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn an_approval_reads_as_browsers_send_it() {
        let sent = r#"{"by":"passkey","credential_id":"AQ","authenticator_data":"Ag","client_data_json":"Aw","signature":"BA","typed":["data-loki-0"]}"#;
        let read: Approve = serde_json::from_str(sent).unwrap();
        let by = By::Passkey {
            credential_id: "AQ".to_owned(),
            authenticator_data: "Ag".to_owned(),
            client_data_json: "Aw".to_owned(),
            signature: "BA".to_owned(),
        };
        assert_eq!(read, Approve { typed: vec!["data-loki-0".to_owned()], by });
    }
}
