//! Where pages find their files: logical name to address, the same on the server and in the browser.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

/// The server provides it in context; the browser reads it from the page.
#[derive(Debug, Clone, Default)]
pub struct AssetUrls(Arc<BTreeMap<String, String>>);

/// What scripts and pages ask for by name while they run, so the browser has to know it too.
const NAMED_IN_THE_PAGE: [&str; 5] = ["icons.svg", "editor.js", "passkey.js", "qr.js", "palette.js"];

/// The name of the `meta` element that carries them.
pub const META: &str = "countersign-assets";

impl AssetUrls {
    pub fn new(urls: impl IntoIterator<Item = (String, String)>) -> AssetUrls {
        AssetUrls(Arc::new(urls.into_iter().collect()))
    }

    /// The address of a file; the logical one where nothing better is known.
    pub fn url(&self, logical: &str) -> String {
        self.0.get(logical).cloned().unwrap_or_else(|| format!("/assets/{logical}"))
    }

    pub fn has(&self, logical: &str) -> bool {
        self.0.contains_key(logical)
    }

    /// What the `meta` element says: `name address` pairs, separated by spaces.
    pub fn for_the_page(&self) -> String {
        let pairs: Vec<String> = NAMED_IN_THE_PAGE.iter().map(|name| format!("{name} {}", self.url(name))).collect();
        pairs.join(" ")
    }

    pub fn parse(text: &str) -> AssetUrls {
        let mut words = text.split_whitespace().map(str::to_owned);
        let pairs = std::iter::from_fn(|| Some((words.next()?, words.next()?)));
        AssetUrls::new(pairs)
    }

    #[cfg(feature = "hydrate")]
    pub fn from_the_page() -> AssetUrls {
        let meta = document().query_selector(&format!("meta[name={META}]")).ok().flatten();
        let content = meta.and_then(|meta| meta.get_attribute("content"));
        content.map(|content| AssetUrls::parse(&content)).unwrap_or_default()
    }
}

pub fn use_assets() -> AssetUrls {
    use_context::<AssetUrls>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_reads_back_what_the_server_wrote() {
        let server = AssetUrls::new([("icons.svg".to_owned(), "/assets/icons.0f.svg".to_owned())]);
        let browser = AssetUrls::parse(&server.for_the_page());
        assert_eq!(browser.url("icons.svg"), "/assets/icons.0f.svg");
        assert_eq!(browser.url("editor.js"), "/assets/editor.js");
    }
}
