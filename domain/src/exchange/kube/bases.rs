//! kustomize's own files: what their list names and this import holds is there; the rest is told.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Set;
use crate::exchange::document::path;
use crate::exchange::explain;

pub fn tell(set: &mut Set<'_>, indices: &[usize]) {
    let documents = set.documents;
    let paths: BTreeSet<&str> = documents.iter().map(|document| document.file.trim_start_matches("./")).collect();
    for &index in indices {
        let document = &documents[index];
        let folder = document.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        for entry in 0..document.list("resources").len() {
            let at = path("resources").index(entry);
            let Some(name) = at.get(&document.value).and_then(Value::as_str) else { continue };
            let wanted = resolve(folder, name);
            let below = format!("{wanted}/");
            let is_below = paths.range(below.as_str()..).next().is_some_and(|path| path.starts_with(&below));
            if paths.contains(wanted.as_str()) || is_below {
                document.take_at(&at);
            }
        }
        document.tell_rest(&mut set.notes, explain::kustomize_file);
    }
}

/// `apps/base` and `../common/a.yaml` → `apps/common/a.yaml`
fn resolve(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
