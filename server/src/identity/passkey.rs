//! Passkeys: enrolling them and logging in with them, by webauthn-rs. Approvals have their own verifier.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::problem::Problem;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, COSEAlgorithm, COSEKeyType, CreationChallengeResponse, DiscoverableAuthentication, ECDSACurve, Passkey,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Url, Webauthn,
    WebauthnBuilder, WebauthnError,
};

use super::{client_data::ClientData, signing_key::SigningKey};
use crate::public_url::PublicUrl;

/// Whom passkeys belong to: this server, by its public URL.
pub struct RelyingParty {
    webauthn: Webauthn,
    origin: String,
    rp_id: String,
}

/// A passkey somebody has just made.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    pub passkey: Passkey,
    /// What signs plans; nothing if the authenticator has no ES256, then it may only log in.
    pub signing_key: Option<SigningKey>,
    pub rp_id: String,
    pub origin: String,
    /// The authenticator's model, where it says so.
    pub aaguid: Option<String>,
    pub is_backup_eligible: bool,
    pub is_backed_up: bool,
    /// Made on `localhost`, so it works in no other place.
    pub is_this_computer_only: bool,
}

/// A person of ours whose key has just signed a fresh challenge of ours. Only this file can make one.
#[derive(Debug)]
pub struct Asserted {
    passkey: Passkey,
    is_backed_up: bool,
}

impl Asserted {
    /// The passkey with its counter moved on, to be stored.
    pub fn passkey(&self) -> &Passkey {
        &self.passkey
    }

    pub fn credential_id(&self) -> &[u8] {
        self.passkey.cred_id()
    }

    pub fn is_backed_up(&self) -> bool {
        self.is_backed_up
    }
}

impl RelyingParty {
    pub fn of(url: &PublicUrl) -> Result<Self, Problem> {
        let impossible =
            |why: &str| Problem::conflict("passkeys_impossible", why).hint("Passwords work here; an environment may be set to allow them.");
        let rp_id = url.rp_id().map_err(impossible)?;
        let origin = url.origin();
        let webauthn = Url::parse(&origin)
            .ok()
            .and_then(|url| WebauthnBuilder::new(rp_id, &url).ok()?.rp_name("Countersign").build().ok())
            .ok_or_else(|| impossible("Browsers offer no passkeys at this address."))?;
        Ok(RelyingParty { webauthn, rp_id: rp_id.to_owned(), origin })
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// What the browser asks any of its passkeys for: nobody has to type a name.
    pub fn start_login(&self) -> Result<(Value, DiscoverableAuthentication), Problem> {
        let (options, state) = self.webauthn.start_discoverable_authentication().map_err(refused)?;
        Ok((request_options(options)?, state))
    }

    /// `passkey` is the stored one of the answer's credential id.
    pub fn finish_login(
        &self,
        state: DiscoverableAuthentication,
        answer: &PublicKeyCredential,
        passkey: Passkey,
    ) -> Result<Asserted, Problem> {
        self.was_here(&answer.response.client_data_json, "webauthn.get")?;
        let result = self.webauthn.finish_discoverable_authentication_v2(answer, state, &passkey).map_err(refused)?;
        Ok(asserted(passkey, &result))
    }

    /// Asks for a fresh yes from one of these keys.
    pub fn start_confirmation(&self, keys: &[Passkey]) -> Result<(Value, PasskeyAuthentication), Problem> {
        let (options, state) = self.webauthn.start_passkey_authentication(keys).map_err(refused)?;
        Ok((request_options(options)?, state))
    }

    /// `keys` are those it was started with.
    pub fn finish_confirmation(
        &self,
        state: &PasskeyAuthentication,
        answer: &PublicKeyCredential,
        keys: Vec<Passkey>,
    ) -> Result<Asserted, Problem> {
        self.was_here(&answer.response.client_data_json, "webauthn.get")?;
        let result = self.webauthn.finish_passkey_authentication(answer, state).map_err(refused)?;
        let passkey =
            keys.into_iter().find(|key| key.cred_id() == result.cred_id()).ok_or_else(|| refused(WebauthnError::CredentialNotFound))?;
        Ok(asserted(passkey, &result))
    }

    /// What the browser makes a new passkey from; `known` are the person's keys, which may not enrol twice.
    pub fn start_enrolment(
        &self,
        person: &str,
        name: &str,
        full_name: &str,
        known: &[Passkey],
    ) -> Result<(Value, PasskeyRegistration), Problem> {
        let user = Uuid::parse_str(person).map_err(|_| Problem::internal("A person's id is no UUID."))?;
        let known = known.iter().map(|key| key.cred_id().clone()).collect();
        let (options, state) = self.webauthn.start_passkey_registration(user, name, full_name, Some(known)).map_err(refused)?;
        Ok((creation_options(options)?, state))
    }

    pub fn finish_enrolment(&self, state: &PasskeyRegistration, answer: &RegisterPublicKeyCredential) -> Result<NewPasskey, Problem> {
        self.was_here(&answer.response.client_data_json, "webauthn.create")?;
        let passkey = self.webauthn.finish_passkey_registration(answer, state).map_err(refused)?;
        let said = said(&answer.response.attestation_object, &self.rp_id);
        Ok(NewPasskey {
            signing_key: signing_key(&passkey, &self.rp_id),
            passkey,
            rp_id: self.rp_id.clone(),
            origin: self.origin.clone(),
            aaguid: said.aaguid,
            is_backup_eligible: said.flags & 0x08 != 0,
            is_backed_up: said.flags & 0x10 != 0,
            is_this_computer_only: self.rp_id == "localhost" || self.rp_id.ends_with(".localhost"),
        })
    }

    /// webauthn-rs lets an assertion from inside another site's frame pass, and a port that only looks alike.
    fn was_here(&self, client_data: &[u8], kind: &str) -> Result<(), Problem> {
        let data = ClientData::parse(client_data)
            .filter(|data| data.kind == kind)
            .ok_or_else(|| no("passkey_malformed", "The passkey's answer is malformed."))?;
        if data.origin != self.origin {
            return Err(
                no("passkey_origin", "The passkey answered for another site.").hint(format!("Open Countersign at {}.", self.origin))
            );
        }
        if data.cross_origin || data.has_top_origin {
            return Err(no("passkey_cross_origin", "The passkey answered inside another site's frame.")
                .hint("Open Countersign in a tab of its own."));
        }
        Ok(())
    }
}

/// The credential id in an answer, to find the key by.
pub fn credential_id(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn asserted(mut passkey: Passkey, result: &AuthenticationResult) -> Asserted {
    passkey.update_credential(result);
    Asserted { passkey, is_backed_up: result.backup_state() }
}

fn request_options(options: RequestChallengeResponse) -> Result<Value, Problem> {
    let mut options = serde_json::to_value(options.public_key).map_err(|_| Problem::internal("The passkey options cannot be written."))?;
    if let Some(members) = options.as_object_mut() {
        // Without extensions an answer holds nothing but flags and counter; an empty list would mean "no key".
        members.remove("extensions");
        if members.get("allowCredentials").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            members.remove("allowCredentials");
        }
    }
    Ok(options)
}

fn creation_options(options: CreationChallengeResponse) -> Result<Value, Problem> {
    let mut options = serde_json::to_value(options.public_key).map_err(|_| Problem::internal("The passkey options cannot be written."))?;
    // Discoverable, or the login page would have to ask for a name first.
    options["authenticatorSelection"]["residentKey"] = "required".into();
    options["authenticatorSelection"]["requireResidentKey"] = true.into();
    Ok(options)
}

fn signing_key(passkey: &Passkey, rp_id: &str) -> Option<SigningKey> {
    let key = passkey.get_public_key();
    let COSEKeyType::EC_EC2(point) = &key.key else { return None };
    let is_es256 = key.type_ == COSEAlgorithm::ES256 && point.curve == ECDSACurve::SECP256R1;
    let (x, y) = (point.x.as_slice().try_into().ok()?, point.y.as_slice().try_into().ok()?);
    SigningKey::new(x, y, rp_id).ok().filter(|_| is_es256)
}

#[derive(Default)]
struct Said {
    flags: u8,
    aaguid: Option<String>,
}

/// Flags and model from an attestation object that has been verified before. Its authenticator data, the
/// only place where the RP ID's hash stands, begins with that hash; flags, counter and model follow.
fn said(attestation_object: &[u8], rp_id: &str) -> Said {
    let hash = Sha256::digest(rp_id);
    let Some(start) = attestation_object.windows(32).position(|window| window == hash.as_slice()) else { return Said::default() };
    let rest = &attestation_object[start + 32..];
    let aaguid = rest.get(5..21).and_then(|bytes| Uuid::from_slice(bytes).ok()).filter(|id| !id.is_nil());
    Said { flags: rest.first().copied().unwrap_or_default(), aaguid: aaguid.map(|id| id.to_string()) }
}

fn no(code: &str, detail: &str) -> Problem {
    Problem::new(401, code, detail)
}

fn refused(error: WebauthnError) -> Problem {
    match error {
        WebauthnError::MismatchedChallenge => {
            no("passkey_challenge", "The passkey answered another question than the one just asked.").hint("Try again.")
        }
        WebauthnError::InvalidRPOrigin | WebauthnError::InvalidRPIDHash => no("passkey_origin", "The passkey answered for another site."),
        WebauthnError::CredentialCrossOrigin => no("passkey_cross_origin", "The passkey answered inside another site's frame."),
        WebauthnError::UserNotPresent => no("passkey_user_not_present", "The authenticator did not ask for a touch."),
        WebauthnError::UserNotVerified => no("passkey_user_not_verified", "The authenticator did not check who you are.")
            .hint("Use one that asks for your fingerprint, face or PIN."),
        WebauthnError::CredentialPossibleCompromise => {
            no("passkey_counter", "This key's counter went back, as if there were a copy of it.").hint("Revoke the key and enrol another.")
        }
        WebauthnError::CredentialAlteredAlgFromRequest => {
            Problem::invalid("passkey_algorithm", "This authenticator offers no algorithm that Countersign knows.")
                .hint("Use one that supports ES256; nearly all do.")
        }
        other => {
            tracing::debug!(error = ?other, "A passkey was refused");
            no("passkey_refused", "The passkey's answer does not hold.")
        }
    }
}
