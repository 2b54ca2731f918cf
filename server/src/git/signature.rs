//! A commit's SSH signature: where it stands in the object, and whether it is good.

use ssh_key::{Algorithm, PublicKey, SshSig};

use super::key::NAMESPACE;

const HEADER: &[u8] = b"gpgsig ";

/// A good signature, and by which of the given keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub key: PublicKey,
    /// Its place in the slice that was given.
    pub position: usize,
}

/// Why a commit's signature is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    #[error("the object is not a commit")]
    NotACommit,
    #[error("the commit is not signed")]
    Unsigned,
    #[error("the commit has more than one signature")]
    Several,
    #[error("the signature is not an SSH signature")]
    Unreadable,
    #[error("the signature is for another purpose than `git`")]
    OtherNamespace,
    #[error("the signature is not made with an Ed25519 key")]
    OtherAlgorithm,
    #[error("the signing key is none of the accepted ones")]
    UnknownKey,
    #[error("the signature does not fit the commit")]
    Bad,
}

/// Checks the signature in a commit's bytes against accepted keys, offline.
pub fn verify_commit(bytes: &[u8], keys: &[PublicKey]) -> Result<Verified, SignatureProblem> {
    let (payload, signature) = split_signature(bytes)?;
    let armoured = signature.ok_or(SignatureProblem::Unsigned)?;
    let signature = SshSig::from_pem(&armoured).map_err(|_| SignatureProblem::Unreadable)?;
    if signature.namespace() != NAMESPACE {
        return Err(SignatureProblem::OtherNamespace);
    }
    if signature.algorithm() != Algorithm::Ed25519 {
        return Err(SignatureProblem::OtherAlgorithm);
    }
    let position = keys.iter().position(|key| key.key_data() == signature.public_key());
    let position = position.ok_or(SignatureProblem::UnknownKey)?;
    let key = &keys[position];
    key.verify(NAMESPACE, &payload, &signature).map_err(|_| SignatureProblem::Bad)?;
    Ok(Verified { key: key.clone(), position })
}

/// A commit's bytes as they were signed, and the armoured signature taken out of them.
pub fn split_signature(bytes: &[u8]) -> Result<(Vec<u8>, Option<String>), SignatureProblem> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").ok_or(SignatureProblem::NotACommit)?;
    let (headers, rest) = bytes.split_at(end + 1);
    if !headers.starts_with(b"tree ") {
        return Err(SignatureProblem::NotACommit);
    }
    let mut payload = Vec::with_capacity(bytes.len());
    let mut signature: Option<Vec<u8>> = None;
    let mut is_inside = false;
    for line in headers.split_inclusive(|&byte| byte == b'\n') {
        if is_inside && line.starts_with(b" ") {
            signature.get_or_insert_default().extend_from_slice(&line[1..]);
            continue;
        }
        is_inside = line.starts_with(HEADER);
        if is_inside {
            if signature.is_some() {
                return Err(SignatureProblem::Several);
            }
            signature = Some(line[HEADER.len()..].to_vec());
        } else if line.starts_with(b"gpgsig") {
            return Err(SignatureProblem::Several); // gpgsig-sha256: nothing of ours has it
        } else {
            payload.extend_from_slice(line);
        }
    }
    payload.extend_from_slice(rest);
    let signature = signature.map(|text| String::from_utf8(text).map_err(|_| SignatureProblem::Unreadable));
    Ok((payload, signature.transpose()?))
}

/// Puts an armoured signature into an unsigned commit, as its last header.
pub(super) fn with_signature(unsigned: &[u8], armoured: &str) -> Vec<u8> {
    let end = unsigned.windows(2).position(|pair| pair == b"\n\n").unwrap_or(unsigned.len());
    let (headers, rest) = unsigned.split_at(end);
    let mut bytes = headers.to_vec();
    bytes.extend_from_slice(b"\n");
    bytes.extend_from_slice(HEADER);
    bytes.extend_from_slice(armoured.trim_end().replace('\n', "\n ").as_bytes());
    bytes.extend_from_slice(rest);
    bytes
}
