//! The files that pages load: style sheet, scripts, wasm, pictures; named by their content and kept for a year.

mod folder;
pub mod manifest;
mod serve;

use std::sync::OnceLock;

pub use serve::router;

/// One file with its compressed forms, all in memory.
#[derive(Debug)]
pub struct Asset {
    /// What the code calls it: `countersign.css`.
    pub logical: &'static str,
    /// What the browser calls it: `countersign.0f3a….css`. The name changes with the content.
    pub file: &'static str,
    pub media: &'static str,
    pub etag: &'static str,
    pub plain: &'static [u8],
    pub br: Option<&'static [u8]>,
    pub gz: Option<&'static [u8]>,
}

/// Where the assets are mounted.
pub const PREFIX: &str = "/assets";

static EMBEDDED: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Everything there is to serve. A binary built without a site may be given a folder at start, for development.
pub fn all() -> &'static [Asset] {
    static FOLDER: OnceLock<&'static [Asset]> = OnceLock::new();
    if EMBEDDED.is_empty() { FOLDER.get_or_init(folder::named_by_the_environment) } else { EMBEDDED }
}

/// The address of a file by its logical name; `None` where this binary was built without it.
pub fn url(logical: &str) -> Option<&'static str> {
    static URLS: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();
    let urls = URLS.get_or_init(|| all().iter().map(|asset| (asset.logical, format!("{PREFIX}/{}", asset.file))).collect());
    urls.iter().find(|(name, _)| *name == logical).map(|(_, url)| url.as_str())
}
