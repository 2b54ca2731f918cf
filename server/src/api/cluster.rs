//! `/api/v1/clusters`

use axum::Json;
use axum::extract::State;
use domain::api::cluster::{Bootstrap, Cluster, ClusterEdit, HookSecret, KeyPair, NewBinding, NewCluster, Probe, PullToken};
use domain::cluster::FluxNames;
use domain::problem::Problem;

use crate::action;
use crate::api::caller::Caller;
use crate::api::problem::{Answer, Body, Created, Path, Refusal};
use crate::server::Shared;

/// The clusters, in the order of their environments.
#[utoipa::path(get, path = "/api/v1/clusters", tag = "clusters", responses((status = 200, body = Vec<Cluster>), (status = 401, body = Problem)))]
pub async fn list(State(server): State<Shared>, caller: Caller) -> Answer<Vec<Cluster>> {
    Ok(Json(action::cluster::list(&server, &caller).await?))
}

/// One cluster.
#[utoipa::path(get, path = "/api/v1/clusters/{cluster}", tag = "clusters", params(("cluster" = String, Path)), responses((status = 200, body = Cluster), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn read(State(server): State<Shared>, caller: Caller, Path(cluster): Path<String>) -> Answer<Cluster> {
    Ok(Json(action::cluster::get(&server, &caller, &cluster).await?))
}

/// Adds a cluster. A remote repository must answer, unless its key was only just generated.
#[utoipa::path(post, path = "/api/v1/clusters", tag = "clusters", request_body = NewCluster, responses((status = 201, body = Cluster), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add(State(server): State<Shared>, caller: Caller, Body(new): Body<NewCluster>) -> Result<Created<Cluster>, Refusal> {
    Ok(Created(action::cluster::add(&server, &caller, new).await?))
}

/// Changes recipients, identity or Flux's names; a plan of kind cluster carries it to Git.
#[utoipa::path(patch, path = "/api/v1/clusters/{cluster}", tag = "clusters", params(("cluster" = String, Path)), request_body = ClusterEdit, responses((status = 200, body = Cluster), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn edit(
    State(server): State<Shared>,
    caller: Caller,
    Path(cluster): Path<String>,
    Body(edit): Body<ClusterEdit>,
) -> Answer<Cluster> {
    Ok(Json(action::cluster::edit(&server, &caller, &cluster, edit).await?))
}

/// Makes an age key pair for a cluster. The identity is in this answer and kept nowhere.
#[utoipa::path(post, path = "/api/v1/clusters/key-pair", tag = "clusters", request_body = FluxNames, responses((status = 200, body = KeyPair), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn key_pair(_: Caller, Body(flux): Body<FluxNames>) -> Answer<KeyPair> {
    Ok(Json(action::cluster::key_pair(&flux)))
}

/// Asks a repository who it is, and changes nothing.
#[utoipa::path(post, path = "/api/v1/clusters/probe", tag = "clusters", request_body = NewBinding, responses((status = 200, body = Probe), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn probe(caller: Caller, Body(binding): Body<NewBinding>) -> Answer<Probe> {
    Ok(Json(action::cluster::probe::probe(&caller, binding).await?))
}

/// What to apply once in the cluster so that Flux follows its repository.
#[utoipa::path(get, path = "/api/v1/clusters/{cluster}/bootstrap", tag = "clusters", params(("cluster" = String, Path)), responses((status = 200, body = Bootstrap), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn bootstrap(State(server): State<Shared>, caller: Caller, Path(cluster): Path<String>) -> Answer<Bootstrap> {
    Ok(Json(action::cluster::bootstrap(&server, &caller, &cluster).await?))
}

/// Makes what Flux pulls the embedded repository with; the one before opens nothing from then on.
#[utoipa::path(post, path = "/api/v1/clusters/{cluster}/pull-token", tag = "clusters", params(("cluster" = String, Path)), responses((status = 201, body = PullToken), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn pull_token(State(server): State<Shared>, caller: Caller, Path(cluster): Path<String>) -> Result<Created<PullToken>, Refusal> {
    Ok(Created(action::cluster::pull_token::issue(&server, &caller, &cluster).await?))
}

/// Makes what Flux signs its events with; the one before counts for nothing from then on.
#[utoipa::path(post, path = "/api/v1/clusters/{cluster}/hook-secret", tag = "clusters", params(("cluster" = String, Path)), responses((status = 201, body = HookSecret), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn hook_secret(
    State(server): State<Shared>,
    caller: Caller,
    Path(cluster): Path<String>,
) -> Result<Created<HookSecret>, Refusal> {
    Ok(Created(action::cluster::hook_secret::issue(&server, &caller, &cluster).await?))
}
