//! The `sops` block: who can open the file, when it was sealed, and the encrypted MAC.

use std::io::Write;

use age::armor::{ArmoredWriter, Format};
use age::x25519::{Identity, Recipient};
use jiff::Timestamp;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::SopsError;
use super::cipher::{Cipher, DataKey};
use crate::vault::recipient::Recipients;

const RULE: &str = "^(data|stringData)$";
/// The version of sops whose format this is.
const VERSION: &str = "3.13.2";

pub(super) struct Metadata {
    /// Recipient and armored age file around the data key.
    age: Vec<(String, String)>,
    pub(super) last_modified: String,
    mac: String,
    pub(super) mac_only_encrypted: bool,
}

impl Metadata {
    pub(super) fn seal(key: &DataKey, cipher: &Cipher, mac: &str, recipients: &Recipients, now: Timestamp) -> Result<Metadata, SopsError> {
        let wrap = |(text, recipient): &(String, Recipient)| Ok((text.clone(), wrap(key, recipient).ok_or(SopsError::Recipient)?));
        let last_modified = whole_seconds(now);
        Ok(Metadata {
            age: recipients.pairs().iter().map(wrap).collect::<Result<_, _>>()?,
            mac: cipher.seal(Zeroizing::new(mac.as_bytes().to_vec()), &last_modified, "str"),
            last_modified,
            mac_only_encrypted: false,
        })
    }

    /// In the order of sops 3.13, which sorts the keys and leaves out what is empty.
    pub(super) fn to_value(&self) -> Value {
        let age: Vec<Value> = self.age.iter().map(|(recipient, enc)| json!({"enc": enc, "recipient": recipient})).collect();
        json!({"age": age, "encrypted_regex": RULE, "lastmodified": self.last_modified, "mac": self.mac, "version": VERSION})
    }

    pub(super) fn read(block: &Value) -> Result<Metadata, SopsError> {
        let text = |key: &str| block.get(key).and_then(Value::as_str);
        if block.get("key_groups").is_some() {
            return Err(SopsError::Metadata("key groups are not supported"));
        }
        if text("encrypted_regex") != Some(RULE) {
            return Err(SopsError::Metadata("only `encrypted_regex: ^(data|stringData)$` is supported"));
        }
        let stanza = |entry: &Value| Some((entry.get("recipient")?.as_str()?.to_owned(), entry.get("enc")?.as_str()?.to_owned()));
        let age = block.get("age").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let age: Vec<_> = age.iter().map(stanza).collect::<Option<_>>().ok_or(SopsError::Metadata("an age stanza is incomplete"))?;
        let modified: Timestamp =
            text("lastmodified").and_then(|at| at.parse().ok()).ok_or(SopsError::Metadata("lastmodified is no time"))?;
        Ok(Metadata {
            age,
            last_modified: whole_seconds(modified),
            mac: text("mac").ok_or(SopsError::Metadata("there is no MAC"))?.to_owned(),
            mac_only_encrypted: block.get("mac_only_encrypted").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    pub(super) fn recipients(&self) -> impl Iterator<Item = &str> {
        self.age.iter().map(|(recipient, _)| recipient.as_str())
    }

    pub(super) fn open(&self, identity: &Identity) -> Result<DataKey, SopsError> {
        let opened = self.age.iter().find_map(|(_, enc)| crate::vault::stored::decrypt(identity, enc.as_bytes()).ok());
        opened.and_then(|key| DataKey::of_slice(&key)).ok_or(SopsError::NoIdentity)
    }

    pub(super) fn mac(&self, cipher: &Cipher) -> Result<String, SopsError> {
        let (mac, _) = cipher.open(&self.mac, &self.last_modified).ok_or(SopsError::Mac)?;
        String::from_utf8(mac.to_vec()).map_err(|_| SopsError::Mac)
    }
}

/// The MAC is bound to this text, and sops drops fractions before it checks.
fn whole_seconds(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}

fn wrap(key: &DataKey, recipient: &Recipient) -> Option<String> {
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient as _)).ok()?;
    let armor = ArmoredWriter::wrap_output(Vec::with_capacity(512), Format::AsciiArmor).ok()?;
    let mut writer = encryptor.wrap_output(armor).ok()?;
    writer.write_all(key.bytes()).ok()?;
    String::from_utf8(writer.finish().ok()?.finish().ok()?).ok()
}
