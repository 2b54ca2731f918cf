//! Is it alive, is it ready, how much does it do.

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::problem::Problem;
use sha2::{Digest, Sha256};

use crate::api::problem::Refusal;
use crate::server::Shared;

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = str)))]
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers too.
#[utoipa::path(get, path = "/readyz", tag = "health", responses((status = 200, body = str), (status = 503, body = Problem)))]
pub async fn ready(State(server): State<Shared>) -> Result<&'static str, Refusal> {
    server.store.ping().await.map_err(|_| Problem::new(503, "not_ready", "The database does not answer."))?;
    Ok("ready\n")
}

/// Counters for Prometheus, for whoever brings the metrics token.
pub async fn metrics(State(server): State<Shared>, headers: HeaderMap) -> Response {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    // Digests are compared, so the time it takes tells nothing of the token.
    let opens = match (&server.config.metrics_token, given) {
        (Some(token), Some(given)) => Sha256::digest(token) == Sha256::digest(given),
        _ => false,
    };
    if !opens {
        return Refusal(Problem::new(401, "token_unknown", "Metrics need their token, or their own listener.")).into_response();
    }
    text(&server)
}

/// The counters as text; the own listener of `--metrics-listen` serves them without a token.
pub fn text(server: &Shared) -> Response {
    (StatusCode::OK, [(CONTENT_TYPE, "text/plain; version=0.0.4")], server.metrics.render(server)).into_response()
}
