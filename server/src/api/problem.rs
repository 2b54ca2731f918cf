//! From a problem to an HTTP answer: the only place that does it, for our own errors and for those of the framework.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a handler answers with.
pub type Answer<T> = Result<Json<T>, Refusal>;

/// A problem on its way out.
#[derive(Debug)]
pub struct Refusal(pub Problem);

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Refusal {
        Refusal(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.0.more.get("retry_after").and_then(serde_json::Value::as_u64);
        let mut response = (status, Json(&self.0)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Turns what an adapter reports into "something failed on our side": the log gets the cause, people a reference.
pub trait OrInternal<T> {
    fn or_internal(self, doing: &str) -> Result<T, Problem>;
}

impl<T, E: Into<anyhow::Error>> OrInternal<T> for Result<T, E> {
    fn or_internal(self, doing: &str) -> Result<T, Problem> {
        self.map_err(|error| {
            let error: anyhow::Error = error.into();
            tracing::error!(error = format!("{error:#}"), "Failed while {doing}");
            Problem::internal(format!("Something failed while {doing}; the server's log says what."))
        })
    }
}

/// A JSON body. What is malformed in it is said as a problem with the field's path.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Refusal> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(rejection) => Err(Refusal(malformed(&rejection))),
        }
    }
}

fn malformed(rejection: &JsonRejection) -> Problem {
    let status = rejection.status().as_u16();
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(415, "not_json", "The body must be JSON.").hint("Send content-type: application/json.")
        }
        JsonRejection::JsonDataError(error) => {
            let text = error.body_text();
            let told = without_value(text.trim_start_matches("Failed to deserialize the JSON body into the target type: "));
            // serde_path_to_error puts the path before the sentence: `changes[2].op: unknown variant …`.
            match told.split_once(": ") {
                Some((path, detail)) if !path.contains(' ') => Problem::invalid("malformed", detail).at(path),
                _ => Problem::invalid("malformed", told.clone()),
            }
        }
        JsonRejection::JsonSyntaxError(error) => Problem::new(400, "malformed", error.body_text()),
        _ if status == 413 => too_large(),
        other => Problem::new(400, "malformed", other.body_text()),
    }
}

/// What serde says of a wrong type repeats the value, which may be a secret in the wrong place: only its type is told.
fn without_value(told: &str) -> String {
    let start = ["invalid type: ", "invalid value: "].into_iter().find_map(|words| Some(told.find(words)? + words.len()));
    let (Some(start), Some(end)) = (start, told.rfind(", expected ")) else { return told.to_owned() };
    let Some(value) = told.get(start..end) else { return told.to_owned() };
    let kind = value.split(['"', '`']).next().unwrap_or_default().trim_end();
    format!("{}{kind}{}", &told[..start], &told[end..])
}

pub fn too_large() -> Problem {
    Problem::new(413, "too_large", "The body is larger than this route takes.")
}

/// The values in a path.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Refusal> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Path(path)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => Err(Refusal(Problem::new(400, "malformed", error.body_text()))),
            Err(error) => Err(Refusal(Problem::internal(error.body_text()))),
        }
    }
}

/// The values behind the question mark.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query<T>, Refusal> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Query(query)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => Err(Refusal(Problem::new(400, "malformed", error.body_text()))),
            Err(error) => Err(Refusal(Problem::new(400, "malformed", error.body_text()))),
        }
    }
}

/// 201 with the new thing.
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

/// 204: done, nothing to say.
pub struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
