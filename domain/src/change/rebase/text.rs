//! Merges values or a manifest: the record's changes of values are made in the draft's text.

use serde_json::{Value, json};

use super::{Merge, Side};
use crate::yaml::edit;
use crate::yaml::path::ValuePath;
use crate::yaml::read;

pub fn merge(merge: &mut Merge<'_>, at: &str, base: &str, ours: &str, theirs: &str) -> String {
    if ours == theirs || theirs == base {
        return ours.to_owned();
    }
    if ours == base {
        return theirs.to_owned();
    }
    let whole = |merge: &mut Merge<'_>| match merge.decide(at, || (json!(base), json!(ours), json!(theirs))) {
        Side::Mine => ours.to_owned(),
        Side::Theirs => theirs.to_owned(),
    };
    let (Some(base_values), Some(our_values), Some(their_values)) = (values(base), values(ours), values(theirs)) else {
        return whole(merge);
    };
    let count = our_values.len().max(1);
    if base_values.len().max(1) != count || their_values.len().max(1) != count {
        return whole(merge);
    }
    let met_before = merge.conflicts.len();
    let mut text = ours.to_owned();
    for document in 0..count {
        let value = |values: &[Value]| values.get(document).cloned().unwrap_or(Value::Null);
        let (base, ours, theirs) = (value(&base_values), value(&our_values), value(&their_values));
        if count > 1 && (object_of(&base) != object_of(&ours) || object_of(&base) != object_of(&theirs)) {
            return whole(merge);
        }
        let prefix = if count > 1 { format!("{at}[{document}]") } else { at.to_owned() };
        let mut steps = Vec::new();
        let place = Place { at: &prefix, path: ValuePath::root() };
        collect(merge, &place, Some(&base), Some(&ours), Some(&theirs), &mut steps);
        for (path, value) in steps {
            let edited = match &value {
                Some(value) => edit::set_in(&text, document, &path, value),
                None => edit::unset_in(&text, document, &path),
            };
            match edited {
                Ok(edited) => text = edited,
                // The draft's text cannot take the value where it belongs (an alias, say): then it is one text or the other.
                Err(_) => {
                    merge.conflicts.truncate(met_before);
                    return whole(merge);
                }
            }
        }
    }
    text
}

/// The documents, or `None` for broken YAML.
fn values(text: &str) -> Option<Vec<Value>> {
    Some(read::documents(text).ok()?.into_iter().map(|document| document.value).collect())
}

/// What tells the objects of a manifest apart.
fn object_of(document: &Value) -> [Option<&Value>; 4] {
    ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(|pointer| document.pointer(pointer))
}

struct Place<'a> {
    at: &'a str,
    path: ValuePath,
}

/// What the record changed and the draft did not. Maps are merged key by key; a list is one value, since its entries
/// have no names by which to tell them apart.
fn collect(
    merge: &mut Merge<'_>,
    place: &Place<'_>,
    base: Option<&Value>,
    ours: Option<&Value>,
    theirs: Option<&Value>,
    steps: &mut Vec<(ValuePath, Option<Value>)>,
) {
    if ours == theirs || theirs == base {
        return;
    }
    if let (Some(Value::Object(ours)), Some(Value::Object(theirs))) = (ours, theirs) {
        let base = base.and_then(Value::as_object);
        let mut keys: Vec<&String> = ours.keys().collect();
        keys.extend(theirs.keys().filter(|key| !ours.contains_key(*key)));
        for key in keys {
            let inner = Place { at: place.at, path: place.path.key(key.as_str()) };
            collect(merge, &inner, base.and_then(|base| base.get(key)), ours.get(key), theirs.get(key), steps);
        }
        return;
    }
    if ours == base {
        steps.push((place.path.clone(), theirs.cloned()));
        return;
    }
    if merge.decide(&named(place.at, &place.path), || (json!(base), json!(ours), json!(theirs))) == Side::Theirs {
        steps.push((place.path.clone(), theirs.cloned()));
    }
}

fn named(at: &str, path: &ValuePath) -> String {
    match path.segments().is_empty() {
        true => at.to_owned(),
        false => format!("{at}.{path}"),
    }
}
