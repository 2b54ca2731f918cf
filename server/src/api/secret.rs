//! `/api/v1/secrets`: what comes in is sealed at once, and no route gives a value back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::secret::{Secret, SetSecret};
use domain::api::variable::{NamedAt, Scope};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Refusal};
use crate::server::Shared;
use crate::vault::Plaintext;

/// Every secret that the caller may see, without its value.
#[utoipa::path(get, path = "/api/v1/secrets", tag = "secrets", responses((status = 200, body = Vec<Secret>), (status = 401, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller) -> Answer<Vec<Secret>> {
    Ok(Json(action::secret::list(&server, &caller).await?))
}

/// [`SetSecret`] with a value that cannot be printed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    scope: Scope,
    name: String,
    value: Plaintext,
}

/// Sets or replaces a secret at one level.
#[utoipa::path(put, path = "/api/v1/secrets", tag = "secrets", request_body = SetSecret, responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn set(State(server): State<Shared>, caller: Caller, Body(set): Body<Incoming>) -> Result<StatusCode, Refusal> {
    action::secret::set(&server, &caller, set.scope, set.name, set.value).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a secret from one level; weaker levels then show through.
#[utoipa::path(delete, path = "/api/v1/secrets", tag = "secrets", request_body = NamedAt, responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn unset(State(server): State<Shared>, caller: Caller, Body(at): Body<NamedAt>) -> Result<StatusCode, Refusal> {
    action::secret::unset(&server, &caller, at.scope, at.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
