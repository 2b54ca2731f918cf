//! Takes files apart into documents, each with its own text, within limits.

use super::document::Document;
use super::{File, Note, Refused};
use crate::stack::source;
use crate::yaml::{emit, read};

/// All files of an import together, unless they are stacks.
pub const MAX_BYTES: usize = 8 << 20;
pub const MAX_FILES: usize = 1000;
pub const MAX_DOCUMENTS: usize = 5000;

pub fn check_size(files: &[File]) -> Result<(), Refused> {
    if files.len() > MAX_FILES {
        return Err(Refused::TooManyFiles { count: files.len() });
    }
    let limit = if files.iter().any(|file| is_stack(&file.text)) { source::MAX_BYTES } else { MAX_BYTES };
    let bytes = files.iter().map(|file| file.text.len()).sum();
    if bytes > limit { Err(Refused::TooLarge { bytes, limit }) } else { Ok(()) }
}

/// Whether a text says of itself that it is a `stack.yaml`.
pub fn is_stack(text: &str) -> bool {
    let says = |start: &str| text.lines().any(|line| line.trim_start_matches('\u{feff}').starts_with(start));
    says("apiVersion: countersign.dev/") && says("kind: Stack")
}

/// Every document of the files; one that cannot be read is told, and the others are read all the same.
pub fn documents(files: &[File], notes: &mut Vec<Note>) -> Result<Vec<Document>, Refused> {
    let mut documents = Vec::new();
    for file in files {
        for part in parts(file.text.trim_start_matches('\u{feff}'))? {
            if documents.len() >= MAX_DOCUMENTS {
                return Err(Refused::TooManyDocuments);
            }
            match read::documents(&part.text) {
                Err(error) => {
                    let path = error.path.as_ref().map(ToString::to_string).unwrap_or_default();
                    let reason = format!("This document cannot be read as YAML: {}.", error.message.trim_end_matches('.'));
                    let mut note = Note::lost(&file.path, &path, reason, "Repair it, or leave the document out, and import again.");
                    note.line = Some(error.line + part.line - 1);
                    notes.push(note);
                }
                Ok(mut read) if read.len() == 1 => {
                    if let Some(document) = read.pop() {
                        documents.extend(flat(Document::new(&file.path, part.line, part.text, document.value)));
                    }
                }
                Ok(read) => {
                    let of = |document: read::Document| {
                        Document::new(&file.path, part.line + document.line - 1, emit::emit(&document.value), document.value)
                    };
                    documents.extend(read.into_iter().map(of).flat_map(flat));
                }
            }
            if documents.len() > MAX_DOCUMENTS {
                return Err(Refused::TooManyDocuments);
            }
        }
    }
    Ok(documents)
}

/// The items of a List are documents of their own.
fn flat(document: Document) -> Vec<Document> {
    let is_list = document.value.get("kind").is_some_and(|kind| kind == "List");
    let Some(items) = document.value.get("items").and_then(serde_json::Value::as_array).filter(|_| is_list) else { return vec![document] };
    (0..items.len()).map(|index| document.item(index)).collect()
}

struct Part {
    text: String,
    /// Where it starts, from 1.
    line: usize,
}

/// A line that begins with `---` ends a document wherever it stands, also inside a block of text.
fn parts(text: &str) -> Result<Vec<Part>, Refused> {
    let mut parts = vec![Part { text: String::new(), line: 1 }];
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let behind = line.strip_prefix("---").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']));
        match (behind, parts.last_mut()) {
            (None, Some(last)) => last.text.push_str(line),
            (Some(rest), _) => parts.push(Part { text: rest.trim_start_matches([' ', '\t']).to_owned(), line: index + 1 }),
            (None, None) => {}
        }
        if parts.len() > MAX_DOCUMENTS + 1 {
            return Err(Refused::TooManyDocuments);
        }
    }
    let mut ahead: Option<Part> = None;
    let mut whole = Vec::new();
    for mut part in parts {
        // What is written above a document belongs to it.
        if let Some(mut above) = ahead.take() {
            above.text.truncate(above.text.trim_end().len());
            above.text.push('\n');
            above.text.push_str(&part.text);
            part = above;
        }
        let bare = part.text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        if !bare {
            let blank = part.text.len() - part.text.trim_start_matches(['\n', '\r']).len();
            part.line += part.text[..blank].matches('\n').count();
            part.text.drain(..blank);
            whole.push(part);
        } else if !part.text.trim().is_empty() {
            ahead = Some(part);
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn documents_keep_their_comments_and_their_lines() {
        let text = "# of the first\n---\na: 1\n---\n\n# of the second\nb: |\n  x\n--- # here\nc: 3\n---\n# alone\n";
        let parts: Vec<(usize, String)> = parts(text).unwrap().into_iter().map(|part| (part.line, part.text)).collect();
        let expected = [(1, "# of the first\n\na: 1\n"), (6, "# of the second\nb: |\n  x\n"), (9, "# here\nc: 3\n")];
        assert_eq!(parts, expected.map(|(line, text)| (line, text.to_owned())));
    }
}
