//! A document with the place of each value in its text, so that an edit replaces bytes and nothing else.

use granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::yaml::path::Segment;
use crate::yaml::scalar;

/// A value and where it stands: `text[start..end]`.
///
/// A block scalar starts at its `|`, a block list at its first dash, a block map at its first key;
/// white space and comments after the last value do not belong to it.
#[derive(Debug)]
pub struct Node {
    pub start: usize,
    pub end: usize,
    pub shape: Shape,
}

#[derive(Debug)]
pub enum Shape {
    Scalar(ScalarStyle),
    /// Nothing is written: `key:`.
    Absent,
    List {
        flow: bool,
        items: Vec<Node>,
    },
    Map {
        flow: bool,
        entries: Vec<Entry>,
    },
}

#[derive(Debug)]
pub struct Entry {
    pub key: String,
    pub start: usize,
    /// Behind the colon.
    pub colon: usize,
    pub value: Node,
}

impl Entry {
    pub fn end(&self) -> usize {
        self.value.end.max(self.colon)
    }
}

impl Node {
    pub fn is_flow(&self) -> bool {
        matches!(&self.shape, Shape::List { flow: true, .. } | Shape::Map { flow: true, .. })
    }

    pub fn is_empty(&self) -> bool {
        match &self.shape {
            Shape::Absent => true,
            Shape::Scalar(_) => false,
            Shape::List { items, .. } => items.is_empty(),
            Shape::Map { entries, .. } => entries.is_empty(),
        }
    }

    pub fn child(&self, segment: &Segment) -> Option<&Node> {
        match (&self.shape, segment) {
            (Shape::List { items, .. }, Segment::Index(index)) => items.get(*index),
            (Shape::Map { entries, .. }, Segment::Key(key)) => entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.value),
            _ => None,
        }
    }

    /// Where the key of a map's entry begins.
    pub fn key_start(&self, segment: &Segment) -> Option<usize> {
        match (&self.shape, segment) {
            (Shape::Map { entries, .. }, Segment::Key(key)) => entries.iter().find(|entry| entry.key == *key).map(|entry| entry.start),
            _ => None,
        }
    }
}

/// The document with this number (empty ones not counted), or `None` where there is none or it is
/// written in a way that cannot be edited by its bytes (`? key`).
pub fn document(text: &str, number: usize) -> Option<Node> {
    let mut options = granit_parser::options! { block_scalar_eof_without_line_feed: true };
    options.set_emit_comments(false);
    let mut build = Build { text, documents: 0, wanted: number, found: None, frames: Vec::new() };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.ok()?;
        build.take(event, &span)?;
        if build.found.is_some() {
            break;
        }
    }
    build.found
}

struct Build<'a> {
    text: &'a str,
    documents: usize,
    wanted: usize,
    found: Option<Node>,
    frames: Vec<Frame>,
}

/// An open collection; the first number is where it starts.
enum Frame {
    List(usize, bool, Vec<Node>),
    Map(usize, bool, Vec<Entry>, Option<(String, usize, usize)>),
}

impl Build<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Option<()> {
        let (start, end) = (span.start.byte_offset()?, span.end.byte_offset()?);
        match event {
            Event::Scalar(value, style, ..) => {
                if let Some(Frame::Map(_, flow, _, key @ None)) = self.frames.last_mut() {
                    let colon = end + colon_after(&self.text[end..], *flow)?;
                    *key = Some((value.into_owned(), start, colon));
                    return Some(());
                }
                // Empty documents are not counted, as in the reader.
                let is_null = style == ScalarStyle::Plain && scalar::resolve(&value) == Ok(serde_json::Value::Null);
                if self.frames.is_empty() && is_null {
                    return Some(());
                }
                let node = self.scalar(start, end, style)?;
                self.put(node)
            }
            Event::SequenceStart(..) => {
                self.frames.push(Frame::List(start, self.text[start..end] == *"[", Vec::new()));
                Some(())
            }
            Event::MappingStart(..) => {
                self.frames.push(Frame::Map(start, self.text[start..end] == *"{", Vec::new(), None));
                Some(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let node = self.close(end)?;
                self.put(node)
            }
            _ => Some(()),
        }
    }

    fn scalar(&self, start: usize, end: usize, style: ScalarStyle) -> Option<Node> {
        match style {
            ScalarStyle::Plain if start == end => {
                // The parser may place it further down; it stands right behind its colon or dash.
                let at = match self.frames.last() {
                    Some(Frame::Map(_, _, _, Some((_, _, colon)))) => *colon,
                    _ => start,
                };
                Some(Node { start: at, end: at, shape: Shape::Absent })
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let header = self.header_before(start)?;
                let end = header + self.text[header..end].trim_end().len();
                Some(Node { start: header, end, shape: Shape::Scalar(style) })
            }
            _ => Some(Node { start, end, shape: Shape::Scalar(style) }),
        }
    }

    /// The `|` or `>` of a block scalar: behind the colon of its key, or behind its dash.
    fn header_before(&self, body: usize) -> Option<usize> {
        let from = match self.frames.last() {
            Some(Frame::Map(_, _, _, Some((_, _, colon)))) => *colon,
            // Behind a dash, or the document's only value: the last line that can hold the header.
            _ => self.text[..body].trim_end_matches([' ', '\n', '\r']).rfind('\n').map_or(0, |at| at + 1),
        };
        let line = self.text[from..body].split('\n').next()?;
        line.find(['|', '>']).map(|at| from + at)
    }

    fn close(&mut self, end: usize) -> Option<Node> {
        match self.frames.pop()? {
            Frame::List(start, true, items) => Some(Node { start, end, shape: Shape::List { flow: true, items } }),
            Frame::Map(start, true, entries, _) => Some(Node { start, end, shape: Shape::Map { flow: true, entries } }),
            Frame::List(_, false, items) => {
                let start = dash_before(self.text, items.first()?.start)?;
                let end = items.last()?.end;
                Some(Node { start, end, shape: Shape::List { flow: false, items } })
            }
            Frame::Map(_, false, entries, _) => {
                let start = entries.first()?.start;
                let end = entries.last()?.end();
                Some(Node { start, end, shape: Shape::Map { flow: false, entries } })
            }
        }
    }

    fn put(&mut self, node: Node) -> Option<()> {
        match self.frames.last_mut() {
            None => {
                if self.documents == self.wanted {
                    self.found = Some(node);
                }
                self.documents += 1;
            }
            Some(Frame::List(_, _, items)) => items.push(node),
            Some(Frame::Map(_, _, entries, key)) => {
                let (key, start, colon) = key.take()?;
                entries.push(Entry { key, start, colon, value: node });
            }
        }
        Some(())
    }
}

/// How far behind a key its value may start: behind the colon. `None` for `? key` forms, where the
/// colon stands on another line; a key without one in a flow map (`{a, b}`) ends itself.
fn colon_after(rest: &str, flow: bool) -> Option<usize> {
    let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    match rest[spaces..].chars().next() {
        Some(':') => Some(spaces + 1),
        Some(',' | '}') if flow => Some(0),
        _ => None,
    }
}

/// The dash of the list item whose value starts at `at`; comments may stand in between.
pub fn dash_before(text: &str, at: usize) -> Option<usize> {
    let mut end = at;
    loop {
        let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &text[start..end];
        let content = if line.trim_start().starts_with('#') { "" } else { line.split(" #").next().unwrap_or(line).trim_end() };
        if content.ends_with('-') {
            return Some(start + content.len() - 1);
        }
        if !content.is_empty() || start == 0 {
            return None;
        }
        end = start - 1;
    }
}
