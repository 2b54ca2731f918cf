//! The header that shows a host who asks; no log prints it.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

#[derive(Debug, Clone)]
pub struct Credential {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

impl Credential {
    /// `None` where the text cannot stand in a header.
    pub fn new(name: HeaderName, text: &str) -> Option<Credential> {
        let mut value = HeaderValue::from_str(text).ok()?;
        value.set_sensitive(true);
        Some(Credential { name, value })
    }

    pub fn basic(user: &str, password: &str) -> Option<Credential> {
        let pair = Zeroizing::new(format!("{user}:{password}"));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        Credential::new(AUTHORIZATION, &Zeroizing::new(format!("Basic {}", *encoded)))
    }

    pub fn bearer(token: &str) -> Option<Credential> {
        Credential::new(AUTHORIZATION, &Zeroizing::new(format!("Bearer {token}")))
    }
}
