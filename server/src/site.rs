//! Everything that is not the API: the pages, rendered by `app` (which nothing else here names), their files, and the
//! API's own description to read.

mod in_process;

use std::sync::Arc;

use app::kind::Kind;
use app::{ApiClient, AssetUrls, PageStatus};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::api::session::SessionState;
use domain::problem::Problem;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;

use crate::api::problem::Refusal;
use crate::api::{headers, openapi};
use crate::server::Shared;
use crate::{assets, ids};

/// Leptos writes it where a text may change.
const MARK: &str = "<!>";

/// The pages. `api` is the router with all its layers; pages call it in-process, as the person who asked.
pub fn router(server: &Shared, api: Router, document: Arc<OpenApi>) -> Router {
    // The renderer's futures run on our runtime; it says so once per process, and again does no harm.
    let _ = any_spawner::Executor::init_tokio();
    let server = server.clone();
    let urls =
        AssetUrls::new(assets::all().iter().filter_map(|asset| Some((asset.logical.to_owned(), assets::url(asset.logical)?.to_owned()))));
    let pages = move |request: Request| page(server.clone(), api.clone(), urls.clone(), request);
    Router::new()
        .route("/docs/api", get(move || docs(document.clone())))
        .fallback(pages)
        .layer(CompressionLayer::new())
        .merge(assets::router())
}

async fn page(server: Shared, api: Router, urls: AssetUrls, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let problem = Problem::new(405, "method_not_allowed", "Pages are only read; what changes something goes to /api/v1.");
        let mut response = Refusal(problem).into_response();
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let (parts, _) = request.into_parts();
    if let Some(elsewhere) = elsewhere(&server, &api, &parts).await {
        return elsewhere;
    }
    let path = parts.uri.path().to_owned();
    let is_taken_over = Kind::of(&path).wasm().is_some();
    let render = leptos_axum::render_app_async_with_context(move || context(&api, &urls, &path), app::shell);
    let response = render(Request::from_parts(parts, Body::empty())).await;
    if is_taken_over { response } else { unmarked(response).await }
}

/// Without the marks by which wasm finds its texts again: where none comes, they are a tenth of the page. What people wrote
/// has its angle brackets escaped and cannot be mistaken for one.
async fn unmarked(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Refusal(Problem::internal("the page broke off while it was rendered")).into_response();
    };
    parts.headers.remove(CONTENT_LENGTH);
    match std::str::from_utf8(&bytes) {
        Ok(page) => Response::from_parts(parts, Body::from(page.replace(MARK, ""))),
        Err(_) => Response::from_parts(parts, Body::from(bytes)),
    }
}

/// What every page finds in its context.
fn context(api: &Router, urls: &AssetUrls, path: &str) {
    let asked = use_context::<Parts>();
    provide_context(ApiClient::new(in_process::InProcess::new(api.clone(), asked.as_ref())));
    provide_context(urls.clone());
    let Some(options) = use_context::<ResponseOptions>() else { return };
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    if let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce, path)) {
        options.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
    provide_context(PageStatus::new(move |status| {
        if let Ok(status) = StatusCode::from_u16(status) {
            options.set_status(status);
        }
    }));
}

/// Where somebody has to go first: to set-up on a fresh server, to the login without a session, to their key with a code.
async fn elsewhere(server: &Shared, api: &Router, parts: &Parts) -> Option<Response> {
    let path = parts.uri.path();
    if !server.settings().is_set_up {
        return (path != "/setup").then(|| to("/setup"));
    }
    if is_open(path) {
        return None;
    }
    let session: SessionState = in_process::InProcess::new(api.clone(), Some(parts)).read("/api/v1/session").await.ok()?;
    match (session.person, session.proof.as_deref()) {
        (None, _) => Some(to(&format!("/login?next={}", app::api::encode(parts.uri.path_and_query().map_or("/", |uri| uri.as_str()))))),
        (Some(_), Some("enrolment")) => Some(to("/enrol")),
        _ => None,
    }
}

/// Pages for people who are not logged in yet.
fn is_open(path: &str) -> bool {
    matches!(path.trim_end_matches('/'), "/login" | "/enrol" | "/setup")
}

fn to(place: &str) -> Response {
    Redirect::to(place).into_response()
}

async fn docs(document: Arc<OpenApi>) -> Response {
    let nonce = domain::text::hex(&ids::salt());
    let policy = format!("default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    let headers: [(HeaderName, String); 2] = [(CONTENT_SECURITY_POLICY, policy), (CACHE_CONTROL, String::from("no-cache"))];
    (headers, Html(openapi::page(&document, &nonce))).into_response()
}
