//! A document that keeps account: what was taken from it, so that the rest can be told.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

use serde_json::Value;

use super::note::{Kind, Note};
use crate::object::{ObjectKey, group_of};
use crate::yaml::edit::cut::Outline;
use crate::yaml::emit;
use crate::yaml::path::{Segment, ValuePath};

pub struct Document {
    pub file: String,
    /// Where it starts in its file, from 1.
    line: usize,
    pub text: String,
    pub value: Value,
    outline: OnceCell<Option<Outline>>,
    taken: RefCell<BTreeSet<ValuePath>>,
}

/// `a.b[0]."key.with.dots"`; the paths of this module's callers are all well-formed.
pub fn path(text: &str) -> ValuePath {
    ValuePath::parse(text).unwrap_or_default()
}

impl Document {
    pub fn new(file: &str, line: usize, text: String, value: Value) -> Document {
        Document { file: file.to_owned(), line, text, value, outline: OnceCell::new(), taken: RefCell::default() }
    }

    /// An item of a List.
    pub fn item(&self, index: usize) -> Document {
        let at = path("items").index(index);
        let value = at.get(&self.value).cloned().unwrap_or_default();
        let text = self.cut(&at).unwrap_or_default();
        Document::new(&self.file, self.line_of(&at), text, value)
    }

    pub fn group(&self) -> &str {
        group_of(self.peek("apiVersion").and_then(Value::as_str).unwrap_or_default())
    }

    pub fn kind(&self) -> &str {
        self.peek("kind").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind() == kind && self.group() == group
    }

    pub fn key(&self) -> Option<ObjectKey> {
        ObjectKey::of(&self.value)
    }

    pub fn name(&self) -> &str {
        self.peek("metadata.name").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn namespace(&self) -> &str {
        self.peek("metadata.namespace").and_then(Value::as_str).unwrap_or_default()
    }

    /// The value, which stays untaken.
    pub fn peek(&self, at: &str) -> Option<&Value> {
        path(at).get(&self.value).filter(|value| !value.is_null())
    }

    pub fn peek_text(&self, at: &str) -> Option<&str> {
        self.peek(at).and_then(Value::as_str)
    }

    /// The value; it is carried over from here on.
    pub fn take(&self, at: &str) -> Option<&Value> {
        self.take_at(&path(at))
    }

    pub fn take_at(&self, at: &ValuePath) -> Option<&Value> {
        let value = at.get(&self.value)?;
        self.taken.borrow_mut().insert(at.clone());
        Some(value).filter(|value| !value.is_null())
    }

    /// The text there; anything else stays untaken, and so is told.
    pub fn take_text(&self, at: &str) -> Option<&str> {
        self.peek_text(at)?;
        self.take(at).and_then(Value::as_str)
    }

    /// Text, or a number as it is written: `tag: 1.2`.
    pub fn take_scalar(&self, at: &str) -> Option<String> {
        let text = scalar(self.peek(at)?)?;
        self.take(at);
        Some(text)
    }

    pub fn take_whole(&self) {
        self.taken.borrow_mut().insert(ValuePath::root());
    }

    pub fn list(&self, at: &str) -> &[Value] {
        self.peek(at).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn line_of(&self, at: &ValuePath) -> usize {
        self.line - 1 + self.outline().map_or(1, |outline| outline.line(at))
    }

    /// Whether the value stands there without quotes.
    pub fn is_plain(&self, at: &ValuePath) -> bool {
        self.outline().is_some_and(|outline| outline.is_plain(at))
    }

    fn outline(&self) -> Option<&Outline> {
        self.outline.get_or_init(|| Outline::of(&self.text)).as_ref()
    }

    /// The value as text, with its comments where they can be kept.
    pub fn cut(&self, at: &ValuePath) -> Option<String> {
        let value = at.get(&self.value)?;
        if at.segments().is_empty() {
            return Some(self.text.clone());
        }
        let cut = self.outline().and_then(|outline| outline.cut(&self.text, at, value));
        Some(cut.unwrap_or_else(|| emit::emit(value)))
    }

    /// `HelmRelease monitoring/loki`
    pub fn label(&self) -> Option<String> {
        self.key().map(|key| key.to_string()).or_else(|| Some(self.kind().to_owned()).filter(|kind| !kind.is_empty()))
    }

    pub fn note(&self, kind: Kind, at: &ValuePath, reason: impl Into<String>, hint: impl Into<String>) -> Note {
        let mut note = Note::new(kind, &self.file, &at.to_string(), reason.into(), hint.into());
        note.line = Some(self.line_of(at));
        note.object = self.label();
        note
    }

    /// Says that a value is not carried over; what is told is accounted for.
    pub fn lose(&self, notes: &mut Vec<Note>, at: &str, reason: impl Into<String>, hint: impl Into<String>) {
        self.tell(notes, Kind::Lost, &path(at), reason, hint);
    }

    pub fn change(&self, notes: &mut Vec<Note>, at: &str, reason: impl Into<String>, hint: impl Into<String>) {
        self.tell(notes, Kind::Changed, &path(at), reason, hint);
    }

    pub fn tell(&self, notes: &mut Vec<Note>, kind: Kind, at: &ValuePath, reason: impl Into<String>, hint: impl Into<String>) {
        notes.push(self.note(kind, at, reason, hint));
        self.taken.borrow_mut().insert(at.clone());
    }

    /// Tells whatever nobody took. `explain` knows the words for a path; the whole map around values that nobody took
    /// is told as one.
    pub fn tell_rest(&self, notes: &mut Vec<Note>, explain: impl Fn(&ValuePath) -> Option<(Kind, &'static str, &'static str)>) {
        let mut rest = Vec::new();
        self.rest(ValuePath::root(), &self.value, &explain, &mut rest);
        for at in rest {
            let (kind, reason, hint) = explain(&at).unwrap_or((
                Kind::Lost,
                "A component of a stack has no such field.",
                "If it is needed, look whether the chart's values or a manifest can say it.",
            ));
            self.tell(notes, kind, &at, reason, hint);
        }
    }

    fn rest(
        &self,
        at: ValuePath,
        value: &Value,
        explain: &impl Fn(&ValuePath) -> Option<(Kind, &'static str, &'static str)>,
        rest: &mut Vec<ValuePath>,
    ) {
        let taken = self.taken.borrow();
        if taken.contains(&at) || value.is_null() {
            return;
        }
        let touched = taken.range(&at..).next().is_some_and(|next| next.starts_with(&at));
        let depth = at.segments().len();
        let whole = !touched
            && (explain(&at).is_some()
                || depth >= 2 && !matches!(at.segments().first(), Some(Segment::Key(key)) if key == "metadata" && depth < 3));
        drop(taken);
        match value {
            Value::Object(map) if !map.is_empty() && !whole => {
                for (key, value) in map {
                    self.rest(at.key(key.as_str()), value, explain, rest);
                }
            }
            Value::Array(list) if !list.is_empty() && !whole => {
                for (index, value) in list.iter().enumerate() {
                    self.rest(at.index(index), value, explain, rest);
                }
            }
            _ => rest.push(at),
        }
    }
}

/// Text, or what can be written as text without a doubt.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(bool) => Some(bool.to_string()),
        _ => None,
    }
}
