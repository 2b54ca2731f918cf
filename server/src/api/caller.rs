//! Who asks: put into the request by the router before any handler runs, never by a handler.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::audit::Actor;
use domain::principal::{self, Principal, Target};
use domain::problem::Problem;

use crate::api::problem::Refusal;

/// Whoever asks, and from where. Handlers take it as an argument; on a public route it may be a stranger.
#[derive(Debug, Clone)]
pub struct Caller {
    pub who: Who,
    /// How they proved it; a session that only holds an enrolment code opens nothing else.
    pub proof: Proof,
    pub address: Option<IpAddr>,
}

#[derive(Debug, Clone)]
pub enum Who {
    Stranger,
    Known(Principal),
    /// A command typed on the server itself.
    Host,
    /// A job of the server's own, by its name.
    System(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    None,
    Passkey,
    Password,
    /// A one-time code: enough to enrol a key, for nothing else.
    Enrolment,
    Token,
    Here,
}

/// A person who may act: what deploying and enrolling ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person<'a> {
    pub id: &'a str,
    pub name: &'a str,
}

impl Caller {
    pub fn stranger(address: Option<IpAddr>) -> Caller {
        Caller { who: Who::Stranger, proof: Proof::None, address }
    }

    /// A command on the server itself.
    pub fn host() -> Caller {
        Caller { who: Who::Host, proof: Proof::Here, address: None }
    }

    /// A job of the server's own.
    pub fn system(job: &'static str) -> Caller {
        Caller { who: Who::System(job), proof: Proof::Here, address: None }
    }

    pub fn is_known(&self) -> bool {
        !matches!(self.who, Who::Stranger)
    }

    pub fn principal(&self) -> Result<&Principal, Problem> {
        match &self.who {
            Who::Known(principal) => Ok(principal),
            _ => Err(Problem::unauthenticated()),
        }
    }

    /// The person in front of the screen; no agent and no token gets past this.
    pub fn person(&self) -> Result<Person<'_>, Problem> {
        match self.principal()? {
            Principal::Person { id, name, .. } => Ok(Person { id, name }),
            _ => Err(Problem::new(403, "people_only", "Only a person who is logged in can do this, not a token or an agent.")),
        }
    }

    /// Refuses unless the one authorisation function says yes. Inside `audited` the refusal is logged.
    pub fn may(&self, act: principal::Act, target: &Target) -> Result<(), Problem> {
        match &self.who {
            Who::Stranger => Err(Problem::unauthenticated()),
            Who::Host | Who::System(_) => Ok(()),
            Who::Known(principal) if principal::may(principal, act, target) => Ok(()),
            Who::Known(_) => Err(Problem::forbidden(format!("Your roles do not let you {} here.", act.verb()))
                .hint("Someone who administers people can grant a role.")),
        }
    }

    /// For rows that name who wrote them: kind and id.
    pub fn author(&self) -> (&'static str, String) {
        match &self.who {
            Who::Known(Principal::Person { id, .. }) => ("person", id.clone()),
            Who::Known(Principal::PersonToken { person, .. }) => ("person", person.clone()),
            Who::Known(Principal::Agent { id, .. }) => ("agent", id.clone()),
            Who::Host => ("host", String::from("host")),
            Who::System(job) => ("system", (*job).to_owned()),
            Who::Stranger => ("stranger", String::new()),
        }
    }
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Actor {
        match &caller.who {
            Who::Known(principal) => Actor::from(principal),
            Who::Host => Actor::new("host", "host"),
            Who::System(job) => Actor::new("system", job),
            Who::Stranger => Actor::new("stranger", ""),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Refusal> {
        // Absent only where a route was mounted outside the doors; then nobody is known.
        Ok(parts.extensions.get::<Caller>().cloned().unwrap_or_else(|| Caller::stranger(None)))
    }
}
