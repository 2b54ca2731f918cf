//! Reads what Helm printed: YAML of whatever shape a chart's author liked, as Helm itself would read it.

use serde_json::Value;

/// The documents, empty ones left out; otherwise a sentence for people.
pub fn read(printed: &[u8]) -> Result<Vec<Value>, String> {
    let text = std::str::from_utf8(printed).map_err(|_| String::from("What Helm made of it is no text."))?;
    let documents: Vec<Option<Value>> = serde_saphyr::from_multiple_with_options(text, options()).map_err(|error| {
        format!("What Helm made of it is no YAML that can be read: {}.", domain::visible::one_line(&first_line(&error)))
    })?;
    Ok(documents.into_iter().flatten().collect())
}

fn first_line(error: &serde_saphyr::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn options() -> serde_saphyr::Options {
    let mut options = serde_saphyr::Options::default();
    options.duplicate_keys = serde_saphyr::options::DuplicateKeyPolicy::LastWins;
    options.legacy_octal_numbers = true;
    options.budget = serde_saphyr::budget! {
        max_events: 4_000_000,
        max_nodes: 2_000_000,
        max_aliases: 1_000,
        max_anchors: 1_000,
        max_depth: 200,
        max_documents: 10_000,
    };
    options
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::read;

    #[test]
    fn charts_write_what_strict_readers_refuse() {
        let printed = b"---\n# Source: web/templates/a.yaml\n---\nkind: A\nkind: B\ndata: &d {x: \"1\"}\nmore: *d\n---\nnull\n";
        assert_eq!(read(printed).unwrap(), [json!({"kind": "B", "data": {"x": "1"}, "more": {"x": "1"}})]);
        assert!(read(b"a: [").unwrap_err().starts_with("What Helm made of it is no YAML"));
        assert!(read(b"a: \xff").is_err());
    }
}
