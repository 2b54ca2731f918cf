//! Takes a document apart field by field and collects every complaint with its path.

use serde_json::{Map, Value};

use super::path::ValuePath;
use super::read::{self, YamlError};

/// One thing that is wrong with a written stack or cluster.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{path}: {message}", .line.map_or(String::new(), |line| format!("line {line}: ")))]
pub struct SourceError {
    /// `spec.components[2].addon.chrt`; empty for the document as a whole.
    pub path: String,
    pub message: String,
    /// From 1, where it is known.
    pub line: Option<usize>,
}

impl From<YamlError> for SourceError {
    fn from(error: YamlError) -> SourceError {
        SourceError { path: error.path.map_or(String::new(), String::from), message: error.message, line: Some(error.line) }
    }
}

/// More complaints than this help nobody.
const MAX_COMPLAINTS: usize = 50;

#[derive(Default)]
pub struct Complaints(Vec<(ValuePath, String)>);

impl Complaints {
    pub fn add(&mut self, path: &ValuePath, message: impl Into<String>) {
        if self.0.len() < MAX_COMPLAINTS {
            self.0.push((path.clone(), message.into()));
        }
    }

    /// Nothing to complain about, or all of it with its lines.
    pub fn finish(self, text: &str) -> Result<(), Vec<SourceError>> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (paths, messages): (Vec<ValuePath>, Vec<String>) = self.0.into_iter().unzip();
        // What is missing has no line: the nearest that exists around it has.
        let lines = read::nearest_lines(text, 0, &paths).into_iter().map(|found| found.map(|(_, line)| line));
        let located = paths.into_iter().zip(messages).zip(lines);
        Err(located.map(|((path, message), line)| SourceError { path: path.to_string(), message, line }).collect())
    }

    /// The value if the rule holds; otherwise the rule's sentence is noted.
    pub fn hold<T>(&mut self, path: &ValuePath, rule: Result<T, impl ToString>) -> Option<T> {
        rule.map_err(|error| self.add(path, error.to_string())).ok()
    }

    pub fn text(&mut self, path: &ValuePath, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.add(path, "text belongs here");
                None
            }
            _ => {
                self.add(path, "text belongs here; put it in quotes");
                None
            }
        }
    }

    pub fn bool(&mut self, path: &ValuePath, value: &Value) -> Option<bool> {
        let bool = value.as_bool();
        if bool.is_none() {
            self.add(path, "true or false belongs here");
        }
        bool
    }

    pub fn list<'a>(&mut self, path: &ValuePath, value: &'a Value) -> &'a [Value] {
        value.as_array().map_or_else(
            || {
                self.add(path, "a list belongs here");
                &[][..]
            },
            Vec::as_slice,
        )
    }

    pub fn map(&mut self, path: &ValuePath, value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_else(|| {
            self.add(path, "a map belongs here");
            Map::new()
        })
    }

    /// A list of texts, each read by `read`.
    pub fn each<T, E: ToString>(&mut self, path: &ValuePath, value: &Value, read: impl Fn(&str) -> Result<T, E>) -> Vec<T> {
        let items = self.list(path, value);
        let item = |(index, value)| {
            let path = path.index(index);
            let text = self.text(&path, value)?;
            self.hold(&path, read(&text))
        };
        items.iter().enumerate().filter_map(item).collect()
    }
}

/// A map with known fields; null counts as absent.
pub struct Fields<'a> {
    pub path: ValuePath,
    map: Option<&'a Map<String, Value>>,
}

impl<'a> Fields<'a> {
    /// Complains about fields that are not `known`, and where there is no map at all.
    pub fn of(complaints: &mut Complaints, path: ValuePath, value: &'a Value, known: &[&str]) -> Fields<'a> {
        let map = value.as_object();
        if map.is_none() {
            complaints.add(&path, format!("a map belongs here, with {}", known.join(", ")));
        }
        for key in map.iter().flat_map(|map| map.keys()).filter(|key| !known.contains(&key.as_str())) {
            complaints.add(&path.key(key.as_str()), format!("this field is not known here; known are {}", known.join(", ")));
        }
        Fields { path, map }
    }

    /// The fields inside `key`; none, and one complaint, where it is missing.
    pub fn required_fields(&self, complaints: &mut Complaints, key: &str, known: &[&str]) -> Fields<'a> {
        match self.required(complaints, key) {
            Some(value) => Fields::of(complaints, self.at(key), value, known),
            None => Fields { path: self.at(key), map: None },
        }
    }

    pub fn at(&self, key: &str) -> ValuePath {
        self.path.key(key)
    }

    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.map?.get(key).filter(|value| !value.is_null())
    }

    /// The field, and a complaint where it is missing.
    pub fn required(&self, complaints: &mut Complaints, key: &str) -> Option<&'a Value> {
        let value = self.get(key);
        if value.is_none() && self.map.is_some() {
            complaints.add(&self.at(key), "this field is needed");
        }
        value
    }

    pub fn text(&self, complaints: &mut Complaints, key: &str) -> Option<String> {
        complaints.text(&self.at(key), self.get(key)?)
    }

    /// A text that `read` turns into what it means.
    pub fn parsed<T, E: ToString>(&self, complaints: &mut Complaints, key: &str, read: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text(complaints, key)?;
        complaints.hold(&self.at(key), read(&text))
    }

    pub fn required_parsed<T, E: ToString>(
        &self,
        complaints: &mut Complaints,
        key: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.required(complaints, key)?;
        self.parsed(complaints, key, read)
    }
}

/// Checks `apiVersion` and `kind`, so that a wrong file is told apart from a wrong field.
pub fn header(complaints: &mut Complaints, document: &Fields<'_>, kind: &str) {
    let mut exactly = |key: &str, wanted: &str| {
        document.required_parsed(complaints, key, |text| if text == wanted { Ok(()) } else { Err(format!("`{wanted}` belongs here")) });
    };
    exactly("apiVersion", "countersign.dev/v1alpha1");
    exactly("kind", kind);
}
