//! Reads an entry back from its commit, as the database would have known it.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use domain::plan::{Plan, freeze};
use domain::record;

use super::anchor::{Anchor, CHECKPOINT, CONSISTENCY};
use crate::git::{Commit, Mirror, ObjectId};

/// An entry that was judged good; nothing here judges it again.
#[derive(Debug)]
pub struct ReadBack {
    pub number: u64,
    pub commit: Commit,
    pub plan: Plan,
    /// `plan.json`
    pub json: Vec<u8>,
    /// Every file that the plan names and that can be found, before and after, by digest.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Name, kind (`sig` or `password`) and content.
    pub approvals: Vec<(String, String, Vec<u8>)>,
    pub anchor: Anchor,
}

/// `entries` is the folder of the entries, ending in a slash.
pub fn entry(mirror: &Mirror, commit: ObjectId, entries: &str) -> anyhow::Result<ReadBack> {
    let commit = mirror.commit(commit)?;
    let trailers = record::read_trailers(&commit.message).ok_or_else(|| anyhow!("commit {} is no entry", commit.id))?;
    let folder = format!("{entries}{}/", record::folder(trailers.record, &trailers.plan));
    let file = |name: &str| -> anyhow::Result<Vec<u8>> {
        let path = format!("{folder}{name}");
        mirror.file(commit.id, &path)?.ok_or_else(|| anyhow!("{path} is missing"))
    };
    let text = |name: &str| String::from_utf8(file(name)?).with_context(|| format!("{folder}{name} is no text"));
    let json = file("plan.json")?;
    let plan = freeze::parse(&json).with_context(|| format!("reading the plan of {}", record::number(trailers.record)))?;
    let mut files = BTreeMap::new();
    let parent = commit.parents.first().copied();
    for planned in &plan.files {
        for (at, digest) in [(parent, &planned.before), (Some(commit.id), &planned.after)] {
            let (Some(at), Some(digest)) = (at, digest) else { continue };
            if let Some(bytes) = mirror.file(at, &planned.path)?.filter(|bytes| freeze::digest(bytes) == digest.sha256) {
                files.insert(digest.sha256.clone(), bytes);
            }
        }
    }
    let signed = format!("{folder}approvals/");
    let mut approvals = Vec::new();
    for one in mirror.entries(commit.id, &signed)? {
        let name = one.path.strip_prefix(&signed).unwrap_or(&one.path);
        let (signer, kind) = name.rsplit_once('.').ok_or_else(|| anyhow!("{} is no approval", one.path))?;
        approvals.push((signer.to_owned(), kind.to_owned(), mirror.blob(one.id)?));
    }
    let anchor = Anchor { checkpoint: text(CHECKPOINT)?, consistency: text(CONSISTENCY)? };
    Ok(ReadBack { number: trailers.record, commit, plan, json, files, approvals, anchor })
}
