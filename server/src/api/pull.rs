//! `/git/{cluster}.git`: the embedded repository as Flux pulls it, by smart HTTP and never to be written.
//!
//! The cluster's own token opens it and nothing else does: no session, no token of a person's or an agent's.

use std::io::Read as _;
use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use domain::problem::Problem;
use serde::Deserialize;

use crate::action;
use crate::api::problem::{Path, Query, Refusal, too_large};
use crate::server::{Server, Shared};

/// What a request may weigh once it is unpacked: a list of the commits that the client has.
const REQUEST: usize = 8 << 20;

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    service: String,
}

/// What branches the repository has. `git-upload-pack` is the only service.
#[utoipa::path(get, path = "/git/{repository}/info/refs", tag = "pull", params(("repository" = String, Path, description = "The cluster's name and `.git`"), ("service" = Option<String>, Query)), responses((status = 200, content_type = "application/x-git-upload-pack-advertisement", body = String), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn refs(
    State(server): State<Shared>,
    headers: HeaderMap,
    Path(repository): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Closed> {
    let folder = open(&server, &headers, &repository).await?;
    if asked.service != "git-upload-pack" {
        return Err(read_only().into());
    }
    let list = action::cluster::pull::list(&server, &folder, protocol(&headers)).await?;
    Ok(answer("application/x-git-upload-pack-advertisement", Body::from(list)))
}

/// The objects that the client asks for.
#[utoipa::path(post, path = "/git/{repository}/git-upload-pack", tag = "pull", params(("repository" = String, Path, description = "The cluster's name and `.git`")), request_body(content = String, content_type = "application/x-git-upload-pack-request"), responses((status = 200, content_type = "application/x-git-upload-pack-result", body = String), (status = 401, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)))]
pub async fn upload_pack(
    State(server): State<Shared>,
    headers: HeaderMap,
    Path(repository): Path<String>,
    request: axum::extract::Request,
) -> Result<Response, Closed> {
    let folder = open(&server, &headers, &repository).await?;
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/x-git-upload-pack-request") {
        return Err(Problem::new(415, "not_git", "This route speaks to git alone.").into());
    }
    let packed = axum::body::to_bytes(request.into_body(), REQUEST).await.map_err(|_| too_large())?;
    let request = unpacked(&headers, &packed)?;
    let said = action::cluster::pull::answer(&server, &folder, protocol(&headers), request).await?;
    Ok(answer("application/x-git-upload-pack-result", Body::from_stream(said.pieces())))
}

/// A refusal that asks git for the user name and token where they are missing or wrong.
pub struct Closed(Problem);

impl From<Problem> for Closed {
    fn from(problem: Problem) -> Closed {
        Closed(problem)
    }
}

impl IntoResponse for Closed {
    fn into_response(self) -> Response {
        let status = self.0.status;
        let mut response = Refusal(self.0).into_response();
        if status == 401 {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"countersign\", charset=\"UTF-8\""));
        }
        response
    }
}

async fn open(server: &Server, headers: &HeaderMap, repository: &str) -> Result<PathBuf, Problem> {
    let token = token(headers).ok_or_else(action::cluster::pull_token::unknown)?;
    action::cluster::pull_token::repository(server, &token, repository.strip_suffix(".git").unwrap_or_default()).await
}

/// The password of `Authorization: Basic`; nothing hangs on the user name.
fn token(headers: &HeaderMap) -> Option<String> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let (_, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| password.to_owned())
}

fn protocol(headers: &HeaderMap) -> Option<&str> {
    headers.get("git-protocol")?.to_str().ok()
}

/// git packs every request above a kilobyte; a small body must not become a large one.
fn unpacked(headers: &HeaderMap, body: &Bytes) -> Result<Vec<u8>, Problem> {
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(body.to_vec()),
        Some(b"gzip" | b"x-gzip") => {
            let mut plain = Vec::new();
            let read = flate2::read::MultiGzDecoder::new(body.as_ref()).take(REQUEST as u64 + 1).read_to_end(&mut plain);
            read.map_err(|_| Problem::new(400, "malformed", "The body is no gzip."))?;
            if plain.len() > REQUEST { Err(too_large()) } else { Ok(plain) }
        }
        Some(_) => Err(Problem::new(415, "not_git", "Of encodings, this route takes gzip.")),
    }
}

fn answer(kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    response
}

fn read_only() -> Problem {
    Problem::forbidden("This repository is served to be read; only countersigned plans write to it.")
}
