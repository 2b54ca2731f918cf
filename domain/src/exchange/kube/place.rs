//! A chart's place as a stack states it, made of what others write.

use crate::exchange::ankra::NOWHERE;
use crate::exchange::document::{Document, path};
use crate::exchange::note::{Kind, Note};
use crate::stack::{Chart, field};

/// What was written, and where, for each part of it.
pub struct Written<'a> {
    pub repository: Option<String>,
    pub name: Option<String>,
    pub version: Option<String>,
    /// The document and the path that a complaint is about.
    pub document: &'a Document,
    pub at: &'a str,
}

/// A chart in any case: what cannot be carried over is told, and something harmless stands in its place.
pub fn chart(written: Written<'_>, otherwise: &str, notes: &mut Vec<Note>) -> Chart {
    let Written { repository, name, version, document, at } = written;
    let mut part = |what: &str, text: Option<String>, rule: fn(&str) -> Result<(), String>, otherwise: &str, hint: &str| {
        let why = match text.as_deref().map(rule) {
            Some(Ok(())) => return text.unwrap_or_default(),
            Some(Err(why)) => crate::text::sentence(&why),
            None => format!("No {what} is stated that is known here."),
        };
        notes.push(document.note(Kind::Lost, &path(at), format!("{why} `{otherwise}` stands in its place."), hint));
        otherwise.to_owned()
    };
    Chart {
        repository: part("source of the chart", repository, field::chart_repository, NOWHERE, "State the chart's repository."),
        name: part("chart", name, field::chart_name, otherwise, "State the chart's name."),
        version: part("version", version, field::chart_version, "*", "State the exact version."),
    }
}

/// `oci://ghcr.io/org/charts/name` → its parent and its name.
pub fn of_oci(url: &str) -> (Option<String>, Option<String>) {
    match url.trim_end_matches('/').rsplit_once('/') {
        Some((parent, name)) if parent.len() > "oci://".len() => (Some(parent.to_owned()), Some(name.to_owned())),
        _ => (Some(url.to_owned()), None),
    }
}
