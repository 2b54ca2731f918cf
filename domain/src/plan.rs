//! A plan: everything that deploying would do, in the form that people read and sign.
//!
//! [`build`](build::build) makes one from a draft and the head of the branch, [`freeze`] turns it
//! into the bytes of `plan.json`, [`stale`] tells whether it still fits a head that has moved.

pub mod bind;
pub mod brief;
pub mod build;
pub mod canonical;
pub mod delta;
pub mod diff;
pub mod differs;
pub mod facts;
pub mod freeze;
pub mod offline;
pub mod order;
mod preview;
pub mod removal;
pub mod stale;
pub mod values;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Level};
use crate::name::Name;
use crate::object::ObjectKey;
use crate::repository::Tree;
use crate::variable::{self, VariableType};

pub use bind::{BindInput, bind, roster};
pub use build::{About, Authorship, Built, FileBytes, Input, SecretFact, build, preview_requests, sealing_requests};
pub use facts::{Facts, Head, HeadFile, LeftRunning, OtherFile, OtherStack};
pub use removal::{RemovalInput, removal_requests, remove};

/// The form of [`Plan`] that this code writes.
pub const VERSION: u32 = 1;

/// The finding of a plan that [begins a new root](Plan::begins_a_new_root).
pub const NEW_ROOT: &str = "new_root";

/// What a person signs. All that is shown before signing stands in it, so that it can be shown from the
/// signed bytes alone; never who signs, the entry's number or the head of the branch, which belong to the commit.
///
/// Values stand as JSON texts (`"\"15d\""`, `"1.5"`): whatever number a chart takes survives canonical form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`VERSION`]
    pub v: u32,
    pub kind: Kind,
    pub cluster: ClusterIdentity,
    pub repository: RepositoryIdentity,
    /// Absent for the kinds cluster and roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<StackIdentity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftIdentity>,
    pub title: String,
    pub why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The first line of the commit message.
    pub subject: String,
    /// Who froze it; the author of the commit.
    pub author: Author,
    /// RFC 3339, whole seconds, UTC; the author date of the commit.
    pub frozen_at: String,
    /// After this moment no approval and no deploy.
    pub not_after: String,
    pub nonce: String,
    pub policy: Policy,
    /// Everyone who wrote or accepted a value in the diff.
    pub writers: Vec<Writer>,
    /// The computed summary, a sentence each.
    pub brief: Vec<String>,
    pub findings: Vec<Finding>,
    pub effects: Vec<Effect>,
    /// What changes in meaning, component by component.
    pub values: Vec<ValueChange>,
    pub variables: Vec<PlannedVariable>,
    pub secrets: Vec<PlannedSecret>,
    /// Who can decrypt the secrets: the cluster's recipients.
    pub recipients: Vec<String>,
    pub order: Vec<Wave>,
    pub charts: Vec<ChartPin>,
    /// What charts make of their values; absent where no release changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
    /// Every file the subject owns, changed or not, sorted by path.
    pub files: Vec<FileChange>,
    pub facts: Facts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Stack,
    StackRemoval,
    /// Binds a repository to a cluster, or changes recipients and identity.
    Cluster,
    Roster,
    Adopt,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClusterIdentity {
    pub name: Name,
    pub environment: Name,
    /// `null`: not known yet.
    pub kube_system_uid: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RepositoryIdentity {
    pub url: String,
    pub branch: String,
    /// Prefixes every path of the layout; the paths in [`Plan::files`] have it already.
    pub path: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StackIdentity {
    pub id: Name,
    pub name: Name,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DraftIdentity {
    pub id: String,
    pub revision: u64,
    /// The entry that the draft builds on; absent for a stack's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub based_on: Option<u64>,
    /// `person`, `assistant`, `mcp`, `alert`, `promotion`, `import`, `revert`
    pub origin: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Author {
    pub id: String,
    pub name: String,
    pub email: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// No signer wrote or accepted a value in the diff.
    pub four_eyes: bool,
    pub approvals: u32,
    /// Whether a password in place of a passkey is refused.
    pub passkey: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Writer {
    pub kind: WriterKind,
    pub id: String,
    pub name: String,
    /// An agent's acts count as its owner's: the owner's person id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WriterKind {
    Person,
    Agent,
}

/// What happens to an object in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Effect {
    pub what: What,
    pub object: ObjectKey,
    /// The component's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// A sentence where the three words do not say it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum What {
    WillBeDeleted,
    StaysBehind,
    /// A chart's objects: unknown, not rendered.
    Unknown,
}

/// One value that changes; texts are JSON, absent means not set. Sealed values are never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ValueChange {
    /// The component's id; absent for fields of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Where: `prometheus.retention` in an addon's values, `ClusterIssuer letsencrypt: spec.acme.email` in a
    /// manifest, or a field of the component in brackets: `(chart version)`.
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The expression it comes from, where it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Ids of [`Plan::writers`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedVariable {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// JSON text.
    pub value: String,
    pub from: variable::Level,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadowed: Vec<PlannedShadow>,
    /// Ids of the components that use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_by: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedShadow {
    pub from: variable::Level,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedSecret {
    pub name: String,
    pub state: crate::secret::State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<crate::secret::Level>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_by: Vec<String>,
}

/// Components that start together, once the wave before is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Wave {
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub component: Name,
    pub name: Name,
    pub does: Does,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Does {
    Add,
    Change,
    Remove,
    /// It leaves the stack and runs on.
    #[serde(rename = "let_go")]
    LetGo,
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChartPin {
    pub component: Name,
    pub repository: String,
    pub name: String,
    pub version: String,
    /// SHA-256 of the chart archive; `null`: not known here.
    pub digest: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FileChange {
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<FileDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<FileDigest>,
    /// Written by several stacks with the same bytes: add-only, and already being there is no conflict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Git's: `100644`. Only what stood there before can be another.
    pub mode: String,
    /// Hex.
    pub sha256: String,
    pub size: u64,
}

/// Rendered manifests, which the cluster's own Helm will make anew: shown, never deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The version of Helm that rendered, as `v4.2.2`; absent: the server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helm: Option<String>,
    /// Releases that come, go or change, by component.
    pub releases: Vec<PreviewedRelease>,
}

/// The objects of one release as one YAML text a side, without values of Secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviewedRelease {
    pub component: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<FileDigest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<FileDigest>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u32,
    /// Why a side is missing that should be here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl FileChange {
    pub fn changes(&self) -> bool {
        self.before != self.after
    }
}

impl Plan {
    pub fn blocks(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.level == Level::Block)
    }

    /// The words that must be typed before signing, each once.
    pub fn confirmations(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.findings.iter().filter_map(|finding| finding.confirm.as_deref()).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Whether this person wrote or accepted a value in the diff, in person or through an agent.
    pub fn was_written_by(&self, person: &str) -> bool {
        self.writers.iter().any(|writer| match writer.kind {
            WriterKind::Person => writer.id == person,
            WriterKind::Agent => writer.owner.as_deref() == Some(person),
        })
    }

    /// A roster that nobody of the one before could sign here, and that says so: the server's address moved away from
    /// every key, or there was none. Whoever relies on the record has to pin it anew.
    pub fn begins_a_new_root(&self) -> bool {
        self.kind == Kind::Roster && self.findings.iter().any(|finding| finding.code == NEW_ROOT)
    }

    /// Where things stand in the repository.
    pub fn tree(&self) -> Tree {
        Tree::new(&self.repository.path, self.cluster.name.clone())
    }

    /// Whether a path is this plan's alone: a file there that the plan does not list is not its state.
    pub fn owns(&self, path: &str) -> bool {
        let tree = self.tree();
        match (&self.kind, &self.stack) {
            (Kind::Stack | Kind::StackRemoval, Some(stack)) => tree.stack_owns(&stack.id, path),
            _ => self.files.iter().any(|file| file.path == path),
        }
    }

    /// Every digest that the plan names: of files, and of rendered manifests.
    pub fn digests(&self) -> impl Iterator<Item = &FileDigest> {
        let files = self.files.iter().flat_map(|file| [&file.before, &file.after]);
        let rendered = self.preview.iter().flat_map(|preview| &preview.releases).flat_map(|release| [&release.before, &release.after]);
        files.chain(rendered).flatten()
    }

    /// Files that the commit writes or removes.
    pub fn changed_files(&self) -> impl Iterator<Item = &FileChange> {
        self.files.iter().filter(|file| file.changes())
    }

    pub fn changes_nothing(&self) -> bool {
        self.changed_files().next().is_none()
    }
}
