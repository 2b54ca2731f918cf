//! What an entry's commit consists of: the plan's files, its evidence, and a message that says both.

use std::collections::BTreeMap;

use domain::plan::{Plan, WriterKind};
use domain::record::{self, Trailers};

use super::anchor::Anchor;
use crate::git::{CommitParts, ObjectId, Who};

/// One approval as it goes into Git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The person's name in `allowed_signers`.
    pub signer: String,
    /// `approval.sig`, or the record of a password approval.
    pub file: Vec<u8>,
    pub countersigned: bool,
}

/// Everything that the commit is made of, apart from its parent.
pub struct Entry {
    pub number: u64,
    /// Where its evidence stands, ending in a slash.
    pub folder: String,
    pub changes: BTreeMap<String, Option<Vec<u8>>>,
    pub message: String,
    pub author: Who,
    pub committer: Who,
}

/// The person and host under which the platform commits.
pub const PLATFORM: &str = "countersign";

/// `plan_bytes` are `plan.json`'s; `after` gives a planned file's bytes by their digest.
pub fn compose(
    plan: &Plan,
    plan_bytes: &[u8],
    number: u64,
    evidence: &[Evidence],
    anchor: &Anchor,
    platform_email: &str,
    after: impl Fn(&str) -> anyhow::Result<Vec<u8>>,
) -> anyhow::Result<Entry> {
    let sha256 = domain::plan::freeze::digest(plan_bytes);
    let mut changes = BTreeMap::new();
    for file in plan.changed_files() {
        let bytes = file.after.as_ref().map(|digest| after(&digest.sha256)).transpose()?;
        changes.insert(file.path.clone(), bytes);
    }
    let folder = format!("{}{}/", plan.tree().entries(), record::folder(number, &sha256));
    changes.insert(format!("{folder}plan.json"), Some(plan_bytes.to_vec()));
    for (name, bytes) in anchor.files() {
        changes.insert(format!("{folder}{name}"), Some(bytes.to_vec()));
    }
    for one in evidence {
        let kind = if one.countersigned { "sig" } else { "password" };
        changes.insert(format!("{folder}approvals/{}.{kind}", one.signer), Some(one.file.clone()));
    }
    let frozen = domain::plan::freeze::read_moment(&plan.frozen_at).ok_or_else(|| anyhow::anyhow!("the plan's date cannot be read"))?;
    let who =
        |name: &str, email: &str| Who { name: name.to_owned(), email: email.to_owned(), seconds: frozen.as_second(), offset_minutes: 0 };
    Ok(Entry {
        number,
        folder,
        message: record::message(&plan.subject, &plan.why, &trailers(plan, number, sha256, evidence)),
        author: who(&plan.author.name, &plan.author.email),
        committer: who("Countersign", platform_email),
        changes,
    })
}

fn trailers(plan: &Plan, number: u64, sha256: String, evidence: &[Evidence]) -> Trailers {
    let wrote = |kind: WriterKind, name: &str| match kind {
        WriterKind::Person => name.to_owned(),
        WriterKind::Agent => format!("{name} (agent)"),
    };
    Trailers {
        stack: plan.stack.as_ref().map(|stack| stack.id.to_string()),
        record: number,
        draft: plan.draft.as_ref().map(|draft| format!("{} rev {}", draft.id, draft.revision)),
        drafted_by: plan.writers.iter().map(|writer| wrote(writer.kind, &writer.name)).collect(),
        countersigned_by: evidence.iter().filter(|one| one.countersigned).map(|one| one.signer.clone()).collect(),
        approved_by: evidence.iter().filter(|one| !one.countersigned).map(|one| one.signer.clone()).collect(),
        ticket: plan.ticket.clone(),
        plan: sha256,
    }
}

impl Entry {
    pub fn parts(&self, parent: Option<ObjectId>) -> CommitParts<'_> {
        CommitParts { parent, changes: &self.changes, author: &self.author, committer: &self.committer, message: &self.message }
    }
}
