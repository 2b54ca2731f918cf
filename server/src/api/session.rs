//! `/api/v1/session`

use axum::Json;
use axum::extract::State;
use domain::api::session::{EnrolmentLogin, NewPassword, PasswordLogin, SessionState};
use domain::problem::Problem;
use tower_sessions::Session;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Done, Refusal};
use crate::server::Shared;

/// Who is logged in.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = SessionState)))]
pub async fn read(State(server): State<Shared>, caller: Caller) -> Answer<SessionState> {
    Ok(Json(action::session::state(&server, &caller).await?))
}

/// Logs in with a password; most people use a passkey instead.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "session", request_body = PasswordLogin,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 429, body = Problem))
)]
pub async fn log_in(
    State(server): State<Shared>,
    caller: Caller,
    session: Session,
    Body(login): Body<PasswordLogin>,
) -> Result<Done, Refusal> {
    action::session::log_in(&server, &caller, &session, login).await?;
    Ok(Done)
}

/// Opens a session with a one-time code, in which a key can be enrolled and nothing else.
#[utoipa::path(
    post, path = "/api/v1/session/enrolment", tag = "session", request_body = EnrolmentLogin,
    responses((status = 204), (status = 403, body = Problem), (status = 429, body = Problem))
)]
pub async fn log_in_to_enrol(
    State(server): State<Shared>,
    caller: Caller,
    session: Session,
    Body(login): Body<EnrolmentLogin>,
) -> Result<Done, Refusal> {
    action::enrolment::log_in(&server, &caller, &session, &login.code).await?;
    Ok(Done)
}

/// Logs out, in the browser and on the server.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub async fn log_out(State(server): State<Shared>, caller: Caller, session: Session) -> Result<Done, Refusal> {
    action::session::log_out(&server, &caller, &session).await?;
    Ok(Done)
}

/// Sets one's own password, for places where no passkey is possible. Every other session of the person ends.
#[utoipa::path(
    put, path = "/api/v1/me/password", tag = "session", request_body = NewPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem))
)]
pub async fn set_password(
    State(server): State<Shared>,
    caller: Caller,
    session: Session,
    Body(new): Body<NewPassword>,
) -> Result<Done, Refusal> {
    action::session::set_password(&server, &caller, &session, new).await?;
    Ok(Done)
}
