//! What an import says of what it did not carry over.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Nothing of it is in the stack.
    Lost,
    /// A literal that the stack holds as a secret; its value was not kept.
    Secret,
    /// It is in the stack in another form, or Countersign does it by itself.
    Changed,
}

/// One thing that is not in the stack as it was in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    pub kind: Kind,
    /// The file, as it was named.
    pub file: String,
    /// From 1, in that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// `HelmRelease monitoring/loki`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Where in the object: `spec.suspend`; empty for all of it.
    pub path: String,
    /// What and why.
    pub reason: String,
    /// What to do.
    pub hint: String,
    /// The secret that stands there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl Note {
    pub fn lost(file: &str, path: &str, reason: impl Into<String>, hint: impl Into<String>) -> Note {
        Note::new(Kind::Lost, file, path, reason.into(), hint.into())
    }

    pub fn new(kind: Kind, file: &str, path: &str, reason: String, hint: String) -> Note {
        Note { kind, file: file.to_owned(), line: None, object: None, path: path.to_owned(), reason, hint, secret: None }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        if let Some(object) = &self.object {
            write!(f, ", {object}")?;
        }
        if !self.path.is_empty() {
            write!(f, ", `{}`", self.path)?;
        }
        write!(f, ": {} {}", self.reason, self.hint)
    }
}
