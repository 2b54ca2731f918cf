//! `/api/v1/record` and `/api/v1/overview`

use axum::Json;
use axum::extract::State;
use domain::api::Page;
use domain::api::overview::Overview;
use domain::api::record::Entry;
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::action::record::Filter;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Path, Query};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only this cluster's entries.
    pub cluster: Option<String>,
    /// Only this stack's; with a cluster.
    pub stack: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// The record, newest first.
#[utoipa::path(get, path = "/api/v1/record", tag = "record", params(Which), responses((status = 200, body = Page<Entry>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller, Query(which): Query<Which>) -> Answer<Page<Entry>> {
    let Which { cluster, stack, after } = which;
    Ok(Json(action::record::list(&server, &caller, Filter { cluster, stack, after }).await?))
}

/// One entry.
#[utoipa::path(get, path = "/api/v1/record/{cluster}/{number}", tag = "record", params(("cluster" = String, Path), ("number" = u64, Path)), responses((status = 200, body = Entry), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn read(State(server): State<Shared>, caller: Caller, Path((cluster, number)): Path<(String, u64)>) -> Answer<Entry> {
    Ok(Json(action::record::get(&server, &caller, &cluster, number).await?))
}

/// What waits for the caller, and what stands where.
#[utoipa::path(get, path = "/api/v1/overview", tag = "record", responses((status = 200, body = Overview), (status = 401, body = Problem)))]
pub async fn overview(State(server): State<Shared>, caller: Caller) -> Answer<Overview> {
    Ok(Json(action::overview::get(&server, &caller).await?))
}
