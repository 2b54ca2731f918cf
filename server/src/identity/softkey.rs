//! A key in software for tests: it signs whatever an honest or a hostile authenticator might.
#![expect(clippy::unwrap_used, reason = "only tests use this")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey as Private, signature::Signer as _};
use sha2::{Digest, Sha256};

use super::{
    approval::Assertion,
    roster::Roster,
    signing_key::SigningKey,
    sshsig::{self, MadeBy, SshSignature},
};

pub struct Softkey {
    private: Private,
    application: String,
}

/// What goes into an assertion; [`Claim::honest`] is what a browser would send.
#[derive(Clone)]
pub struct Claim {
    pub client_data: String,
    pub rp_id: String,
    pub flags: u8,
    pub counter: u32,
    pub trailing: Vec<u8>,
}

impl Claim {
    pub fn honest(plan: &[u8], origin: &str, rp_id: &str) -> Self {
        Claim {
            client_data: client_data("webauthn.get", &sshsig::challenge(plan), origin, r#","crossOrigin":false"#),
            rp_id: rp_id.to_owned(),
            flags: 0x05,
            counter: 7,
            trailing: Vec::new(),
        }
    }
}

pub fn client_data(kind: &str, challenge: &[u8], origin: &str, rest: &str) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(challenge);
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{rest}}}"#)
}

impl Softkey {
    pub fn new(seed: u8, application: &str) -> Self {
        let private = Private::from_slice(&[seed; 32]).unwrap();
        Softkey { private, application: application.to_owned() }
    }

    pub fn public(&self) -> SigningKey {
        let point = self.private.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        SigningKey::new(x.try_into().unwrap(), y.try_into().unwrap(), &self.application).unwrap()
    }

    /// Signs the claim truly, whatever it says.
    pub fn assert(&self, claim: &Claim) -> Assertion {
        let mut authenticator_data = Sha256::digest(&claim.rp_id).to_vec();
        authenticator_data.push(claim.flags);
        authenticator_data.extend(claim.counter.to_be_bytes());
        authenticator_data.extend(&claim.trailing);
        let message = [authenticator_data.as_slice(), &Sha256::digest(&claim.client_data)].concat();
        let signature: Signature = self.private.sign(&message);
        Assertion { authenticator_data, client_data: claim.client_data.clone().into(), signature: signature.to_der().as_bytes().to_vec() }
    }

    /// What `ssh-keygen -Y sign` with a FIDO2 key gives.
    pub fn sign_as_openssh(&self, plan: &[u8], flags: u8) -> SshSignature {
        let head = [&Sha256::digest(&self.application)[..], &[flags], &9u32.to_be_bytes()].concat();
        let message = [head, Sha256::digest(sshsig::challenge(plan)).to_vec()].concat();
        SshSignature { key: self.public(), signature: self.private.sign(&message), flags, counter: 9, made_by: MadeBy::OpenSsh }
    }
}

/// What stock `ssh-keygen -Y verify` says; `namespace` and `extra` are its arguments.
pub fn ssh_keygen_says(roster: &Roster, person: &str, namespace: &str, file: &str, plan: &[u8], extra: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let signers = write("allowed_signers", roster.text().as_bytes());
    let approval = write("approval.sig", file.as_bytes());
    run(&signers, &approval, person, namespace, plan, extra)
}

fn run(signers: &Path, approval: &Path, person: &str, namespace: &str, plan: &[u8], extra: &[&str]) -> (bool, String) {
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", namespace, "-I", person])
        .args(extra)
        .arg("-f")
        .arg(signers)
        .arg("-s")
        .arg(approval)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A refusal before reading closes the pipe; the verdict below says enough.
    let _ = child.stdin.take().unwrap().write_all(plan);
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
