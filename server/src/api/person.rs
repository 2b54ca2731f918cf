//! `/api/v1/people`

use axum::Json;
use axum::extract::State;
use domain::api::Page;
use domain::api::person::{ChangePerson, EnrolmentLink, NewPerson, Person};
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::action::enrolment::Purpose;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Path, Query, Refusal};
use crate::server::Shared;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Everybody, by name.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(After), responses((status = 200, body = Page<Person>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller, Query(page): Query<After>) -> Answer<Page<Person>> {
    Ok(Json(action::person::list(&server, &caller, page.after.as_deref()).await?))
}

/// One person.
#[utoipa::path(get, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path)), responses((status = 200, body = Person), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn read(State(server): State<Shared>, caller: Caller, Path(person): Path<String>) -> Answer<Person> {
    Ok(Json(action::person::get(&server, &caller, &person).await?))
}

/// Adds a person; the answer holds the one-time link by which they enrol their first key.
#[utoipa::path(
    post, path = "/api/v1/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = EnrolmentLink), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
pub async fn add(State(server): State<Shared>, caller: Caller, Body(new): Body<NewPerson>) -> Result<Created<EnrolmentLink>, Refusal> {
    Ok(Created(action::person::add(&server, &caller, new).await?))
}

/// Changes a person's name, roles or access.
#[utoipa::path(
    patch, path = "/api/v1/people/{person}", tag = "people", params(("person" = String, Path)), request_body = ChangePerson,
    responses((status = 200, body = Person), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub async fn change(
    State(server): State<Shared>,
    caller: Caller,
    Path(person): Path<String>,
    Body(change): Body<ChangePerson>,
) -> Answer<Person> {
    Ok(Json(action::person::change(&server, &caller, &person, change).await?))
}

/// A fresh one-time link, for somebody who lost their keys or has yet to enrol one.
#[utoipa::path(
    post, path = "/api/v1/people/{person}/enrolment", tag = "people", params(("person" = String, Path)),
    responses((status = 201, body = EnrolmentLink), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn invite(State(server): State<Shared>, caller: Caller, Path(person): Path<String>) -> Result<Created<EnrolmentLink>, Refusal> {
    Ok(Created(action::enrolment::invite(&server, &caller, &person, Purpose::Invitation).await?))
}
