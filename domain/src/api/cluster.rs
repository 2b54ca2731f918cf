//! Clusters: their repository binding, recipients and identity.

use serde::{Deserialize, Serialize};

use crate::cluster::{Engine, FluxNames};
use crate::name::Name;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cluster {
    pub name: Name,
    pub environment: Name,
    pub engine: Engine,
    pub repository: Binding,
    pub recipients: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_system_uid: Option<String>,
    pub flux: FluxNames,
    pub state: ClusterState,
    /// Why nothing is deployed there, if that is so: the branch is not as it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
    #[serde(default)]
    pub guarantee: Guarantee,
    /// Counts edits of these settings; the optimistic lock.
    pub revision: u64,
}

/// How far it is guaranteed that nothing is applied which was not countersigned, as far as the cluster's events told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Guarantee {
    pub level: GuaranteeLevel,
    /// The commit by which the cluster told; absent: no event has told anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by: Option<ToldBy>,
    /// What that does and does not stop.
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GuaranteeLevel {
    /// The server enforces, and reports what goes around it.
    #[default]
    G0,
    /// Flux checks the platform's signature at the head of the branch.
    G1,
}

impl GuaranteeLevel {
    pub fn word(self) -> &'static str {
        match self {
            GuaranteeLevel::G0 => "G0",
            GuaranteeLevel::G1 => "G1",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToldBy {
    pub commit: String,
    pub at: i64,
}

/// Whether Git already says what the settings say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ClusterState {
    /// Nothing is in Git yet: the binding plan waits to be countersigned.
    Unbound,
    /// `countersign.yaml` in Git names this cluster.
    Bound { entry: u64 },
    /// Recipients, identity or the roster changed since: a plan of that kind is due.
    Differs { entry: u64, what: Vec<String> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Binding {
    /// In the data folder of this installation.
    pub embedded: bool,
    /// `file://`, `ssh://` or `https://`. Never holds credentials.
    pub url: String,
    pub branch: String,
    /// Prefix of the whole layout; may be empty.
    pub path: String,
    /// SHA-256 fingerprint of the pinned ssh host key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_key: Option<String>,
    /// The public half of the deploy key, to be added at the forge with write access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy_key: Option<String>,
}

/// `POST /api/v1/clusters`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCluster {
    pub name: Name,
    pub environment: Name,
    pub repository: NewBinding,
    pub recipients: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_system_uid: Option<String>,
    #[serde(default)]
    pub flux: FluxNames,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum NewBinding {
    /// A bare repository in the data folder.
    Embedded,
    Remote {
        url: String,
        #[serde(default = "main_branch")]
        branch: String,
        #[serde(default)]
        path: String,
        #[serde(default)]
        auth: RemoteAuth,
        /// The ssh host key as `probe` showed it and the person confirmed it (`ssh-ed25519 AAAA…`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host_key: Option<String>,
        /// PEM of the authority that signed the https certificate, where it is no public one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ca_pem: Option<String>,
    },
}

fn main_branch() -> String {
    "main".to_owned()
}

/// Write-only: never answered back.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum RemoteAuth {
    #[default]
    None,
    /// An Ed25519 key that Countersign makes; its public half is in [`Binding::deploy_key`].
    GeneratedKey,
    /// An OpenSSH private key without passphrase.
    Key {
        private_key: String,
    },
    Password {
        username: String,
        password: String,
    },
}

impl std::fmt::Debug for RemoteAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            RemoteAuth::None => "None",
            RemoteAuth::GeneratedKey => "GeneratedKey",
            RemoteAuth::Key { .. } => "Key(…)",
            RemoteAuth::Password { .. } => "Password(…)",
        })
    }
}

/// `PATCH /api/v1/clusters/{cluster}`; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClusterEdit {
    pub revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_system_uid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flux: Option<FluxNames>,
}

/// `POST /api/v1/clusters/key-pair`: made in this answer, kept nowhere.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyPair {
    pub recipient: String,
    /// Shown once.
    pub identity: String,
    /// The exact command that puts the identity into the cluster.
    pub kubectl: String,
}

/// `POST /api/v1/clusters/{cluster}/pull-token`: what Flux pulls the embedded repository with, made anew in this answer.
/// The one before opens nothing from then on; only a hash of this one is kept.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullToken {
    pub url: String,
    pub username: String,
    /// Shown once.
    pub token: String,
    /// The exact command that puts it into the cluster.
    pub kubectl: String,
}

/// `POST /api/v1/clusters/{cluster}/hook-secret`: what Flux signs its events with, made anew in this answer.
/// The signatures of the one before count for nothing from then on.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HookSecret {
    /// Shown once.
    pub secret: String,
    /// The exact command that puts it into the cluster.
    pub kubectl: String,
}

/// `POST /api/v1/clusters/probe`: can we reach it, and whom do we find there?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Probe {
    pub reachable: bool,
    /// What went wrong, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The presented ssh host key, to be confirmed by the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_key_fingerprint: Option<String>,
    pub branches: Vec<String>,
    /// Why the same way in does not let us push, as a sentence; it was asked for without pushing anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_problem: Option<String>,
    /// What the forge says of rules for the branch; absent where it cannot be asked: only over https with a token it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<BranchRules>,
}

/// Whether a rule of the forge's keeps this way in from the branch. It holds nothing up: a push alone decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BranchRules {
    pub state: RulesState,
    /// For a person, with the way out where one is needed.
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RulesState {
    Clear,
    InTheWay,
    NotKnown,
}

/// `GET /api/v1/clusters/{cluster}/bootstrap`: what to apply in the cluster, to copy. Each command works as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bootstrap {
    /// YAML of the GitRepository and the Kustomization.
    pub manifests: String,
    /// From a cluster without Flux to one that follows the repository.
    pub steps: Vec<Step>,
    /// The same where Flux already runs.
    pub existing: Vec<Step>,
    /// Why `existing` would touch what is there, and what to do first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing_problem: Option<String>,
    /// Has Flux tell what became of each commit.
    pub events: Vec<Step>,
    /// Level G1: has Flux check the platform's signature.
    pub verify: Vec<Step>,
    /// Takes away again what the others made.
    pub remove: Vec<Step>,
    /// What stands in the way of any of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// A token for the embedded repository was made.
    pub pull_token_issued: bool,
    /// When the embedded repository was last read with it, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulled_at: Option<i64>,
    /// A secret for events was made.
    pub hook_secret_issued: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    pub what: String,
    pub command: String,
}
