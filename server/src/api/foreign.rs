//! `/api/v1/clusters/{cluster}/foreign`

use axum::Json;
use axum::extract::State;
use domain::api::Page;
use domain::api::foreign::{ForeignCommit, ForeignDiff};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Path, Query};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// The commits on the branch since it was bound that are none of ours, newest first.
#[utoipa::path(get, path = "/api/v1/clusters/{cluster}/foreign", tag = "record", params(("cluster" = String, Path), Which), responses((status = 200, body = Page<ForeignCommit>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn list(
    State(server): State<Shared>,
    caller: Caller,
    Path(cluster): Path<String>,
    Query(which): Query<Which>,
) -> Answer<Page<ForeignCommit>> {
    Ok(Json(action::around::list(&server, &caller, &cluster, which.after.as_deref()).await?))
}

/// One of them, with its diff.
#[utoipa::path(get, path = "/api/v1/clusters/{cluster}/foreign/{commit}", tag = "record", params(("cluster" = String, Path), ("commit" = String, Path)), responses((status = 200, body = ForeignDiff), (status = 401, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn read(State(server): State<Shared>, caller: Caller, Path((cluster, commit)): Path<(String, String)>) -> Answer<ForeignDiff> {
    Ok(Json(action::around::get(&server, &caller, &cluster, &commit).await?))
}
