//! Sets and unsets values by path in YAML as a person wrote it: comments, order and quoting stay.
//!
//! An edit replaces the bytes of one value. Afterwards the text is read again and must mean exactly
//! what was intended, or the edit is refused and the text stays as it was.

pub mod cut;
mod splice;
pub(crate) mod tree;

use serde_json::{Map, Value};

use super::path::{Segment, ValuePath};
use super::read::{self, YamlError};
use tree::Node;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EditError {
    #[error("the text is not valid YAML ({0}), so nothing in it can be set by path; repair it first")]
    Broken(YamlError),
    #[error("there is no document {0}; documents count from 0")]
    NoDocument(usize),
    #[error("`{at}` is {found}, so `{wanted}` cannot be inside it")]
    WrongContainer { at: ValuePath, found: &'static str, wanted: String },
    #[error("the list `{at}` has {length} entries, so [{index}] can be neither replaced nor appended")]
    OutOfRange { at: ValuePath, length: usize, index: usize },
    #[error("the value cannot be written there: {0}")]
    Unfit(YamlError),
    #[error("`{0}` is written in a way that cannot be edited without touching more; edit the text instead")]
    Unsafe(ValuePath),
}

/// `text` with `value` at `path`. Missing maps on the way are made; an index one past the end appends.
pub fn set(text: &str, path: &ValuePath, value: &Value) -> Result<String, EditError> {
    set_in(text, 0, path, value)
}

/// `text` without the value at `path`; what is not there is already unset.
pub fn unset(text: &str, path: &ValuePath) -> Result<String, EditError> {
    unset_in(text, 0, path)
}

/// [`set`] in one document of several.
pub fn set_in(text: &str, document: usize, path: &ValuePath, value: &Value) -> Result<String, EditError> {
    edit(text, document, path, Some(value))
}

/// [`unset`] in one document of several.
pub fn unset_in(text: &str, document: usize, path: &ValuePath) -> Result<String, EditError> {
    edit(text, document, path, None)
}

/// More single edits than this are not worth keeping the old lines for.
const MAX_STEPS: usize = 64;

fn edit(text: &str, document: usize, path: &ValuePath, value: Option<&Value>) -> Result<String, EditError> {
    let mut before: Vec<Value> = read::documents(text).map_err(EditError::Broken)?.into_iter().map(|document| document.value).collect();
    if before.is_empty() {
        before.push(Value::Null);
    }
    let Some(root) = before.get(document) else { return Err(EditError::NoDocument(document)) };
    let mut after = root.clone();
    match value {
        Some(value) => place(&mut after, path, value)?,
        None => remove(&mut after, path),
    }
    if after == *root {
        return Ok(text.to_owned());
    }
    let mut steps = Vec::new();
    differences(ValuePath::root(), root, &after, &mut steps);
    let edited = if steps.len() <= MAX_STEPS { apply(text, document, &steps) } else { None };
    let edited = match edited {
        Some(edited) => edited,
        None => apply(text, document, &[whole(path, &after)]).ok_or_else(|| EditError::Unsafe(path.clone()))?,
    };
    before[document] = after;
    let now = read::documents(&edited).map_err(EditError::Unfit)?;
    let now = now.into_iter().map(|document| document.value);
    let same = if before == [Value::Null] { now.count() == 0 } else { now.eq(before) };
    if same { Ok(edited) } else { Err(EditError::Unsafe(path.clone())) }
}

/// One value to write or to take away.
struct Step {
    path: ValuePath,
    value: Option<Value>,
}

/// The nearest value on the way to `path` that exists afterwards, as one step.
fn whole(path: &ValuePath, after: &Value) -> Step {
    let mut at = ValuePath::root();
    let mut value = after;
    for segment in path.segments() {
        let next = at.join(segment);
        let Some(inner) = next.get(after) else { break };
        (at, value) = (next, inner);
    }
    Step { path: at, value: Some(value.clone()) }
}

fn apply(text: &str, document: usize, steps: &[Step]) -> Option<String> {
    let mut text = text.to_owned();
    for step in steps {
        let root = tree::document(&text, document);
        text = match (&root, &step.value) {
            (None, Some(value))
                if step.path.segments().is_empty() && document == 0 && read::documents(&text).is_ok_and(|all| all.is_empty()) =>
            {
                splice::begin(&text, value)
            }
            (None, _) => return None,
            (Some(root), Some(value)) => write(&text, root, step.path.segments(), value)?,
            (Some(root), None) => splice::take_away(&text, root, step.path.segments())?,
        };
    }
    Some(text)
}

/// Replaces the value at the path or adds it to the collection that shall hold it.
fn write(text: &str, root: &Node, path: &[Segment], value: &Value) -> Option<String> {
    let Some((last, parents)) = path.split_last() else { return splice::replace(text, root, &[], value) };
    let parent = parents.iter().try_fold(root, |node, segment| node.child(segment))?;
    match parent.child(last) {
        Some(_) => splice::replace(text, root, path, value),
        None => splice::add(text, root, parents, parent, last, value),
    }
}

/// What has to be written so that `before` becomes `after`, as deep down as possible.
fn differences(path: ValuePath, before: &Value, after: &Value, steps: &mut Vec<Step>) {
    if before == after || steps.len() > MAX_STEPS {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) if !old.is_empty() && !new.is_empty() && new.keys().any(|key| old.contains_key(key)) => {
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                steps.push(Step { path: path.key(key), value: None });
            }
            for (key, value) in new {
                match old.get(key) {
                    Some(old) => differences(path.key(key), old, value, steps),
                    None => steps.push(Step { path: path.key(key), value: Some(value.clone()) }),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if !old.is_empty() && !new.is_empty() => list_differences(&path, old, new, steps),
        _ => steps.push(Step { path, value: Some(after.clone()) }),
    }
}

fn list_differences(path: &ValuePath, old: &[Value], new: &[Value], steps: &mut Vec<Step>) {
    let ahead = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let behind = old[ahead..].iter().rev().zip(new[ahead..].iter().rev()).take_while(|(old, new)| old == new).count();
    if ahead + behind == new.len() && new.len() < old.len() {
        // Some are gone: from the last, so that the others keep their numbers.
        steps.extend((ahead..old.len() - behind).rev().map(|index| Step { path: path.index(index), value: None }));
    } else if new.len() >= old.len() {
        for (index, value) in new.iter().enumerate() {
            match old.get(index) {
                Some(old) => differences(path.index(index), old, value, steps),
                None => steps.push(Step { path: path.index(index), value: Some(value.clone()) }),
            }
        }
    } else {
        steps.push(Step { path: path.clone(), value: Some(Value::Array(new.to_vec())) });
    }
}

/// Puts `value` at `path` of the tree.
pub(crate) fn place(root: &mut Value, path: &ValuePath, value: &Value) -> Result<(), EditError> {
    let mut node = root;
    let mut at = ValuePath::root();
    for segment in path.segments() {
        if node.is_null() {
            *node = match segment {
                Segment::Key(_) => Value::Object(Map::new()),
                Segment::Index(_) => Value::Array(Vec::new()),
            };
        }
        let found = kind(node);
        node = match (node, segment) {
            (Value::Object(map), Segment::Key(key)) => map.entry(key.as_str()).or_insert(Value::Null),
            (Value::Array(list), Segment::Index(index)) => {
                let length = list.len();
                if *index > length {
                    return Err(EditError::OutOfRange { at, length, index: *index });
                }
                if *index == length {
                    list.push(Value::Null);
                }
                &mut list[*index]
            }
            _ => return Err(EditError::WrongContainer { at, found, wanted: ValuePath::root().join(segment).to_string() }),
        };
        at = at.join(segment);
    }
    *node = value.clone();
    Ok(())
}

/// Takes the value at `path` out of the tree, if it is there.
pub(crate) fn remove(root: &mut Value, path: &ValuePath) {
    let Some((last, parents)) = path.segments().split_last() else {
        *root = Value::Null;
        return;
    };
    let parent = parents.iter().try_fold(root, |node, segment| match segment {
        Segment::Key(key) => node.get_mut(key),
        Segment::Index(index) => node.get_mut(index),
    });
    match (parent, last) {
        (Some(Value::Object(map)), Segment::Key(key)) => {
            map.shift_remove(key);
        }
        (Some(Value::Array(list)), Segment::Index(index)) if *index < list.len() => {
            list.remove(*index);
        }
        _ => {}
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

#[cfg(test)]
mod tests;
