//! One value laid over another, map by map: an author's over our defaults, values over what stands under them.

use serde_json::Value;

/// Lists and scalars are replaced whole.
pub fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.as_str()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}
