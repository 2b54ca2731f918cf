//! What gives a literal away as a secret.

use serde_json::{Map, Value};

use crate::guard;
use crate::yaml::read;

/// Whether a text is a credential, whatever it is called.
pub fn is_in_text(text: &str) -> bool {
    guard::looks_like_a_credential(text) || has_password(text)
}

/// Whether what stands under such a key is a secret.
pub fn is_called_so(key: &str) -> bool {
    guard::names_a_secret(key) || is_key_material(key)
}

/// Whether any literal below is a secret, also in texts that are YAML themselves, as patches are.
pub fn is_below(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            let named = named_value(map);
            map.iter().any(|(key, value)| {
                let key = named.filter(|_| key == "value").unwrap_or(key);
                let literal = value.as_str().is_some_and(|text| !text.trim().is_empty() && !text.starts_with("${"));
                literal && is_called_so(key) || is_below(value)
            })
        }
        Value::Array(list) => list.iter().any(is_below),
        Value::String(text) => {
            let inner = || read::documents(text).unwrap_or_default();
            is_in_text(text)
                || text.contains('\n') && inner().iter().any(|document| !document.value.is_string() && is_below(&document.value))
        }
        _ => false,
    }
}

/// `{name: DB_PASSWORD, value: …}`: the name says what the value is.
pub fn named_value(map: &Map<String, Value>) -> Option<&str> {
    map.get("name").and_then(Value::as_str).filter(|_| map.contains_key("value"))
}

/// Keys that are secrets themselves; most that are called a key only name one.
fn is_key_material(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    ["secretaccesskey", "encryptionkey", "signingkey", "masterkey"].iter().any(|end| plain.ends_with(end))
}

/// `postgres://user:password@host`
fn has_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let authority = text[at + mark.len()..].split(['/', '?', '#', ' ', '"', '\n']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user).and_then(|user| user.split_once(':'));
        user.is_some_and(|(_, password)| !password.is_empty() && !password.starts_with(['$', '<', '{', '*']))
    })
}
