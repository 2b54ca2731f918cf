//! A browser with a passkey, in this process: 1Password's authenticator and client.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use passkey_authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey_client::{Client, DefaultClientData, Origin};
use passkey_crypto::AvailableBackend;
use passkey_types::{
    Passkey,
    ctap2::{Aaguid, Ctap2Error},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A person who touches the key and is recognised, every time.
struct Finger;

#[async_trait::async_trait]
impl UserValidationMethod for Finger {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(&self, _: UiHint<'a, Passkey>, presence: bool, verification: bool) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// It holds one passkey, the last it made.
pub struct Browser {
    client: Client<Option<Passkey>, Finger, AvailableBackend, public_suffix::PublicSuffixList, ()>,
    origin: url::Url,
}

impl Browser {
    pub fn at(origin: &str) -> Self {
        let authenticator = Authenticator::new(Aaguid::from([7; 16]), None, Finger, AvailableBackend);
        Browser { client: Client::new(authenticator).allows_insecure_localhost(true), origin: origin.parse().unwrap() }
    }

    /// `navigator.credentials.create`, its options and its answer as JSON.
    pub async fn create(&mut self, options: &Value) -> Value {
        let options = serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let created = self.client.register(Origin::from(&self.origin), options, DefaultClientData).await.unwrap();
        serde_json::to_value(created).unwrap()
    }

    /// `navigator.credentials.get`
    pub async fn get(&mut self, options: &Value) -> Value {
        let options = serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let got = self.client.authenticate(Origin::from(&self.origin), options, DefaultClientData).await.unwrap();
        serde_json::to_value(got).unwrap()
    }

    /// The same, but the signed clientDataJSON is what `write` makes of the challenge: what a hostile page gets.
    pub async fn get_as(&mut self, options: &Value, write: impl FnOnce(&str) -> String) -> Value {
        let client_data = write(options["challenge"].as_str().unwrap());
        let options = serde_json::from_value(json!({ "publicKey": options })).unwrap();
        let hash = Sha256::digest(&client_data).to_vec();
        let got = self.client.authenticate(Origin::from(&self.origin), options, Some(hash)).await.unwrap();
        let mut got = serde_json::to_value(got).unwrap();
        got["response"]["clientDataJSON"] = URL_SAFE_NO_PAD.encode(client_data).into();
        got
    }
}

/// The bytes of a base64url member.
pub fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}
