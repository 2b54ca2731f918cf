//! What an entry of the record keeps of the audit log: a checkpoint (C2SP tlog-checkpoint), and the proof that the log
//! grew to it from the checkpoint of the entry before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::tree::{Frontier, NotGrown, grew};

/// What a log's origin ends in, after the host that keeps the log.
const LOG: &str = "/countersign-audit";

/// A head of the log, by name. Its text is what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log for ever.
    pub origin: String,
    pub size: u64,
    pub root: [u8; 32],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not the text of a checkpoint")]
pub struct NoCheckpoint;

impl Checkpoint {
    pub fn new(host: &str, head: &Frontier) -> Checkpoint {
        Checkpoint { origin: format!("{host}{LOG}"), size: head.size(), root: head.root() }
    }

    /// The host that keeps the log; its key signs under this name.
    pub fn host(&self) -> &str {
        self.origin.strip_suffix(LOG).unwrap_or(&self.origin)
    }

    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads [`Checkpoint::text`] and no other spelling of it.
    pub fn parse(text: &str) -> Result<Checkpoint, NoCheckpoint> {
        let mut lines = text.lines();
        let mut line = || lines.next().ok_or(NoCheckpoint);
        let origin = line()?.to_owned();
        let size = line()?.parse().map_err(|_| NoCheckpoint)?;
        let root = STANDARD.decode(line()?).ok().and_then(|root| root.try_into().ok()).ok_or(NoCheckpoint)?;
        let read = Checkpoint { origin, size, root };
        (read.text() == text && read.origin.ends_with(LOG) && !read.host().is_empty()).then_some(read).ok_or(NoCheckpoint)
    }
}

/// How the log grew between two entries, as a witness of C2SP tlog-witness is told it: `old`, and one hash a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// The size of the log in the entry before; 0 in the first one.
    pub old: u64,
    pub proof: Vec<[u8; 32]>,
}

impl Step {
    pub fn text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text
    }

    /// Reads [`Step::text`] and no other spelling of it.
    pub fn parse(text: &str) -> Result<Step, NoCheckpoint> {
        let mut lines = text.lines();
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(|old| old.parse().ok()).ok_or(NoCheckpoint)?;
        let hash = |line: &str| STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
        let proof: Option<Vec<[u8; 32]>> = lines.map(hash).collect();
        let read = Step { old, proof: proof.ok_or(NoCheckpoint)? };
        (read.text() == text).then_some(read).ok_or(NoCheckpoint)
    }

    /// Whether it leads from one checkpoint to the other. Every entry is itself a line of the log, so the log is longer
    /// by every entry.
    pub fn leads(&self, from: Option<&Checkpoint>, to: &Checkpoint) -> Result<(), NotGrown> {
        let (old, root) = from.map_or((0, [0; 32]), |from| (from.size, from.root));
        if to.size <= old {
            return Err(NotGrown::Shorter { old, new: to.size });
        }
        if self.old != old {
            return Err(NotGrown::Otherwise { old, new: to.size });
        }
        grew((old, &root), (to.size, &to.root), &self.proof)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{leaf_hash, proof};
    use super::*;

    fn head(size: u8) -> Frontier {
        let mut frontier = Frontier::default();
        (0..size).for_each(|leaf| frontier.push(leaf_hash(&[leaf])));
        frontier
    }

    fn checkpoint(size: u8) -> Checkpoint {
        Checkpoint::new("cs.example.com", &head(size))
    }

    #[test]
    fn a_checkpoint_has_one_spelling() {
        let text = checkpoint(7).text();
        assert!(text.starts_with("cs.example.com/countersign-audit\n7\n"), "{text}");
        assert_eq!(Checkpoint::parse(&text), Ok(checkpoint(7)));
        assert_eq!(checkpoint(7).host(), "cs.example.com");
        for other in [text.trim_end(), &text.replace("\n7\n", "\n07\n"), &text.replace("-audit", ""), &format!("{text}more\n"), ""] {
            assert_eq!(Checkpoint::parse(other), Err(NoCheckpoint), "{other}");
        }
    }

    #[test]
    fn a_step_leads_from_its_own_beginning_to_its_own_end() {
        let since: Vec<[u8; 32]> = (5..11).map(|leaf| leaf_hash(&[leaf])).collect();
        let step = Step { old: 5, proof: proof(&head(5), &since) };
        assert_eq!(Step::parse(&step.text()), Ok(step.clone()));
        assert_eq!(Step::parse(&format!("{}\n", step.text())), Err(NoCheckpoint));
        assert_eq!(step.leads(Some(&checkpoint(5)), &checkpoint(11)), Ok(()));
        for (from, to) in [(Some(4), 11), (Some(5), 12), (Some(6), 11), (None, 11), (Some(11), 11), (Some(12), 11)] {
            assert!(step.leads(from.map(checkpoint).as_ref(), &checkpoint(to)).is_err(), "{from:?} to {to}");
        }
        assert_eq!(Step::default().leads(None, &checkpoint(3)), Ok(()));
        assert!(Step::default().leads(Some(&checkpoint(0)), &checkpoint(0)).is_err(), "every entry is a line of the log");
    }
}
