//! Two contents of a stack as people compare them: text by text, line by line.

use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

use crate::api::compare::TextDifference;
use crate::stack::{Component, Content, Stack, source};

/// The lines around a change.
const AROUND: usize = 3;
/// The most lines of one text that are shown.
const LINES: usize = 2_000;

/// Lines that stand together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hunk {
    pub lines: Vec<Line>,
}

/// A line with its number on each side; where it has one number alone, it is removed or added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    pub text: String,
}

/// The stack's own fields first, then the text of each component that differs.
pub fn texts(before: &Stack, after: &Stack) -> Vec<TextDifference> {
    let mut texts = Vec::new();
    let (own_before, own_after) = (frame(before), frame(after));
    if own_before != own_after {
        texts.push(of("stack.yaml".to_owned(), &own_before, &own_after));
    }
    let gone = before.components.iter().filter(|was| after.component(was.id.as_str()).is_none());
    for was in gone {
        texts.push(of(name(was), was.text(), ""));
    }
    for now in &after.components {
        let was = before.component(now.id.as_str()).map(Component::text).unwrap_or_default();
        if was != now.text() {
            texts.push(of(name(now), was, now.text()));
        }
    }
    texts
}

/// `stack.yaml` without the texts of its components.
fn frame(stack: &Stack) -> String {
    let mut frame = stack.clone();
    for component in &mut frame.components {
        match &mut component.content {
            Content::Addon(addon) => addon.values.clear(),
            Content::Manifest(manifest) => manifest.text.clear(),
        }
    }
    source::emit(&frame)
}

fn name(component: &Component) -> String {
    let what = if matches!(component.content, Content::Addon(_)) { "values" } else { "manifest" };
    format!("{}: {what}", component.name)
}

fn of(name: String, before: &str, after: &str) -> TextDifference {
    let diff = TextDiff::from_lines(before, after);
    let (mut hunks, mut shown, mut is_cut) = (Vec::new(), 0, false);
    for group in diff.grouped_ops(AROUND) {
        let mut lines = Vec::new();
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            if shown == LINES {
                is_cut = true;
                break;
            }
            shown += 1;
            let number = |index: Option<usize>| index.and_then(|index| u32::try_from(index + 1).ok());
            let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
            lines.push(match change.tag() {
                ChangeTag::Delete => Line { before: number(change.old_index()), after: None, text },
                ChangeTag::Insert => Line { before: None, after: number(change.new_index()), text },
                ChangeTag::Equal => Line { before: number(change.old_index()), after: number(change.new_index()), text },
            });
        }
        if !lines.is_empty() {
            hunks.push(Hunk { lines });
        }
    }
    TextDifference { name, hunks, is_cut }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::name::Name;
    use crate::stack::Manifest;

    fn stack(texts: &[(&str, &str)]) -> Stack {
        let component =
            |(id, text): &(&str, &str)| Component::new(Name::new(id).unwrap(), Content::Manifest(Manifest { text: (*text).to_owned() }));
        Stack { components: texts.iter().map(component).collect(), ..Stack::new(Name::new("web").unwrap()) }
    }

    #[test]
    fn only_what_differs_is_shown_with_its_lines_and_numbers_on_both_sides() {
        let (before, after) = (stack(&[("a", "x: 1\ny: 2\n"), ("b", "z: 1\n")]), stack(&[("a", "x: 1\ny: 3\n"), ("b", "z: 1\n")]));
        let texts = texts(&before, &after);
        assert_eq!(texts.len(), 1);
        assert_eq!(texts[0].name, "a: manifest");
        let line = |before, after, text: &str| Line { before, after, text: text.to_owned() };
        let expected = [line(Some(1), Some(1), "x: 1"), line(Some(2), None, "y: 2"), line(None, Some(2), "y: 3")];
        assert_eq!(texts[0].hunks[0].lines, expected);
    }

    #[test]
    fn what_comes_and_goes_stands_in_the_frame_and_with_its_whole_text() {
        let names: Vec<String> = texts(&stack(&[("a", "x: 1\n")]), &stack(&[("b", "y: 1\n")])).into_iter().map(|text| text.name).collect();
        assert_eq!(names, ["stack.yaml", "a: manifest", "b: manifest"]);
        assert!(texts(&stack(&[("a", "x\n")]), &stack(&[("a", "x\n")])).is_empty());
    }

    #[test]
    fn a_text_without_end_is_cut_and_says_so() {
        let long = "y: 1\n".repeat(3 * LINES);
        let cut = &texts(&stack(&[("a", "")]), &stack(&[("a", &long)]))[0];
        assert!(cut.is_cut && cut.hunks.iter().map(|hunk| hunk.lines.len()).sum::<usize>() == LINES);
    }
}
