//! `index.yaml` of a Helm repository, read down to what is needed to choose a chart.

use std::collections::BTreeMap;

use domain::catalog::version;
use domain::stack::field;
use serde::{Deserialize, Serialize};

use super::trouble::Trouble;

/// What an index may weigh.
pub const MAX_INDEX: usize = 50 << 20;
const MAX_CHARTS: usize = 20_000;
const MAX_VERSIONS: usize = 5_000;
const MAX_DESCRIPTION: usize = 300;

/// The charts of a repository by name, the newest version first. What does not make sense is left out and counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    pub charts: BTreeMap<String, Listed>,
    pub left_out: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    pub description: String,
    pub versions: Vec<Version>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub version: String,
    pub app_version: Option<String>,
    pub created: Option<String>,
    pub deprecated: bool,
    pub url: String,
    /// SHA-256 of the archive in hex, where the index states it.
    pub digest: Option<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    entries: BTreeMap<String, Option<Vec<Entry>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    version: Option<Text>,
    app_version: Option<Text>,
    description: Option<Text>,
    created: Option<Text>,
    deprecated: Option<bool>,
    urls: Option<Vec<Text>>,
    digest: Option<Text>,
}

/// People write versions without quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Number(serde_json::Number),
    Other(serde::de::IgnoredAny),
}

impl Text {
    fn into_string(self) -> Option<String> {
        match self {
            Text::Plain(text) => Some(text),
            Text::Number(number) => Some(number.to_string()),
            Text::Other(_) => None,
        }
    }
}

pub fn read(bytes: &[u8]) -> Result<Index, Trouble> {
    let unreadable = |what: &str| Trouble::Index(format!("the repository's index.yaml cannot be read: {what}"));
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable("it is no text"))?;
    let file: File = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| unreadable(&format!("line {} is not as it should be", error.line())))?
    } else {
        serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
            let line = error.location().map_or(1, |at| at.line());
            unreadable(&format!("line {line} is not as it should be"))
        })?
    };
    let mut index = Index::default();
    for (name, entries) in file.entries {
        if field::chart_name(&name).is_err() || index.charts.len() >= MAX_CHARTS {
            index.left_out += 1;
            continue;
        }
        let listed = listed(entries.unwrap_or_default(), &mut index.left_out);
        if !listed.versions.is_empty() {
            index.charts.insert(name, listed);
        }
    }
    Ok(index)
}

fn listed(entries: Vec<Entry>, left_out: &mut usize) -> Listed {
    let mut read: Vec<(Version, String)> = Vec::new();
    for entry in entries {
        match (read.len() < MAX_VERSIONS).then(|| one(entry)).flatten() {
            Some(one) => read.push(one),
            None => *left_out += 1,
        }
    }
    read.sort_by(|(one, _), (other, _)| version::compare(&other.version, &one.version));
    let description =
        read.iter().map(|(_, description)| description).find(|description| !description.is_empty()).cloned().unwrap_or_default();
    Listed { description, versions: read.into_iter().map(|(version, _)| version).collect() }
}

fn one(entry: Entry) -> Option<(Version, String)> {
    let text = |text: Option<Text>| text.and_then(Text::into_string);
    let shown = |text: String| domain::visible::one_line(&text.chars().take(MAX_DESCRIPTION).collect::<String>());
    let version = text(entry.version).filter(|version| field::chart_version(version).is_ok())?;
    let url = entry.urls?.into_iter().find_map(Text::into_string).filter(|url| !url.is_empty() && url.len() <= 2048)?;
    let digest = text(entry.digest).map(|digest| digest.trim_start_matches("sha256:").to_ascii_lowercase());
    let digest = digest.filter(|digest| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()));
    let version = Version {
        version,
        app_version: text(entry.app_version).map(|text| shown(text.chars().take(64).collect())),
        created: text(entry.created).filter(|created| created.len() <= 40).map(shown),
        deprecated: entry.deprecated.unwrap_or(false),
        url,
        digest,
    };
    Some((version, text(entry.description).map(shown).unwrap_or_default()))
}

/// An index is large and flat; aliases have no business in it.
pub(super) fn options() -> serde_saphyr::Options {
    let mut options = serde_saphyr::Options::default();
    options.budget = serde_saphyr::budget! {
        max_events: 30_000_000,
        max_nodes: 15_000_000,
        max_aliases: 1_000,
        max_anchors: 1_000,
        max_depth: 32,
        max_documents: 4_096,
    };
    options
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_newest_version_comes_first_and_what_makes_no_sense_is_counted() {
        let index = read(
            b"apiVersion: v1\nentries:\n  web:\n  - {version: 1.2.0, description: old, urls: [web-1.2.0.tgz]}\n  - {version: 1.10.0, appVersion: 2.5, description: \"new\\e[31m\", urls: [web-1.10.0.tgz], digest: nonsense}\n  - {version: 3.0.0}\n  ../evil:\n  - {version: 1.0.0, urls: [x]}\n  empty:\n",
        )
        .unwrap();
        assert_eq!(index.charts.keys().collect::<Vec<_>>(), ["web"]);
        assert_eq!(index.left_out, 2);
        let web = &index.charts["web"];
        assert_eq!(web.versions.iter().map(|version| version.version.as_str()).collect::<Vec<_>>(), ["1.10.0", "1.2.0"]);
        assert!(web.description.starts_with("new") && !web.description.contains('\u{1b}'));
        assert_eq!((web.versions[0].digest.as_deref(), web.versions[0].app_version.as_deref()), (None, Some("2.5")));
    }

    #[test]
    fn json_is_an_index_too() {
        let index = read(br#"{"entries": {"web": [{"version": "1.0.0", "urls": ["https://h/web.tgz"]}]}}"#).unwrap();
        assert_eq!(index.charts["web"].versions[0].url, "https://h/web.tgz");
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let inner = format!("*a{},", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", inner.trim_end_matches(',')));
        }
        bomb.push_str("entries: {web: *a11}\n");
        assert!(read(bomb.as_bytes()).is_err());
    }
}
