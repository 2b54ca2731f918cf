//! The audit log: the closed list of what changes something, and the bytes that stand for it for ever.
//!
//! A leaf is canonical JSON, numbered without gaps from 0; its hash is an RFC 6962 leaf hash, so that a head
//! (size and root) proves every leaf below it. Free and personal text stands in a leaf only as a salted
//! commitment: erasing the text and its salt leaves nothing to guess at, and every proof still holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::principal::Principal;
use crate::text::hex;

mod checkpoint;
mod tree;

pub use checkpoint::{Checkpoint, NoCheckpoint, Step};
pub use tree::{Frontier, NotGrown, grew, leaf_hash, proof};

macro_rules! acts {
    ($($(#[$doc:meta])* $variant:ident => $object:literal $verb:literal,)*) => {
        /// Everything that changes something, or was refused. Each carries the id of what it is done to.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Act {
            $($(#[$doc])* $variant(String),)*
        }

        impl Act {
            /// Every name that a leaf's `action` can have.
            pub const NAMES: &[&str] = &[$(concat!($object, ".", $verb)),*];

            /// Stable and for machines: `draft.change`.
            pub fn name(&self) -> &'static str {
                match self { $(Act::$variant(_) => concat!($object, ".", $verb)),* }
            }

            /// The noun it is done to: `draft`.
            pub fn object_kind(&self) -> &'static str {
                match self { $(Act::$variant(_) => $object),* }
            }

            pub fn object_id(&self) -> &str {
                match self { $(Act::$variant(id) => id),* }
            }
        }
    };
}

acts! {
    /// The installation gets its name, its URL and its first administrator.
    SetUp => "organisation" "set_up",
    ChangeSettings => "organisation" "change",
    /// The server moves to another public URL, and its passkeys stay behind.
    MoveUrl => "organisation" "move_url",
    RotateVault => "organisation" "rotate_vault",
    /// The database comes from a backup: what was logged after it was made is gone.
    Restore => "organisation" "restore",

    OpenSession => "session" "open",
    CloseSession => "session" "close",
    /// A wrong password, an unknown key, a used code: the object is the name that was tried.
    RefuseSession => "session" "refuse",
    /// A request that the router or an action turned away; the object is method and path.
    Refuse => "request" "refuse",

    AddPerson => "person" "add",
    ChangePerson => "person" "change",
    DisablePerson => "person" "disable",
    ChangeGrants => "person" "change_grants",
    /// A one-time code is handed out; the object is the person it is for.
    OpenEnrolment => "person" "open_enrolment",
    SetPassword => "person" "set_password",
    EnrolCredential => "credential" "enrol",
    ChangeCredential => "credential" "change",
    RevokeCredential => "credential" "revoke",
    AddAgent => "agent" "add",
    RevokeAgent => "agent" "revoke",
    IssueToken => "token" "issue",
    RevokeToken => "token" "revoke",

    AddEnvironment => "environment" "add",
    ChangeEnvironment => "environment" "change",
    RemoveEnvironment => "environment" "remove",
    AddCluster => "cluster" "add",
    ChangeCluster => "cluster" "change",
    RemoveCluster => "cluster" "remove",
    /// What Flux pulls an embedded repository with is made anew.
    IssuePullToken => "cluster" "issue_pull_token",
    /// What Flux signs its events with is made anew.
    IssueHookSecret => "cluster" "issue_hook_secret",
    AddStack => "stack" "add",
    RenameStack => "stack" "rename",

    OpenDraft => "draft" "open",
    ChangeDraft => "draft" "change",
    DescribeDraft => "draft" "describe",
    RebaseDraft => "draft" "rebase",
    /// It holds again what it held at an earlier revision, by one more edit.
    TakeDraftBack => "draft" "take_back",
    AddCheckpoint => "draft" "add_checkpoint",
    RemoveCheckpoint => "draft" "remove_checkpoint",
    DiscardDraft => "draft" "discard",
    RestoreDraft => "draft" "restore",
    Propose => "draft" "propose",
    AcceptProposal => "draft" "accept_proposal",

    AddChartRepository => "chart_repository" "add",
    RemoveChartRepository => "chart_repository" "remove",

    SetVariable => "variable" "set",
    UnsetVariable => "variable" "unset",
    SetSecret => "secret" "set",
    UnsetSecret => "secret" "unset",

    FreezePlan => "plan" "freeze",
    WithdrawPlan => "plan" "withdraw",
    Approve => "plan" "approve",
    Deploy => "plan" "deploy",
    IntendDeployment => "deployment" "intend",
    PushDeployment => "deployment" "push",
    RecordDeployment => "deployment" "record",
    StaleDeployment => "deployment" "go_stale",
    FailDeployment => "deployment" "fail",
    /// A commit that is not ours was met on a branch of ours.
    MeetForeignCommit => "cluster" "meet_foreign_commit",
    /// Nothing more is deployed there: the branch lost entries, or holds some that we do not know.
    HaltCluster => "cluster" "halt",
    ResumeCluster => "cluster" "resume",
    /// Entries that stand in the repository and that this database did not know are taken over from there.
    AcceptRecord => "cluster" "accept_record",
}

/// Who did it, as a leaf says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// `person`, `token`, `agent`, `host` (a command on the server), `system` (a job) or `stranger`.
    pub kind: String,
    pub id: String,
    /// The person an agent or a token acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
}

impl Actor {
    pub fn new(kind: &str, id: &str) -> Actor {
        Actor { kind: kind.to_owned(), id: id.to_owned(), on_behalf_of: None }
    }
}

impl From<&Principal> for Actor {
    fn from(principal: &Principal) -> Actor {
        let (kind, id, on_behalf_of) = match principal {
            Principal::Person { id, .. } => ("person", id, None),
            Principal::PersonToken { id, person, .. } => ("token", id, Some(person.clone())),
            Principal::Agent { id, owner, .. } => ("agent", id, Some(owner.clone())),
        };
        Actor { kind: kind.to_owned(), id: id.clone(), on_behalf_of }
    }
}

/// What the act is done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Object {
    pub kind: String,
    pub id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Refused,
}

/// One line of the log. The maps are sorted, so the same facts give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Leaf {
    pub v: u32,
    pub n: u64,
    /// Microseconds since 1970, UTC.
    pub at: i64,
    pub actor: Actor,
    pub action: String,
    pub object: Object,
    pub outcome: Outcome,
    /// The problem's code, of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Ids, digests and numbers that are nobody's secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// Commitments to text, in hex: see [`commitment`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub text: BTreeMap<String, String>,
}

impl Leaf {
    /// RFC 8785: sorted members, no spaces. Our members are ASCII names, texts and whole numbers below 2^53,
    /// for which sorting is all that canonical JSON asks beyond serde_json's own output.
    pub fn canonical(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).expect("a leaf holds only texts, numbers and maps with text keys");
        sorted(value).to_string().into_bytes()
    }
}

fn sorted(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(members) => {
            let members: BTreeMap<String, serde_json::Value> = members.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            serde_json::Value::Object(members.into_iter().collect())
        }
        other => other,
    }
}

/// What a leaf says of a text: SHA-256 over its salt and itself.
pub fn commitment(salt: &[u8], text: &str) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(text.as_bytes()).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            v: 1,
            n: 7,
            at: 1_700_000_000_000_000,
            actor: Actor { kind: "agent".into(), id: "a1".into(), on_behalf_of: Some("p1".into()) },
            action: Act::Propose("d1".into()).name().into(),
            object: Object { kind: "draft".into(), id: "d1".into() },
            outcome: Outcome::Done,
            reason: None,
            facts: BTreeMap::from([("revision".into(), "12".into())]),
            text: BTreeMap::new(),
        }
    }

    #[test]
    fn a_leaf_has_one_spelling() {
        let text = String::from_utf8(leaf().canonical()).expect("canonical JSON is UTF-8");
        assert_eq!(
            text,
            r#"{"action":"draft.propose","actor":{"id":"a1","kind":"agent","on_behalf_of":"p1"},"at":1700000000000000,"facts":{"revision":"12"},"n":7,"object":{"id":"d1","kind":"draft"},"outcome":"done","v":1}"#
        );
        let read: Leaf = serde_json::from_str(&text).expect("a leaf reads back");
        assert_eq!(read.canonical(), text.into_bytes());
    }

    #[test]
    fn no_two_acts_share_a_name() {
        let mut names = Act::NAMES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Act::NAMES.len());
    }
}
