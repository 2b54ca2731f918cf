//! Reads YAML into values and refuses what two readers could understand differently.
//!
//! Refused, each at its line: duplicate keys, anchors, aliases, tags, merge keys, numbers that would
//! lose their value, control characters, and anything beyond the budgets. Types are those that Helm
//! sees, see [`super::scalar`].

mod build;

use serde_json::Value;

use super::path::ValuePath;
use build::{Builder, Keys, Rules, Seek};

/// The most that one text may hold: values, a manifest.
pub const MAX_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 100;
const MAX_NODES: usize = 250_000;
/// A stack may have ten thousand components.
const MAX_NODES_OF_OWN_FILES: usize = 2_000_000;

/// Why a text is no YAML that we accept. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    pub message: String,
    pub line: usize,
    pub column: usize,
    /// The nearest value, where the text was understood that far. Without the document's number.
    pub path: Option<ValuePath>,
}

/// One document of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub value: Value,
    /// Where its content starts, from 1.
    pub line: usize,
}

/// The only document of `text`; an empty text is null.
pub fn value(text: &str) -> Result<Value, YamlError> {
    only(read(text, MAX_BYTES, Keys::AsKubernetes, None)?)
}

/// A file of our own format: with its own limit of size, and with keys as they are written, since no
/// Kubernetes reads it (`layout: {x: 1, y: 2}`).
pub(crate) fn own_file(text: &str, max_bytes: usize) -> Result<Value, YamlError> {
    only(read(text, max_bytes, Keys::AsWritten, None)?)
}

fn only(mut documents: Vec<Document>) -> Result<Value, YamlError> {
    if let Some(second) = documents.get(1) {
        let message = "a second document starts here; only one belongs in this text".to_owned();
        return Err(YamlError { message, line: second.line, column: 1, path: None });
    }
    Ok(documents.pop().map_or(Value::Null, |document| document.value))
}

/// Every document of `text`; empty ones are left out.
pub fn documents(text: &str) -> Result<Vec<Document>, YamlError> {
    read(text, MAX_BYTES, Keys::AsKubernetes, None)
}

/// The line (from 1) of the value at `path` in the first document, that of its key if it has one.
pub fn line_of(text: &str, path: &ValuePath) -> Option<usize> {
    line_in(text, 0, path)
}

/// Like [`line_of`], in the document with this index of [`documents`].
pub fn line_in(text: &str, document: usize, path: &ValuePath) -> Option<usize> {
    let (depth, line) = nearest_lines(text, document, std::slice::from_ref(path))[0]?;
    (depth == path.segments().len()).then_some(line)
}

/// For each path the depth and the line of its nearest value around it, in one reading. What stands
/// above a fault is found all the same.
pub(crate) fn nearest_lines(text: &str, document: usize, paths: &[ValuePath]) -> Vec<Option<(usize, usize)>> {
    let mut seek = Seek::new(document, paths);
    // Whether the rest is valid is not the question here.
    let _ = read(text, usize::MAX, Keys::AsWritten, Some(&mut seek));
    seek.found
}

fn read(text: &str, max_bytes: usize, keys: Keys, seek: Option<&mut Seek<'_>>) -> Result<Vec<Document>, YamlError> {
    if text.len() > max_bytes {
        let message = format!("{} bytes are more than the limit of {max_bytes}", text.len());
        return Err(YamlError { message, line: 1, column: 1, path: None });
    }
    refuse_control_characters(text)?;
    let nodes = if keys == Keys::AsWritten { MAX_NODES_OF_OWN_FILES } else { MAX_NODES };
    let rules = Rules { depth: MAX_DEPTH, nodes, keys };
    let mut builder = Builder::new(rules, seek);
    // A block scalar at the very end gets no line feed that is not there, as in Go's readers.
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true
    };
    options.set_emit_comments(false);
    for next in granit_parser::Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| builder.scan_error(&error))?;
        builder.take(event, &span)?;
        if builder.has_found_all() {
            break;
        }
    }
    Ok(builder.documents)
}

fn refuse_control_characters(text: &str) -> Result<(), YamlError> {
    let forbidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}') || matches!(c, '\u{fffe}' | '\u{ffff}');
    let Some(at) = text.find(forbidden) else { return Ok(()) };
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let code = text[at..].chars().next().map_or(0, u32::from);
    Err(YamlError { message: format!("the control character U+{code:04X} is not allowed"), line, column, path: None })
}

#[cfg(test)]
mod tests;
