//! `/api/v1/drafts/{draft}/applications`

use axum::extract::State;
use domain::api::application::{AddedApplication, NewApplication};
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Body, Created, Path, Refusal};
use crate::server::Shared;

/// Adds an application to a draft by what is known of it: image, port, host, replicas, environment, secrets, volume. It
/// becomes a component of plain manifests.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/applications", tag = "drafts", params(("draft" = String, Path)), request_body = NewApplication, responses((status = 201, body = AddedApplication), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add(
    State(server): State<Shared>,
    caller: Caller,
    Path(draft): Path<String>,
    Body(new): Body<NewApplication>,
) -> Result<Created<AddedApplication>, Refusal> {
    Ok(Created(action::application::add(&server, &caller, &draft, new).await?))
}
