//! Everything that is not the API: the pages, rendered by `app`, and the API's own description to read.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use domain::problem::Problem;
use utoipa::openapi::OpenApi;

use crate::api::openapi;
use crate::api::problem::Refusal;
use crate::ids;
use crate::server::Shared;

/// The pages. `api` is the router with all its layers; pages call it in-process, as the person who asked.
pub fn router(_server: &Shared, _api: Router, document: Arc<OpenApi>) -> Router {
    Router::new()
        .route("/docs/api", get(move || docs(document.clone())))
        .fallback(async || Refusal(Problem::not_found("page")))
}

async fn docs(document: Arc<OpenApi>) -> Response {
    let nonce = domain::audit::hex(&ids::salt());
    let policy = format!("default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    let headers: [(HeaderName, String); 2] = [(CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, String::from("no-cache"))];
    (headers, Html(openapi::page(&document, &nonce))).into_response()
}
