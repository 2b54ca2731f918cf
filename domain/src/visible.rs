//! Characters that hide or reorder text: found, and shown as what they are.

use std::borrow::Cow;
use std::fmt::Write;

/// What a character does to the eye of whoever reads the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// Turns the direction of writing around, so that text reads other than it is.
    Reorders,
    /// Takes no room on the page.
    Hides,
}

/// What `c` does, if it is one of those characters.
pub fn trick(c: char) -> Option<Trick> {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => Some(Trick::Reorders),
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Some(Trick::Hides),
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' => Some(Trick::Hides),
        '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' => Some(Trick::Hides),
        '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' => Some(Trick::Hides),
        '\u{e0000}'..='\u{e0fff}' => Some(Trick::Hides),
        _ => None,
    }
}

/// The first such character of a text.
pub fn first_trick(text: &str) -> Option<(char, Trick)> {
    if text.is_ascii() && !text.bytes().any(|b| b < 0x20 && !matches!(b, b'\n' | b'\t' | b'\r') || b == 0x7f) {
        return None;
    }
    text.chars().find_map(|c| Some((c, trick(c)?)))
}

/// The text with each of them written out, as `[U+202E]`.
pub fn shown(text: &str) -> Cow<'_, str> {
    if first_trick(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match trick(c) {
            // Writing to a String cannot fail.
            Some(_) => drop(write!(out, "[U+{:04X}]", c as u32)),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// One line of plain text: line breaks and tabs become spaces, tricks are written out.
pub fn one_line(text: &str) -> String {
    let flat: String =
        text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    shown(flat.trim()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_text_is_written_out() {
        assert_eq!(shown("admin\u{202e}txt.exe"), "admin[U+202E]txt.exe");
        assert_eq!(shown("a\u{200b}b\u{feff}\u{e0041}"), "a[U+200B]b[U+FEFF][U+E0041]");
        assert_eq!(first_trick("x\u{2066}").map(|(_, trick)| trick), Some(Trick::Reorders));
    }

    #[test]
    fn honest_text_of_any_language_stays_as_it_is() {
        for text in ["plain", "Ünïcödé — “quotes” № 0412", "日本語\n\ttext", "Ελλάδα", "🚀"] {
            assert!(matches!(shown(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
