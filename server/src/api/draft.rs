//! `/api/v1/drafts`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::draft::{Draft, DraftEdit, DraftState, DraftSummary, Edit, Edited, Example, NewDraft, Rebase};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Path, Query, Refusal};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Absent: open ones.
    pub state: Option<DraftState>,
}

/// Drafts, the last edited first.
#[utoipa::path(get, path = "/api/v1/drafts", tag = "drafts", params(Which), responses((status = 200, body = Vec<DraftSummary>), (status = 401, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller, Query(which): Query<Which>) -> Answer<Vec<DraftSummary>> {
    Ok(Json(action::draft::list(&server, &caller, which.state.unwrap_or(DraftState::Open)).await?))
}

/// Begins a draft: empty, of what is recorded, of an earlier entry, of an example, or of a `stack.yaml`.
#[utoipa::path(post, path = "/api/v1/clusters/{cluster}/drafts", tag = "drafts", params(("cluster" = String, Path)), request_body = NewDraft, responses((status = 201, body = Draft), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn open(
    State(server): State<Shared>,
    caller: Caller,
    Path(cluster): Path<String>,
    Body(new): Body<NewDraft>,
) -> Result<Created<Draft>, Refusal> {
    Ok(Created(action::draft::open(&server, &caller, &cluster, new).await?))
}

/// One draft with what the guards say of it.
#[utoipa::path(get, path = "/api/v1/drafts/{draft}", tag = "drafts", params(("draft" = String, Path)), responses((status = 200, body = Draft), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn read(State(server): State<Shared>, caller: Caller, Path(draft): Path<String>) -> Answer<Draft> {
    Ok(Json(action::draft::get(&server, &caller, &draft).await?))
}

/// Edits a draft. Changes that do not meet others' are carried over them; an overlap is a 409 with both.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/changes", tag = "drafts", params(("draft" = String, Path)), request_body = Edit, responses((status = 200, body = Edited), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(State(server): State<Shared>, caller: Caller, Path(draft): Path<String>, Body(edit): Body<Edit>) -> Answer<Edited> {
    Ok(Json(action::draft::edit(&server, &caller, &draft, edit).await?))
}

/// Carries a draft over to the newest entry of its stack. What only one side changed is merged; where both changed the
/// same and nobody chose, it is a 409 with the list under `conflicts`.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/rebase", tag = "drafts", params(("draft" = String, Path)), request_body = Rebase, responses((status = 200, body = Draft), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rebase(State(server): State<Shared>, caller: Caller, Path(draft): Path<String>, Body(rebase): Body<Rebase>) -> Answer<Draft> {
    Ok(Json(action::draft::rebase(&server, &caller, &draft, rebase).await?))
}

/// Sets title, why or ticket; what is absent stays.
#[utoipa::path(patch, path = "/api/v1/drafts/{draft}", tag = "drafts", params(("draft" = String, Path)), request_body = DraftEdit, responses((status = 200, body = Draft), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn describe(
    State(server): State<Shared>,
    caller: Caller,
    Path(draft): Path<String>,
    Body(edit): Body<DraftEdit>,
) -> Answer<Draft> {
    Ok(Json(action::draft::describe(&server, &caller, &draft, edit).await?))
}

/// Discards a draft; its edits are kept.
#[utoipa::path(delete, path = "/api/v1/drafts/{draft}", tag = "drafts", params(("draft" = String, Path)), responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn discard(State(server): State<Shared>, caller: Caller, Path(draft): Path<String>) -> Result<StatusCode, Refusal> {
    action::draft::discard(&server, &caller, &draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens a discarded draft again, as it was.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/restore", tag = "drafts", params(("draft" = String, Path)), responses((status = 200, body = Draft), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn restore(State(server): State<Shared>, caller: Caller, Path(draft): Path<String>) -> Answer<Draft> {
    Ok(Json(action::draft::restore(&server, &caller, &draft).await?))
}

/// The examples that can be loaded as drafts.
#[utoipa::path(get, path = "/api/v1/examples", tag = "drafts", responses((status = 200, body = Vec<Example>), (status = 401, body = Problem)))]
pub async fn examples(_: Caller) -> Answer<Vec<Example>> {
    Ok(Json(action::example::list()))
}
