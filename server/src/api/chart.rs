//! `/api/v1/charts`

use axum::Json;
use axum::extract::State;
use domain::api::catalog::{ChartVersions, Contents};
use domain::problem::Problem;
use domain::stack::Chart;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Query};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// As a component names it: `https://…`, or the `oci://…` parent.
    pub repository: String,
    pub name: String,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichVersion {
    /// As a component names it: `https://…`, or the `oci://…` parent.
    pub repository: String,
    pub name: String,
    pub version: String,
}

/// The versions of a chart, the newest first. Asks its repository where nothing fresh is known.
#[utoipa::path(get, path = "/api/v1/charts/versions", tag = "catalog", params(Which), responses((status = 200, body = ChartVersions), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn versions(State(server): State<Shared>, _: Caller, Query(which): Query<Which>) -> Answer<ChartVersions> {
    Ok(Json(action::chart::versions(&server, &which.repository, &which.name).await?))
}

/// README, values, schema and custom resources of one version, from its archive.
#[utoipa::path(get, path = "/api/v1/charts/contents", tag = "catalog", params(WhichVersion), responses((status = 200, body = Contents), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn contents(State(server): State<Shared>, _: Caller, Query(which): Query<WhichVersion>) -> Answer<Contents> {
    let WhichVersion { repository, name, version } = which;
    Ok(Json(action::chart::contents(&server, Chart { repository, name, version }).await?))
}
