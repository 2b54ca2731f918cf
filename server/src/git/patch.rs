//! A commit's changes as a unified diff, cut to a length that people read.

use git2::{DiffFormat, DiffOptions};

use super::error::GitError;
use super::id::ObjectId;
use super::mirror::Mirror;

/// Larger files are told of, not shown.
const LARGEST: i64 = 1 << 20;

impl Mirror {
    /// Against what stood before it; true says that the rest was left off.
    pub fn patch(&self, before: Option<ObjectId>, commit: ObjectId, most: usize) -> Result<(String, bool), GitError> {
        let before = before.map(|id| self.tree_of(id)).transpose()?;
        let after = self.tree_of(commit)?;
        let mut options = DiffOptions::new();
        options.max_size(LARGEST);
        let diff = self.repository.diff_tree_to_tree(before.as_ref(), Some(&after), Some(&mut options));
        let diff = diff.map_err(|e| GitError::of_storage(&e))?;
        let mut text = Vec::new();
        let mut is_cut = false;
        let printed = diff.print(DiffFormat::Patch, |_, _, line| {
            if text.len() + line.content().len() > most {
                is_cut = true;
                return false;
            }
            if matches!(line.origin(), '+' | '-' | ' ') {
                text.push(u8::try_from(line.origin()).unwrap_or(b' '));
            }
            text.extend_from_slice(line.content());
            true
        });
        match printed {
            Err(error) if !is_cut => Err(GitError::of_storage(&error)),
            _ => Ok((String::from_utf8_lossy(&text).into_owned(), is_cut)),
        }
    }
}
