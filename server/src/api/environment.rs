//! `/api/v1/environments`

use axum::Json;
use axum::extract::State;
use domain::api::environment::{Environment, EnvironmentEdit, NewEnvironment};
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Path, Refusal};
use crate::server::Shared;

/// The environments, dev first.
#[utoipa::path(get, path = "/api/v1/environments", tag = "environments", responses((status = 200, body = Vec<Environment>), (status = 401, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller) -> Answer<Vec<Environment>> {
    Ok(Json(action::environment::list(&server, &caller).await?))
}

/// Adds an environment after the last one.
#[utoipa::path(post, path = "/api/v1/environments", tag = "environments", request_body = NewEnvironment, responses((status = 201, body = Environment), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add(State(server): State<Shared>, caller: Caller, Body(new): Body<NewEnvironment>) -> Result<Created<Environment>, Refusal> {
    Ok(Created(action::environment::add(&server, &caller, new).await?))
}

/// Changes order or policy; what is absent stays.
#[utoipa::path(patch, path = "/api/v1/environments/{environment}", tag = "environments", params(("environment" = String, Path)), request_body = EnvironmentEdit, responses((status = 200, body = Environment), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(
    State(server): State<Shared>,
    caller: Caller,
    Path(environment): Path<String>,
    Body(edit): Body<EnvironmentEdit>,
) -> Answer<Environment> {
    Ok(Json(action::environment::edit(&server, &caller, &environment, edit).await?))
}
