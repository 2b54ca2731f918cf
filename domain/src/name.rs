//! Names of environments, clusters, stacks and components: DNS labels that join with `--`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// At most 30 characters of `a-z`, `0-9` and single inner hyphens, starting with a letter.
///
/// Flux objects are called `<stack>--<component>`, so `--` is forbidden inside and two parts always
/// fit into the 63 characters of a DNS label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Why a text is no [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name is needed")]
    Empty,
    #[error("`{0}` has more than 30 characters")]
    TooLong(String),
    #[error("`{0}` may hold only a-z, 0-9 and single hyphens between them, and starts with a letter")]
    Characters(String),
    #[error("`{0}` is reserved")]
    Reserved(String),
}

impl Name {
    pub const MAX: usize = 30;

    pub fn new(text: &str) -> Result<Name, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > Name::MAX {
            return Err(NameError::TooLong(text.chars().take(64).collect()));
        }
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let starts = text.as_bytes()[0].is_ascii_lowercase();
        if !plain || !starts || text.ends_with('-') || text.contains("--") {
            return Err(NameError::Characters(text.to_owned()));
        }
        // `<stack>--stack`, `<stack>--ready` and `<cluster>--namespaces` are Flux objects of our own, and a file
        // `kustomization.yaml` is never just a file.
        if ["stack", "ready", "namespaces", "kustomization"].contains(&text) {
            return Err(NameError::Reserved(text.to_owned()));
        }
        Ok(Name(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Name, NameError> {
        Name::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_separators_are_no_names() {
        for bad in ["", "../x", "a--b", "-a", "a-", "A", "1a", "a_b", "a.b", "a/b", "stack", "ready", "namespaces", "kustomization"] {
            assert!(Name::new(bad).is_err(), "{bad}");
        }
        assert!(Name::new(&"a".repeat(31)).is_err());
        assert!(Name::new(&"a".repeat(30)).is_ok());
        assert!(Name::new("kube-prometheus-stack").is_ok());
    }
}
