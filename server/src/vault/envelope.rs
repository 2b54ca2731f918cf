//! Encryption of what leaves this machine as a file: to age recipients or to a passphrase, as the stock `age` reads it.

use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::path::Path;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use anyhow::{Context, bail, ensure};

use super::key_file;
use super::plaintext::Plaintext;
use super::recipient::Recipients;

/// The fewest characters of a passphrase that keys are given out under.
const SHORTEST: usize = 12;
/// How an age file begins, the longest first.
const SIGNS: [&[u8]; 2] = [b"age-encryption.org/", b"-----BEGIN AGE "];

/// To whom it is closed.
pub enum Closed {
    To(Recipients),
    ByPassphrase(Plaintext),
    /// Not at all: somebody has said so in words.
    InTheClear,
}

/// What opens it.
pub enum Opener {
    Identity(age::x25519::Identity),
    Passphrase(Plaintext),
    Nothing,
}

impl Closed {
    pub fn by_passphrase(passphrase: Plaintext) -> anyhow::Result<Closed> {
        let length = passphrase.expose().chars().count();
        ensure!(
            length >= SHORTEST,
            "the passphrase has {length} characters; it protects every secret that was set here and needs {SHORTEST} or more"
        );
        Ok(Closed::ByPassphrase(passphrase))
    }

    /// What is written to the envelope stands closed in `out`.
    pub fn over<W: Write>(&self, out: W) -> anyhow::Result<Envelope<W>> {
        let encryptor = match self {
            Closed::InTheClear => return Ok(Envelope::Open(out)),
            Closed::ByPassphrase(passphrase) => Encryptor::with_user_passphrase(SecretString::from(passphrase.expose().to_owned())),
            Closed::To(recipients) => {
                let all = recipients.pairs().iter().map(|(_, recipient)| recipient as &dyn age::Recipient);
                Encryptor::with_recipients(all).map_err(|error| anyhow::anyhow!("encrypting to the recipients: {error}"))?
            }
        };
        Ok(Envelope::Closed(Box::new(encryptor.wrap_output(out)?)))
    }
}

/// Takes plaintext in; what is not finished cannot be opened.
pub enum Envelope<W: Write> {
    Closed(Box<age::stream::StreamWriter<W>>),
    Open(W),
}

impl<W: Write> Envelope<W> {
    pub fn finish(self) -> io::Result<W> {
        match self {
            Envelope::Closed(stream) => stream.finish(),
            Envelope::Open(mut out) => out.flush().map(|()| out),
        }
    }
}

impl<W: Write> Write for Envelope<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Envelope::Closed(stream) => stream.write(bytes),
            Envelope::Open(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Envelope::Closed(stream) => stream.flush(),
            Envelope::Open(out) => out.flush(),
        }
    }
}

impl Opener {
    /// An age identity in a file that only its owner may read.
    pub fn identity_file(path: &Path) -> anyhow::Result<Opener> {
        key_file::load_other(path).map(Opener::Identity)
    }

    /// The plaintext of a file, whether it is closed or not. What was changed on the way is an error where it is read.
    pub fn of<'a>(&self, file: impl Read + 'a) -> anyhow::Result<Box<dyn Read + 'a>> {
        let mut file = BufReader::new(file);
        // A pipe may bring it in small pieces.
        let mut start = Vec::new();
        (&mut file).take(SIGNS[0].len() as u64).read_to_end(&mut start)?;
        let is_closed = SIGNS.iter().any(|sign| start.starts_with(sign));
        let file = Cursor::new(start).chain(file);
        if !is_closed {
            return Ok(Box::new(file));
        }
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(|error| unopened(&error))?;
        let opened = match (self, decryptor.is_scrypt()) {
            (Opener::Passphrase(passphrase), true) => {
                let identity = scrypt::Identity::new(SecretString::from(passphrase.expose().to_owned()));
                decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity))
            }
            (Opener::Identity(identity), false) => decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)),
            (_, true) => bail!("it is closed with a passphrase; give the file that holds it with --passphrase-file"),
            (_, false) => bail!("it is closed to age recipients; give the file of an identity of theirs with --identity"),
        };
        match (opened, self) {
            (Ok(stream), _) => Ok(Box::new(stream)),
            (Err(DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed), Opener::Passphrase(_)) => {
                bail!("the passphrase does not open it")
            }
            (Err(DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed), _) => bail!("the identity does not open it"),
            (Err(error), _) => Err(unopened(&error)),
        }
    }
}

fn unopened(error: &DecryptError) -> anyhow::Error {
    anyhow::anyhow!("it cannot be opened: {error}")
}

/// The first line of a file, or of standard input if it is called `-`.
pub fn passphrase(path: &Path) -> anyhow::Result<Plaintext> {
    let read = |reader: &mut dyn BufRead| -> io::Result<Plaintext> {
        let mut line = Plaintext::with_capacity(4096);
        let mut byte = [0];
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(4096));
        while bytes.len() < 4096 && reader.read(&mut byte)? == 1 && byte != *b"\n" {
            bytes.push(byte[0]);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))?;
        line.push_str(text.trim_end_matches('\r'));
        Ok(line)
    };
    let line = match path.as_os_str() == "-" {
        true => read(&mut io::stdin().lock()),
        false => std::fs::read(path).map(zeroize::Zeroizing::new).and_then(|bytes| read(&mut Cursor::new(bytes.as_slice()))),
    };
    line.with_context(|| format!("reading the passphrase from {}", path.display()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::recipient::generate_key_pair;
    use super::*;

    fn closed(by: &Closed, text: &[u8]) -> Vec<u8> {
        let mut envelope = by.over(Vec::new()).unwrap();
        envelope.write_all(text).unwrap();
        envelope.finish().unwrap()
    }

    fn opened(by: &Opener, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut text = Vec::new();
        by.of(bytes)?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn what_recipients_are_given_opens_with_an_identity_of_theirs_alone() {
        let folder = tempfile::tempdir().unwrap();
        let identity = |name: &str| {
            let pair = generate_key_pair();
            let path = folder.path().join(name);
            std::fs::write(&path, pair.identity.expose()).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            (pair.recipient, Opener::identity_file(&path).unwrap())
        };
        let ((ours, opener), (_, other)) = (identity("ours"), identity("other"));
        let bytes = closed(&Closed::To(Recipients::parse([ours]).unwrap()), b"keys");
        assert!(!bytes.windows(4).any(|window| window == b"keys"));
        assert_eq!(opened(&opener, &bytes).unwrap(), b"keys");
        assert!(opened(&other, &bytes).unwrap_err().to_string().contains("the identity does not open it"));
        assert!(opened(&Opener::Nothing, &bytes).unwrap_err().to_string().contains("--identity"));
        let mut bent = bytes.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert!(opened(&opener, &bent).is_err());
        assert!(opened(&opener, &bytes[..bytes.len() - 1]).is_err());
    }

    #[test]
    fn what_is_not_closed_needs_nothing() {
        assert_eq!(opened(&Opener::Nothing, &closed(&Closed::InTheClear, b"text")).unwrap(), b"text");
    }

    #[test]
    fn a_short_passphrase_is_refused() {
        let why = Closed::by_passphrase(Plaintext::new(String::from("password"))).err().unwrap().to_string();
        assert!(why.contains("8 characters"), "{why}");
    }
}
