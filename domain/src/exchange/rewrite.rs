//! Puts many values into a text at once, keeping its comments as long as that is worth it.

use serde_json::Value;

use crate::yaml::path::ValuePath;
use crate::yaml::{edit, emit, read};

/// How many bytes are read again at most for the sake of comments. Each single edit reads the whole text.
const WORK: usize = 8 << 20;

/// What becomes of a value.
pub struct Rewrite {
    pub at: ValuePath,
    /// Absent: it goes.
    pub value: Option<Value>,
}

/// The text of one document, rewritten. Whether its comments are still there is told.
pub fn rewrite(text: &str, rewrites: &[Rewrite]) -> (String, bool) {
    if rewrites.is_empty() {
        return (text.to_owned(), true);
    }
    if rewrites.len().saturating_mul(text.len()) <= WORK {
        let mut edited = Ok(text.to_owned());
        for rewrite in rewrites {
            edited = edited.and_then(|text| match &rewrite.value {
                Some(value) => edit::set(&text, &rewrite.at, value),
                None => edit::unset(&text, &rewrite.at),
            });
        }
        if let Ok(edited) = edited {
            return (edited, true);
        }
    }
    let mut value = read::value(text).unwrap_or_default();
    for rewrite in rewrites {
        match &rewrite.value {
            Some(new) => drop(edit::place(&mut value, &rewrite.at, new)),
            None => edit::remove(&mut value, &rewrite.at),
        }
    }
    (emit::emit(&value), false)
}
