//! Markdown that strangers wrote, as HTML that can do nothing: no markup of theirs, no picture, no link but to https.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A README as part of a page: its headings stand below the page's own.
pub fn html(text: &str) -> String {
    let mut links = Vec::new();
    let events = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).filter_map(|event| tame(event, &mut links));
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    out
}

/// `links` holds for each link that is open whether it is kept.
fn tame<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    Some(match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        // What it says stands there in its place.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::Link { link_type, dest_url, .. }) => {
            let is_kept = dest_url.starts_with("https://");
            links.push(is_kept);
            if !is_kept {
                return None;
            }
            Event::Start(Tag::Link { link_type, dest_url, title: "".into(), id: "".into() })
        }
        Event::End(TagEnd::Link) if !links.pop().unwrap_or_default() => return None,
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: below(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        other => other,
    })
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn nothing_of_a_stranger_becomes_markup() {
        let hostile = "<script>alert(1)</script>\n\na <img src=x onerror=alert(2)> b\n\n![beacon](https://evil.example/x.png)\n\n\
                       [run](javascript:alert(3)) [data](data:text/html,x) [plain](http://example.com) [[in](javascript:1)](https://a.example)\n\n\
                       # <b onclick=x>Title</b> {#id onclick=x}\n\n<iframe src=\"https://evil.example\"></iframe>\n\n| a |\n|---|\n| <svg onload=x> |\n";
        let out = html(hostile);
        for bad in ["<script", "<img", "<iframe", "<svg", "<b ", "href=\"javascript", "href=\"data", "href=\"http:", "id=\""] {
            assert!(!out.contains(bad), "{bad}: {out}");
        }
        assert!(out.contains("beacon") && out.contains("&lt;script&gt;") && out.contains("<h3>") && out.contains("<table>"), "{out}");
    }

    #[test]
    fn a_link_to_https_is_kept_without_its_title() {
        assert_eq!(
            html("[docs](https://docs.example.com/a?b=c&d \"x\\\" onclick=\\\"y\")"),
            "<p><a href=\"https://docs.example.com/a?b=c&amp;d\">docs</a></p>\n"
        );
    }
}
