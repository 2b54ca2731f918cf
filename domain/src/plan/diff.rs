//! Differences that people read: lines of files, and values by their paths.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::facts::{HeadFile, digest_of};
use super::{FileChange, FileDigest};
use crate::yaml::path::ValuePath;

pub const PLAIN_FILE: &str = "100644";
/// The most of one value that a plan shows; the files hold it whole.
const SHOWN: usize = 4096;

/// A file before and after, with its digests and the lines that come and go.
pub fn file(path: &str, before: Option<&HeadFile>, after: Option<&[u8]>, shared: bool) -> FileChange {
    let before_digest = before.map(HeadFile::digest);
    let after_digest: Option<FileDigest> = match (before, after) {
        // The same bytes need no second hash.
        (Some(file), Some(bytes)) if file.bytes == bytes && file.mode == PLAIN_FILE => before_digest.clone(),
        (_, after) => after.map(|bytes| digest_of(PLAIN_FILE, bytes)),
    };
    let (added, removed) = if before_digest == after_digest { (0, 0) } else { lines(before.map(|file| file.bytes.as_slice()), after) };
    FileChange { path: path.to_owned(), before: before_digest, after: after_digest, shared, added, removed }
}

fn lines(before: Option<&[u8]>, after: Option<&[u8]>) -> (u32, u32) {
    let count = |bytes: &[u8]| u32::try_from(String::from_utf8_lossy(bytes).lines().count()).unwrap_or(u32::MAX);
    match (before, after) {
        (None, None) => (0, 0),
        (None, Some(after)) => (count(after), 0),
        (Some(before), None) => (0, count(before)),
        (Some(before), Some(after)) => {
            let (mut added, mut removed) = (0, 0);
            for change in hunks(before, after).iter().flat_map(|hunk| &hunk.lines) {
                match change.0 {
                    Sign::Added => added += 1,
                    Sign::Removed => removed += 1,
                    Sign::Same => {}
                }
            }
            (added, removed)
        }
    }
}

/// A stretch of lines around a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The first line in the file before and after, from 1.
    pub before: usize,
    pub after: usize,
    pub lines: Vec<(Sign, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Same,
    Added,
    Removed,
}

/// The hunks between two files, with three lines around each; bytes that are no text show as `�`.
pub fn hunks(before: &[u8], after: &[u8]) -> Vec<Hunk> {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
    let mut hunks = Vec::new();
    for group in diff.grouped_ops(3) {
        let Some(first) = group.first() else { continue };
        let mut hunk = Hunk { before: first.old_range().start + 1, after: first.new_range().start + 1, lines: Vec::new() };
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => Sign::Same,
                ChangeTag::Insert => Sign::Added,
                ChangeTag::Delete => Sign::Removed,
            };
            hunk.lines.push((sign, change.value().trim_end_matches('\n').to_owned()));
        }
        hunks.push(hunk);
    }
    hunks
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub path: ValuePath,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// The values that differ, leaf by leaf, in the order in which they stand.
pub fn values(before: Option<&Value>, after: Option<&Value>) -> Vec<Difference> {
    let mut out = Vec::new();
    walk(&ValuePath::root(), before, after, &mut out);
    out
}

fn walk(path: &ValuePath, before: Option<&Value>, after: Option<&Value>, out: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    let inner = |value: Option<&Value>| value.is_none_or(|value| value.as_object().is_some_and(|map| !map.is_empty()));
    let list = |value: Option<&Value>| {
        value.is_none_or(|value| value.as_array().is_some_and(|items| items.iter().any(|item| item.is_object() || item.is_array())))
    };
    if inner(before) && inner(after) {
        let keys = |value: Option<&Value>| -> Vec<String> {
            value.and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.clone()).collect()
        };
        let (old, new) = (keys(before), keys(after));
        let gone = old.iter().filter(|key| !new.contains(key));
        for key in new.iter().chain(gone) {
            walk(&path.key(key.as_str()), before.and_then(|value| value.get(key)), after.and_then(|value| value.get(key)), out);
        }
    } else if list(before) && list(after) {
        let count = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..count(before).max(count(after)) {
            walk(&path.index(index), before.and_then(|value| value.get(index)), after.and_then(|value| value.get(index)), out);
        }
    } else {
        out.push(Difference { path: path.clone(), before: before.cloned(), after: after.cloned() });
    }
}

/// A value as a plan writes it: JSON, cut where it is very long.
pub fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= SHOWN {
        return text;
    }
    let cut = (0..=SHOWN).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}… ({} bytes)", &text[..cut], text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(before: Value, after: Value) -> Vec<String> {
        let side = |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
        values(Some(&before), Some(&after))
            .into_iter()
            .map(|one| format!("{}: {} → {}", one.path, side(one.before), side(one.after)))
            .collect()
    }

    #[test]
    fn values_differ_leaf_by_leaf() {
        let before = json!({"a": {"b": 1, "gone": {"x": true}}, "hosts": [{"host": "a"}], "args": ["x", "y"]});
        let after = json!({"a": {"b": 2}, "hosts": [{"host": "b"}, {"host": "c"}], "args": ["x"], "new": {}});
        assert_eq!(
            paths(before, after),
            [
                "a.b: 1 → 2",
                "a.gone.x: true → -",
                "hosts[0].host: \"a\" → \"b\"",
                "hosts[1].host: - → \"c\"",
                "args: [\"x\",\"y\"] → [\"x\"]",
                "new: - → {}"
            ]
        );
    }

    #[test]
    fn a_change_of_kind_shows_both_sides_whole() {
        assert_eq!(paths(json!({"a": {"b": 1}}), json!({"a": "text"})), ["a: {\"b\":1} → \"text\""]);
    }

    #[test]
    fn order_is_no_difference() {
        assert!(paths(json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})).is_empty());
    }

    #[test]
    fn lines_are_counted_and_shown_with_their_surroundings() {
        let (before, after) = (b"1\n2\n3\n4\n5\n6\n7\n8\n9\n".as_slice(), b"1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n".as_slice());
        assert_eq!(lines(Some(before), Some(after)), (2, 1));
        let hunks = hunks(before, after);
        assert_eq!((hunks[0].before, hunks[0].lines[3].clone()), (2, (Sign::Removed, "5".to_owned())));
    }

    #[test]
    fn a_mode_alone_is_a_change() {
        let executable = HeadFile::new("100755", *b"x\n");
        assert!(file("a", Some(&executable), Some(b"x\n"), false).changes());
        assert!(!file("a", Some(&HeadFile::new(PLAIN_FILE, *b"x\n")), Some(b"x\n"), false).changes());
    }
}
