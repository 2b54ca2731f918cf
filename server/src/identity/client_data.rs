//! clientDataJSON of an assertion: what the browser says it signed, and where.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

/// The members that matter. Others may stand beside them (browsers add some on purpose), none twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientData {
    pub kind: String,
    pub challenge: String,
    pub origin: String,
    pub cross_origin: bool,
    pub has_top_origin: bool,
}

impl ClientData {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The start that WebAuthn's own serialisation gives. OpenSSH insists on it, so must we, or an
    /// approval would be accepted here that stock tools refuse later.
    pub fn starts_as_written(bytes: &[u8], challenge: &[u8], origin: &str) -> bool {
        let challenge = URL_SAFE_NO_PAD.encode(challenge);
        let start = format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{origin}""#);
        !origin.contains(['"', '\\']) && bytes.starts_with(start.as_bytes())
    }
}

impl<'de> Deserialize<'de> for ClientData {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = ClientData;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ClientData, A::Error> {
        let mut data = ClientData::default();
        let mut seen = Vec::<String>::new();
        while let Some(name) = map.next_key::<String>()? {
            if seen.contains(&name) {
                return Err(A::Error::custom("a member stands twice"));
            }
            match name.as_str() {
                "type" => data.kind = map.next_value()?,
                "challenge" => data.challenge = map.next_value()?,
                "origin" => data.origin = map.next_value()?,
                "crossOrigin" => data.cross_origin = map.next_value()?,
                other => {
                    data.has_top_origin |= other == "topOrigin";
                    map.next_value::<IgnoredAny>()?;
                }
            }
            seen.push(name);
        }
        if ["type", "challenge", "origin"].iter().all(|name| seen.iter().any(|had| had == name)) {
            Ok(data)
        } else {
            Err(A::Error::custom("type, challenge and origin are needed"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_needed_once_and_others_may_stand_beside_them() {
        let good = br#"{"type":"webauthn.get","challenge":"AA","origin":"https://a","crossOrigin":false,"new":{"x":1}}"#;
        assert!(ClientData::parse(good).is_some_and(|data| !data.cross_origin && data.origin == "https://a"));
        for bad in [
            r#"{"type":"webauthn.get","challenge":"AA"}"#,
            r#"{"type":"webauthn.get","challenge":"AA","origin":"https://a","origin":"https://b"}"#,
            r#"{"type":"webauthn.get","challenge":"AA","origin":"https://a","or\u0069gin":"https://b"}"#,
            r#"{"type":"webauthn.get","challenge":"AA","origin":"https://a"} "x""#,
            r#"{"type":"webauthn.get","challenge":"AA","origin":"https://a","crossOrigin":"no"}"#,
            r#"["webauthn.get"]"#,
        ] {
            assert_eq!(ClientData::parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
