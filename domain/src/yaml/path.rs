//! A path inside a YAML document: `ingress.hosts[0]`, with quotes where a key needs them.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    Key(String),
    Index(usize),
}

/// Written `a.b[0]."key.with.dots"`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[serde(try_from = "String", into = "String")]
pub struct ValuePath(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no path: write a.b[0] and quote keys with dots")]
pub struct PathError(String);

impl ValuePath {
    pub fn root() -> ValuePath {
        ValuePath::default()
    }

    pub fn of(segments: &[Segment]) -> ValuePath {
        ValuePath(segments.to_vec())
    }

    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> ValuePath {
        let mut path = self.clone();
        path.0.push(Segment::Key(key.into()));
        path
    }

    #[must_use]
    pub fn index(&self, index: usize) -> ValuePath {
        let mut path = self.clone();
        path.0.push(Segment::Index(index));
        path
    }

    #[must_use]
    pub fn join(&self, segment: &Segment) -> ValuePath {
        let mut path = self.clone();
        path.0.push(segment.clone());
        path
    }

    pub fn starts_with(&self, other: &ValuePath) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The value there, if there is one.
    pub fn get<'a>(&self, root: &'a serde_json::Value) -> Option<&'a serde_json::Value> {
        self.0.iter().try_fold(root, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.get(index),
        })
    }

    pub fn parse(text: &str) -> Result<ValuePath, PathError> {
        let error = || PathError(text.to_owned());
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']').ok_or_else(error)?;
                segments.push(Segment::Index(index.parse().map_err(|_| error())?));
                rest = after;
            } else {
                if !segments.is_empty() {
                    rest = rest.strip_prefix('.').ok_or_else(error)?;
                }
                let (key, after) = read_key(rest).ok_or_else(error)?;
                segments.push(Segment::Key(key));
                rest = after;
            }
        }
        Ok(ValuePath(segments))
    }
}

fn read_key(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let key = stream.next()?.ok()?;
        let end = stream.byte_offset();
        return Some((key, &text[end..]));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"']) && !key.chars().any(char::is_control);
                    if plain {
                        f.write_str(key)?;
                    } else {
                        write!(f, "{}", serde_json::Value::String(key.clone()))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl From<ValuePath> for String {
    fn from(path: ValuePath) -> String {
        path.to_string()
    }
}

impl TryFrom<String> for ValuePath {
    type Error = PathError;

    fn try_from(text: String) -> Result<ValuePath, PathError> {
        ValuePath::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment() -> impl Strategy<Value = Segment> {
        prop_oneof![".*".prop_map(Segment::Key), (0usize..1000).prop_map(Segment::Index)]
    }

    proptest! {
        #[test]
        fn a_written_path_is_read_back(segments in proptest::collection::vec(segment(), 0..6)) {
            let path = ValuePath(segments);
            prop_assert_eq!(ValuePath::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["a..b", "a[", "a[x]", ".a", "a]b[0"] {
            assert!(ValuePath::parse(bad).is_err() || ValuePath::parse(bad).is_ok_and(|p| p.to_string() == bad), "{bad}");
        }
        assert!(ValuePath::parse("a..b").is_err());
    }
}
