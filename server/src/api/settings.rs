//! `/api/v1/settings`

use axum::Json;
use axum::extract::State;
use domain::api::settings::{ChangeSettings, Settings};
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body};
use crate::server::Shared;

/// What the installation is called, where it stands, and its public keys.
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings", responses((status = 200, body = Settings), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn read(State(server): State<Shared>, caller: Caller) -> Answer<Settings> {
    Ok(Json(action::settings::read(&server, &caller).await?))
}

/// Changes the organisation's name or the proxies that are believed.
#[utoipa::path(
    patch, path = "/api/v1/settings", tag = "settings", request_body = ChangeSettings,
    responses((status = 200, body = Settings), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem))
)]
pub async fn change(State(server): State<Shared>, caller: Caller, Body(change): Body<ChangeSettings>) -> Answer<Settings> {
    Ok(Json(action::settings::change(&server, &caller, change).await?))
}
