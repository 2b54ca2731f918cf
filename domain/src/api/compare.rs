//! Two contents of a stack side by side, whatever held them: an entry of the record, a draft, one of its revisions.

use serde::{Deserialize, Serialize};

use crate::difference::Hunk;

/// `GET /api/v1/clusters/{cluster}/stacks/{stack}/versions`: what of a stack can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// `entry:12`, `draft:ID`, `draft:ID@7`, `checkpoint:ID`, or `record` for the newest entry.
    pub reference: String,
    pub title: String,
    pub at: i64,
    /// Who countersigned the entry, edited the draft or gave the name.
    pub by: Vec<String>,
}

/// `GET /api/v1/clusters/{cluster}/stacks/{stack}/compare`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    pub from: Version,
    pub to: Version,
    /// What leads from one to the other, a line for each thing.
    pub changes: Vec<String>,
    pub texts: Vec<TextDifference>,
}

/// One text on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextDifference {
    /// `stack.yaml`, which leaves the texts of components out here, or whose values or manifest.
    pub name: String,
    pub hunks: Vec<Hunk>,
    /// More lines than are shown here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
}

/// What is meant by a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    Record,
    Entry(u64),
    Draft(String),
    Revision(String, u64),
    Checkpoint(String),
}

impl Reference {
    pub fn parse(text: &str) -> Option<Reference> {
        if text == "record" {
            return Some(Reference::Record);
        }
        let (kind, rest) = text.split_once(':')?;
        if rest.is_empty() {
            return None;
        }
        Some(match kind {
            "entry" => Reference::Entry(rest.parse().ok()?),
            "checkpoint" => Reference::Checkpoint(rest.to_owned()),
            "draft" => match rest.split_once('@') {
                Some((id, revision)) => Reference::Revision(id.to_owned(), revision.parse().ok()?),
                None => Reference::Draft(rest.to_owned()),
            },
            _ => return None,
        })
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reference::Record => f.write_str("record"),
            Reference::Entry(number) => write!(f, "entry:{number}"),
            Reference::Draft(id) => write!(f, "draft:{id}"),
            Reference::Revision(id, revision) => write!(f, "draft:{id}@{revision}"),
            Reference::Checkpoint(id) => write!(f, "checkpoint:{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_as_it_is_written_and_anything_else_is_none() {
        for text in ["record", "entry:12", "draft:abc", "draft:abc@7", "checkpoint:x"] {
            assert_eq!(Reference::parse(text).map(|reference| reference.to_string()).as_deref(), Some(text));
        }
        for text in ["", "entry:", "entry:x", "draft:abc@x", "plan:1", "12"] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }
}
