//! What a chart's own values say: what each is by default, and the comment above it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::scan;
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::read;

/// A comment longer than this is shown cut.
const MAX_COMMENT: usize = 1200;

#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Absent where the file cannot be read as our YAML.
    pub defaults: Option<Value>,
    comments: BTreeMap<ValuePath, String>,
    /// Keys that stand in comments only, as examples.
    mentioned: BTreeSet<String>,
}

impl Notes {
    pub fn of(values: &str) -> Notes {
        let lines: Vec<&str> = values.lines().collect();
        let mut notes = Notes { defaults: read::value(values).ok(), ..Notes::default() };
        for line in &lines {
            let Some(text) = line.trim_start().strip_prefix('#') else { continue };
            let text = text.trim_start_matches('#').trim();
            notes.param(text);
            if let Some((key, _)) = text.trim_start_matches("- ").split_once(':') {
                notes.mentioned.insert(key.trim_matches(['"', '\'', ' ']).to_owned());
            }
        }
        for entry in scan::scan(values).entries {
            if !matches!(entry.path.last(), Some(Segment::Key(_))) {
                continue;
            }
            let above = lines[..entry.line].iter().rev().map(|line| line.trim()).take_while(|line| line.starts_with('#'));
            let mut above: Vec<&str> = above.map(bare).filter(|line| !line.starts_with('@')).collect();
            above.reverse();
            // helm-docs: what counts begins at the last `--`.
            let begin = above.iter().rposition(|line| line.starts_with("-- ")).unwrap_or(0);
            let comment = above[begin..].join("\n");
            let comment = comment.trim().trim_start_matches("-- ");
            if !comment.is_empty() {
                notes.comments.entry(ValuePath::of(&entry.path)).or_insert_with(|| comment.chars().take(MAX_COMMENT).collect());
            }
        }
        notes
    }

    /// `@param path what it is`, as some charts write it.
    fn param(&mut self, text: &str) {
        let Some(rest) = text.strip_prefix("@param ") else { return };
        let Some((path, words)) = rest.trim().split_once(' ') else { return };
        let words = words.trim();
        let words = if words.starts_with('[') { words.split_once(']').map_or(words, |(_, after)| after.trim()) } else { words };
        if let Ok(path) = ValuePath::parse(path) {
            self.comments.insert(path, words.to_owned());
        }
    }

    pub fn comment(&self, path: &[Segment]) -> Option<&str> {
        self.comments.get(&ValuePath::of(path)).map(String::as_str)
    }

    pub fn default_at(&self, path: &[Segment]) -> Option<&Value> {
        ValuePath::of(path).get(self.defaults.as_ref()?)
    }

    pub fn map(&self, path: &[Segment]) -> Option<&Map<String, Value>> {
        self.default_at(path)?.as_object()
    }

    /// Whether a key is named anywhere, be it as an example.
    pub fn mentions(&self, key: &str) -> bool {
        self.mentioned.contains(key)
    }
}

fn bare(line: &str) -> &str {
    let line = line.trim_start_matches('#');
    line.strip_prefix(' ').unwrap_or(line).trim_end()
}
