//! `/api/v1/chart-repositories`: a password that comes in is sealed at once, and no route gives it back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::catalog::{ChartRepository, NewChartRepository};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::action::chart_repository::New;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Path, Refusal};
use crate::catalog::Credentials;
use crate::server::Shared;
use crate::vault::Plaintext;

/// Helm repositories and OCI registries of your own, with how far the server is with each.
#[utoipa::path(get, path = "/api/v1/chart-repositories", tag = "catalog", responses((status = 200, body = Vec<ChartRepository>), (status = 401, body = Problem)))]
pub async fn list(State(server): State<Shared>, _: Caller) -> Answer<Vec<ChartRepository>> {
    Ok(Json(action::chart_repository::list(&server).await?))
}

/// [`NewChartRepository`] with a password that cannot be printed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incoming {
    name: String,
    url: String,
    #[serde(default)]
    plain_http: bool,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<Plaintext>,
}

/// Adds a repository and fetches it in the background; its state says how that went.
#[utoipa::path(post, path = "/api/v1/chart-repositories", tag = "catalog", request_body = NewChartRepository, responses((status = 201, body = ChartRepository), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add(State(server): State<Shared>, caller: Caller, Body(new): Body<Incoming>) -> Result<Created<ChartRepository>, Refusal> {
    let Incoming { name, url, plain_http, username, password } = new;
    let credentials = match (username, password) {
        (Some(username), Some(password)) => Some(Credentials { username, password }),
        (None, None) => None,
        _ => return Err(Refusal(Problem::invalid("chart_credentials", "User and password belong together.").at("username"))),
    };
    Ok(Created(action::chart_repository::add(&server, &caller, New { name, url, plain_http, credentials }).await?))
}

/// Removes a repository and what was kept of it. Components that name it stay as they are.
#[utoipa::path(delete, path = "/api/v1/chart-repositories/{repository}", tag = "catalog", params(("repository" = String, Path)), responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove(State(server): State<Shared>, caller: Caller, Path(repository): Path<String>) -> Result<StatusCode, Refusal> {
    action::chart_repository::remove(&server, &caller, &repository).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fetches a repository once more, in the background.
#[utoipa::path(post, path = "/api/v1/chart-repositories/{repository}/fetch", tag = "catalog", params(("repository" = String, Path)), responses((status = 200, body = ChartRepository), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn fetch(State(server): State<Shared>, caller: Caller, Path(repository): Path<String>) -> Answer<ChartRepository> {
    Ok(Json(action::chart_repository::fetch(&server, &caller, &repository).await?))
}
