//! In and out: what others wrote becomes a stack, and a stack becomes what others read.
//!
//! Whatever an import does not carry over is told, leaf by leaf: every document keeps account of what was taken from it,
//! and the rest is listed.

mod ankra;
mod document;
mod explain;
pub mod export;
mod kube;
mod note;
mod polish;
mod read;
mod rewrite;
mod secret;
mod sketch;
mod taken;

use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::stack::{Stack, source};
use crate::yaml::fields::SourceError;

pub use note::{Kind, Note};
pub use read::{MAX_BYTES, MAX_DOCUMENTS, MAX_FILES};
pub use taken::taken;

/// One file as it was pasted or uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name, with the folders that it stands in where they are known. Files refer to each other by it.
    #[serde(default)]
    pub path: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `stack.yaml`
    Stack,
    /// Plain objects. Named, it takes those of Flux and Argo CD as objects like any other.
    Manifests,
    /// HelmReleases, their sources and Kustomizations.
    Flux,
    /// Applications.
    ArgoCd,
    /// A hosted peer's `ImportCluster`.
    ImportCluster,
}

/// What an import makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub format: Format,
    pub stacks: Vec<Stack>,
    /// What is not carried over, or not as it was.
    pub notes: Vec<Note>,
}

/// Why nothing was read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{bytes} bytes are more than the limit of {limit} of an import")]
    TooLarge { bytes: usize, limit: usize },
    #[error("{count} files are more than the limit of {MAX_FILES} of an import")]
    TooManyFiles { count: usize },
    #[error("more than {MAX_DOCUMENTS} documents stand in these files")]
    TooManyDocuments,
    /// A `stack.yaml` is carried over whole or not at all.
    #[error("{file}: {}", .errors.first().map_or_else(String::new, ToString::to_string))]
    Stack { file: String, errors: Vec<SourceError> },
    #[error("no component could be made of it{}", .notes.first().map_or_else(String::new, |note| format!(": {note}")))]
    Nothing { notes: Vec<Note> },
}

/// Reads files of one of the formats; absent, the files tell which. `name` is what a stack is called that has no name of
/// its own.
pub fn import(files: &[File], format: Option<Format>, name: Option<&Name>) -> Result<Imported, Refused> {
    read::check_size(files)?;
    let wanted = format.or_else(|| files.iter().any(|file| read::is_stack(&file.text)).then_some(Format::Stack));
    if wanted == Some(Format::Stack) {
        return stacks(files);
    }
    let mut notes = Vec::new();
    let documents = read::documents(files, &mut notes)?;
    let is_peers = wanted.map_or_else(|| documents.iter().any(ankra::is_it), |format| format == Format::ImportCluster);
    let imported = if is_peers { ankra::import(files, documents, notes) } else { kube::import(documents, wanted, name, notes) };
    let imported = bounded(imported);
    if imported.stacks.iter().all(|stack| stack.components.is_empty()) {
        return Err(Refused::Nothing { notes: imported.notes });
    }
    Ok(imported)
}

/// More notes than anybody reads; how many more there are is told.
const NOTES: usize = 5000;

/// What is lost comes first.
fn bounded(mut imported: Imported) -> Imported {
    imported.notes.sort_by_key(|note| note.kind);
    if imported.notes.len() > NOTES {
        let more = imported.notes.len() - NOTES;
        imported.notes.truncate(NOTES);
        let reason = format!("{more} more are not shown.");
        imported.notes.push(Note::lost("", "", reason, "Import it in parts to see them all."));
    }
    imported
}

fn stacks(files: &[File]) -> Result<Imported, Refused> {
    let mut imported = Imported { format: Format::Stack, stacks: Vec::new(), notes: Vec::new() };
    let any = files.iter().any(|file| read::is_stack(&file.text));
    for file in files {
        if any && !read::is_stack(&file.text) {
            let reason = "Beside a stack.yaml no other file is read: it holds all that a stack is made of.";
            imported.notes.push(Note::lost(&file.path, "", reason, "Import it by itself, if it is no part of that stack."));
            continue;
        }
        imported.stacks.push(source::parse(&file.text).map_err(|errors| Refused::Stack { file: file.path.clone(), errors })?);
    }
    Ok(imported)
}

#[cfg(test)]
mod tests;
