//! `/api/v1/plans` and `/api/v1/deployments`

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::api::plan::{Approve, Ceremony, Deployment, Freeze, Plan, RemoveStack};
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Path, Refusal};
use crate::server::Shared;

/// Plans a draft at a revision and freezes the plan.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/plans", tag = "plans", params(("draft" = String, Path)), request_body = Freeze, responses((status = 201, body = Plan), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn freeze(
    State(server): State<Shared>,
    caller: Caller,
    Path(draft): Path<String>,
    Body(wanted): Body<Freeze>,
) -> Result<Created<Plan>, Refusal> {
    Ok(Created(action::plan::freeze(&server, &caller, &draft, wanted).await?))
}

/// Plans what binds a cluster to its repository, or carries changed recipients and identity to it.
#[utoipa::path(post, path = "/api/v1/clusters/{cluster}/plans", tag = "plans", params(("cluster" = String, Path)), responses((status = 201, body = Plan), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn freeze_cluster(State(server): State<Shared>, caller: Caller, Path(cluster): Path<String>) -> Result<Created<Plan>, Refusal> {
    Ok(Created(action::plan::freeze_cluster(&server, &caller, &cluster).await?))
}

/// Plans the roster: who can countersign, as `allowed_signers` will say it.
#[utoipa::path(post, path = "/api/v1/clusters/{cluster}/roster-plans", tag = "plans", params(("cluster" = String, Path)), responses((status = 201, body = Plan), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn freeze_roster(State(server): State<Shared>, caller: Caller, Path(cluster): Path<String>) -> Result<Created<Plan>, Refusal> {
    Ok(Created(action::plan::freeze_roster(&server, &caller, &cluster).await?))
}

/// Plans the next entry of taking a stack out: what nothing that remains waits for, or everything at once.
#[utoipa::path(post, path = "/api/v1/clusters/{cluster}/stacks/{stack}/removal-plans", tag = "plans", params(("cluster" = String, Path), ("stack" = String, Path)), request_body = RemoveStack, responses((status = 201, body = Plan), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn freeze_removal(
    State(server): State<Shared>,
    caller: Caller,
    Path((cluster, stack)): Path<(String, String)>,
    Body(wanted): Body<RemoveStack>,
) -> Result<Created<Plan>, Refusal> {
    Ok(Created(action::plan::freeze_removal(&server, &caller, &cluster, &stack, wanted).await?))
}

/// What surrounds a frozen plan: approvals, the caller's slip, the deployment.
#[utoipa::path(get, path = "/api/v1/plans/{plan}", tag = "plans", params(("plan" = String, Path)), responses((status = 200, body = Plan), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn read(State(server): State<Shared>, caller: Caller, Path(plan): Path<String>) -> Answer<Plan> {
    Ok(Json(action::plan::get(&server, &caller, &plan).await?))
}

/// The frozen bytes: what a person signs.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/plan.json", tag = "plans", params(("plan" = String, Path)), responses((status = 200, body = domain::plan::Plan), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn bytes(State(server): State<Shared>, caller: Caller, Path(plan): Path<String>) -> Result<Response, Refusal> {
    let bytes = action::plan::bytes(&server, &caller, &plan).await?;
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], bytes).into_response())
}

/// A file that the plan names by its digest, before or after.
#[utoipa::path(get, path = "/api/v1/plans/{plan}/files/{sha256}", tag = "plans", params(("plan" = String, Path), ("sha256" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn file(State(server): State<Shared>, caller: Caller, Path((plan, sha256)): Path<(String, String)>) -> Result<Response, Refusal> {
    let bytes = action::plan::file(&server, &caller, &plan, &sha256).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, "no-store")], bytes).into_response())
}

/// What the browser asks the authenticator for.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/ceremony", tag = "plans", params(("plan" = String, Path)), responses((status = 200, body = Ceremony), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn ceremony(State(server): State<Shared>, caller: Caller, Path(plan): Path<String>) -> Answer<Ceremony> {
    Ok(Json(action::deployment::ceremony(&server, &caller, &plan).await?))
}

/// Takes a person's signature over the plan; with the last one needed, the plan is deployed.
#[utoipa::path(post, path = "/api/v1/plans/{plan}/approvals", tag = "plans", params(("plan" = String, Path)), request_body = Approve, responses((status = 201, body = Plan), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn approve(
    State(server): State<Shared>,
    caller: Caller,
    Path(plan): Path<String>,
    Body(approve): Body<Approve>,
) -> Result<Created<Plan>, Refusal> {
    Ok(Created(action::deployment::approve(&server, &caller, &plan, approve).await?))
}

/// A deployment, as far as it has come.
#[utoipa::path(get, path = "/api/v1/deployments/{deployment}", tag = "plans", params(("deployment" = String, Path)), responses((status = 200, body = Deployment), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn deployment(State(server): State<Shared>, caller: Caller, Path(deployment): Path<String>) -> Answer<Deployment> {
    Ok(Json(action::deployment::get(&server, &caller, &deployment).await?))
}
