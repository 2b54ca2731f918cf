//! The one error that people meet: an RFC 9457 problem with a stable code and the next step.

use serde::{Deserialize, Serialize};

/// An error as the API sends it (`application/problem+json`) and as pages show it.
///
/// `code` is stable and for machines (`snake_case`), `detail` is a sentence for people, `at` is the
/// path of the field it is about (`spec.components[2].name`), `hint` says what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{detail}")]
pub struct Problem {
    pub code: String,
    pub status: u16,
    pub title: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Members that are particular to one code, such as both values of a conflict.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub more: serde_json::Map<String, serde_json::Value>,
}

impl Problem {
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Problem {
            code: code.to_owned(),
            status,
            title: title(status).to_owned(),
            detail: detail.into(),
            at: None,
            hint: None,
            more: serde_json::Map::new(),
        }
    }

    /// The request is malformed or breaks a rule; nothing was changed.
    pub fn invalid(code: &str, detail: impl Into<String>) -> Self {
        Problem::new(422, code, detail)
    }

    /// What the request builds on has moved.
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Problem::new(409, code, detail)
    }

    pub fn not_found(what: &str) -> Self {
        Problem::new(404, "not_found", format!("There is no such {what}, or you may not see it."))
    }

    pub fn unauthenticated() -> Self {
        Problem::new(401, "unauthenticated", "Log in first.")
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Problem::new(403, "forbidden", detail)
    }

    /// Something on our side failed; the detail must hold no secret and no foreign file's content.
    pub fn internal(detail: impl Into<String>) -> Self {
        Problem::new(500, "internal", detail)
    }

    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.at = Some(path.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "Malformed request",
        401 => "Not logged in",
        403 => "Not allowed",
        404 => "Not found",
        409 => "Conflict",
        410 => "Gone",
        413 => "Too large",
        422 => "Not valid",
        429 => "Too many requests",
        503 => "Not available",
        _ => "Something failed",
    }
}
