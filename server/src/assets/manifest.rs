//! The manifest of a site folder: one line per file, read when the server is built and when it starts.

/// A file the pages load: the name they ask for it by, and what it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub logical: String,
    pub file: String,
    pub media: String,
    pub digest: String,
}

/// The name of the manifest in its folder.
pub const NAME: &str = "manifest.tsv";

/// Reads `logical, file, media type, digest` from each line; the error says which line is not that.
pub fn parse(text: &str) -> Result<Vec<Line>, String> {
    text.lines()
        .enumerate()
        .map(|(at, line)| parse_line(line).ok_or_else(|| format!("{NAME}: line {} is not four fields", at + 1)))
        .collect()
}

fn parse_line(line: &str) -> Option<Line> {
    let mut fields = line.split('\t').map(str::to_owned);
    let parsed = Line { logical: fields.next()?, file: fields.next()?, media: fields.next()?, digest: fields.next()? };
    (fields.next().is_none() && !parsed.file.contains(['/', '\\'])).then_some(parsed)
}

/// The entity tag of a file, quotes included.
pub fn etag(digest: &str) -> String {
    format!("\"{}\"", digest.get(..32).unwrap_or(digest))
}
