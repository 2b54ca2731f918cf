//! Routes and who may use them: a route cannot be registered without saying so.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::Method;
use domain::principal::Act;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{OpenApi, extensions::Extensions};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::server::Shared;

/// Who may pass. What an action is done to (an environment, a cluster) it checks itself, inside `audited`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Anybody, known or not.
    Public,
    /// Nobody by who they are: the request brings its own proof, and the action checks it. Cookies and tokens count for
    /// nothing.
    Hook,
    /// A person, even one who has only shown an enrolment code: for enrolling keys and nothing else.
    Enrolling,
    /// The pull token of one cluster, which the handler reads: no session and no other token counts here.
    PullToken,
    /// Any person who is logged in, whatever their roles: for what is their own.
    Person,
    /// Whoever may do this anywhere, agents within their scope included.
    May(Act),
    /// A person who may do this anywhere; tokens and agents are turned away at the door.
    PersonMay(Act),
}

impl Policy {
    /// As the OpenAPI document says it.
    fn name(self) -> String {
        match self {
            Policy::Public => String::from("public"),
            Policy::Hook => String::from("hook"),
            Policy::Enrolling => String::from("enrolling"),
            Policy::PullToken => String::from("pull token"),
            Policy::Person => String::from("person"),
            Policy::May(act) => format!("may {act:?}").to_lowercase(),
            Policy::PersonMay(act) => format!("person may {act:?}").to_lowercase(),
        }
    }
}

/// The policies by method and path, as the router looks them up.
pub type Policies = Arc<HashMap<(Method, String), Policy>>;

/// Collects the routes of the API.
pub struct Doors {
    router: OpenApiRouter<Shared>,
    policies: HashMap<(Method, String), Policy>,
}

impl Doors {
    pub fn new(openapi: OpenApi) -> Doors {
        Doors { router: OpenApiRouter::with_openapi(openapi), policies: HashMap::new() }
    }

    /// One method at one path: `.door("GET /api/v1/stacks", Policy::May(Act::See), routes!(stack::list))`.
    ///
    /// # Panics
    /// At start, if the line says another method or path than the handler does.
    #[must_use]
    pub fn door(mut self, line: &str, policy: Policy, (schemas, mut paths, router): UtoipaMethodRouter<Shared>) -> Doors {
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                assert_eq!(line, format!("{method} {path}"), "router.rs and the handler must name the same method and path");
                let said = Extensions::builder().add("x-policy", policy.name()).build();
                operation.extensions.get_or_insert_default().merge(said);
                let twice = self.policies.insert((method, path.clone()), policy);
                assert!(twice.is_none(), "{line} is registered twice");
            }
        }
        Doors { router: self.router.routes((schemas, paths, router)), policies: self.policies }
    }

    pub fn split(self) -> (axum::Router<Shared>, OpenApi, Policies) {
        let (router, openapi) = self.router.split_for_parts();
        (router, openapi, Arc::new(self.policies))
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut utoipa::openapi::path::Operation)> {
    [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::PATCH, &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
