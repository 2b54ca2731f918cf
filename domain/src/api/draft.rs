//! Drafts: a stack on its way to the record.

use serde::{Deserialize, Serialize};

use super::Author;
use super::outcome::ComponentOutcome;
use super::secret::SecretUse;
use super::variable::Resolution;
use crate::change::Change;
use crate::change::rebase::{Choice, Conflict, Side};
use crate::finding::Finding;
use crate::fix::Fix;
use crate::name::Name;
use crate::stack::Stack;

/// `GET /api/v1/drafts/{draft}`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Draft {
    #[serde(flatten)]
    pub summary: DraftSummary,
    pub content: Stack,
    /// What the record holds, where the stack is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Stack>,
    /// How the components of the last entry stand in the cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub live: Vec<ComponentOutcome>,
    pub check: Check,
    /// Whether the caller may edit.
    pub may_edit: bool,
    /// For those who may not: who can countersign here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who_can: Vec<String>,
    /// The newest finished version that is known of each chart in it; no repository is asked for this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newest: Vec<crate::stack::Chart>,
}

/// A draft in lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftSummary {
    pub id: String,
    pub cluster: Name,
    pub environment: Name,
    /// The stack's id.
    pub stack: Name,
    pub stack_name: Name,
    /// Counts edits; the optimistic lock.
    pub revision: u64,
    /// The entry it builds on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub based_on: Option<u64>,
    /// Present while the record holds something that this draft does not: it is rebased before it is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
    pub title: String,
    pub why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    pub origin: Origin,
    pub author: Author,
    pub edited_by: Author,
    pub edited_at: i64,
    pub state: DraftState,
    /// The plan that is frozen for it, if one still stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// Where the record stands that a draft is behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Behind {
    /// The stack's newest entry.
    pub record: u64,
    pub recorded_at: i64,
    /// Who countersigned it.
    pub by: Vec<String>,
    /// In how many places both changed the same.
    pub conflicts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    Person,
    Example,
    Import,
    Revert,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DraftState {
    Open,
    Deployed,
    Discarded,
}

/// What the server finds in a draft, and how its expressions resolve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    pub findings: Vec<Finding>,
    /// What would mend them; none for those who may not edit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    pub variables: Resolution,
    pub secrets: Vec<SecretUse>,
    /// Ids of components by wave; empty while there is a cycle.
    pub waves: Vec<Vec<String>>,
}

/// `POST /api/v1/clusters/{cluster}/drafts`. [`Start`] refuses unknown fields: here serde cannot tell them from
/// flattened ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDraft {
    #[serde(flatten)]
    pub start: Start,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "start", deny_unknown_fields)]
pub enum Start {
    /// An empty canvas for a new stack.
    Empty { name: Name },
    /// What the record holds of this stack.
    Record { stack: Name },
    /// The content of an earlier entry.
    Revert { stack: Name, entry: u64 },
    /// One of `GET /api/v1/examples`.
    Example { example: String },
    /// The text of a `stack.yaml`.
    Source { text: String },
    /// What stands in the repository now, whoever wrote it.
    Adopt { stack: Name },
}

/// `POST /api/v1/drafts/{draft}/changes`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The revision that the editor showed when the person made the changes.
    pub base_revision: u64,
    /// Made by the client; the same id twice is the same edit.
    pub change_id: String,
    pub changes: Vec<Change>,
    /// What all ids begin with that this page makes: it has seen its own edits, so they never meet this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// What the person chose after an `edit_overlaps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// Which side holds wherever an edit meets others' edits that its person has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The `revision` of the `edit_overlaps` that was answered; what came later is not chosen about.
    pub revision: u64,
    pub take: Side,
}

/// The answer to [`Edit`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edited {
    pub revision: u64,
    pub edited_at: i64,
    /// The whole content, where others' edits came in between; absent if nothing but these changes did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Stack>,
    pub check: Check,
    /// As in [`DraftSummary`]: the record may have moved since the draft was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
}

/// `POST /api/v1/drafts/{draft}/rebase`; answered with the draft, or with `rebase_conflicts` and a list of
/// [`RebaseConflict`] under `conflicts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rebase {
    /// The revision that the person has seen.
    pub base_revision: u64,
    /// Made by the client; the same id twice is the same rebase.
    pub change_id: String,
    /// The entry that the person has seen: the stack's newest.
    pub onto: u64,
    /// One for each place where both changed the same.
    #[serde(default)]
    pub choices: Vec<Choice>,
}

/// Something that draft and record changed differently, with who did it on either side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RebaseConflict {
    #[serde(flatten)]
    pub conflict: Conflict,
    pub mine_by: Author,
    pub mine_at: i64,
    /// The entry that brought the record's side.
    pub theirs_entry: u64,
    pub theirs_by: Vec<String>,
    pub theirs_at: i64,
}

/// An edit as `GET /api/v1/drafts/{draft}/events` tells of it, under the event `edit` with its revision for an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditTold {
    pub revision: u64,
    pub change_id: String,
    pub by: Author,
    pub at: i64,
    /// In one line, such as `changed grafana's values`.
    pub words: String,
}

/// `GET /api/v1/drafts/{draft}/edits`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PastEdit {
    /// What the draft was after it; 1 is what it began with.
    pub revision: u64,
    pub by: Author,
    pub at: i64,
    /// What was changed, a line for each thing; of very many the first.
    pub words: Vec<String>,
    /// How many lines were left off.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u32,
    /// The entry that a rebase carried the draft to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebased_to: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<Checkpoint>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A revision under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkpoint {
    pub id: String,
    pub name: String,
    pub revision: u64,
    pub by: Author,
    pub at: i64,
}

/// `POST /api/v1/drafts/{draft}/checkpoints`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCheckpoint {
    pub name: String,
    /// Absent: where the draft stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// `POST /api/v1/drafts/{draft}/back`: one more edit, after which the draft holds what it held at an earlier revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GoBack {
    pub to: u64,
    /// The revision that the person has seen.
    pub base_revision: u64,
    /// Made by the client; the same id twice is the same edit.
    pub change_id: String,
}

/// `PATCH /api/v1/drafts/{draft}`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DraftEdit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Empty removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// `GET /api/v1/examples`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Example {
    pub id: String,
    pub description: String,
    pub components: Vec<String>,
}
