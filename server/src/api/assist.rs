//! `/api/v1/drafts/{draft}/components/{component}/…`: what the editor asks while somebody writes. Nothing here changes a draft.

use axum::Json;
use axum::extract::State;
use domain::api::assist::{Assist, AssistAt, Defaults, EditText, EditedText, Form, TextProblems, Written};
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Path};
use crate::server::Shared;

type Of = Path<(String, String)>;

/// What could be written at the caret, and what the word under it means.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/components/{component}/assist", tag = "drafts", params(("draft" = String, Path), ("component" = String, Path)), request_body = AssistAt, responses((status = 200, body = Assist), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn at(State(server): State<Shared>, caller: Caller, Path((draft, component)): Of, Body(at): Body<AssistAt>) -> Answer<Assist> {
    Ok(Json(action::assist::at(&server, &caller, (&draft, &component), at).await?))
}

/// What the schemas say against a text, each with its place.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/components/{component}/problems", tag = "drafts", params(("draft" = String, Path), ("component" = String, Path)), request_body = Written, responses((status = 200, body = TextProblems), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn problems(
    State(server): State<Shared>,
    caller: Caller,
    Path((draft, component)): Of,
    Body(written): Body<Written>,
) -> Answer<TextProblems> {
    Ok(Json(action::assist::problems(&server, &caller, (&draft, &component), written.text).await?))
}

/// The fields that most people set, as a text has them.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/components/{component}/form", tag = "drafts", params(("draft" = String, Path), ("component" = String, Path)), request_body = Written, responses((status = 200, body = Form), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn form(
    State(server): State<Shared>,
    caller: Caller,
    Path((draft, component)): Of,
    Body(written): Body<Written>,
) -> Answer<Form> {
    Ok(Json(action::assist::form(&server, &caller, (&draft, &component), written.text).await?))
}

/// The chart's own values with those of a text laid over them.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/components/{component}/defaults", tag = "drafts", params(("draft" = String, Path), ("component" = String, Path)), request_body = Written, responses((status = 200, body = Defaults), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn defaults(
    State(server): State<Shared>,
    caller: Caller,
    Path((draft, component)): Of,
    Body(written): Body<Written>,
) -> Answer<Defaults> {
    Ok(Json(action::assist::defaults(&server, &caller, (&draft, &component), written.text).await?))
}

/// A text with one value set or taken away; comments, order and quoting stay. The draft is not changed.
#[utoipa::path(post, path = "/api/v1/drafts/{draft}/components/{component}/edited", tag = "drafts", params(("draft" = String, Path), ("component" = String, Path)), request_body = EditText, responses((status = 200, body = EditedText), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn edited(
    State(server): State<Shared>,
    caller: Caller,
    Path((draft, component)): Of,
    Body(edit): Body<EditText>,
) -> Answer<EditedText> {
    Ok(Json(action::assist::edited(&server, &caller, (&draft, &component), edit).await?))
}
