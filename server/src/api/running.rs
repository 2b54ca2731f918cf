//! How a request runs: it has an id, its outcome is logged once, a panic is a problem, and a change is never cut short.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::problem::Problem;
use tracing::Instrument;

use crate::api::problem::Refusal;
use crate::server::Shared;

pub const REQUEST_ID: &str = "x-request-id";

/// Gives the request an id, logs its outcome and counts it.
pub async fn trace(State(server): State<Shared>, request: Request, next: Next) -> Response {
    let id = server.ids.next();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let started = Instant::now();
    let _in_flight = server.metrics.enter();
    let span = tracing::info_span!("request", id, %method, path);
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    let route = response.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    server.metrics.request(method.as_str(), &route, status, took);
    span.in_scope(|| {
        let took_ms = took.as_secs_f64() * 1000.0;
        if status >= 500 {
            tracing::error!(status, took_ms, "Failed");
        } else {
            tracing::info!(status, took_ms, "Answered");
        }
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What changes something runs in a task of its own: when the browser goes away, the act is still finished.
pub async fn to_the_end(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return with_route(request, next).await;
    }
    let task = tokio::spawn(with_route(request, next).in_current_span());
    match task.await {
        Ok(response) => response,
        Err(error) => failed(&error.to_string()),
    }
}

/// Remembers the route's pattern on the answer, for the counters outside.
async fn with_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// A bug in one request is that request's alone.
pub async fn catch_panics(request: Request, next: Next) -> Response {
    let guarded = AssertUnwindSafe(next.run(request));
    match futures_util::FutureExt::catch_unwind(guarded).await {
        Ok(response) => response,
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            failed(said.unwrap_or("a panic without words"))
        }
    }
}

fn failed(said: &str) -> Response {
    tracing::error!(said, "A handler panicked");
    Refusal(
        Problem::internal("Something failed on our side; nothing was changed.")
            .hint("The server's log says what, under this request's id."),
    )
    .into_response()
}

#[cfg(test)]
mod tests;
