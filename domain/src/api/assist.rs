//! What the editor is told of a component's text while somebody writes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::yaml::path::ValuePath;

/// `POST /api/v1/drafts/{draft}/components/{component}/assist`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AssistAt {
    /// As it stands in the editor; it need not be saved, or be whole.
    pub text: String,
    /// From 1.
    pub line: usize,
    /// From 1, in UTF-16 units.
    pub column: usize,
}

/// The answer to [`AssistAt`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assist {
    /// What a completion replaces begins here, in the same line.
    pub from_column: usize,
    pub completions: Vec<Completion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hover: Option<Hover>,
    pub known: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    Key,
    Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Completion {
    pub label: String,
    pub insert: String,
    pub kind: CompletionKind,
    /// Type, default, required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Text of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    pub required: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hover {
    pub path: ValuePath,
    /// Its type in words; empty where nobody says.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Text of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
}

/// How much is known of what may stand in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Known {
    pub state: KnownState,
    /// One sentence for people.
    pub sentence: String,
    /// What was left out, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum KnownState {
    /// A schema says what may stand here.
    Schema,
    /// There is no schema; the chart's own values say what is usual.
    Values,
    /// It is being fetched; ask again.
    Loading,
    /// Nobody knows.
    Unknown,
}

/// `POST …/problems`, `…/form` and `…/defaults` take the text as it stands in the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Written {
    pub text: String,
}

/// What the schemas say against a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextProblems {
    pub problems: Vec<TextProblem>,
    pub known: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// Lines and columns from 1, columns in UTF-16 units; the end is behind the last character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextProblem {
    pub severity: Severity,
    pub message: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
    pub path: ValuePath,
}

/// `POST …/edited`: a value set or taken away in a text, with comments, order and quoting kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EditText {
    pub text: String,
    /// The document, from 0.
    #[serde(default)]
    pub document: usize,
    pub path: ValuePath,
    /// Absent: the value is taken away.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub value: Option<Value>,
    /// In place of a value: what the chart has there is taken over. Where the text has a value of its own, that one stays.
    #[serde(default)]
    pub of_chart: bool,
}

/// The answer to [`EditText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditedText {
    pub text: String,
    /// Where the value now stands, from 1.
    pub line: usize,
}

/// The fields that most people set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Form {
    pub fields: Vec<FormField>,
    /// Why there is none, or why they cannot be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormField {
    pub label: String,
    /// Which of several objects or parts it belongs to.
    pub group: String,
    pub document: usize,
    pub path: ValuePath,
    pub kind: FieldKind,
    /// As written; an expression stays one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What holds where nothing is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    pub is_expression: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    Text,
    Number,
}

/// A chart's values with a component's own laid over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Defaults {
    /// Absent while nothing is known of the chart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The lines that are the component's own, from 1.
    pub own: Vec<usize>,
    /// Paths of ours that the chart's text could not take up; they hold all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<ValuePath>,
    /// How many scalar values the chart's defaults have.
    pub count: usize,
    pub known: Known,
}
