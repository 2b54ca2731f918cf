//! `/api/v1/hooks`: no session, no cookie; each request brings its own proof.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use domain::problem::Problem;

use crate::action;
use crate::action::hook::Proof;
use crate::api::caller::Caller;
use crate::api::problem::{Done, Path, Refusal, too_large};
use crate::server::Shared;

/// An event is at most 39,000 characters of message and some metadata.
const BODY: usize = 256 * 1024;

/// An event of Flux's notification-controller (`generic-hmac`), signed with the cluster's hook secret.
#[utoipa::path(post, path = "/api/v1/hooks/flux/{cluster}", tag = "hooks", params(("cluster" = String, Path), ("x-signature" = String, Header, description = "`sha256=` and the HMAC of the body in hex")), request_body = Object, responses((status = 204), (status = 401, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn flux(State(server): State<Shared>, caller: Caller, Path(cluster): Path<String>, request: Request) -> Result<Done, Refusal> {
    let proof = Proof { signature: text(request.headers(), "x-signature"), token: None };
    let body = read(request.into_body()).await?;
    action::hook::flux(&server, caller.address, &cluster, &proof, &body).await?;
    Ok(Done)
}

/// A forge's push webhook: the branch is looked at now. GitHub, Gitea and Forgejo sign; GitLab and others send the
/// secret itself.
#[utoipa::path(post, path = "/api/v1/hooks/git/{cluster}", tag = "hooks", params(("cluster" = String, Path)), request_body = Object, responses((status = 204), (status = 401, body = Problem), (status = 413, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn git(State(server): State<Shared>, caller: Caller, Path(cluster): Path<String>, request: Request) -> Result<Done, Refusal> {
    let headers = request.headers();
    let signature = ["x-signature", "x-hub-signature-256", "x-forgejo-signature", "x-gitea-signature"];
    let bearer = text(headers, header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let proof =
        Proof { signature: signature.iter().find_map(|name| text(headers, name)), token: text(headers, "x-gitlab-token").or(bearer) };
    let body = read(request.into_body()).await?;
    action::hook::git(&server, caller.address, &cluster, &proof, &body).await?;
    Ok(Done)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

async fn read(body: Body) -> Result<axum::body::Bytes, Refusal> {
    to_bytes(body, BODY).await.map_err(|_| Refusal(too_large()))
}
