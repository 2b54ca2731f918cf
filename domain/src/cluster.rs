//! A cluster as plans see it: its environment, repository, recipients, identity and variables.
//!
//! `cluster.yaml` is its written form for `countersign render`.

pub mod source;

use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::variable::Levels;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cluster {
    pub name: Name,
    pub environment: Name,
    pub engine: Engine,
    pub repository: Repository,
    /// age recipients: only these can decrypt what stands in Git.
    pub recipients: Vec<String>,
    /// The UID of the `kube-system` namespace; unknown is a warning.
    pub kube_system_uid: Option<String>,
    pub flux: FluxNames,
    pub variables: Levels,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Flux,
}

/// One URL and branch binds exactly one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Repository {
    pub url: String,
    pub branch: String,
    /// Prefixes the whole layout; empty or `some/path` without slashes at the ends.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
}

/// How Flux's own objects are called in this cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct FluxNames {
    pub namespace: String,
    /// The GitRepository.
    pub source: String,
    /// The Secret with the cluster's age identity.
    pub decryption_secret: String,
}

impl FluxNames {
    /// Names of our own, for a cluster where Flux follows another repository already.
    pub fn beside_another() -> FluxNames {
        FluxNames { namespace: "flux-system".into(), source: "countersign".into(), decryption_secret: "countersign-age".into() }
    }
}

impl Default for FluxNames {
    fn default() -> FluxNames {
        FluxNames { namespace: "flux-system".into(), source: "flux-system".into(), decryption_secret: "sops-age".into() }
    }
}
