//! Builds values from the parser's events, keeping the path for whoever has to be told.

use granit_parser::{ErrorKind, Event, Marker, ScalarStyle, ScanError, Span};
use serde_json::{Map, Value};

use super::{Document, YamlError};
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::scalar::{self, Refused};

pub struct Rules {
    pub depth: usize,
    pub nodes: usize,
    pub keys: Keys,
}

/// What a plain key such as `y` or `0x10` is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Refused where Kubernetes would read another text.
    AsKubernetes,
    AsWritten,
}

/// Paths whose lines are wanted, and for each the deepest value on its way seen so far with its line.
pub struct Seek<'a> {
    document: usize,
    paths: &'a [ValuePath],
    pub found: Vec<Option<(usize, usize)>>,
}

impl<'a> Seek<'a> {
    pub fn new(document: usize, paths: &'a [ValuePath]) -> Seek<'a> {
        Seek { document, paths, found: vec![None; paths.len()] }
    }
}

pub struct Builder<'s, 'a> {
    pub documents: Vec<Document>,
    rules: Rules,
    seek: Option<&'s mut Seek<'a>>,
    nodes: usize,
    /// The line of the current document's root.
    root: usize,
    frames: Vec<Frame>,
}

/// A collection that is still open.
enum Frame {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

impl<'s, 'a> Builder<'s, 'a> {
    pub fn new(rules: Rules, seek: Option<&'s mut Seek<'a>>) -> Builder<'s, 'a> {
        Builder { documents: Vec::new(), rules, seek, nodes: 0, root: 1, frames: Vec::new() }
    }

    pub fn has_found_all(&self) -> bool {
        let exact = |(path, found): (&ValuePath, &Option<(usize, usize)>)| found.is_some_and(|(depth, _)| depth == path.segments().len());
        self.seek.as_ref().is_some_and(|seek| seek.paths.iter().zip(&seek.found).all(exact))
    }

    pub fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlError> {
        let mark = &span.start;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), mark)?;
                self.scalar(&text, style, mark)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), mark)?;
                self.open(Frame::List(Vec::new()), mark)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), mark)?;
                self.open(Frame::Map(Map::new(), None), mark)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                match self.frames.pop() {
                    Some(Frame::List(list)) => self.put(Value::Array(list)),
                    Some(Frame::Map(map, _)) => self.put(Value::Object(map)),
                    None => {}
                }
                Ok(())
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err(self.error("aliases (`*name`) are not allowed; write the value out. A value that starts with `*` needs quotes", mark))
            }
            _ => Ok(()),
        }
    }

    pub fn scan_error(&self, error: &ScanError) -> YamlError {
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return self.too_deep(error.marker());
        }
        let mut message = error.info();
        if let Some(rest) = message.strip_prefix("while parsing a node, did not find expected node content") {
            message = format!("a value was expected here{rest}; text that starts with a sign such as @, % or ` needs quotes");
        }
        self.error(&message, error.marker())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, mark: &Marker) -> Result<(), YamlError> {
        let plain = style == ScalarStyle::Plain;
        if self.expects_key() {
            self.count(mark)?;
            let key = if plain { self.plain_key(text, mark)? } else { text.to_owned() };
            return self.key(key, mark);
        }
        self.enter(mark)?;
        let value = if plain { scalar::resolve(text).map_err(|why| self.refused(why, mark))? } else { Value::String(text.to_owned()) };
        if value.is_null() && plain && self.frames.is_empty() {
            return Ok(()); // an empty document
        }
        self.reached(mark);
        self.put(value);
        Ok(())
    }

    fn open(&mut self, frame: Frame, mark: &Marker) -> Result<(), YamlError> {
        if self.expects_key() {
            return Err(self.error("a list or a map cannot be a key", mark));
        }
        self.enter(mark)?;
        if self.frames.len() == self.rules.depth {
            return Err(self.too_deep(mark));
        }
        self.reached(mark);
        self.frames.push(frame);
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Map(_, None)))
    }

    /// Bookkeeping of every value.
    fn enter(&mut self, mark: &Marker) -> Result<(), YamlError> {
        if self.frames.is_empty() {
            self.root = mark.line();
        }
        self.count(mark)
    }

    fn count(&mut self, mark: &Marker) -> Result<(), YamlError> {
        self.nodes += 1;
        if self.nodes > self.rules.nodes {
            return Err(self.error(&format!("more than {} values", self.rules.nodes), mark));
        }
        Ok(())
    }

    /// A key that is no string is taken only as it would be written back, so that nobody is
    /// surprised: Kubernetes would read `y:` as `true:` and `0x10:` as `16:`.
    fn plain_key(&self, text: &str, mark: &Marker) -> Result<String, YamlError> {
        if text == "<<" {
            return Err(self.error("merge keys (`<<`) are not allowed; write the values out", mark));
        }
        let read = match scalar::resolve(text) {
            Ok(value) if self.rules.keys == Keys::AsWritten && !value.is_null() => return Ok(text.to_owned()),
            Ok(Value::String(key)) => return Ok(key),
            Ok(Value::Null) => return Err(self.error("a key is missing or null; if it is meant, write it in quotes", mark)),
            Ok(other) => other.to_string(),
            Err(_) => String::new(),
        };
        if read == text {
            return Ok(read);
        }
        let meaning = if read.is_empty() { String::new() } else { format!("; Kubernetes would read `{read}`") };
        Err(self.error(&format!("the key `{text}` is no string{meaning}; write it in quotes"), mark))
    }

    fn key(&mut self, key: String, mark: &Marker) -> Result<(), YamlError> {
        let Some(Frame::Map(map, pending)) = self.frames.last_mut() else { return Ok(()) };
        if map.contains_key(&key) {
            let message = format!("the key `{}` stands twice in this map", shortened(&key));
            return Err(self.error(&message, mark));
        }
        *pending = Some(key);
        self.reached(mark);
        Ok(())
    }

    fn put(&mut self, value: Value) {
        match self.frames.last_mut() {
            None => self.documents.push(Document { value, line: self.root }),
            Some(Frame::List(list)) => list.push(value),
            Some(Frame::Map(map, key)) => {
                if let Some(key) = key.take() {
                    map.insert(key, value);
                }
            }
        }
    }

    /// Notes the line for every sought path that leads through or to the value that starts here.
    fn reached(&mut self, mark: &Marker) {
        let Some(seek) = &mut self.seek else { return };
        if seek.document != self.documents.len() {
            return;
        }
        for (path, found) in seek.paths.iter().zip(&mut seek.found) {
            let depth = self.frames.len();
            let is_new = found.is_none_or(|(before, _)| depth > before) && path.segments().len() >= depth;
            if is_new && path.segments().iter().zip(&self.frames).all(|(segment, frame)| frame.is_at(segment)) {
                *found = Some((depth, mark.line()));
            }
        }
    }

    fn refuse_extras(&self, anchor: usize, tagged: bool, mark: &Marker) -> Result<(), YamlError> {
        if anchor != 0 {
            return Err(
                self.error("anchors (`&name`) are not allowed; write the value out. A value that starts with `&` needs quotes", mark)
            );
        }
        if tagged {
            return Err(self.error("tags (`!name`) are not allowed. A value that starts with `!` needs quotes", mark));
        }
        Ok(())
    }

    fn refused(&self, why: Refused, mark: &Marker) -> YamlError {
        let message = match why {
            Refused::NotFinite => "infinity and not-a-number cannot be stored; in quotes it is text",
            Refused::TooBig => "this integer needs more than 64 bits and would lose digits; write it in quotes",
        };
        self.error(message, mark)
    }

    fn too_deep(&self, mark: &Marker) -> YamlError {
        self.error(&format!("nested deeper than {} levels", self.rules.depth), mark)
    }

    fn error(&self, message: &str, mark: &Marker) -> YamlError {
        let path = self.frames.iter().try_fold(ValuePath::root(), |path, frame| match frame {
            Frame::List(list) => Ok(path.index(list.len())),
            Frame::Map(_, Some(key)) => Ok(path.key(key.as_str())),
            Frame::Map(_, None) => Err(path),
        });
        let path = path.unwrap_or_else(|path| path);
        YamlError { message: message.to_owned(), line: mark.line(), column: mark.col() + 1, path: Some(path) }
    }
}

impl Frame {
    fn is_at(&self, segment: &Segment) -> bool {
        match (self, segment) {
            (Frame::List(list), Segment::Index(index)) => list.len() == *index,
            (Frame::Map(_, Some(open)), Segment::Key(key)) => open == key,
            _ => false,
        }
    }
}

fn shortened(key: &str) -> String {
    key.chars().take(80).collect()
}
