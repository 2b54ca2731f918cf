//! A key that Countersign makes for one repository; the person adds its public half at the forge.

use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};
use zeroize::Zeroizing;

use super::remote::Hidden;

pub struct DeployKey {
    /// OpenSSH's PEM, for the vault.
    private_pem: Hidden,
    /// `ssh-ed25519 AAAA… comment`
    pub public_line: String,
}

impl DeployKey {
    pub fn generate(comment: &str) -> DeployKey {
        use rand::TryRngCore as _;
        let mut seed = Zeroizing::new([0; 32]);
        rand::rngs::OsRng.try_fill_bytes(seed.as_mut()).expect("the system gives random bytes");
        let pair = KeypairData::from(Ed25519Keypair::from_seed(&seed));
        let key = PrivateKey::new(pair, comment).expect("an Ed25519 pair makes a key");
        let pem = key.to_openssh(LineEnding::LF).expect("a key in memory can be written");
        let public = key.public_key().to_openssh().expect("a key in memory can be written");
        DeployKey { private_pem: Hidden::new(pem.to_string()), public_line: public }
    }

    /// For the vault, and nowhere else.
    pub fn private_pem(&self) -> &str {
        self.private_pem.reveal()
    }
}
