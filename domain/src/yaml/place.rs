//! Where a value of a text stands, in lines and columns as browsers count them.

use super::edit::tree::{self, Node};
use super::path::ValuePath;

/// Lines and columns from 1; columns count UTF-16 units. The end is behind the last character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// The places of one document's values.
pub struct Places<'a> {
    text: &'a str,
    root: Node,
}

/// `None` where there is no such document, or it is written so that its values have no place of their own.
pub fn places(text: &str, document: usize) -> Option<Places<'_>> {
    Some(Places { text, root: tree::document(text, document)? })
}

impl Places<'_> {
    /// The value at a path, or the nearest around it; `at_key` asks for its key.
    pub fn find(&self, path: &ValuePath, at_key: bool) -> Place {
        let mut node = &self.root;
        let mut key: Option<(usize, usize)> = None;
        for segment in path.segments() {
            let Some(next) = node.child(segment) else { break };
            key = node.key_start(segment).map(|start| (start, start + self.key_length(start, next.start))).or(key);
            node = next;
        }
        let (start, end) = match (at_key || node.start == node.end || !self.is_on_one_line(node), key) {
            (true, Some(key)) => key,
            _ if self.is_on_one_line(node) => (node.start, node.end),
            _ => (node.start, self.text[node.start..].find('\n').map_or(self.text.len(), |at| node.start + at)),
        };
        let ((line, column), (end_line, end_column)) = (self.spot(start), self.spot(end));
        Place { line, column, end_line, end_column }
    }

    /// The lines that a value takes, its key's line included; `None` where nothing stands at the path.
    pub fn lines(&self, path: &ValuePath) -> Option<(usize, usize)> {
        let mut node = &self.root;
        let mut start = node.start;
        for segment in path.segments() {
            let next = node.child(segment)?;
            start = node.key_start(segment).unwrap_or(next.start);
            node = next;
        }
        Some((self.spot(start).0, self.spot(node.end.max(start)).0))
    }

    fn is_on_one_line(&self, node: &Node) -> bool {
        !self.text[node.start..node.end].contains('\n')
    }

    fn key_length(&self, start: usize, value: usize) -> usize {
        let written = &self.text[start..value.max(start)];
        let line = written.split('\n').next().unwrap_or_default();
        line.rfind(':').map_or(line.trim_end().len(), |colon| line[..colon].trim_end().len())
    }

    fn spot(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..byte];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[start..].encode_utf16().count() + 1)
    }
}
