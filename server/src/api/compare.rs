//! Any two contents of a stack: `/api/v1/clusters/{cluster}/stacks/{stack}/versions` and `/compare`

use axum::Json;
use axum::extract::State;
use domain::api::compare::{Comparison, Version};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Path, Query};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Two {
    /// `record`, `entry:12`, `draft:ID`, `draft:ID@7` or `checkpoint:ID`
    pub from: String,
    /// Likewise.
    pub to: String,
}

/// What of a stack can be compared: its newest entries, its drafts and their checkpoints.
#[utoipa::path(get, path = "/api/v1/clusters/{cluster}/stacks/{stack}/versions", tag = "drafts", params(("cluster" = String, Path), ("stack" = String, Path)), responses((status = 200, body = Vec<Version>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn versions(
    State(server): State<Shared>,
    caller: Caller,
    Path((cluster, stack)): Path<(String, String)>,
) -> Answer<Vec<Version>> {
    Ok(Json(action::compare::versions(&server, &caller, &cluster, &stack).await?))
}

/// What leads from one content to the other: in words, and line by line.
#[utoipa::path(get, path = "/api/v1/clusters/{cluster}/stacks/{stack}/compare", tag = "drafts", params(("cluster" = String, Path), ("stack" = String, Path), Two), responses((status = 200, body = Comparison), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn compare(
    State(server): State<Shared>,
    caller: Caller,
    Path((cluster, stack)): Path<(String, String)>,
    Query(two): Query<Two>,
) -> Answer<Comparison> {
    Ok(Json(action::compare::compare(&server, &caller, &cluster, &stack, (&two.from, &two.to)).await?))
}
