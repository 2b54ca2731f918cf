//! SOPS files as stock sops 3.13 writes and reads them: AES-256-GCM values, a MAC, one age file per
//! recipient around the data key.
//!
//! A data key and every nonce are made for one file and forgotten; whoever wants stable bytes keeps
//! the file. Only the rule `encrypted_regex: ^(data|stringData)$` is known, the one for Secrets.

mod cipher;
mod metadata;
mod tree;

use jiff::Timestamp;
use serde_json::Value;

use super::plaintext::PlainTree;
use super::recipient::Recipients;
use cipher::DataKey;
use metadata::Metadata;
use tree::Mac;

/// Why a document cannot be encrypted or decrypted. No message holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SopsError {
    #[error("a SOPS document must be a mapping without a key `sops`")]
    NotAMapping,
    #[error("the integer at `{0}` is larger than sops can hold; put it in quotes")]
    IntegerTooLarge(String),
    #[error("encrypting the data key for a recipient failed")]
    Recipient,
    #[error("this is no YAML mapping (line {0})")]
    Yaml(u64),
    #[error("there is no usable `sops` block: {0}")]
    Metadata(&'static str),
    #[error("none of the age stanzas opens with this identity")]
    NoIdentity,
    #[error("the value at `{0}` is no SOPS value or was changed")]
    Value(String),
    #[error("the MAC does not match: the file was changed after it was sealed")]
    Mac,
}

/// Encrypts what stands below `data` and `stringData`; all else stays readable and under the MAC.
pub fn encrypt(document: &PlainTree, recipients: &Recipients, now: Timestamp) -> Result<Vec<u8>, SopsError> {
    let Value::Object(root) = document.expose() else { return Err(SopsError::NotAMapping) };
    if root.contains_key("sops") {
        return Err(SopsError::NotAMapping);
    }
    let key = DataKey::generate();
    let cipher = key.cipher();
    let mut mac = Mac::new(false);
    let mut sealed = tree::encrypt(root, &cipher, &mut mac)?;
    let metadata = Metadata::seal(&key, &cipher, &mac.finish(), recipients, now)?;
    sealed.insert("sops".to_owned(), metadata.to_value());
    Ok(domain::yaml::emit::emit(&Value::Object(sealed)).into_bytes())
}

/// Decrypts one document and checks its MAC, as `sops -d` does.
pub fn decrypt(file: &[u8], identity: &age::x25519::Identity) -> Result<PlainTree, SopsError> {
    let (root, metadata) = read(file)?;
    let cipher = metadata.open(identity)?.cipher();
    let mut mac = Mac::new(metadata.mac_only_encrypted);
    let opened = PlainTree::new(Value::Object(tree::decrypt(&root, &cipher, &mut mac)?));
    if metadata.mac(&cipher)? == mac.finish() { Ok(opened) } else { Err(SopsError::Mac) }
}

/// What anyone can see of a sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// In the file's order.
    pub recipients: Vec<String>,
    pub last_modified: String,
    /// Paths below `data` and `stringData` that stand there unencrypted, `data:key`.
    pub plain: Vec<String>,
}

/// Looks at a sealed file without any key: for whom it is sealed, and whether all of it is.
pub fn inspect(file: &[u8]) -> Result<Inspection, SopsError> {
    let (root, metadata) = read(file)?;
    Ok(Inspection {
        recipients: metadata.recipients().map(str::to_owned).collect(),
        last_modified: metadata.last_modified.clone(),
        plain: tree::plain_leaves(&root),
    })
}

fn read(file: &[u8]) -> Result<(serde_json::Map<String, Value>, Metadata), SopsError> {
    let text = str::from_utf8(file).map_err(|_| SopsError::Yaml(1))?;
    let parsed: Value = serde_saphyr::from_str(text).map_err(|error| SopsError::Yaml(error.location().map_or(1, |at| at.line())))?;
    let Value::Object(mut root) = parsed else { return Err(SopsError::NotAMapping) };
    // `shift_remove` keeps the order of the others, which the MAC depends on.
    let metadata = root.shift_remove("sops").ok_or(SopsError::Metadata("it is missing"))?;
    Ok((root, Metadata::read(&metadata)?))
}

#[cfg(test)]
mod interop;
#[cfg(test)]
mod tests;
