//! `/api/v1/audit`

use axum::Json;
use axum::extract::State;
use domain::api::Page;
use domain::api::audit::{AuditLine, Checkpoint};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Query};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The `next` of the page before.
    pub after: Option<i64>,
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(After), responses((status = 200, body = Page<AuditLine>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller, Query(page): Query<After>) -> Answer<Page<AuditLine>> {
    Ok(Json(action::audit::list(&server, &caller, page.after).await?))
}

/// The log's head, signed. Keep one: any later log must extend it.
#[utoipa::path(get, path = "/api/v1/audit/checkpoint", tag = "audit", responses((status = 200, body = Checkpoint), (status = 401, body = Problem)))]
pub async fn checkpoint(State(server): State<Shared>) -> Answer<Checkpoint> {
    Ok(Json(action::audit::head(&server).await?))
}
