//! What was written to the cluster and when, as the API server itself logged it.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Reads are left out, and so is what only keeps controllers alive.
pub const POLICY: &str = r#"{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [
  {"level": "None", "verbs": ["get", "list", "watch"]},
  {"level": "None", "resources": [{"group": "coordination.k8s.io"}, {"group": "", "resources": ["events"]}]},
  {"level": "Metadata"}
]}"#;

/// One request that changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// RFC 3339 in UTC with microseconds: text compares as time does.
    pub at: String,
    /// `create`, `update`, `patch`, `delete` or `deletecollection`
    pub verb: String,
    /// The plural, in lower case.
    pub resource: String,
    pub namespace: String,
    pub name: String,
    /// An object that was not there before.
    pub is_new: bool,
}

pub fn log(folder: &Path) -> PathBuf {
    folder.join("writes.log")
}

/// Everything so far that was not refused, oldest first.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Write>> {
    let text = std::fs::read_to_string(log(folder))?;
    let mut writes: Vec<Write> = text.lines().filter_map(|line| write(&serde_json::from_str(line).ok()?)).collect();
    writes.sort_by(|one, other| one.at.cmp(&other.at));
    Ok(writes)
}

fn write(event: &Value) -> Option<Write> {
    let object = &event["objectRef"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let code = event["responseStatus"]["code"].as_i64()?;
    if !(200..300).contains(&code) || object["subresource"].is_string() {
        return None;
    }
    Some(Write {
        at: text(&event["requestReceivedTimestamp"]),
        verb: text(&event["verb"]),
        resource: text(&object["resource"]),
        namespace: text(&object["namespace"]),
        name: text(&object["name"]),
        is_new: code == 201,
    })
}
