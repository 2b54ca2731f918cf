//! Imports and exports.

use serde::{Deserialize, Serialize};

use crate::exchange::{File, Format, Note};
use crate::finding::Finding;
use crate::name::Name;

/// `POST /api/v1/imports`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Import {
    #[serde(default)]
    pub files: Vec<File>,
    /// One more file, which the server fetches: no address inside is reached, and no password is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Absent: the files tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// What a stack is called that has no name of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Where the draft shall be made; names that are taken there are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Name>,
}

/// What an import would make. Nothing is kept: a draft is made of [`ImportedStack::source`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportPreview {
    pub format: Format,
    pub stacks: Vec<ImportedStack>,
    /// What is not carried over, or not as it was.
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedStack {
    pub name: Name,
    pub components: Vec<ImportedComponent>,
    pub edges: usize,
    /// Names of the secrets that are to be set.
    pub secrets: Vec<String>,
    /// Names of the variables that it declares.
    pub variables: Vec<String>,
    /// What stands in the way on the cluster that was named.
    pub findings: Vec<Finding>,
    /// Its `stack.yaml`, for a draft that starts from `source`.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedComponent {
    pub name: Name,
    /// `cert-manager v1.16.3`, or `manifest`.
    pub what: String,
}

/// `?format=` of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// `stack.yaml`: all of it, and importable.
    #[default]
    Stack,
    /// A tar archive of plain Flux files, with `LEFT-OUT.md` where they do not say everything.
    Flux,
    /// A picture.
    Svg,
}
