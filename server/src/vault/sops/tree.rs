//! The one walk that encrypts or decrypts a document's values and feeds the MAC, in file order.

use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::SopsError;
use super::cipher::Cipher;

/// SHA-512 over the plaintext of every value, encrypted or not; sops' own construction.
pub(super) struct Mac {
    hash: Sha512,
    only_encrypted: bool,
}

impl Mac {
    pub(super) fn new(only_encrypted: bool) -> Mac {
        // SHA-256 of `sops`, so that neither kind of MAC can pass for the other.
        const ONLY_ENCRYPTED: [u8; 32] = [
            0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b, 0x3b, 0xf4,
            0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
        ];
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Mac { hash, only_encrypted }
    }

    pub(super) fn feed(&mut self, plaintext: &[u8], encrypted: bool) {
        if encrypted || !self.only_encrypted {
            self.hash.update(plaintext);
        }
    }

    /// 128 upper-case hex digits.
    pub(super) fn finish(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02X}")).collect()
    }
}

pub(super) fn encrypt(root: &Map<String, Value>, cipher: &Cipher, mac: &mut Mac) -> Result<Map<String, Value>, SopsError> {
    walk_map(root, &mut String::new(), false, &mut |value, aad, sealed| {
        let Some((plaintext, kind)) = plain_bytes(value, aad)? else { return Ok(value.clone()) };
        mac.feed(&plaintext, sealed);
        // sops leaves an empty text as it is.
        Ok(if sealed && !plaintext.is_empty() { Value::String(cipher.seal(plaintext, aad, kind)) } else { value.clone() })
    })
}

pub(super) fn decrypt(root: &Map<String, Value>, cipher: &Cipher, mac: &mut Mac) -> Result<Map<String, Value>, SopsError> {
    walk_map(root, &mut String::new(), false, &mut |value, aad, sealed| {
        let opened = match value {
            Value::String(text) if sealed && !text.is_empty() => open(cipher, text, aad).ok_or_else(|| SopsError::Value(shown(aad)))?,
            other => other.clone(),
        };
        if let Some((plaintext, _)) = plain_bytes(&opened, aad)? {
            mac.feed(&plaintext, sealed);
        }
        Ok(opened)
    })
}

/// Where something stands below `data` or `stringData` that is not encrypted.
pub(super) fn plain_leaves(root: &Map<String, Value>) -> Vec<String> {
    let mut plain = Vec::new();
    let walked: Result<_, SopsError> = walk_map(root, &mut String::new(), false, &mut |value, aad, sealed| {
        let harmless = match value {
            Value::Null => true,
            Value::String(text) => text.is_empty() || text.starts_with("ENC[AES256_GCM,") && text.ends_with(']'),
            _ => false,
        };
        if sealed && !harmless {
            plain.push(shown(aad));
        }
        Ok(Value::Null)
    });
    walked.map(|_| plain).unwrap_or_default()
}

fn shown(aad: &str) -> String {
    aad.trim_end_matches(':').to_owned()
}

type Leaf<'f> = dyn FnMut(&Value, &str, bool) -> Result<Value, SopsError> + 'f;

/// `aad` is the path of keys, each with a colon behind it; a list's items share the list's.
fn walk_map(map: &Map<String, Value>, aad: &mut String, sealed: bool, leaf: &mut Leaf<'_>) -> Result<Map<String, Value>, SopsError> {
    let mut walked = Map::with_capacity(map.len() + 1);
    let length = aad.len();
    for (key, value) in map {
        aad.push_str(key);
        aad.push(':');
        let sealed = sealed || key == "data" || key == "stringData";
        walked.insert(key.clone(), walk(value, aad, sealed, leaf)?);
        aad.truncate(length);
    }
    Ok(walked)
}

fn walk(value: &Value, aad: &mut String, sealed: bool, leaf: &mut Leaf<'_>) -> Result<Value, SopsError> {
    Ok(match value {
        Value::Object(map) => Value::Object(walk_map(map, aad, sealed, leaf)?),
        Value::Array(items) => Value::Array(items.iter().map(|item| walk(item, aad, sealed, leaf)).collect::<Result<_, _>>()?),
        scalar => leaf(scalar, aad, sealed)?,
    })
}

/// What sops encrypts and hashes for a value, and the name of its type.
type PlainBytes = (Zeroizing<Vec<u8>>, &'static str);

/// Null and empty collections have no bytes.
fn plain_bytes(value: &Value, aad: &str) -> Result<Option<PlainBytes>, SopsError> {
    let (text, kind) = match value {
        Value::String(text) => (text.as_bytes().to_vec(), "str"),
        Value::Bool(true) => (b"True".to_vec(), "bool"),
        Value::Bool(false) => (b"False".to_vec(), "bool"),
        Value::Number(number) => {
            let (text, kind) = number_text(number).ok_or_else(|| SopsError::IntegerTooLarge(shown(aad)))?;
            (text.into_bytes(), kind)
        }
        Value::Null | Value::Array(_) | Value::Object(_) => return Ok(None),
    };
    Ok(Some((Zeroizing::new(text), kind)))
}

/// Floats as Go's `FormatFloat(v, 'f', -1, 64)` writes them: shortest, never an exponent.
fn number_text(number: &Number) -> Option<(String, &'static str)> {
    if number.is_f64() {
        number.as_f64().map(|float| (float.to_string(), "float"))
    } else {
        number.as_i64().map(|int| (int.to_string(), "int"))
    }
}

fn open(cipher: &Cipher, text: &str, aad: &str) -> Option<Value> {
    let (plaintext, kind) = cipher.open(text, aad)?;
    let text = str::from_utf8(&plaintext).ok()?;
    Some(match kind {
        "str" | "time" => Value::String(text.to_owned()),
        "int" => Value::from(text.parse::<i64>().ok()?),
        "float" => Value::Number(Number::from_f64(text.parse().ok()?)?),
        "bool" => Value::Bool(match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
            "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
            _ => return None,
        }),
        _ => return None,
    })
}
