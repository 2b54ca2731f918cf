//! Who made it: a person is round and in ink, a machine square, dashed and in pencil.

use domain::api::{Author, AuthorKind};
use leptos::prelude::*;

use crate::widget::icon::Icon;

#[component]
pub fn AuthorMark(author: Author) -> AnyView {
    match author.kind {
        AuthorKind::Person => view! { <PersonMark name=author.name/> }.into_any(),
        AuthorKind::Agent => {
            view! { <span class="by by--agent"><span class="by-mark"><Icon name="pencil"/></span>{author.name}</span> }.into_any()
        }
    }
}

#[component]
pub fn PersonMark(#[prop(into)] name: String) -> AnyView {
    view! { <span class="by"><span class="by-mark" aria-hidden="true">{initials(&name)}</span>{name}</span> }.into_any()
}

/// Of the first and the last word: `Maren Solberg` is `MS`, `maren` is `M`.
pub fn initials(name: &str) -> String {
    let mut words = name.split([' ', '.', '-', '_']).filter(|word| !word.is_empty());
    let letter = |word: &str| word.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let first = words.next().map(letter).unwrap_or_default();
    let last = words.next_back().map(letter).unwrap_or_default();
    format!("{first}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_the_last_word() {
        for (name, expected) in [("Maren Solberg", "MS"), ("Ana María de la Cruz", "AC"), ("tomas", "T"), ("", ""), ("élodie", "É")] {
            assert_eq!(initials(name), expected);
        }
    }
}
