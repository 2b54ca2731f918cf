//! Replaces, adds and takes away the bytes of one value.

use granit_parser::ScalarStyle;
use serde_json::Value;

use super::tree::{Entry, Node, Shape, dash_before};
use crate::yaml::emit::{emit, flow};
use crate::yaml::path::Segment;

/// The first value of a text that holds comments at most.
pub fn begin(text: &str, value: &Value) -> String {
    let mut out = text.to_owned();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&emit(value));
    out
}

/// Where a value stands: what is around it decides how it may be written.
struct Place<'a> {
    node: &'a Node,
    in_flow: bool,
    /// What carries it: its map's entry, its list's dash, or nothing (the document itself).
    holder: Holder,
}

#[derive(Clone, Copy)]
enum Holder {
    Document,
    /// Behind the colon, and the column of the key.
    Key {
        colon: usize,
        column: usize,
    },
    Dash {
        at: usize,
        column: usize,
    },
}

fn find<'a>(text: &str, root: &'a Node, path: &[Segment]) -> Option<Place<'a>> {
    let mut place = Place { node: root, in_flow: false, holder: Holder::Document };
    for segment in path {
        let in_flow = place.in_flow || place.node.is_flow();
        place = match (&place.node.shape, segment) {
            (Shape::Map { entries, .. }, Segment::Key(key)) => {
                let entry = entries.iter().find(|entry| entry.key == *key)?;
                let holder = Holder::Key { colon: entry.colon, column: column(text, entry.start) };
                Place { node: &entry.value, in_flow, holder }
            }
            (Shape::List { items, .. }, Segment::Index(index)) => {
                let node = items.get(*index)?;
                let holder = if in_flow {
                    Holder::Document // not asked for in flow collections
                } else {
                    let at = dash_before(text, node.start)?;
                    Holder::Dash { at, column: column(text, at) }
                };
                Place { node, in_flow, holder }
            }
            _ => return None,
        };
    }
    Some(place)
}

/// `text` with `value` instead of the one at `path`.
pub fn replace(text: &str, root: &Node, path: &[Segment], value: &Value) -> Option<String> {
    let place = find(text, root, path)?;
    let node = place.node;
    if place.in_flow {
        return Some(splice(text, node.start, node.end, &spaced(text, node, &flow_like(node, text, value))));
    }
    let behind = match place.holder {
        Holder::Document => node.start,
        Holder::Key { colon, .. } => colon,
        Holder::Dash { at, .. } => at + 1,
    };
    let indent = match place.holder {
        Holder::Document => 0,
        Holder::Key { column, .. } | Holder::Dash { column, .. } => column + 2,
    };
    let mut new = Written::of(value, node, text);
    if matches!(place.holder, Holder::Document) && value.is_null() {
        new.head.clear(); // an empty document
    }
    // What follows the holder on its line and is not the value: a comment.
    let old = Written::parts(text, node, behind);
    let mut out = text[..behind].to_owned();
    match (&place.holder, &new.body) {
        // `- a: 1` keeps its first key beside the dash, unless a comment stands there.
        (Holder::Dash { .. }, Some(body)) if new.head.is_empty() && old.comment.is_empty() => {
            out.push(' ');
            out.push_str(indented(body, indent).trim_start());
        }
        (Holder::Document, Some(body)) if new.head.is_empty() => out.push_str(body),
        _ => {
            if !new.head.is_empty() {
                if !matches!(place.holder, Holder::Document) {
                    out.push_str(if old.gap.is_empty() { " " } else { old.gap });
                }
                out.push_str(&new.head);
            }
            out.push_str(old.comment);
            if let Some(body) = &new.body {
                out.push('\n');
                out.push_str(&indented(body, indent.max(2)));
            }
        }
    }
    let rest = &text[old.end..];
    // A body ends its own line.
    let out = if out.ends_with('\n') && rest.starts_with('\n') { out[..out.len() - 1].to_owned() } else { out };
    Some(out + rest)
}

/// `text` with one more entry in the collection `parent`, which has no such child yet.
pub fn add(text: &str, root: &Node, parents: &[Segment], parent: &Node, child: &Segment, value: &Value) -> Option<String> {
    let in_flow = find(text, root, parents)?.in_flow;
    let holding = match child {
        Segment::Key(key) => Value::Object([(key.clone(), value.clone())].into_iter().collect()),
        Segment::Index(_) => Value::Array(vec![value.clone()]),
    };
    if parent.is_empty() {
        return replace(text, root, parents, &holding);
    }
    if in_flow || parent.is_flow() {
        let whole = flow(&holding);
        let inner = &whole[1..whole.len() - 1];
        let end = match &parent.shape {
            Shape::List { items, .. } => items.last()?.end,
            Shape::Map { entries, .. } => entries.last()?.end(),
            _ => return None,
        };
        return Some(splice(text, end, end, &format!(", {inner}")));
    }
    let at = line_end(text, parent.end);
    let lines = indented(&emit(&holding), column(text, parent.start));
    let lines = if text[..at].ends_with('\n') { lines } else { format!("\n{}", lines.trim_end_matches('\n')) };
    Some(splice(text, at, at, &lines))
}

/// `text` without the value at `path`.
pub fn take_away(text: &str, root: &Node, path: &[Segment]) -> Option<String> {
    let (last, parents) = path.split_last()?;
    let place = find(text, root, parents)?;
    let in_flow = place.in_flow || place.node.is_flow();
    let (index, spans, empty): (usize, Vec<(usize, usize)>, Value) = match (&place.node.shape, last) {
        (Shape::Map { entries, .. }, Segment::Key(key)) => {
            let index = entries.iter().position(|entry| entry.key == *key)?;
            (index, entries.iter().map(|entry| (entry.start, Entry::end(entry))).collect(), Value::Object(serde_json::Map::new()))
        }
        (Shape::List { items, .. }, Segment::Index(index)) => {
            let start = |item: &Node| if in_flow { Some(item.start) } else { dash_before(text, item.start) };
            let spans = items.iter().map(|item| Some((start(item)?, item.end))).collect::<Option<Vec<_>>>()?;
            (*index, spans, Value::Array(Vec::new()))
        }
        _ => return None,
    };
    let (start, end) = *spans.get(index)?;
    if spans.len() == 1 {
        return replace(text, root, parents, &empty);
    }
    if in_flow {
        return Some(match spans.get(index + 1) {
            Some((next, _)) => splice(text, start, *next, ""),
            None => splice(text, spans[index - 1].1, end, ""),
        });
    }
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    if text[line_start..start].trim().is_empty() {
        return Some(splice(text, line_start, line_end(text, end), ""));
    }
    // It shares its line with a dash: `- a: 1`. The next one takes its place, unless comments stand between.
    let (next, _) = *spans.get(index + 1)?;
    let between = &text[line_end(text, end)..next];
    if between.trim().is_empty() {
        Some(splice(text, start, next, ""))
    } else {
        Some(splice(text, start, line_end(text, end).checked_sub(1)?, ""))
    }
}

/// A value in its parts: what stands on the line of its key, and the lines below.
struct Written {
    head: String,
    body: Option<String>,
}

/// The bytes of the old value: white space before it, a comment on its first line, its end.
struct Parts<'a> {
    gap: &'a str,
    comment: &'a str,
    end: usize,
}

impl Written {
    fn of(value: &Value, old: &Node, text: &str) -> Written {
        let collection = match value {
            Value::Array(list) => !list.is_empty(),
            Value::Object(map) => !map.is_empty(),
            _ => false,
        };
        if collection {
            let keeps_flow = old.is_flow() && !old.is_empty();
            return match keeps_flow {
                true => Written { head: flow(value), body: None },
                false => Written { head: String::new(), body: Some(emit(value)) },
            };
        }
        if let Value::String(string) = value
            && let Shape::Scalar(style) = old.shape
            && let Some(head) = quoted_like(style, string, &text[old.start..old.end])
        {
            return Written { head, body: None };
        }
        let all = emit(value);
        match all.split_once('\n') {
            Some((head, body)) if !body.is_empty() => {
                let body = body.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
                Written { head: head.to_owned(), body: Some(body + "\n") }
            }
            _ => Written { head: all.trim_end_matches('\n').to_owned(), body: None },
        }
    }

    fn parts<'a>(text: &'a str, node: &Node, behind: usize) -> Parts<'a> {
        let line = &text[behind..text[behind..].find('\n').map_or(text.len(), |newline| behind + newline)];
        let line = line.trim_end_matches('\r');
        let below = node.start > behind + line.len();
        if matches!(node.shape, Shape::Absent) || below {
            // Nothing but a comment may follow the colon.
            let end = if below { line_tail(text, node.end) } else { behind + line.len() };
            return Parts { gap: "", comment: line.trim_end(), end };
        }
        let gap = &text[behind..node.start];
        let first_line = text[node.start..node.end].split('\n').next().unwrap_or_default();
        if let Shape::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) = node.shape {
            let indicator = first_line.find([' ', '\t', '\r']).unwrap_or(first_line.len());
            return Parts { gap, comment: first_line[indicator..].trim_end(), end: node.end };
        }
        if first_line.len() < node.end - node.start {
            let is_block = matches!(node.shape, Shape::List { flow: false, .. } | Shape::Map { flow: false, .. });
            return Parts { gap, comment: "", end: if is_block { line_tail(text, node.end) } else { node.end } };
        }
        let comment = &text[node.end..(behind + line.len()).max(node.end)];
        Parts { gap, comment: comment.trim_end(), end: node.end + comment.len() }
    }
}

/// A string in the quotes of the old value, where it had some and they can hold it.
fn quoted_like(style: ScalarStyle, string: &str, old: &str) -> Option<String> {
    let quotes = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    if !quotes && (is_expression(string) || style == ScalarStyle::Plain && is_quantity(string)) {
        return Some(string.to_owned());
    }
    if string.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')) || old.contains('\n') {
        return None;
    }
    match style {
        ScalarStyle::SingleQuoted => Some(format!("'{}'", string.replace('\'', "''"))),
        ScalarStyle::DoubleQuoted => Some(Value::String(string.to_owned()).to_string()),
        _ => None,
    }
}

/// Whether a text is an expression with no more around it than part of a name: no quotes are needed outside of flow
/// collections, and people write none.
fn is_expression(string: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let Some((before, rest)) = string.split_once("${{ ") else { return false };
    let Some((inside, after)) = rest.split_once(" }}") else { return false };
    [before, inside, after].into_iter().all(|part| part.chars().all(plain)) && !before.starts_with(['-', '.'])
}

/// `20Gi`, `500m`: a number with its unit, which every reader takes for a text.
fn is_quantity(string: &str) -> bool {
    let unit = string.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    unit.len() < string.len() && matches!(unit, "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" | "k" | "M" | "G" | "T" | "P" | "m")
}

fn flow_like(old: &Node, text: &str, value: &Value) -> String {
    match (&old.shape, value) {
        (Shape::Scalar(style), Value::String(string)) => {
            let quotes = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
            let like = quotes.then(|| quoted_like(*style, string, &text[old.start..old.end])).flatten();
            like.unwrap_or_else(|| flow(value))
        }
        _ => flow(value),
    }
}

/// In `{a:}` the value needs a space before it.
fn spaced(text: &str, node: &Node, value: &str) -> String {
    match node.shape {
        Shape::Absent if text[..node.start].ends_with(':') => format!(" {value}"),
        Shape::Absent => format!(": {value}"),
        _ => value.to_owned(),
    }
}

fn splice(text: &str, start: usize, end: usize, with: &str) -> String {
    format!("{}{with}{}", &text[..start], &text[end..])
}

fn indented(text: &str, columns: usize) -> String {
    let pad = " ".repeat(columns);
    text.split_inclusive('\n')
        .map(|line| if line.trim_end_matches('\n').is_empty() { line.to_owned() } else { format!("{pad}{line}") })
        .collect()
}

/// The end of the line that holds `at`, before its line break.
fn line_tail(text: &str, at: usize) -> usize {
    let line = text[at..].split('\n').next().unwrap_or_default();
    at + line.trim_end_matches('\r').len()
}

/// The start of the line after the one that holds `at`.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// The column of `at`, from 0.
fn column(text: &str, at: usize) -> usize {
    at - text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}
