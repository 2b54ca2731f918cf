//! `/api/v1/setup`

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use domain::api::person::EnrolmentLink;
use domain::api::setup::{SetUp, SetUpState};
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Refusal};
use crate::server::Shared;

/// How far set-up is, and whether passkeys are possible at the address in use.
#[utoipa::path(get, path = "/api/v1/setup", tag = "setup", responses((status = 200, body = SetUpState)))]
pub async fn read(State(server): State<Shared>, headers: HeaderMap) -> Answer<SetUpState> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let seen = text(header::HOST.as_str()).map(|host| format!("{scheme}://{host}"));
    Ok(Json(action::setup::state(&server, seen.as_deref())))
}

/// Sets the server up, once, with the code from its console. The answer lets the first administrator enrol a key.
#[utoipa::path(
    post, path = "/api/v1/setup", tag = "setup", request_body = SetUp,
    responses((status = 201, body = EnrolmentLink), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem))
)]
pub async fn finish(State(server): State<Shared>, caller: Caller, Body(wanted): Body<SetUp>) -> Result<Created<EnrolmentLink>, Refusal> {
    Ok(Created(action::setup::set_up(&server, &caller, wanted).await?))
}
