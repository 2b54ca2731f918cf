//! `/api/v1/catalog`

use axum::Json;
use axum::extract::State;
use domain::api::catalog::Found;
use domain::catalog::Chart;
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Path, Query};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct What {
    /// A name, a purpose, or a capability such as `certificates`; absent: all, by name.
    pub query: Option<String>,
}

/// Charts to choose from, the best answer first.
#[utoipa::path(get, path = "/api/v1/catalog", tag = "catalog", params(What), responses((status = 200, body = Vec<Found>), (status = 401, body = Problem)))]
pub async fn find(State(server): State<Shared>, _: Caller, Query(what): Query<What>) -> Answer<Vec<Found>> {
    Ok(Json(action::catalog::find(&server, what.query.as_deref().unwrap_or_default()).await?))
}

/// One chart of the built-in catalog: what it brings and where its values sit.
#[utoipa::path(get, path = "/api/v1/catalog/{chart}", tag = "catalog", params(("chart" = String, Path)), responses((status = 200, body = Chart), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn read(_: Caller, Path(chart): Path<String>) -> Answer<Chart> {
    Ok(Json(action::catalog::get(&chart)?))
}
