//! What every answer tells the browser not to do.

use app::kind::Kind;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::server::Shared;

/// For answers that are no page: nothing may be loaded, framed or sent from them.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// For a page whose scripts and styles carry `nonce`. Wasm runs where the page loads one, and only the builder's editor
/// needs style attributes.
pub fn page_policy(nonce: &str, path: &str) -> String {
    let kind = Kind::of(path);
    let wasm = if kind.wasm().is_some() { " 'wasm-unsafe-eval'" } else { "" };
    let style_attributes = if kind == Kind::Builder { " style-src-attr 'unsafe-inline';" } else { "" };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'{wasm}; style-src 'self' 'nonce-{nonce}';{style_attributes} \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Adds what the answer does not say itself.
pub async fn secure(State(server): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    absent(headers, CONTENT_SECURITY_POLICY, NO_PAGE);
    absent(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    absent(headers, REFERRER_POLICY, "no-referrer");
    absent(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    absent(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    absent(
        headers,
        HeaderName::from_static("permissions-policy"),
        "publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), \
         camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    );
    absent(headers, HeaderName::from_static("x-frame-options"), "DENY");
    absent(headers, CACHE_CONTROL, "no-store");
    if server.settings().public_url.is_https() {
        absent(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

fn absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
