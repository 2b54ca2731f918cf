//! C2SP signed notes: a text, a blank line, and who signed it. The audit log's checkpoints are such notes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use signature::Verifier as _;
use ssh_key::{Algorithm, PublicKey, Signature};

/// The algorithm byte of Ed25519.
const ED25519: u8 = 1;

/// A note with one signature, as we write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed, its last line break included.
    pub text: String,
    /// The key's name.
    pub name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteProblem {
    #[error("it is not a signed note")]
    Unreadable,
    #[error("its signature is by another key")]
    OtherKey,
    #[error("its signature does not fit its text")]
    Bad,
}

impl Note {
    /// Reads what [`super::PlatformKey::sign_note`] writes and no other spelling of it.
    pub fn read(note: &str) -> Result<Note, NoteProblem> {
        let (text, line) = note.rsplit_once("\n\n").ok_or(NoteProblem::Unreadable)?;
        let (name, encoded) =
            line.strip_prefix("\u{2014} ").and_then(|line| line.strip_suffix('\n')?.split_once(' ')).ok_or(NoteProblem::Unreadable)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteProblem::Unreadable)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NoteProblem::Unreadable)?;
        let read = Note { text: format!("{text}\n"), name: name.to_owned(), id: *id, signature: signature.to_vec() };
        (read.text() == note).then_some(read).ok_or(NoteProblem::Unreadable)
    }

    pub(super) fn of(text: &str, name: &str, key: &[u8; 32], signature: &[u8]) -> Note {
        Note { text: text.to_owned(), name: name.to_owned(), id: key_id(name, key), signature: signature.to_vec() }
    }

    /// The whole note.
    pub fn text(&self) -> String {
        let line = STANDARD.encode([self.id.as_slice(), &self.signature].concat());
        format!("{}\n\u{2014} {} {line}\n", self.text, self.name)
    }

    /// Whether this key signed it under this name.
    pub fn verify(&self, name: &str, key: &PublicKey) -> Result<(), NoteProblem> {
        let public = key.key_data().ed25519().ok_or(NoteProblem::OtherKey)?;
        if self.name != name || self.id != key_id(name, &public.0) {
            return Err(NoteProblem::OtherKey);
        }
        let signature = Signature::new(Algorithm::Ed25519, self.signature.clone()).map_err(|_| NoteProblem::Bad)?;
        key.key_data().verify(self.text.as_bytes(), &signature).map_err(|_| NoteProblem::Bad)
    }
}

/// `name+id+key`, which tools that read signed notes take; `None` for anything but Ed25519.
pub fn verifier_key(name: &str, key: &PublicKey) -> Option<String> {
    let public = key.key_data().ed25519()?.0;
    let id = u32::from_be_bytes(key_id(name, &public));
    Some(format!("{name}+{id:08x}+{}", STANDARD.encode([&[ED25519], public.as_slice()].concat())))
}

fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}
