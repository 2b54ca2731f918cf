//! The file of `countersign render --secrets`: a YAML map of a secret's name to its value.

use std::collections::BTreeMap;

use super::plaintext::Plaintext;

/// Why the file is refused, with no word of its content but names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsFileError {
    #[error("the secrets file is no map of names to texts{}; put each value in quotes", .0.map(|line| format!(" (line {line})")).unwrap_or_default())]
    Shape(Option<u64>),
    #[error("`{0}` cannot name a secret: use letters, digits and `_`, and start with no digit")]
    Name(String),
}

/// Numbers and bools must be quoted: `0123` or `yes` would not arrive as typed.
pub fn read(text: &str) -> Result<BTreeMap<String, Plaintext>, SecretsFileError> {
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    // The parser's own message would quote the line.
    let parsed = serde_saphyr::from_str::<BTreeMap<String, Plaintext>>(text);
    let secrets = parsed.map_err(|error| SecretsFileError::Shape(error.location().map(|location| location.line())))?;
    match secrets.keys().find(|name| !domain::variable::is_name(name)) {
        Some(name) => Err(SecretsFileError::Name(name.chars().take(64).collect())),
        None => Ok(secrets),
    }
}
