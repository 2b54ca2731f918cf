//! The keys of a text line by line, with their paths: it reads what is half typed, where a parser only says no.

use crate::yaml::path::Segment;

/// A key or a list's entry where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// From 0.
    pub line: usize,
    /// The document, from 0.
    pub document: usize,
    pub path: Vec<Segment>,
    /// Bytes of the key in its line; of an entry without a key its value.
    pub from: usize,
    pub to: usize,
    /// Where the value starts, and what is written there.
    pub value_from: usize,
    pub value: String,
}

/// Where the caret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// A key begins here, in the map at this path.
    Key { inside: Vec<Segment>, from: usize },
    /// The value of this path begins here.
    Value { of: Vec<Segment>, from: usize },
    /// In a comment, in a block of text, or inside `{…}` or `[…]`.
    Nowhere,
}

#[derive(Debug, Default)]
pub struct Scan {
    pub entries: Vec<Entry>,
    document: usize,
    stack: Vec<(usize, Segment)>,
    /// Lines deeper than this belong to a block of text.
    block: Option<usize>,
}

pub fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    for (number, line) in text.lines().enumerate() {
        scan.line(number, line);
    }
    scan
}

impl Scan {
    pub fn paths_of(&self, document: usize, inside: &[Segment], but: usize) -> Vec<&str> {
        let own = |entry: &&Entry| entry.document == document && entry.line != but && entry.path.len() == inside.len() + 1;
        let own = self.entries.iter().filter(own).filter(|entry| entry.path.starts_with(inside));
        own.filter_map(|entry| match entry.path.last() {
            Some(Segment::Key(key)) => Some(key.as_str()),
            _ => None,
        })
        .collect()
    }

    /// What is written at a key of a document's own map.
    pub fn top(&self, document: usize, key: &str) -> Option<&str> {
        let is_it = |entry: &&Entry| entry.document == document && matches!(entry.path.as_slice(), [Segment::Key(one)] if one == key);
        self.entries.iter().find(is_it).map(|entry| plain(&entry.value)).filter(|value| !value.is_empty())
    }

    fn line(&mut self, number: usize, line: &str) {
        let Some((mut at, mut rest)) = self.begin(line) else { return };
        while let Some(after) = dash(rest) {
            self.item(at);
            at += rest.len() - after.len();
            rest = after;
        }
        if rest.is_empty() || rest.starts_with('#') {
            return;
        }
        let (key, value_at) = match key(rest) {
            Some((key, value_at)) => (Some(key), value_at),
            None => (None, 0),
        };
        let to = at + key.as_ref().map_or(rest.len(), |(_, length)| *length);
        if let Some((key, _)) = key {
            self.pop(at);
            self.stack.push((at, Segment::Key(key)));
        }
        let value = &rest[value_at..];
        let value_from = at + value_at + (value.len() - value.trim_start().len());
        let path: Vec<Segment> = self.stack.iter().map(|(_, segment)| segment.clone()).collect();
        let value = without_comment(value.trim());
        if value.starts_with(['|', '>']) {
            self.block = Some(self.stack.last().map_or(0, |(indent, _)| *indent));
        }
        self.entries.push(Entry { line: number, document: self.document, path, from: at, to, value_from, value: value.to_owned() });
    }

    /// Indentation and content of a line that says something.
    fn begin<'l>(&mut self, line: &'l str) -> Option<(usize, &'l str)> {
        let rest = line.trim_start_matches(' ');
        let at = line.len() - rest.len();
        if let Some(block) = self.block {
            if rest.trim().is_empty() || at > block {
                return None;
            }
            self.block = None;
        }
        if at == 0 && (line == "---" || line.starts_with("--- ")) {
            // The first one only begins the first document.
            if !self.entries.is_empty() {
                self.document = self.entries.last().map_or(0, |entry| entry.document) + 1;
            }
            self.stack.clear();
            return None;
        }
        (!rest.trim().is_empty() && !rest.starts_with('#')).then_some((at, rest))
    }

    fn pop(&mut self, indent: usize) {
        while self.stack.last().is_some_and(|(at, _)| *at >= indent) {
            self.stack.pop();
        }
    }

    fn item(&mut self, indent: usize) {
        while self.stack.last().is_some_and(|(at, _)| *at > indent) {
            self.stack.pop();
        }
        match self.stack.last_mut() {
            Some((at, Segment::Index(index))) if *at == indent => *index += 1,
            _ => self.stack.push((indent, Segment::Index(0))),
        }
    }
}

/// The document and place of the caret: line from 0, byte in the line.
pub fn spot(text: &str, line: usize, byte: usize) -> (usize, Spot) {
    let mut scan = Scan::default();
    let mut lines = text.lines();
    for (number, before) in lines.by_ref().take(line).enumerate() {
        scan.line(number, before);
    }
    let current = lines.next().unwrap_or_default();
    let head = &current[..byte.min(current.len())];
    (scan.document_after(), scan.spot_in(head))
}

impl Scan {
    fn document_after(&self) -> usize {
        self.document
    }

    fn spot_in(mut self, head: &str) -> Spot {
        let mut rest = head.trim_start_matches(' ');
        let mut at = head.len() - rest.len();
        if self.block.is_some_and(|block| at > block) || rest.starts_with('#') || rest.contains(" #") {
            return Spot::Nowhere;
        }
        while let Some(after) = dash(rest) {
            self.item(at);
            at += rest.len() - after.len();
            rest = after;
        }
        let path = |stack: &[(usize, Segment)]| stack.iter().map(|(_, segment)| segment.clone()).collect::<Vec<_>>();
        let Some(((key, _), value_at)) = key(rest) else {
            if rest.starts_with(['{', '[', '"', '\'']) {
                return Spot::Nowhere;
            }
            // A key on the level of the dash itself belongs to the list's owner.
            self.pop(at);
            return Spot::Key { inside: path(&self.stack), from: at };
        };
        self.pop(at);
        self.stack.push((at, Segment::Key(key)));
        let value = &rest[value_at..];
        if value.is_empty() {
            return Spot::Nowhere; // right behind the colon
        }
        let trimmed = value.trim_start();
        if trimmed.starts_with(['{', '[', '|', '>']) {
            return Spot::Nowhere;
        }
        Spot::Value { of: path(&self.stack), from: at + value_at + value.len() - trimmed.len() }
    }
}

/// What follows the dash of a list's entry.
fn dash(text: &str) -> Option<&str> {
    if text == "-" {
        return Some("");
    }
    text.strip_prefix("- ").map(|rest| rest.trim_start_matches(' '))
}

/// The key at the start of a text with its length as written, and where what follows its colon starts.
fn key(text: &str) -> Option<((String, usize), usize)> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)? + 1;
        let after = &text[end + 1..];
        let colon = after.len() - after.trim_start().len();
        after[colon..].starts_with(':').then_some(())?;
        return Some(((text[1..end].to_owned(), end + 1), end + 2 + colon));
    }
    if text.starts_with(['{', '[', '#', '&', '*', '!', '|', '>', '%', '@', '`']) {
        return None;
    }
    let ends = |at: &usize| matches!(text[at + 1..].chars().next(), None | Some(' ' | '\t'));
    let colon = text.match_indices(':').map(|(at, _)| at).find(ends)?;
    let key = text[..colon].trim_end();
    (!key.is_empty() && !key.contains(" #")).then(|| ((key.to_owned(), key.len()), colon + 1))
}

fn without_comment(value: &str) -> &str {
    if value.starts_with(['"', '\'']) {
        return value;
    }
    if value.starts_with('#') { "" } else { value.split(" #").next().unwrap_or_default().trim_end() }
}

fn plain(value: &str) -> &str {
    value.trim_matches(|quote| quote == '"' || quote == '\'')
}
