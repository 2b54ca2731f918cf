//! `/api/v1/passkey`

use axum::Json;
use axum::extract::State;
use domain::api::passkey::{
    DeviceLink, EnrolledPasskey, EnrolmentQuestion, FinishEnrolment, Passkey, PasskeyAnswer, PasskeyList, PasskeyQuestion, RenamePasskey,
    StartEnrolment,
};
use domain::problem::Problem;
use serde::Deserialize;
use tower_sessions::Session;
use utoipa::IntoParams;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Done, Path, Query, Refusal};
use crate::server::Shared;

/// Asks any passkey of this site who is there.
#[utoipa::path(post, path = "/api/v1/passkey/login/start", tag = "passkey", responses((status = 200, body = PasskeyQuestion), (status = 409, body = Problem)))]
pub async fn start_login(State(server): State<Shared>) -> Answer<PasskeyQuestion> {
    Ok(Json(action::passkey::start_login(&server)?))
}

/// Opens a session for whoever holds the key.
#[utoipa::path(
    post, path = "/api/v1/passkey/login/finish", tag = "passkey", request_body = PasskeyAnswer,
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem))
)]
pub async fn finish_login(
    State(server): State<Shared>,
    caller: Caller,
    session: Session,
    Body(answer): Body<PasskeyAnswer>,
) -> Result<Done, Refusal> {
    action::passkey::finish_login(&server, &caller, &session, answer).await?;
    Ok(Done)
}

/// Asks for a new key: with a one-time code, or with a yes from a key the person has.
#[utoipa::path(
    post, path = "/api/v1/passkey/enrol/start", tag = "passkey", request_body = StartEnrolment,
    responses((status = 200, body = EnrolmentQuestion), (status = 403, body = Problem), (status = 409, body = Problem))
)]
pub async fn start_enrolment(State(server): State<Shared>, caller: Caller, Body(start): Body<StartEnrolment>) -> Answer<EnrolmentQuestion> {
    Ok(Json(action::passkey::start_enrolment(&server, &caller, start).await?))
}

/// Stores the new key.
#[utoipa::path(
    post, path = "/api/v1/passkey/enrol/finish", tag = "passkey", request_body = FinishEnrolment,
    responses((status = 201, body = EnrolledPasskey), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem))
)]
pub async fn finish_enrolment(
    State(server): State<Shared>,
    caller: Caller,
    session: Session,
    Body(finish): Body<FinishEnrolment>,
) -> Result<Created<EnrolledPasskey>, Refusal> {
    Ok(Created(action::passkey::finish_enrolment(&server, &caller, &session, finish).await?))
}

/// Asks for a yes before a link for one's other device.
#[utoipa::path(post, path = "/api/v1/passkey/device/start", tag = "passkey", responses((status = 200, body = PasskeyQuestion), (status = 403, body = Problem)))]
pub async fn start_device(State(server): State<Shared>, caller: Caller) -> Answer<PasskeyQuestion> {
    Ok(Json(action::passkey::start_device(&server, &caller).await?))
}

/// A one-time link for one's other device, with a QR code. It is shown once.
#[utoipa::path(
    post, path = "/api/v1/passkey/device/finish", tag = "passkey", request_body = PasskeyAnswer,
    responses((status = 201, body = DeviceLink), (status = 401, body = Problem), (status = 409, body = Problem))
)]
pub async fn finish_device(
    State(server): State<Shared>,
    caller: Caller,
    Body(answer): Body<PasskeyAnswer>,
) -> Result<Created<DeviceLink>, Refusal> {
    Ok(Created(action::passkey::finish_device(&server, &caller, answer).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    /// Somebody else's keys, for those who administer.
    person: Option<String>,
}

/// The keys a person has and had.
#[utoipa::path(get, path = "/api/v1/passkey/keys", tag = "passkey", params(Whose), responses((status = 200, body = PasskeyList), (status = 403, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller, Query(whose): Query<Whose>) -> Answer<PasskeyList> {
    Ok(Json(action::passkey::list(&server, &caller, whose.person.as_deref()).await?))
}

/// Calls one's own key something else.
#[utoipa::path(
    patch, path = "/api/v1/passkey/keys/{key}", tag = "passkey", params(("key" = String, Path)), request_body = RenamePasskey,
    responses((status = 200, body = Passkey), (status = 404, body = Problem), (status = 422, body = Problem))
)]
pub async fn rename(
    State(server): State<Shared>,
    caller: Caller,
    Path(key): Path<String>,
    Body(wanted): Body<RenamePasskey>,
) -> Answer<Passkey> {
    Ok(Json(action::passkey::rename(&server, &caller, &key, &wanted.name).await?))
}

/// Revokes a key: one's own, or anybody's for those who administer.
#[utoipa::path(
    delete, path = "/api/v1/passkey/keys/{key}", tag = "passkey", params(("key" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub async fn revoke(State(server): State<Shared>, caller: Caller, Path(key): Path<String>) -> Result<Done, Refusal> {
    action::passkey::revoke(&server, &caller, &key).await?;
    Ok(Done)
}
