//! Fills a request with its secrets: the Secret as it is about to be encrypted.

use std::collections::BTreeMap;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::sealing::{Content, Field, Leaf, Piece, SealRequest, Text};
use domain::yaml::emit;
use serde_json::{Map, Value};

use crate::vault::plaintext::{PlainTree, Plaintext};

type Opened = BTreeMap<String, Plaintext>;

/// The readable part with its final name, then `data`, then `stringData`.
pub(super) fn fill(request: &SealRequest, name: &str, secrets: &Opened) -> anyhow::Result<PlainTree> {
    let mut document = request.header.clone();
    if let Some(metadata_name) = document.pointer_mut("/metadata/name") {
        *metadata_name = Value::from(name);
    }
    let root = document.as_object_mut().context("the readable part of a Secret is a mapping")?;
    for field in [Field::Data, Field::StringData] {
        let leaves = request.leaves.iter().filter(|leaf| leaf.field == field);
        let filled = leaves.map(|leaf| Ok((leaf.key.clone(), Value::String(fill_leaf(leaf, secrets)?.into_string()))));
        let filled = filled.collect::<anyhow::Result<Map<_, _>>>()?;
        if !filled.is_empty() {
            root.insert(field.as_str().to_owned(), Value::Object(filled));
        }
    }
    Ok(PlainTree::new(document))
}

fn fill_leaf(leaf: &Leaf, secrets: &Opened) -> anyhow::Result<Plaintext> {
    let content = match &leaf.content {
        Content::Text(text) => fill_text(text, secrets)?,
        Content::Values(tree) => {
            let values = PlainTree::new(tree.fill(&mut |text| Ok::<_, anyhow::Error>(fill_text(text, secrets)?.into_string()))?);
            let mut document = Plaintext::with_capacity(4096);
            emit::emit_to(&mut document, values.expose())?;
            document
        }
    };
    if !leaf.base64 {
        return Ok(content);
    }
    let plain = content.expose().as_bytes();
    let mut encoded = String::with_capacity(plain.len().div_ceil(3) * 4);
    STANDARD.encode_string(plain, &mut encoded);
    Ok(Plaintext::new(encoded))
}

fn fill_text(text: &Text, secrets: &Opened) -> anyhow::Result<Plaintext> {
    let mut filled = Plaintext::with_capacity(64);
    for piece in &text.0 {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Secret(name) => filled.push_str(secrets.get(name).with_context(|| format!("the secret `{name}` is not open"))?.expose()),
        }
    }
    Ok(filled)
}
