//! The past of a draft: `/api/v1/drafts/{draft}/edits`, `/checkpoints` and `/back`.

use axum::Json;
use axum::extract::State;
use domain::api::Page;
use domain::api::draft::{Checkpoint, Draft, GoBack, NewCheckpoint, PastEdit};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Done, Path, Query, Refusal};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Older {
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Every edit in words, newest first, with who and when, and the names that revisions were given.
#[utoipa::path(get, path = "/api/v1/drafts/{draft}/edits", tag = "drafts", params(("draft" = String, Path), Older), responses((status = 200, body = Page<PastEdit>), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edits(
    State(server): State<Shared>,
    caller: Caller,
    Path(draft): Path<String>,
    Query(older): Query<Older>,
) -> Answer<Page<PastEdit>> {
    Ok(Json(action::draft::history(&server, &caller, &draft, older.after.as_deref()).await?))
}

/// Gives a revision a name.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/checkpoints", tag = "drafts", params(("draft" = String, Path)), request_body = NewCheckpoint, responses((status = 201, body = Checkpoint), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_checkpoint(
    State(server): State<Shared>,
    caller: Caller,
    Path(draft): Path<String>,
    Body(new): Body<NewCheckpoint>,
) -> Result<Created<Checkpoint>, Refusal> {
    Ok(Created(action::draft::add_checkpoint(&server, &caller, &draft, new).await?))
}

/// Takes a name away; the revision stays.
#[utoipa::path(delete, path = "/api/v1/drafts/{draft}/checkpoints/{checkpoint}", tag = "drafts", params(("draft" = String, Path), ("checkpoint" = String, Path)), responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove_checkpoint(
    State(server): State<Shared>,
    caller: Caller,
    Path((draft, checkpoint)): Path<(String, String)>,
) -> Result<Done, Refusal> {
    action::draft::remove_checkpoint(&server, &caller, &draft, &checkpoint).await?;
    Ok(Done)
}

/// Makes the draft hold what it held at an earlier revision, by one more edit: the history only grows.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/back", tag = "drafts", params(("draft" = String, Path)), request_body = GoBack, responses((status = 200, body = Draft), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn back(State(server): State<Shared>, caller: Caller, Path(draft): Path<String>, Body(wanted): Body<GoBack>) -> Answer<Draft> {
    Ok(Json(action::draft::back(&server, &caller, &draft, wanted).await?))
}
