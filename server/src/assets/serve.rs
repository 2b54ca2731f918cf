//! Answers requests for assets: the best form the client takes, cached for as long as its name says.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::{Asset, PREFIX, all};

/// A name made from the content never means other bytes.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// A logical name means today's bytes: kept, but asked about each time.
const ASK: &str = "no-cache";

/// `/assets/{file}`, by content name or by logical name.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    over(all())
}

/// The same over any table.
pub fn over<S: Clone + Send + Sync + 'static>(assets: &'static [Asset]) -> Router<S> {
    let answer = move |Path(file): Path<String>, headers: HeaderMap| async move { respond(assets, &file, &headers) };
    Router::new().route(&format!("{PREFIX}/{{file}}"), get(answer))
}

fn respond(assets: &'static [Asset], file: &str, request: &HeaderMap) -> Response {
    let named = |name: fn(&Asset) -> &'static str| assets.iter().find(|asset| name(asset) == file);
    let found = named(|asset| asset.file).map(|asset| (asset, FOREVER)).or_else(|| named(|asset| asset.logical).map(|asset| (asset, ASK)));
    let Some((asset, cache)) = found else {
        return (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")], "No such file.\n")
            .into_response();
    };
    let (coding, bytes) = form(asset, request);
    let unchanged = matches(request, asset.etag);
    let mut response = Response::new(if unchanged { Body::empty() } else { Body::from(bytes) });
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(CACHE_CONTROL, cache);
    set(VARY, "accept-encoding");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(ETAG, asset.etag);
    if !unchanged {
        set(CONTENT_TYPE, asset.media);
        if let Some(coding) = coding {
            set(CONTENT_ENCODING, coding);
        }
    }
    response
}

/// The smallest form that the client says it can read.
fn form(asset: &Asset, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    [("br", asset.br), ("gzip", asset.gz)]
        .into_iter()
        .find_map(|(coding, bytes)| bytes.filter(|_| accepts(request, coding)).map(|bytes| (Some(coding), bytes)))
        .unwrap_or((None, asset.plain))
}

/// Whether `Accept-Encoding` names the coding, or `*`, with a weight above zero.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    let mut any = false;
    for part in listed(request, &ACCEPT_ENCODING) {
        let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
        let refused =
            parameters.trim().strip_prefix("q=").is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        match name.trim() {
            name if name.eq_ignore_ascii_case(coding) => return !refused,
            "*" => any = !refused,
            _ => {}
        }
    }
    any
}

fn matches(request: &HeaderMap, etag: &str) -> bool {
    listed(request, &IF_NONE_MATCH).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// The members of a comma-separated header, over all its lines.
fn listed<'a>(request: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    request
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests;
