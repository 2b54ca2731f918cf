//! The text of a value inside a document, comments and all, as a document of its own.

use serde_json::Value;

use super::tree::{self, Node};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

/// Where the values of a document stand in its text.
pub struct Outline {
    root: Node,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl Outline {
    /// Of the first document; absent where it is written in a way that cannot be followed by its bytes.
    pub fn of(text: &str) -> Option<Outline> {
        let root = tree::document(text, 0)?;
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Some(Outline { root, lines })
    }

    /// The line (from 1) of the value at `path`, or of the nearest around it.
    pub fn line(&self, path: &ValuePath) -> usize {
        let mut node = &self.root;
        let mut at = node.start;
        for segment in path.segments() {
            let Some(next) = node.child(segment) else { break };
            // A value may begin below its key; what people look for is the key.
            at = node.key_start(segment).unwrap_or(next.start);
            node = next;
        }
        self.lines.partition_point(|start| *start <= at)
    }

    /// Whether the value at `path` is written without quotes on one line.
    pub fn is_plain(&self, path: &ValuePath) -> bool {
        let node = path.segments().iter().try_fold(&self.root, |node, segment| node.child(segment));
        node.is_some_and(|node| matches!(node.shape, tree::Shape::Scalar(granit_parser::ScalarStyle::Plain)))
    }

    /// The text of the map or list at `path` moved to the left margin; absent unless it then means `value`.
    pub fn cut(&self, text: &str, path: &ValuePath, value: &Value) -> Option<String> {
        let node = path.segments().iter().try_fold(&self.root, |node, segment| node.child(segment))?;
        let cut = if node.is_flow() { format!("{}\n", &text[node.start..node.end]) } else { lines(text, node)? };
        (read::value(&cut).ok().as_ref() == Some(value)).then_some(cut)
    }
}

fn lines(text: &str, node: &Node) -> Option<String> {
    let start = text[..node.start].rfind('\n').map_or(0, |at| at + 1);
    let margin = node.start - start;
    let alone = text[start..node.start].bytes().all(|byte| byte == b' ');
    let begin = if alone { comments_above(text, start, margin) } else { start };
    let end = text[node.end..].find('\n').map_or(text.len(), |at| node.end + at + 1);
    let end = comments_below(text, end, margin);
    let mut out = String::with_capacity(end - begin);
    for (index, line) in text[begin..end].split_inclusive('\n').enumerate() {
        if index == 0 && !alone {
            // A dash, and what the list's item begins with behind it.
            out.push_str(&line[margin..]);
            continue;
        }
        let spaces = line.len() - line.trim_start_matches(' ').len();
        out.push_str(&line[spaces.min(margin)..]);
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Some(out)
}

fn is_comment(line: &str, margin: usize) -> bool {
    let indent = line.len() - line.trim_start_matches(' ').len();
    indent >= margin && line[indent..].starts_with('#')
}

/// From where comments stand right above, as far in as the value.
fn comments_above(text: &str, start: usize, margin: usize) -> usize {
    let mut begin = start;
    let mut at = start;
    while at > 0 {
        let line_start = text[..at - 1].rfind('\n').map_or(0, |at| at + 1);
        let line = &text[line_start..at];
        if is_comment(line, margin) {
            begin = line_start;
        } else if !line.trim().is_empty() {
            break;
        }
        at = line_start;
    }
    begin
}

fn comments_below(text: &str, end: usize, margin: usize) -> usize {
    let (mut last, mut at) = (end, end);
    for line in text[end..].split_inclusive('\n') {
        at += line.len();
        if is_comment(line, margin.max(1)) {
            last = at;
        } else if !line.trim().is_empty() {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    const RELEASE: &str = "\
spec:
  values: # what differs
    # how many
    replicas: 2 # enough

    text: |
      one
        two
    list:
    - name: a # first
      deep: {x: 1}
    # the end
  after: 1
";

    fn cut(text: &str, path: &str) -> Option<String> {
        let path = ValuePath::parse(path).unwrap();
        let value = read::value(text).unwrap();
        Outline::of(text).unwrap().cut(text, &path, path.get(&value).unwrap())
    }

    #[test]
    fn a_value_is_cut_out_with_its_comments() {
        let expected = "# how many\nreplicas: 2 # enough\n\ntext: |\n  one\n    two\nlist:\n- name: a # first\n  deep: {x: 1}\n# the end\n";
        assert_eq!(cut(RELEASE, "spec.values").as_deref(), Some(expected));
        // What stands no further in than the dash is about the list.
        assert_eq!(cut(RELEASE, "spec.values.list[0]").as_deref(), Some("name: a # first\ndeep: {x: 1}\n"));
        assert_eq!(cut(RELEASE, "spec.values.list[0].deep").as_deref(), Some("{x: 1}\n"));
    }

    #[test]
    fn a_line_is_that_of_the_key() {
        let outline = Outline::of(RELEASE).unwrap();
        let line = |path: &str| outline.line(&ValuePath::parse(path).unwrap());
        assert_eq!([line(""), line("spec.values"), line("spec.values.list[0].deep"), line("spec.after.nothing")], [1, 2, 11, 13]);
    }
}
