//! What the API takes and answers, one file per noun; the browser and the server share these types.
//!
//! Times are microseconds since 1970 in UTC (`*_at`); ids are UUIDv7 texts unless they are names.

pub mod application;
pub mod assist;
pub mod audit;
pub mod catalog;
pub mod cluster;
pub mod compare;
pub mod draft;
pub mod environment;
pub mod exchange;
pub mod foreign;
pub mod outcome;
pub mod overview;
pub mod passkey;
pub mod person;
pub mod plan;
pub mod record;
pub mod secret;
pub mod session;
pub mod settings;
pub mod setup;
pub mod variable;

use serde::{Deserialize, Serialize};

/// One page of a list; `next` is handed back as `?after=` for the following one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Who did something: a person in ink, a machine in pencil.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// `person` or `agent`.
    pub kind: AuthorKind,
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AuthorKind {
    Person,
    Agent,
}
