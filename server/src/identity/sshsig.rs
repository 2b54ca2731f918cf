//! An approval's file: an SSH signature (OpenSSH PROTOCOL.sshsig and PROTOCOL.u2f) over `plan.json`.
//!
//! A passkey cannot sign free bytes, but it signs a challenge: ours is the blob that `ssh-keygen` would
//! have a key sign, so what the browser gives back becomes a signature that stock OpenSSH verifies.

use base64::{Engine, engine::general_purpose::STANDARD};
use p256::ecdsa::Signature;
use sha2::{Digest, Sha256, Sha512};

use super::{
    signing_key::{KEY_TYPE, SigningKey},
    wire::{Reader, Writer},
};

/// Keeps these signatures from meaning anything elsewhere.
pub const NAMESPACE: &str = "countersign-deploy@v1";
pub const PASSKEY_SIGNATURE: &str = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";

const MAGIC: &[u8] = b"SSHSIG";
const HASH: &str = "sha512";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
const END: &str = "-----END SSH SIGNATURE-----\n";
const COLUMNS: usize = 70;

/// An approval is about 1 KiB; nothing honest comes near this.
pub const FILE_MAX: usize = 8 * 1024;
pub const CLIENT_DATA_MAX: usize = 2 * 1024;

/// What a key signs for a plan, and so the WebAuthn challenge: the raw SSHSIG to-be-signed blob.
pub fn challenge(plan: &[u8]) -> Vec<u8> {
    Writer::default()
        .raw(MAGIC)
        .string(NAMESPACE)
        .string("") // reserved
        .string(HASH)
        .string(Sha512::digest(plan))
        .done()
}

/// Whether these bytes are the challenge of some plan, this one or another.
pub fn is_a_challenge(bytes: &[u8]) -> bool {
    let of_any = challenge(b"");
    let fixed = of_any.len() - 64;
    bytes.len() == of_any.len() && bytes[..fixed] == of_any[..fixed]
}

/// One signature by one key, with all that the authenticator said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshSignature {
    pub key: SigningKey,
    pub signature: Signature,
    pub flags: u8,
    pub counter: u32,
    pub made_by: MadeBy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadeBy {
    /// A browser: `client_data` are the bytes of clientDataJSON, which name the origin.
    Passkey { origin: String, client_data: Vec<u8> },
    /// `ssh-keygen -Y sign` with a FIDO2 key.
    OpenSsh,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("the approval is larger than 8 KiB")]
    TooLarge,
    #[error("the approval is no SSH signature as OpenSSH writes it")]
    Armor,
    #[error("the approval's bytes are malformed")]
    Malformed,
    #[error("the approval was made for another purpose than {NAMESPACE}")]
    Namespace,
    #[error("the approval uses another hash than {HASH}")]
    Hash,
    #[error("the approval is of another signature type")]
    Type,
    #[error("the approval's key is not acceptable: {0}")]
    Key(#[from] super::signing_key::KeyError),
}

impl SshSignature {
    /// Reads an `approval.sig`. Only the very bytes that [`SshSignature::file`] writes are accepted, so a
    /// signature has one spelling.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        if file.len() > FILE_MAX {
            return Err(FileError::TooLarge);
        }
        let text = std::str::from_utf8(file).map_err(|_| FileError::Armor)?;
        let body = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)).ok_or(FileError::Armor)?;
        let blob = STANDARD.decode(body.replace('\n', "")).map_err(|_| FileError::Armor)?;
        if armor(&blob) != text {
            return Err(FileError::Armor);
        }
        SshSignature::from_blob(&blob)
    }

    fn from_blob(blob: &[u8]) -> Result<Self, FileError> {
        let mut read = Reader::new(blob);
        if read.take(MAGIC.len()) != Some(MAGIC) || read.number() != Some(1) {
            return Err(FileError::Malformed);
        }
        let key = read.string().ok_or(FileError::Malformed)?;
        if read.text().ok_or(FileError::Malformed)? != NAMESPACE {
            return Err(FileError::Namespace);
        }
        if read.string() != Some(b"") {
            return Err(FileError::Malformed);
        }
        if read.text().ok_or(FileError::Malformed)? != HASH {
            return Err(FileError::Hash);
        }
        let signature = read.string().ok_or(FileError::Malformed)?;
        read.end().ok_or(FileError::Malformed)?;
        SshSignature::from_signature(SigningKey::from_blob(key)?, signature)
    }

    fn from_signature(key: SigningKey, bytes: &[u8]) -> Result<Self, FileError> {
        let mut read = Reader::new(bytes);
        let is_passkey = match read.text() {
            Some(PASSKEY_SIGNATURE) => true,
            Some(KEY_TYPE) => false,
            _ => return Err(FileError::Type),
        };
        let mut rest = || {
            let mut numbers = Reader::new(read.string()?);
            let signature = Signature::from_scalars(numbers.scalar()?, numbers.scalar()?).ok()?;
            numbers.end()?;
            let (flags, counter) = (read.byte()?, read.number()?);
            let made_by = if is_passkey {
                let origin = read.text()?.to_owned();
                let client_data = read.string()?.to_vec();
                // Extensions are never asked for, and the flags that announce them are refused.
                (read.string()? == b"").then_some(MadeBy::Passkey { origin, client_data })?
            } else {
                MadeBy::OpenSsh
            };
            Some((signature, flags, counter, made_by))
        };
        let (signature, flags, counter, made_by) = rest().ok_or(FileError::Malformed)?;
        read.end().ok_or(FileError::Malformed)?;
        Ok(SshSignature { key, signature, flags, counter, made_by })
    }

    /// The `approval.sig`, byte for byte.
    pub fn file(&self) -> String {
        let blob = Writer::default()
            .raw(MAGIC)
            .number(1)
            .string(self.key.blob())
            .string(NAMESPACE)
            .string("")
            .string(HASH)
            .string(self.signature_blob())
            .done();
        armor(&blob)
    }

    fn signature_blob(&self) -> Vec<u8> {
        let (r, s) = self.signature.split_bytes();
        let numbers = Writer::default().scalar(&r.into()).scalar(&s.into()).done();
        let (kind, rest) = match &self.made_by {
            MadeBy::OpenSsh => (KEY_TYPE, Vec::new()),
            MadeBy::Passkey { origin, client_data } => {
                (PASSKEY_SIGNATURE, Writer::default().string(origin).string(client_data).string("").done())
            }
        };
        Writer::default().string(kind).string(numbers).byte(self.flags).number(self.counter).raw(&rest).done()
    }

    /// Whether the key really signed this plan.
    pub fn is_over(&self, plan: &[u8]) -> bool {
        let last = match &self.made_by {
            MadeBy::OpenSsh => Sha256::digest(challenge(plan)),
            MadeBy::Passkey { client_data, .. } => Sha256::digest(client_data),
        };
        let message =
            Writer::default().raw(&Sha256::digest(self.key.application())).byte(self.flags).number(self.counter).raw(&last).done();
        self.key.made(&self.signature, &message)
    }
}

fn armor(blob: &[u8]) -> String {
    let text = STANDARD.encode(blob);
    let mut file = String::with_capacity(text.len() + text.len() / COLUMNS + BEGIN.len() + END.len() + 1);
    file.push_str(BEGIN);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(COLUMNS));
        file.push_str(line);
        file.push('\n');
        rest = next;
    }
    file.push_str(END);
    file
}

#[cfg(test)]
mod tests;
