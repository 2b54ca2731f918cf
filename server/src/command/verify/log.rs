//! Judges what an entry holds of the audit log: its checkpoint, and that the log only grew since the entry before.

use anyhow::{Context, anyhow, bail, ensure};
use domain::audit::{Checkpoint, Step};
use ssh_key::PublicKey;

use crate::deploy::anchor::{Anchor, CHECKPOINT, CONSISTENCY};
use crate::git::{Commit, Mirror, Note};
use crate::identity::roster::{Line, Roster};

/// What an entry holds of the log.
pub struct Grown {
    pub anchor: Anchor,
    pub checkpoint: Checkpoint,
    /// The entry whose log it goes on from, where that is not the one before; 0: it begins anew.
    pub cut: Option<u64>,
}

/// `key` is the one that signed the commit; `before` are the checkpoints of the entries so far, oldest first.
pub fn judge(mirror: &Mirror, commit: &Commit, folder: &str, key: &PublicKey, before: &[(u64, Checkpoint)]) -> anyhow::Result<Grown> {
    let text = |name: &str| -> anyhow::Result<String> {
        let bytes = mirror.file(commit.id, &format!("{folder}{name}"))?.ok_or_else(|| anyhow!("it brings no {name} of the audit log"))?;
        String::from_utf8(bytes).map_err(|_| anyhow!("its {name} is no text"))
    };
    let anchor = Anchor { checkpoint: text(CHECKPOINT)?, consistency: text(CONSISTENCY)? };
    let (note, checkpoint) = read(&anchor.checkpoint).context("its checkpoint")?;
    note.verify(checkpoint.host(), key).context("its checkpoint")?;
    let step = Step::parse(&anchor.consistency).map_err(|_| anyhow!("its consistency is no proof"))?;
    let last = before.last().map(|(_, last)| last);
    if let Some(before) = last {
        ensure!(before.origin == checkpoint.origin, "its checkpoint is of the log {}, not of {}", checkpoint.origin, before.origin);
    }
    let cut = match step.leads(last, &checkpoint) {
        Ok(()) => None,
        Err(why) => Some(cut(&step, before, &checkpoint).ok_or(why).context("its checkpoint")?),
    };
    Ok(Grown { anchor, checkpoint, cut })
}

/// Where a log that lost its end goes on from, if it says so and proves it: an entry before the last, or 0 for none.
fn cut(step: &Step, before: &[(u64, Checkpoint)], to: &Checkpoint) -> Option<u64> {
    let (_, earlier) = before.split_last()?;
    let from = earlier.iter().rev().find(|(_, one)| step.leads(Some(one), to).is_ok()).map(|(number, _)| *number);
    from.or_else(|| step.leads(None, to).is_ok().then_some(0))
}

fn read(note: &str) -> anyhow::Result<(Note, Checkpoint)> {
    let note = Note::read(note)?;
    let checkpoint = Checkpoint::parse(&note.text)?;
    Ok((note, checkpoint))
}

/// A checkpoint that somebody kept outside the repository.
pub struct Kept(Note, Checkpoint);

impl Kept {
    pub fn read(path: &str) -> anyhow::Result<Kept> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading the checkpoint {path}"))?;
        // A line break more or less comes from copying.
        let (note, checkpoint) = read(&format!("{}\n", text.trim_end())).with_context(|| format!("reading the checkpoint {path}"))?;
        Ok(Kept(note, checkpoint))
    }

    /// The entry that carries it: `entries` are the record's, each with its checkpoint.
    pub fn is_carried(&self, roster: &Roster, entries: &[(u64, Checkpoint)]) -> anyhow::Result<u64> {
        let Kept(note, kept) = self;
        let is_ours = |line: &Line| match line {
            Line::Platform { key, .. } => PublicKey::from_openssh(key).is_ok_and(|key| note.verify(kept.host(), &key).is_ok()),
            Line::Person { .. } => false,
        };
        ensure!(roster.lines().iter().any(is_ours), "the given checkpoint is signed by none of the platform keys in the roster");
        // After a cut the log passes the same sizes once more.
        let carried = entries.iter().find(|(_, one)| one == kept);
        match carried.or_else(|| entries.iter().find(|(_, one)| one.size == kept.size)) {
            Some((number, one)) if one == kept => Ok(*number),
            Some((number, _)) => bail!("{} has another checkpoint of the same size as the given one", domain::record::number(*number)),
            None => {
                bail!("no entry carries the given checkpoint, of {} lines: entries are missing, or others stand in their place", kept.size)
            }
        }
    }
}
