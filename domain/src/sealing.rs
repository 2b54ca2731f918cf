//! What is to be sealed, and what came back sealed: planning and the vault meet here.
//!
//! Rendering a stack states for each Secret which file it wants and where secrets stand in it; the
//! vault answers with sealed files; the plan is then a pure function of both. No plaintext of a
//! secret and no cryptography is known here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One Secret that is to stand in Git sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealRequest {
    /// Where it goes: `stacks/web/components/grafana/grafana-values.enc.yaml`. With
    /// [`suffix_name`](Self::suffix_name) the file's stem gets the suffix too. Unique in a plan.
    pub path: String,
    pub stack: String,
    pub component: String,
    /// All of the Secret but `data` and `stringData`; stays readable in Git.
    pub header: Value,
    pub leaves: Vec<Leaf>,
    /// Whether name and file end in `-` and ten digits of the fingerprint, because whoever uses the
    /// Secret would otherwise not notice a change.
    pub suffix_name: bool,
}

/// One entry of `data` or `stringData`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    pub field: Field,
    pub key: String,
    pub content: Content,
    /// Whether the filled content is to be base64-encoded (expressions under `data`).
    pub base64: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    Data,
    StringData,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Text(Text),
    /// A YAML document of its own: the values of an addon.
    Values(ValuesTree),
}

/// Literal text and secrets, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text(pub Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Text(String),
    /// A secret by its name.
    Secret(String),
}

/// Values with secrets in them. Whatever holds none is [`Plain`](Self::Plain), whole subtrees too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValuesTree {
    Plain(Value),
    Text(Text),
    List(Vec<ValuesTree>),
    Map(Vec<(String, ValuesTree)>),
}

impl Field {
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Data => "data",
            Field::StringData => "stringData",
        }
    }
}

impl Text {
    pub fn secret(name: impl Into<String>) -> Text {
        Text(vec![Piece::Secret(name.into())])
    }

    fn collect<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        names.extend(self.0.iter().filter_map(|piece| match piece {
            Piece::Secret(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        }));
    }
}

impl From<Value> for ValuesTree {
    fn from(value: Value) -> ValuesTree {
        ValuesTree::Plain(value)
    }
}

impl ValuesTree {
    pub fn holds_secrets(&self) -> bool {
        let mut names = BTreeSet::new();
        self.collect(&mut names);
        !names.is_empty()
    }

    fn collect<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            ValuesTree::Plain(_) => {}
            ValuesTree::Text(text) => text.collect(names),
            ValuesTree::List(items) => items.iter().for_each(|item| item.collect(names)),
            ValuesTree::Map(entries) => entries.iter().for_each(|(_, entry)| entry.collect(names)),
        }
    }

    /// The values with each text replaced by what `fill` makes of it.
    pub fn fill<E>(&self, fill: &mut impl FnMut(&Text) -> Result<String, E>) -> Result<Value, E> {
        Ok(match self {
            ValuesTree::Plain(value) => value.clone(),
            ValuesTree::Text(text) => Value::String(fill(text)?),
            ValuesTree::List(items) => Value::Array(items.iter().map(|item| item.fill(fill)).collect::<Result<_, E>>()?),
            ValuesTree::Map(entries) => {
                let filled = entries.iter().map(|(key, entry)| Ok((key.clone(), entry.fill(fill)?)));
                Value::Object(filled.collect::<Result<Map<_, _>, E>>()?)
            }
        })
    }
}

/// Why a request cannot be sealed; a slip of whoever made it, not of a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error("{path}: a sealed file ends in `.enc.yaml`")]
    Path { path: String },
    #[error("{path}: the Secret needs a metadata.name")]
    Nameless { path: String },
    #[error("{path}: `{key}` does not belong into the readable part of a sealed Secret")]
    Header { path: String, key: String },
    #[error("{path}: `{field}.{key}` stands there twice")]
    Twice { path: String, field: &'static str, key: String },
    #[error("{path}: two sealed files want this path")]
    SamePath { path: String },
}

impl SealRequest {
    const EXTENSION: &str = ".enc.yaml";

    /// The names of the secrets in it.
    pub fn secrets(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        for leaf in &self.leaves {
            match &leaf.content {
                Content::Text(text) => text.collect(&mut names),
                Content::Values(tree) => tree.collect(&mut names),
            }
        }
        names
    }

    /// The Secret's name before any suffix.
    pub fn base_name(&self) -> Option<&str> {
        self.header.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Value::as_str).filter(|name| !name.is_empty())
    }

    /// The path and the Secret's name once the fingerprint's suffix is known.
    pub fn named(&self, suffix: &str) -> Result<(String, String), RequestError> {
        let name = self.base_name().ok_or_else(|| RequestError::Nameless { path: self.path.clone() })?;
        let stem = self.path.strip_suffix(Self::EXTENSION).ok_or_else(|| RequestError::Path { path: self.path.clone() })?;
        Ok(if self.suffix_name {
            (format!("{stem}-{suffix}{}", Self::EXTENSION), format!("{name}-{suffix}"))
        } else {
            (self.path.clone(), name.to_owned())
        })
    }

    pub fn check(&self) -> Result<(), RequestError> {
        self.named("")?;
        if let Some(key) = ["data", "stringData", "sops"].into_iter().find(|key| self.header.get(key).is_some()) {
            return Err(RequestError::Header { path: self.path.clone(), key: key.to_owned() });
        }
        let mut seen = BTreeSet::new();
        match self.leaves.iter().find(|leaf| !seen.insert((leaf.field, leaf.key.as_str()))) {
            Some(leaf) => Err(RequestError::Twice { path: self.path.clone(), field: leaf.field.as_str(), key: leaf.key.clone() }),
            None => Ok(()),
        }
    }
}

/// A file as it stands in Git, ciphertext and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// With the suffix, where one was asked for.
    pub path: String,
    /// The Secret's final name.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The sealed files of a plan, by the path of their request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedFiles(BTreeMap<String, Sealed>);

impl SealedFiles {
    pub fn of(&self, request: &SealRequest) -> Option<&Sealed> {
        self.0.get(&request.path)
    }

    pub fn get(&self, request_path: &str) -> Option<&Sealed> {
        self.0.get(request_path)
    }

    pub fn insert(&mut self, request_path: String, sealed: Sealed) {
        self.0.insert(request_path, sealed);
    }

    /// Request path and sealed file, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Sealed)> {
        self.0.iter().map(|(path, sealed)| (path.as_str(), sealed))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
