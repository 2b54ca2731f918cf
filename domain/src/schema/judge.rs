//! What is wrong with a value by its schema. Expressions stand for any value; a value nobody wrote may be the chart's own.

use serde_json::{Map, Value};

use super::{Book, types, word, word_of};
use crate::expression;
use crate::yaml::emit;
use crate::yaml::path::ValuePath;

/// More faults than this are not told.
const MAX_FAULTS: usize = 200;
/// What one judgement may cost, whatever a schema refers to.
const MAX_STEPS: usize = 200_000;
const MAX_DEPTH: usize = 64;
/// The keys that every object of a cluster has.
const OF_EVERY_OBJECT: &[&str] = &["apiVersion", "kind", "metadata", "status"];

#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub path: ValuePath,
    /// Whether the key is wrong, rather than what stands behind it.
    pub at_key: bool,
    pub message: String,
    /// Nothing refuses it; it may be a slip.
    pub is_guess: bool,
}

/// The faults of one document, in the order of its keys.
pub fn faults(book: &Book<'_>, value: &Value) -> Vec<Fault> {
    let mut judge = Judge { book, steps: 0, faults: Vec::new() };
    match book.schema {
        Some(schema) => judge.value(schema, value, &ValuePath::root(), 0),
        None => judge.against_notes(value, &ValuePath::root()),
    }
    judge.faults
}

struct Judge<'b, 'a> {
    book: &'b Book<'a>,
    steps: usize,
    faults: Vec<Fault>,
}

impl<'a> Judge<'_, 'a> {
    fn fault(&mut self, path: &ValuePath, at_key: bool, message: String) {
        if self.faults.len() < MAX_FAULTS && !self.faults.iter().any(|one| one.path == *path && one.message == message) {
            self.faults.push(Fault { path: path.clone(), at_key, message, is_guess: false });
        }
    }

    /// Whether a value fits, without a word.
    fn fits(&mut self, schema: &'a Value, value: &Value, path: &ValuePath, depth: usize) -> bool {
        self.silently(schema, value, path, depth).is_empty()
    }

    fn silently(&mut self, schema: &'a Value, value: &Value, path: &ValuePath, depth: usize) -> Vec<Fault> {
        let kept = std::mem::take(&mut self.faults);
        self.value(schema, value, path, depth);
        std::mem::replace(&mut self.faults, kept)
    }

    fn value(&mut self, schema: &'a Value, value: &Value, path: &ValuePath, depth: usize) {
        self.steps += 1;
        if self.steps > MAX_STEPS || depth > MAX_DEPTH {
            return;
        }
        // Helm takes a null as "not set", and so does a cluster.
        let is_expression = value.as_str().is_some_and(expression::is_in);
        if value.is_null() || *schema == Value::Bool(true) {
            return;
        }
        if *schema == Value::Bool(false) {
            return self.fault(path, true, "Nothing may stand here.".to_owned());
        }
        if let Some(target) = self.book.target(schema) {
            self.value(target, value, path, depth + 1);
        }
        if is_expression {
            return;
        }
        if !self.kind(schema, value, path) {
            return;
        }
        self.limits(schema, value, path);
        match value {
            Value::Object(map) => self.map(schema, map, path, depth),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let below = match schema.get("items") {
                        Some(Value::Array(each)) => each.get(index),
                        other => other,
                    };
                    if let Some(below) = below {
                        self.value(below, item, &path.index(index), depth + 1);
                    }
                }
            }
            _ => {}
        }
        self.alternatives(schema, value, path, depth);
    }

    fn kind(&mut self, schema: &'a Value, value: &Value, path: &ValuePath) -> bool {
        if flag(schema, "x-kubernetes-int-or-string") {
            if value.is_number() || value.is_string() {
                return true;
            }
            self.fault(path, false, format!("A number or text belongs here, not a {}.", word_of(value)));
            return false;
        }
        let allowed: Vec<&str> = match schema.get("type") {
            Some(Value::String(kind)) => vec![kind],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        if allowed.is_empty() || allowed.iter().any(|kind| is(value, kind)) {
            return true;
        }
        let wanted: Vec<&str> = allowed.iter().map(|kind| word(kind)).collect();
        let found = if value.is_string() { format!("{} is text", emit::flow(value)) } else { format!("this is a {}", word_of(value)) };
        let quotes = value.as_str().is_some_and(|text| text.parse::<f64>().is_ok() || matches!(text, "true" | "false"));
        let hint = match (quotes, value) {
            (true, _) => " Take the quotes away.",
            (_, Value::Number(_) | Value::Bool(_)) if allowed.contains(&"string") => " Put it in quotes.",
            _ => "",
        };
        self.fault(path, false, format!("{} belongs here; {found}.{hint}", capital(&wanted.join(" or "))));
        false
    }

    fn limits(&mut self, schema: &'a Value, value: &Value, path: &ValuePath) {
        if let Some(Value::Array(allowed)) = schema.get("enum")
            && !allowed.contains(value)
        {
            let shown: Vec<String> = allowed.iter().take(12).map(emit::flow).collect();
            self.fault(path, false, format!("{} is none of: {}.", emit::flow(value), shown.join(", ")));
        }
        if let Some(only) = schema.get("const").filter(|only| *only != value) {
            self.fault(path, false, format!("Only {} may stand here.", emit::flow(only)));
        }
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        if let Some(found) = value.as_f64() {
            if let Some(least) = number("minimum").filter(|least| found < *least) {
                self.fault(path, false, format!("{found} is less than {least}."));
            }
            if let Some(most) = number("maximum").filter(|most| found > *most) {
                self.fault(path, false, format!("{found} is more than {most}."));
            }
            if let Some(least) = number("exclusiveMinimum").filter(|least| found <= *least) {
                self.fault(path, false, format!("{found} is not more than {least}."));
            }
            if let Some(most) = number("exclusiveMaximum").filter(|most| found >= *most) {
                self.fault(path, false, format!("{found} is not less than {most}."));
            }
        }
        let count = |key: &str| schema.get(key).and_then(Value::as_u64);
        if let Some(text) = value.as_str() {
            let length = text.chars().count() as u64;
            if let Some(least) = count("minLength").filter(|least| length < *least) {
                self.fault(path, false, format!("At least {least} characters belong here."));
            }
            if let Some(most) = count("maxLength").filter(|most| length > *most) {
                self.fault(path, false, format!("{most} characters at most belong here."));
            }
            if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
                && !(self.book.matches)(pattern, text)
            {
                self.fault(path, false, format!("{} does not match {}.", emit::flow(value), short(pattern)));
            }
        }
        if let Some(items) = value.as_array() {
            let length = items.len() as u64;
            if let Some(least) = count("minItems").filter(|least| length < *least) {
                self.fault(path, false, format!("At least {least} entries belong here."));
            }
            if let Some(most) = count("maxItems").filter(|most| length > *most) {
                self.fault(path, false, format!("{most} entries at most belong here."));
            }
        }
    }

    fn map(&mut self, schema: &'a Value, map: &Map<String, Value>, path: &ValuePath, depth: usize) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties");
        for (key, value) in map {
            let below = path.key(key.as_str());
            let mut is_known = false;
            if let Some(one) = properties.and_then(|all| all.get(key)) {
                is_known = true;
                self.value(one, value, &below, depth + 1);
            }
            for (_, one) in patterns.into_iter().flatten().filter(|(pattern, _)| (self.book.matches)(pattern, key)) {
                is_known = true;
                self.value(one, value, &below, depth + 1);
            }
            if is_known || (self.book.strict && path.segments().is_empty() && OF_EVERY_OBJECT.contains(&key.as_str())) {
                continue;
            }
            match additional {
                Some(Value::Bool(false)) => self.unknown(key, &below, properties),
                Some(Value::Bool(true)) => {}
                Some(one) => self.value(one, value, &below, depth + 1),
                None if self.book.strict && properties.is_some() && !flag(schema, "x-kubernetes-preserve-unknown-fields") => {
                    self.unknown(key, &below, properties);
                }
                None => {}
            }
        }
        for key in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            let by_the_chart = self.book.notes.and_then(|notes| notes.default_at(path.key(key).segments())).is_some();
            if !map.contains_key(key) && !by_the_chart {
                self.fault(path, true, format!("`{key}` is missing here, and it is required."));
            }
        }
    }

    fn unknown(&mut self, key: &str, path: &ValuePath, properties: Option<&'a Map<String, Value>>) {
        let near = properties.into_iter().flat_map(Map::keys).find(|known| is_near(known, key));
        let hint = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        self.fault(path, true, format!("`{key}` is not known here.{hint}"));
    }

    fn alternatives(&mut self, schema: &'a Value, value: &Value, path: &ValuePath, depth: usize) {
        let all = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
        for one in all("allOf") {
            self.value(one, value, path, depth + 1);
        }
        for key in ["anyOf", "oneOf"] {
            let mut nearest: Option<Vec<Fault>> = None;
            let mut of_type = 0;
            let mut any = false;
            for one in all(key) {
                let found = self.silently(one, value, path, depth + 1);
                if found.is_empty() {
                    any = true;
                    break;
                }
                // Whoever meant this alternative got something inside wrong.
                if found.iter().any(|fault| fault.path != *path) {
                    of_type += 1;
                    nearest.get_or_insert(found);
                }
            }
            if any || all(key).next().is_none() {
                continue;
            }
            match nearest.filter(|_| of_type == 1) {
                Some(found) => found.into_iter().for_each(|fault| self.fault(&fault.path, fault.at_key, fault.message)),
                None => {
                    let branches: Vec<&Value> = all(key).collect();
                    let wanted = types(&branches).map(|words| format!(" It may be: {words}.")).unwrap_or_default();
                    self.fault(path, false, format!("This fits none of the forms that may stand here.{wanted}"));
                }
            }
        }
        if let Some(condition) = schema.get("if") {
            let holds = self.fits(condition, value, path, depth + 1);
            if let Some(one) = schema.get(if holds { "then" } else { "else" }) {
                self.value(one, value, path, depth + 1);
            }
        }
    }

    /// Without a schema a chart takes anything. A key that its values do not know is told as a guess.
    fn against_notes(&mut self, value: &Value, path: &ValuePath) {
        let (Some(notes), Value::Object(map)) = (self.book.notes, value) else { return };
        // An empty map or a list is for people to fill.
        let Some(known) = notes.map(path.segments()).filter(|known| !known.is_empty()) else { return };
        for (key, value) in map {
            let below = path.key(key.as_str());
            if known.contains_key(key) {
                self.against_notes(value, &below);
                continue;
            }
            if notes.mentions(key) || notes.comment(below.segments()).is_some() || matches!(key.as_str(), "global") {
                continue;
            }
            let near = known.keys().find(|known| is_near(known, key));
            // Deeper down, maps of names are common.
            if near.is_some() || path.segments().is_empty() {
                let hint = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
                let message = format!("The chart's own values do not have `{key}`.{hint}");
                self.faults.push(Fault { path: below, at_key: true, message, is_guess: true });
            }
        }
    }
}

fn flag(schema: &Value, key: &str) -> bool {
    schema.get(key).is_some_and(|yes| *yes == Value::Bool(true))
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}

/// Equal but for case and signs, or one letter off.
fn is_near(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (one, other) = (plain(one), plain(other));
    if one == other {
        return true;
    }
    let (short, long) = if one.len() < other.len() { (one.as_bytes(), other.as_bytes()) } else { (other.as_bytes(), one.as_bytes()) };
    let head = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let tail = short[head..].iter().rev().zip(long[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    short.len() > 3 && long.len() - head - tail <= 1
}

fn capital(words: &str) -> String {
    let (article, mut chars) = (if words.starts_with("true") || words.starts_with("text") { "" } else { "A " }, words.chars());
    if !article.is_empty() {
        return format!("{article}{words}");
    }
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn short(pattern: &str) -> String {
    if pattern.chars().count() <= 80 { pattern.to_owned() } else { format!("{}…", pattern.chars().take(80).collect::<String>()) }
}
