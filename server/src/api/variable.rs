//! `/api/v1/variables`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::variable::{NamedAt, SetVariable, Variable};
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Refusal};
use crate::server::Shared;

/// Every variable that the caller may see, at every level.
#[utoipa::path(get, path = "/api/v1/variables", tag = "variables", responses((status = 200, body = Vec<Variable>), (status = 401, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller) -> Answer<Vec<Variable>> {
    Ok(Json(action::variable::list(&server, &caller).await?))
}

/// Sets or replaces a variable at one level.
#[utoipa::path(put, path = "/api/v1/variables", tag = "variables", request_body = SetVariable, responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn set(State(server): State<Shared>, caller: Caller, Body(set): Body<SetVariable>) -> Result<StatusCode, Refusal> {
    action::variable::set(&server, &caller, set).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a variable from one level; weaker levels then show through.
#[utoipa::path(delete, path = "/api/v1/variables", tag = "variables", request_body = NamedAt, responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn unset(State(server): State<Shared>, caller: Caller, Body(at): Body<NamedAt>) -> Result<StatusCode, Refusal> {
    action::variable::unset(&server, &caller, at.scope, at.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
