//! A chart's values with a component's own laid over them, so that the chart's comments stand beside what was changed.

use serde_json::Value;

use crate::yaml::path::ValuePath;
use crate::yaml::place;
use crate::yaml::{edit, read};

/// With more values of our own than this the chart's text would be written anew too often.
const MAX_OWN: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub text: String,
    /// Lines that are our own, from 1.
    pub own: Vec<usize>,
    /// What the chart's text could not take up.
    pub beside: Vec<ValuePath>,
}

/// Lists are replaced whole, as Helm does it.
pub fn over(defaults: &str, own: &str) -> Whole {
    let mut leaves = Vec::new();
    if let Ok(own) = read::value(own) {
        collect(&ValuePath::root(), &own, &mut leaves);
    }
    let mut text = defaults.to_owned();
    let (mut placed, mut beside) = (Vec::new(), Vec::new());
    for (path, value) in leaves {
        match edit::set(&text, &path, &value) {
            Ok(edited) if placed.len() < MAX_OWN => {
                text = edited;
                placed.push(path);
            }
            _ => beside.push(path),
        }
    }
    let mut lines = Vec::new();
    if let Some(places) = place::places(&text, 0) {
        lines.extend(placed.iter().filter_map(|path| places.lines(path)).flat_map(|(first, last)| first..=last));
    }
    lines.sort_unstable();
    lines.dedup();
    Whole { text, own: lines, beside }
}

fn collect(path: &ValuePath, value: &Value, leaves: &mut Vec<(ValuePath, Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(key, value)| collect(&path.key(key.as_str()), value, leaves)),
        Value::Null if path.segments().is_empty() => {}
        value => leaves.push((path.clone(), value.clone())),
    }
}

/// How many values that are neither map nor list stand in a value.
pub fn count(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 1,
    }
}
