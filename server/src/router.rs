//! Every URL of the API, and who may use it.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::routing::get;
use axum::{Extension, Router};
use domain::principal::Act::{Administer, Deploy, Draft, Edit, See};
use domain::problem::Problem;
use tower::Layer;
use tower::ServiceExt;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::api::doors::Doors;
use crate::api::doors::Policy::{Enrolling, Hook, May, Person, PersonMay, Public, PullToken};
use crate::api::problem::{Refusal, too_large};
use crate::api::{
    access, application, assist, audit, catalog, chart, chart_repository, cluster, compare, draft, draft_events, draft_history,
    environment, exchange, foreign, headers, health, hook, openapi, passkey, person, plan, pull, record, running, secret, session,
    settings, setup, variable,
};
use crate::identity;
use crate::server::Shared;
use crate::site;

#[rustfmt::skip]
fn doors() -> Doors {
    Doors::new(openapi::document())
        .door("GET /healthz",                              Public,                routes!(health::alive))
        .door("GET /readyz",                               Public,                routes!(health::ready))
        .door("GET /api/v1/openapi.json",                  Public,                routes!(openapi::json))

        .door("GET /api/v1/setup",                         Public,                routes!(setup::read))
        .door("POST /api/v1/setup",                        Public,                routes!(setup::finish))
        .door("GET /api/v1/session",                       Public,                routes!(session::read))
        .door("POST /api/v1/session",                      Public,                routes!(session::log_in))
        .door("POST /api/v1/session/enrolment",            Public,                routes!(session::log_in_to_enrol))
        .door("DELETE /api/v1/session",                    Public,                routes!(session::log_out))
        .door("PUT /api/v1/me/password",                   Enrolling,             routes!(session::set_password))

        .door("POST /api/v1/passkey/login/start",          Public,                routes!(passkey::start_login))
        .door("POST /api/v1/passkey/login/finish",         Public,                routes!(passkey::finish_login))
        .door("POST /api/v1/passkey/enrol/start",          Enrolling,             routes!(passkey::start_enrolment))
        .door("POST /api/v1/passkey/enrol/finish",         Enrolling,             routes!(passkey::finish_enrolment))
        .door("POST /api/v1/passkey/device/start",         Person,                routes!(passkey::start_device))
        .door("POST /api/v1/passkey/device/finish",        Person,                routes!(passkey::finish_device))
        .door("GET /api/v1/passkey/keys",                  Person,                routes!(passkey::list))
        .door("PATCH /api/v1/passkey/keys/{key}",          Person,                routes!(passkey::rename))
        .door("DELETE /api/v1/passkey/keys/{key}",         Person,                routes!(passkey::revoke))

        .door("GET /api/v1/people",                        May(See),              routes!(person::list))
        .door("POST /api/v1/people",                       PersonMay(Administer), routes!(person::add))
        .door("GET /api/v1/people/{person}",               May(See),              routes!(person::read))
        .door("PATCH /api/v1/people/{person}",             PersonMay(Administer), routes!(person::change))
        .door("POST /api/v1/people/{person}/enrolment",    PersonMay(Administer), routes!(person::invite))

        .door("GET /api/v1/settings",                      May(See),              routes!(settings::read))
        .door("PATCH /api/v1/settings",                    PersonMay(Administer), routes!(settings::change))
        .door("GET /api/v1/audit",                         PersonMay(See),        routes!(audit::list))
        .door("GET /api/v1/audit/checkpoint",              May(See),              routes!(audit::checkpoint))

        .door("GET /api/v1/environments",                  May(See),              routes!(environment::list))
        .door("POST /api/v1/environments",                 PersonMay(Administer), routes!(environment::add))
        .door("PATCH /api/v1/environments/{environment}",  PersonMay(Administer), routes!(environment::edit))
        .door("GET /api/v1/clusters",                      May(See),              routes!(cluster::list))
        .door("POST /api/v1/clusters",                     PersonMay(Administer), routes!(cluster::add))
        .door("GET /api/v1/clusters/{cluster}",            May(See),              routes!(cluster::read))
        .door("PATCH /api/v1/clusters/{cluster}",          PersonMay(Administer), routes!(cluster::edit))
        .door("GET /git/{repository}/info/refs",           PullToken,             routes!(pull::refs))
        .door("POST /git/{repository}/git-upload-pack",    PullToken,             routes!(pull::upload_pack))
        .door("GET /api/v1/clusters/{cluster}/bootstrap",  May(See),              routes!(cluster::bootstrap))
        .door("POST /api/v1/clusters/{cluster}/pull-token", PersonMay(Administer), routes!(cluster::pull_token))
        .door("POST /api/v1/clusters/{cluster}/hook-secret", PersonMay(Administer), routes!(cluster::hook_secret))
        .door("GET /api/v1/clusters/{cluster}/foreign",    May(See),              routes!(foreign::list))
        .door("GET /api/v1/clusters/{cluster}/foreign/{commit}", May(See),        routes!(foreign::read))
        .door("POST /api/v1/clusters/key-pair",            PersonMay(Administer), routes!(cluster::key_pair))
        .door("POST /api/v1/clusters/probe",               PersonMay(Administer), routes!(cluster::probe))

        .door("GET /api/v1/variables",                     May(See),              routes!(variable::list))
        .door("PUT /api/v1/variables",                     PersonMay(Edit),       routes!(variable::set))
        .door("DELETE /api/v1/variables",                  PersonMay(Edit),       routes!(variable::unset))
        .door("GET /api/v1/secrets",                       May(See),              routes!(secret::list))
        .door("PUT /api/v1/secrets",                       PersonMay(Edit),       routes!(secret::set))
        .door("DELETE /api/v1/secrets",                    PersonMay(Edit),       routes!(secret::unset))

        .door("GET /api/v1/catalog",                       May(See),              routes!(catalog::find))
        .door("GET /api/v1/catalog/{chart}",               May(See),              routes!(catalog::read))
        .door("GET /api/v1/charts/versions",               May(See),              routes!(chart::versions))
        .door("GET /api/v1/charts/contents",               May(See),              routes!(chart::contents))
        .door("GET /api/v1/chart-repositories",            May(See),              routes!(chart_repository::list))
        .door("POST /api/v1/chart-repositories",           PersonMay(Administer), routes!(chart_repository::add))
        .door("DELETE /api/v1/chart-repositories/{repository}", PersonMay(Administer), routes!(chart_repository::remove))
        .door("POST /api/v1/chart-repositories/{repository}/fetch", PersonMay(Edit), routes!(chart_repository::fetch))

        .door("GET /api/v1/overview",                      May(See),              routes!(record::overview))
        .door("GET /api/v1/examples",                      May(See),              routes!(draft::examples))
        .door("GET /api/v1/drafts",                        May(See),              routes!(draft::list))
        .door("POST /api/v1/clusters/{cluster}/drafts",    PersonMay(Draft),      large(routes!(draft::open)))
        .door("GET /api/v1/drafts/{draft}",                May(See),              routes!(draft::read))
        .door("PATCH /api/v1/drafts/{draft}",              PersonMay(Draft),      routes!(draft::describe))
        .door("DELETE /api/v1/drafts/{draft}",             PersonMay(Draft),      routes!(draft::discard))
        .door("POST /api/v1/drafts/{draft}/changes",       PersonMay(Edit),       large(routes!(draft::edit)))
        .door("POST /api/v1/drafts/{draft}/rebase",        PersonMay(Edit),       routes!(draft::rebase))
        .door("POST /api/v1/drafts/{draft}/restore",       PersonMay(Draft),      routes!(draft::restore))
        .door("GET /api/v1/drafts/{draft}/events",         May(See),              routes!(draft_events::events))
        .door("GET /api/v1/drafts/{draft}/edits",          May(See),              routes!(draft_history::edits))
        .door("POST /api/v1/drafts/{draft}/checkpoints",   PersonMay(Draft),      routes!(draft_history::add_checkpoint))
        .door("DELETE /api/v1/drafts/{draft}/checkpoints/{checkpoint}", PersonMay(Draft), routes!(draft_history::remove_checkpoint))
        .door("POST /api/v1/drafts/{draft}/back",          PersonMay(Edit),       routes!(draft_history::back))
        .door("POST /api/v1/drafts/{draft}/applications",  PersonMay(Edit),       routes!(application::add))
        .door("POST /api/v1/drafts/{draft}/components/{component}/assist", May(See), large(routes!(assist::at)))
        .door("POST /api/v1/drafts/{draft}/components/{component}/problems", May(See), large(routes!(assist::problems)))
        .door("POST /api/v1/drafts/{draft}/components/{component}/form", May(See), large(routes!(assist::form)))
        .door("POST /api/v1/drafts/{draft}/components/{component}/defaults", May(See), large(routes!(assist::defaults)))
        .door("POST /api/v1/drafts/{draft}/components/{component}/edited", May(See), large(routes!(assist::edited)))
        .door("GET /api/v1/drafts/{draft}/export",         May(See),              routes!(exchange::draft))
        .door("POST /api/v1/imports",                      PersonMay(Draft),      large(routes!(exchange::import)))
        .door("GET /api/v1/clusters/{cluster}/stacks/{stack}/export", May(See),   routes!(exchange::recorded))
        .door("GET /api/v1/clusters/{cluster}/stacks/{stack}/versions", May(See), routes!(compare::versions))
        .door("GET /api/v1/clusters/{cluster}/stacks/{stack}/compare", May(See),  routes!(compare::compare))
        .door("POST /api/v1/drafts/{draft}/plans",         PersonMay(Draft),      routes!(plan::freeze))
        .door("POST /api/v1/clusters/{cluster}/plans",     PersonMay(Administer), routes!(plan::freeze_cluster))
        .door("POST /api/v1/clusters/{cluster}/roster-plans", PersonMay(Administer), routes!(plan::freeze_roster))
        .door("POST /api/v1/clusters/{cluster}/stacks/{stack}/removal-plans", PersonMay(Draft), routes!(plan::freeze_removal))
        .door("GET /api/v1/plans/{plan}",                  May(See),              routes!(plan::read))
        .door("GET /api/v1/plans/{plan}/plan.json",        May(See),              routes!(plan::bytes))
        .door("GET /api/v1/plans/{plan}/files/{sha256}",   May(See),              routes!(plan::file))
        .door("POST /api/v1/plans/{plan}/ceremony",        PersonMay(Deploy),     routes!(plan::ceremony))
        .door("POST /api/v1/plans/{plan}/approvals",       PersonMay(Deploy),     routes!(plan::approve))
        .door("GET /api/v1/deployments/{deployment}",      May(See),              routes!(plan::deployment))
        .door("POST /api/v1/hooks/flux/{cluster}",         Hook,                  routes!(hook::flux))
        .door("POST /api/v1/hooks/git/{cluster}",          Hook,                  routes!(hook::git))

        .door("GET /api/v1/record",                        May(See),              routes!(record::list))
        .door("GET /api/v1/record/{cluster}/{number}",     May(See),              routes!(record::read))
}

/// What a body may weigh; routes that take more say so themselves.
const BODY: usize = 2 * 1024 * 1024;

/// For a route that takes whole stacks: what is too large in one is told at its place, and not by its weight alone.
fn large((schemas, paths, router): UtoipaMethodRouter<Shared>) -> UtoipaMethodRouter<Shared> {
    (schemas, paths, router.layer(axum::extract::DefaultBodyLimit::max(LARGEST)))
}

/// The API with all its layers: what the listener serves and what pages call in-process.
pub fn api(server: &Shared) -> (Router, Arc<OpenApi>) {
    let (router, document, policies) = doors().split();
    let document = Arc::new(document);
    let sessions = identity::session::layers(server.store.clone(), server.clock.clone());
    let router = router
        .fallback(async || Refusal(Problem::not_found("route")))
        .method_not_allowed_fallback(async || Refusal(Problem::new(405, "method_not_allowed", "This route does not take this method.")))
        .layer(axum::extract::DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn(refuse_large))
        .layer(middleware::from_fn_with_state((server.clone(), policies), access::check))
        .layer(middleware::from_fn_with_state((server.clone(), sessions), with_session))
        .layer(middleware::from_fn(running::to_the_end))
        .layer(Extension(document.clone()))
        .with_state(server.clone());
    (router, document)
}

/// Everything the listener serves: the API, health, and the pages behind all else.
pub fn all(server: &Shared) -> Router {
    let (api, document) = api(server);
    let site = site::router(server, api.clone(), document);
    let dispatch = tower::service_fn(move |request: Request| {
        let router = if is_api(request.uri().path()) { api.clone() } else { site.clone() };
        router.oneshot(request)
    });
    Router::new()
        .route("/metrics", get(health::metrics))
        .fallback_service(dispatch)
        .layer(middleware::from_fn_with_state(server.clone(), headers::secure))
        .layer(middleware::from_fn(running::catch_panics))
        .layer(middleware::from_fn_with_state(server.clone(), running::trace))
        .with_state(server.clone())
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/git/") || matches!(path, "/api" | "/healthz" | "/readyz")
}

type SessionState = (Shared, identity::session::Layers);

/// Puts the session's layer around a request, by whether the public URL is https.
async fn with_session(
    axum::extract::State((server, layers)): axum::extract::State<SessionState>,
    request: Request,
    next: Next,
) -> axum::response::Response {
    let layer = if server.settings().public_url.is_https() { &layers.https } else { &layers.plain };
    match layer.layer(next).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Says 413 from the announced length, before anything is read.
async fn refuse_large(request: Request, next: Next) -> Result<axum::response::Response, Refusal> {
    let announced =
        request.headers().get(axum::http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST) {
        return Err(Refusal(too_large()));
    }
    Ok(next.run(request).await)
}

/// No route takes more than this.
const LARGEST: usize = 20 * 1024 * 1024;
