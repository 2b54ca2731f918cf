#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::identity::softkey::Softkey;

const PLAN: &[u8] = br#"{"kind":"stack"}"#;

fn signature() -> SshSignature {
    Softkey::new(1, "ssh:").sign_as_openssh(PLAN, 0x05)
}

#[test]
fn a_file_is_read_back_as_it_was_written() {
    let signature = signature();
    assert_eq!(SshSignature::parse(signature.file().as_bytes()).unwrap(), signature);
}

#[test]
fn a_signature_has_one_spelling() {
    let file = signature().file();
    let changed = [
        file.replacen('\n', "\r\n", 2),
        file.clone() + "\n",
        format!(" {file}"),
        file.trim_end().to_owned(),
        file.replace("SSH SIGNATURE", "SSH  SIGNATURE"),
        file.replacen("U1NI", "U1NI\n", 1),
    ];
    for other in changed {
        assert_eq!(SshSignature::parse(other.as_bytes()), Err(FileError::Armor), "{other}");
    }
    assert_eq!(SshSignature::parse(&vec![b'a'; FILE_MAX + 1]), Err(FileError::TooLarge));
}

#[test]
fn every_truncation_and_every_added_byte_is_refused() {
    let signature = signature();
    let blob = STANDARD.decode(signature.file().lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap();
    for length in 0..blob.len() {
        assert!(SshSignature::from_blob(&blob[..length]).is_err(), "{length}");
    }
    assert_eq!(SshSignature::from_blob(&[blob.clone(), vec![0]].concat()), Err(FileError::Malformed));
    assert_eq!(SshSignature::from_blob(&blob).unwrap(), signature);
}

#[test]
fn another_namespace_hash_or_type_is_named() {
    let signature = signature();
    let with = |namespace: &str, hash: &str, inner: &[u8]| {
        let head = Writer::default().raw(MAGIC).number(1).string(signature.key.blob());
        SshSignature::from_blob(&head.string(namespace).string("").string(hash).string(inner).done())
    };
    let inner = signature.signature_blob();
    assert_eq!(with("git", HASH, &inner), Err(FileError::Namespace));
    assert_eq!(with(NAMESPACE, "sha256", &inner), Err(FileError::Hash));
    assert_eq!(with(NAMESPACE, HASH, &Writer::default().string("ssh-ed25519").done()), Err(FileError::Type));
    assert!(with(NAMESPACE, HASH, &inner).is_ok());
}

#[test]
fn a_challenge_is_told_from_other_bytes() {
    assert!(is_a_challenge(&challenge(b"another plan")));
    assert!(!is_a_challenge(&[0; 32]));
    let other = String::from_utf8_lossy(&challenge(PLAN)).replace("deploy", "logins").into_bytes();
    assert!(!is_a_challenge(&other));
}
