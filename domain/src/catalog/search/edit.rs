//! Whether two words are one slip of the finger apart.

/// Shorter words are one slip from half the dictionary.
const SHORTEST: usize = 4;

/// One letter more, less or other, or two neighbours swapped.
pub fn is_close(typed: &str, word: &str) -> bool {
    let (typed, word): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
    if typed.len() < SHORTEST || word.len() < SHORTEST {
        return false;
    }
    let same = typed.iter().zip(&word).take_while(|(one, other)| one == other).count();
    let (typed, word) = (&typed[same..], &word[same..]);
    match (typed, word) {
        ([], rest) | (rest, []) => rest.len() <= 1,
        ([_, typed_rest @ ..], [_, word_rest @ ..]) => {
            let other = typed_rest == word_rest;
            let more = typed_rest == word;
            let less = typed == word_rest;
            let swapped = typed.len() >= 2 && word.len() >= 2 && typed[0] == word[1] && typed[1] == word[0] && typed[2..] == word[2..];
            other || more || less || swapped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_close;

    #[test]
    fn one_slip_is_close_and_two_are_not() {
        for (typed, word, close) in [
            ("grafana", "grafana", true),
            ("grafna", "grafana", true),
            ("graffana", "grafana", true),
            ("grefana", "grafana", true),
            ("garfana", "grafana", true),
            ("grafan", "grafana", true),
            ("grafanaa", "grafana", true),
            ("gafna", "grafana", false),
            ("grfaan", "grafana", false),
            // Too short to be told from other words.
            ("nat", "nats", false),
            ("dx", "dex", false),
            ("größe", "grösse", false),
        ] {
            assert_eq!(is_close(typed, word), close, "{typed} {word}");
        }
    }
}
