//! `/api/v1/drafts/{draft}/events`: a draft told while it moves.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::api::draft::EditTold;
use domain::problem::Problem;
use futures_util::StreamExt;
use serde::Deserialize;

use crate::action;
use crate::action::draft::Told;
use crate::api::access::Again;
use crate::api::caller::Caller;
use crate::api::problem::{Path, Query, Refusal};
use crate::server::Shared;

/// What passes nothing for long is taken for dead by proxies on the way.
const ALIVE: Duration = Duration::from_secs(15);
/// How soon a browser comes back.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The revision that the reader has; `Last-Event-ID` goes before it.
    pub after: Option<u64>,
}

/// A stream of `edit` (an [`EditTold`], its revision for an id), `draft` (something else of it changed: read it again) and
/// `here` (the names of the others who look at it). Edits after the reader's last come first.
#[utoipa::path(get, path = "/api/v1/drafts/{draft}/events", tag = "drafts", params(("draft" = String, Path), Since), responses((status = 200, body = EditTold, content_type = "text/event-stream"), (status = 401, body = Problem), (status = 404, body = Problem), (status = 429, body = Problem)))]
pub async fn events(
    State(server): State<Shared>,
    caller: Caller,
    again: Again,
    Path(draft): Path<String>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let told = action::draft::watch(server, &caller, again, draft, last.or(since.after)).await?;
    let mut first = true;
    let events = told.map(move |told| {
        let event = event(&told);
        if std::mem::replace(&mut first, false) { event.map(|event| event.retry(RETRY)) } else { event }
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)).into_response();
    // nginx would hold it back until it has a page full.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn event(told: &Told) -> Result<Event, axum::Error> {
    match told {
        Told::Edit(edit) => Event::default().event("edit").id(edit.revision.to_string()).json_data(edit),
        Told::Draft => Ok(Event::default().event("draft").data("{}")),
        Told::Here(names) => Event::default().event("here").json_data(names),
    }
}
