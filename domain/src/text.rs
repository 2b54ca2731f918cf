//! Small spellings that several places share: bytes as hex, an error as a sentence.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

/// `there is no …` as a sentence.
pub fn sentence(text: &str) -> String {
    format!("{}.", capitalised(text))
}

pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_a_sentence() {
        assert_eq!(sentence("there is no `x`"), "There is no `x`.");
        assert_eq!(sentence("über"), "Über.");
        assert_eq!(capitalised(""), "");
        assert_eq!(hex(&[0, 0xa7, 255]), "00a7ff");
    }
}
