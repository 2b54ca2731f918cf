//! Plaintext in memory: it cannot be printed or serialised, and it is wiped when it goes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::Value;
use zeroize::Zeroize;

/// A secret's text. It has no `Debug`, `Display`, `Serialize` or `Clone`; [`Plaintext::expose`] is the
/// one way to its content, so every use can be found.
pub struct Plaintext(String);

impl Plaintext {
    pub fn new(text: String) -> Plaintext {
        Plaintext(text)
    }

    pub(super) fn with_capacity(bytes: usize) -> Plaintext {
        Plaintext(String::with_capacity(bytes))
    }

    /// `None` if the bytes are no UTF-8; they are wiped either way.
    pub(super) fn from_utf8(bytes: Vec<u8>) -> Option<Plaintext> {
        String::from_utf8(bytes).map(Plaintext).map_err(|error| error.into_bytes().zeroize()).ok()
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Appends; where the buffer must move, the old one is wiped.
    pub(super) fn push_str(&mut self, text: &str) {
        let needed = self.0.len() + text.len();
        if needed > self.0.capacity() {
            let mut larger = String::with_capacity(needed.max(2 * self.0.capacity()));
            larger.push_str(&self.0);
            std::mem::replace(&mut self.0, larger).zeroize();
        }
        self.0.push_str(text);
    }

    /// Hands the text over to an owner that wipes it.
    pub(super) fn into_string(mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Write for Plaintext {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

/// For requests that bring a secret. A wrong type is named without the value.
impl<'de> Deserialize<'de> for Plaintext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Plaintext, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Plaintext;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Plaintext, E> {
                Ok(Plaintext::new(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Plaintext, E> {
                Ok(Plaintext::new(text))
            }

            fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Plaintext, E> {
                Err(E::custom("a secret is a text in quotes, not a number"))
            }

            fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Plaintext, E> {
                Err(E::custom("a secret is a text in quotes, not a number"))
            }

            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Plaintext, E> {
                Err(E::custom("a secret is a text in quotes, not a number"))
            }

            fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Plaintext, E> {
                Err(E::custom("a secret is a text in quotes, not true or false"))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// A document with plaintext in it, wiped when it goes.
pub struct PlainTree(Value);

impl PlainTree {
    pub fn new(document: Value) -> PlainTree {
        PlainTree(document)
    }

    pub fn expose(&self) -> &Value {
        &self.0
    }
}

impl Drop for PlainTree {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(entries) => entries.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
