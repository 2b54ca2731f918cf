//! `/api/v1/imports` and exports of stacks

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::api::exchange::{ExportFormat, Import, ImportPreview};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::action::exchange::Exported;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Path, Query, Refusal};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Form {
    /// Absent: `stack`.
    #[serde(default)]
    pub format: ExportFormat,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordedForm {
    /// Absent: `stack`.
    #[serde(default)]
    pub format: ExportFormat,
    /// Absent: the newest.
    pub entry: Option<u64>,
}

/// Reads a `stack.yaml`, manifests, or what Flux, Argo CD or an `ImportCluster` file describe, and says what of it is not
/// carried over. Nothing is kept; make a draft of a stack's `source`.
#[utoipa::path(post, path = "/api/v1/imports", tag = "drafts", request_body = Import, responses((status = 200, body = ImportPreview), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn import(State(server): State<Shared>, caller: Caller, Body(import): Body<Import>) -> Answer<ImportPreview> {
    Ok(Json(action::exchange::preview(&server, &caller, import).await?))
}

/// A draft as `stack.yaml`, as plain Flux in a tar archive, or as a picture.
#[utoipa::path(get, path = "/api/v1/drafts/{draft}/export", tag = "drafts", params(("draft" = String, Path), Form), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn draft(
    State(server): State<Shared>,
    caller: Caller,
    Path(draft): Path<String>,
    Query(form): Query<Form>,
) -> Result<Response, Refusal> {
    Ok(answer(action::exchange::of_draft(&server, &caller, &draft, form.format).await?))
}

/// What the record holds of a stack, in the same forms.
#[utoipa::path(get, path = "/api/v1/clusters/{cluster}/stacks/{stack}/export", tag = "record", params(("cluster" = String, Path), ("stack" = String, Path), RecordedForm), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn recorded(
    State(server): State<Shared>,
    caller: Caller,
    Path((cluster, stack)): Path<(String, String)>,
    Query(form): Query<RecordedForm>,
) -> Result<Response, Refusal> {
    Ok(answer(action::exchange::of_record(&server, &caller, &cluster, &stack, form.entry, form.format).await?))
}

/// A file to be saved: what is in it comes from people, and a browser must not show it as a page of ours.
fn answer(exported: Exported) -> Response {
    let (kind, name) = match exported.format {
        ExportFormat::Stack => ("application/yaml", String::from("stack.yaml")),
        ExportFormat::Flux => ("application/x-tar", format!("{}-flux.tar", exported.name)),
        ExportFormat::Svg => ("image/svg+xml", format!("{}.svg", exported.name)),
    };
    // A stack's id is made of letters, digits and hyphens.
    let saved = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).unwrap_or(HeaderValue::from_static("attachment"));
    let mut response = ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")], exported.bytes).into_response();
    response.headers_mut().insert(CONTENT_DISPOSITION, saved);
    response
}
