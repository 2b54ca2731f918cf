//! `parents` of an `ImportCluster` file: edges inside a stack, and stacks that wait for each other.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::exchange::document::Document;
use crate::exchange::note::{Kind, Note};
use crate::stack::Stack;
use crate::yaml::path::ValuePath;

/// Draws what `parents` say.
pub fn edges(
    document: &Document,
    at: &ValuePath,
    stack: usize,
    places: &BTreeMap<(String, String), (usize, usize)>,
    stacks: &mut [Stack],
    notes: &mut Vec<Note>,
) {
    // Manifests come first, as they were read.
    let mut own = 0;
    for list in ["manifests", "addons"] {
        let count = at.key(list).get(&document.value).and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..count {
            let at = at.key(list).index(index);
            let parents = at.key("parents");
            let entries = parents.get(&document.value).and_then(Value::as_array).map_or(0, Vec::len);
            if entries == 0 {
                document.take_at(&parents);
            }
            for entry in 0..entries {
                let at = parents.index(entry);
                let Some(value) = at.get(&document.value) else { continue };
                let name = value.as_str().or_else(|| value.get("name").and_then(Value::as_str)).unwrap_or_default();
                let kinds = match value.get("kind").and_then(Value::as_str) {
                    Some(kind) => vec![kind],
                    None => vec!["addon", "manifest"],
                };
                let found = kinds.iter().find_map(|kind| places.get(&((*kind).to_owned(), name.to_owned())));
                match found {
                    Some((other, component)) if *other == stack => {
                        if value.is_string() {
                            document.take_at(&at);
                        }
                        document.take_at(&at.key("name"));
                        document.take_at(&at.key("kind"));
                        let on = stacks[stack].components[*component].id.clone();
                        let waiting = &mut stacks[stack].components[own];
                        if waiting.id != on && !waiting.depends_on.contains(&on) {
                            waiting.depends_on.push(on);
                        }
                    }
                    Some((other, _)) => {
                        let on = stacks[*other].name.clone();
                        let reason = format!("`{name}` is in another stack, so this whole stack waits for all of `{on}`.");
                        document.tell(notes, Kind::Changed, &at, reason, "Look whether that is what you want.");
                        if !stacks[stack].depends_on.contains(&on) {
                            stacks[stack].depends_on.push(on);
                        }
                    }
                    None => {
                        let reason = format!("`{}` is in no stack of this file, so nothing waits for it.", crate::visible::one_line(name));
                        document.tell(notes, Kind::Lost, &at, reason, "Draw the edge, once that component is there.");
                    }
                }
            }
            own += 1;
        }
    }
}
