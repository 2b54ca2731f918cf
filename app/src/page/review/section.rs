//! A section of the document: its heading, what it counts, and whether this browser has checked it.

use domain::text::capitalised;
use leptos::prelude::*;

use crate::widget::icon::Icon;

/// `sign.js` fills `data-body` anew from the checked bytes, and says so at `data-proof`.
#[component]
pub fn Section(id: &'static str, title: &'static str, #[prop(into)] note: String, children: Children) -> AnyView {
    let heading = format!("h-{id}");
    view! {
        <section class="sheet" id=id aria-labelledby=heading.clone()>
            <header class="sheet-head">
                <h2 class="sheet-title" id=heading.clone()>{title}</h2>
                <span class="sheet-note" data-note=id>{note}</span>
                <span class="push"><span class="proof" data-proof=id><Icon name="wait"/><span>"not yet checked"</span></span></span>
            </header>
            <div data-body=id>{children()}</div>
        </section>
    }
    .into_any()
}

/// `1 file`, `3 files`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// `letsencrypt_expired` is `Letsencrypt expired`.
pub fn words(code: &str) -> String {
    capitalised(&code.replace('_', " "))
}

/// A value that stands as JSON: text without its quotes, unless it would then read as something else.
pub fn value(json: &str) -> String {
    let text = match serde_json::from_str::<serde_json::Value>(json) {
        Ok(serde_json::Value::String(text)) if !text.is_empty() && serde_json::from_str::<serde_json::Value>(&text).is_err() => text,
        _ => json.to_owned(),
    };
    domain::visible::shown(&text).into_owned()
}

pub fn shown(text: &str) -> String {
    domain::visible::shown(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_quotes_where_it_reads_as_something_else() {
        for (json, expected) in
            [("\"15d\"", "15d"), ("\"true\"", "\"true\""), ("\"3\"", "\"3\""), ("3", "3"), ("\"\"", "\"\""), ("[1]", "[1]")]
        {
            assert_eq!(value(json), expected);
        }
        assert_eq!(value("\"a\u{202e}b\""), "a[U+202E]b");
    }

    #[test]
    fn codes_and_counts_read_as_words() {
        assert_eq!(
            (words("missing_secret"), count(1, "file"), count(3, "file")),
            ("Missing secret".into(), "1 file".into(), "3 files".into())
        );
    }
}
