//! Every route × every role, from the OpenAPI document: a route without a line here fails.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Method;
use domain::principal::{Role, Target};
use serde_json::Value;

use crate::support::{Client, TestServer};

/// What each role is answered, with `x` for every id and `{}` for every body: 401 and 403 are the door's,
/// 404 and 422 say that the door was passed. DELETE of the session stands last: it ends the session.
#[rustfmt::skip]
const EXPECTED: &str = "
                                                    anonymous auditor editor operator admin agent
    GET    /healthz                                       200     200    200      200   200   200
    GET    /readyz                                        200     200    200      200   200   200
    GET    /api/v1/openapi.json                           200     200    200      200   200   200
    GET    /api/v1/setup                                  200     200    200      200   200   200
    POST   /api/v1/setup                                  422     422    422      422   422   422
    GET    /api/v1/session                                200     200    200      200   200   200
    POST   /api/v1/session                                422     422    422      422   422   422
    POST   /api/v1/session/enrolment                      422     422    422      422   422   422
    PUT    /api/v1/me/password                            401     422    422      422   422   403
    POST   /api/v1/passkey/login/start                    200     200    200      200   200   200
    POST   /api/v1/passkey/login/finish                   422     422    422      422   422   422
    POST   /api/v1/passkey/enrol/start                    401     403    403      403   403   403
    POST   /api/v1/passkey/enrol/finish                   401     422    422      422   422   403
    POST   /api/v1/passkey/device/start                   401     403    403      403   403   403
    POST   /api/v1/passkey/device/finish                  401     422    422      422   422   403
    GET    /api/v1/passkey/keys                           401     200    200      200   200   403
    PATCH  /api/v1/passkey/keys/{key}                     401     422    422      422   422   403
    DELETE /api/v1/passkey/keys/{key}                     401     404    404      404   404   403
    GET    /api/v1/settings                               401     200    200      200   200   200
    PATCH  /api/v1/settings                               401     403    403      403   200   403
    GET    /api/v1/audit                                  401     200    200      200   200   403
    GET    /api/v1/audit/checkpoint                       401     200    200      200   200   200
    GET    /api/v1/people                                 401     200    200      200   200   200
    POST   /api/v1/people                                 401     403    403      403   422   403
    GET    /api/v1/people/{person}                        401     404    404      404   404   404
    PATCH  /api/v1/people/{person}                        401     403    403      403   404   403
    POST   /api/v1/people/{person}/enrolment              401     403    403      403   404   403
    GET    /api/v1/environments                           401     200    200      200   200   200
    POST   /api/v1/environments                           401     403    403      403   422   403
    PATCH  /api/v1/environments/{environment}             401     403    403      403   404   403
    GET    /api/v1/clusters                               401     200    200      200   200   200
    POST   /api/v1/clusters                               401     403    403      403   422   403
    GET    /api/v1/clusters/{cluster}                     401     404    404      404   404   404
    PATCH  /api/v1/clusters/{cluster}                     401     403    403      403   422   403
    GET    /api/v1/clusters/{cluster}/bootstrap           401     404    404      404   404   404
    POST   /api/v1/clusters/{cluster}/pull-token          401     403    403      403   404   403
    POST   /api/v1/clusters/{cluster}/hook-secret         401     403    403      403   404   403
    GET    /api/v1/clusters/{cluster}/foreign             401     404    404      404   404   404
    GET    /api/v1/clusters/{cluster}/foreign/{commit}    401     404    404      404   404   404
    GET    /git/{repository}/info/refs                    401     401    401      401   401   401
    POST   /git/{repository}/git-upload-pack              401     401    401      401   401   401
    POST   /api/v1/clusters/key-pair                      401     403    403      403   200   403
    POST   /api/v1/clusters/probe                         401     403    403      403   422   403
    GET    /api/v1/variables                              401     200    200      200   200   200
    PUT    /api/v1/variables                              401     403    422      422   422   403
    DELETE /api/v1/variables                              401     403    422      422   422   403
    GET    /api/v1/secrets                                401     200    200      200   200   200
    PUT    /api/v1/secrets                                401     403    422      422   422   403
    DELETE /api/v1/secrets                                401     403    422      422   422   403
    GET    /api/v1/catalog                                401     200    200      200   200   200
    GET    /api/v1/catalog/{chart}                        401     404    404      404   404   404
    GET    /api/v1/charts/versions                        401     400    400      400   400   400
    GET    /api/v1/charts/contents                        401     400    400      400   400   400
    GET    /api/v1/chart-repositories                     401     200    200      200   200   200
    POST   /api/v1/chart-repositories                     401     403    403      403   422   403
    DELETE /api/v1/chart-repositories/{repository}        401     403    403      403   404   403
    POST   /api/v1/chart-repositories/{repository}/fetch  401     403    404      404   404   403
    GET    /api/v1/overview                               401     200    200      200   200   200
    GET    /api/v1/examples                               401     200    200      200   200   200
    GET    /api/v1/drafts                                 401     200    200      200   200   200
    POST   /api/v1/clusters/{cluster}/drafts              401     403    422      422   422   403
    GET    /api/v1/drafts/{draft}                         401     404    404      404   404   404
    PATCH  /api/v1/drafts/{draft}                         401     403    404      404   404   403
    POST   /api/v1/drafts/{draft}/components/{component}/assist    401  422    422      422   422   422
    POST   /api/v1/drafts/{draft}/components/{component}/problems  401  422    422      422   422   422
    POST   /api/v1/drafts/{draft}/components/{component}/form      401  422    422      422   422   422
    POST   /api/v1/drafts/{draft}/components/{component}/defaults  401  422    422      422   422   422
    POST   /api/v1/drafts/{draft}/components/{component}/edited    401  422    422      422   422   422
    DELETE /api/v1/drafts/{draft}                         401     403    404      404   404   403
    POST   /api/v1/drafts/{draft}/changes                 401     403    422      422   422   403
    POST   /api/v1/drafts/{draft}/rebase                  401     403    422      422   422   403
    POST   /api/v1/drafts/{draft}/restore                 401     403    404      404   404   403
    GET    /api/v1/drafts/{draft}/events                  401     404    404      404   404   404
    GET    /api/v1/drafts/{draft}/edits                   401     404    404      404   404   404
    POST   /api/v1/drafts/{draft}/checkpoints             401     403    422      422   422   403
    DELETE /api/v1/drafts/{draft}/checkpoints/{checkpoint} 401    403    404      404   404   403
    POST   /api/v1/drafts/{draft}/back                    401     403    422      422   422   403
    POST   /api/v1/drafts/{draft}/applications            401     403    422      422   422   403
    GET    /api/v1/drafts/{draft}/export                  401     404    404      404   404   404
    POST   /api/v1/imports                                401     403    422      422   422   403
    GET    /api/v1/clusters/{cluster}/stacks/{stack}/export 401   404    404      404   404   404
    GET    /api/v1/clusters/{cluster}/stacks/{stack}/versions 401 404    404      404   404   404
    GET    /api/v1/clusters/{cluster}/stacks/{stack}/compare 401  400    400      400   400   400
    POST   /api/v1/drafts/{draft}/plans                   401     403    422      422   422   403
    POST   /api/v1/clusters/{cluster}/plans               401     403    403      403   404   403
    POST   /api/v1/clusters/{cluster}/roster-plans        401     403    403      403   404   403
    POST   /api/v1/clusters/{cluster}/stacks/{stack}/removal-plans 401 403 404    404   404   403
    GET    /api/v1/plans/{plan}                           401     404    404      404   404   404
    GET    /api/v1/plans/{plan}/plan.json                 401     404    404      404   404   404
    GET    /api/v1/plans/{plan}/files/{sha256}            401     404    404      404   404   404
    POST   /api/v1/plans/{plan}/ceremony                  401     403    403      404   404   403
    POST   /api/v1/plans/{plan}/approvals                 401     403    403      422   422   403
    GET    /api/v1/deployments/{deployment}               401     404    404      404   404   404
    POST   /api/v1/hooks/flux/{cluster}                   401     401    401      401   401   401
    POST   /api/v1/hooks/git/{cluster}                    401     401    401      401   401   401
    GET    /api/v1/record                                 401     200    200      200   200   200
    GET    /api/v1/record/{cluster}/{number}              401     400    400      400   400   400
    DELETE /api/v1/session                                204     204    204      204   204   204
";

/// What strangers may reach at all; DESIGN §8 names exactly these.
fn is_public(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/api/v1/openapi.json" | "/api/v1/setup")
        || path.starts_with("/api/v1/session")
        || path.starts_with("/api/v1/passkey/login")
}

fn expected() -> Vec<(String, Vec<u16>)> {
    let lines = EXPECTED.lines().filter(|line| !line.trim().is_empty()).skip(1);
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let route = format!("{} {}", words.next().unwrap(), words.next().unwrap());
            (route, words.map(|status| status.parse().unwrap()).collect())
        })
        .collect()
}

fn routes(document: &Value) -> BTreeMap<String, String> {
    let mut routes = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let policy = operation["x-policy"].as_str().unwrap_or_else(|| panic!("{method} {path} has no policy"));
            routes.insert(format!("{} {path}", method.to_uppercase()), policy.to_owned());
        }
    }
    routes
}

async fn roles(server: &TestServer, mut ada: Client) -> Vec<(&'static str, Client)> {
    let auditor = server.person(&mut ada, "audrey", Role::Auditor).await;
    let editor = server.person(&mut ada, "edith", Role::Editor).await;
    let operator = server.person(&mut ada, "olga", Role::Operator).await;
    let mut agent = server.client();
    agent.token = Some(server.agent("helper", vec![Target::Organisation]).await);
    agent.origin = None;
    vec![("anonymous", server.client()), ("auditor", auditor), ("editor", editor), ("operator", operator), ("admin", ada), ("agent", agent)]
}

#[tokio::test]
async fn every_route_answers_every_role_as_stated() {
    let (server, ada) = TestServer::set_up().await;
    let document: Value = server.client().get("/api/v1/openapi.json").await.expect_status(200).json();
    let routes = routes(&document);
    let expected = expected();
    let mut wrong = Vec::new();
    for route in routes.keys().filter(|route| !expected.iter().any(|(stated, _)| stated == *route)) {
        wrong.push(format!("{route}: state what each role is answered"));
    }
    let mut roles = roles(&server, ada).await;
    for (route, statuses) in &expected {
        if !routes.contains_key(route) {
            wrong.push(format!("{route}: there is no such route"));
            continue;
        }
        assert_eq!(statuses.len(), roles.len(), "{route}");
        let (method, path) = route.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let filled: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        for ((role, client), status) in roles.iter_mut().zip(statuses) {
            // Routes that count tries would refuse the later roles.
            server.clock.advance(server::clock::MINUTE);
            let request = client.request(method.clone(), &filled.join("/")).header("content-type", "application/json");
            let answer = client.send(request.body(Body::from(if method == Method::GET { "" } else { "{}" })).unwrap()).await;
            if answer.status.as_u16() != *status {
                wrong.push(format!("{route} as {role}: stated {status}, answered {} {}", answer.status.as_u16(), answer.text()));
            }
            if matches!(answer.status.as_u16(), 401 | 403) {
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{route} as {role}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[tokio::test]
async fn exactly_the_named_routes_are_public_and_a_stranger_is_told_401_elsewhere() {
    let server = TestServer::fresh().await;
    let document: Value = server.client().get("/api/v1/openapi.json").await.expect_status(200).json();
    for (route, policy) in routes(&document) {
        let (_, path) = route.split_once(' ').unwrap();
        assert_eq!(policy == "public", is_public(path), "{route} is {policy}");
    }
    for (route, statuses) in expected() {
        let (_, path) = route.split_once(' ').unwrap();
        assert_eq!(statuses[0] == 401, !is_public(path), "{route}");
    }
}

/// No role, token or tool of an agent's leads to a route that signs, deploys, enrols or administers.
#[tokio::test]
async fn an_agent_is_refused_wherever_a_person_is_asked_for() {
    let server = TestServer::fresh().await;
    let document: Value = server.client().get("/api/v1/openapi.json").await.expect_status(200).json();
    let stated: BTreeMap<String, Vec<u16>> = expected().into_iter().collect();
    for (route, policy) in routes(&document) {
        if policy.starts_with("person") || policy == "enrolling" {
            assert_eq!(stated.get(&route).and_then(|statuses| statuses.last()), Some(&403), "{route}");
        }
        assert!(policy != "may deploy" && policy != "may edit" && policy != "may administer", "{route} lets an agent try: {policy}");
    }
}
