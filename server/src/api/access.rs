//! The layer before every handler and extractor: who asks, may they pass here, and does the request come from our own page.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::audit::Act;
use domain::principal::{Principal, may_somewhere};
use domain::problem::Problem;
use tower_sessions::Session;
use tower_sessions::session::Id;

use crate::api::caller::{Caller, Proof, Who};
use crate::api::doors::{Policies, Policy};
use crate::api::problem::Refusal;
use crate::audit;
use crate::identity;
use crate::server::{Server, Settings, Shared};

/// Lets a request pass or refuses it, before any of its body is read.
pub async fn check(State((server, policies)): State<(Shared, Policies)>, mut request: Request, next: Next) -> Response {
    let address = address(&server.settings(), &request);
    let policy = policy(&policies, &request);
    if policy == Some(Policy::PullToken) {
        return next.run(request).await;
    }
    if policy == Some(Policy::Hook) {
        request.extensions_mut().insert(Caller::stranger(address));
        return next.run(request).await;
    }
    let token = request.headers().get(AUTHORIZATION).map(|header| header.to_str().unwrap_or_default().to_owned());
    let session = request.extensions().get::<Session>().cloned();
    let caller = match caller(&server, token.as_deref(), session, address).await {
        Ok(caller) => caller,
        Err(problem) => return Refusal(problem).into_response(),
    };
    let checked = pass(&caller, policy).and_then(|()| same_site(&server.settings(), &caller, request.method(), request.headers()));
    if let Err(problem) = checked {
        let path = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str);
        let what = format!("{} {path}", request.method());
        return turn_away(&server, &caller, what, problem).await;
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// `None`: there is no such route, which only somebody known is told.
fn policy(policies: &Policies, request: &Request) -> Option<Policy> {
    let path = request.extensions().get::<MatchedPath>()?;
    let method = match *request.method() {
        Method::HEAD => Method::GET,
        ref method => method.clone(),
    };
    policies.get(&(method, path.as_str().to_owned())).copied()
}

/// By token or by session; a token that does not hold is refused rather than taken for a stranger.
async fn caller(server: &Server, header: Option<&str>, session: Option<Session>, address: Option<IpAddr>) -> Result<Caller, Problem> {
    if let Some(header) = header {
        let principal = match header.strip_prefix("Bearer ") {
            Some(token) => identity::token::principal(server, token.trim()).await?,
            None => None,
        };
        return match principal {
            Some(principal) => Ok(Caller { who: Who::Known(principal), proof: Proof::Token, address }),
            None => Err(Problem::new(401, "token_unknown", "This token is not known, has expired or was revoked.")),
        };
    }
    let Some(session) = session else { return Ok(Caller::stranger(address)) };
    Ok(match identity::session::principal(server, &session).await? {
        Some((principal, proof)) => Caller { who: Who::Known(principal), proof, address },
        None => Caller::stranger(address),
    })
}

/// What a request proved its caller with, to be asked again while the answer is still being said.
#[derive(Debug, Clone)]
pub struct Again {
    header: Option<String>,
    session: Option<Id>,
    address: Option<IpAddr>,
}

impl Again {
    /// Who it is by now; `None` once they are no longer let in.
    pub async fn caller(&self, server: &Server) -> Result<Option<Caller>, Problem> {
        let address = self.address;
        if self.header.is_some() {
            return caller(server, self.header.as_deref(), None, address).await.map(Some);
        }
        let Some(session) = &self.session else { return Ok(None) };
        let known = identity::session::still(server, session).await?;
        Ok(known.map(|(principal, proof)| Caller { who: Who::Known(principal), proof, address }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Again {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Again, Refusal> {
        Ok(Again {
            header: parts.headers.get(AUTHORIZATION).map(|header| header.to_str().unwrap_or_default().to_owned()),
            session: parts.extensions.get::<Session>().and_then(Session::id),
            address: parts.extensions.get::<Caller>().and_then(|caller| caller.address),
        })
    }
}

fn pass(caller: &Caller, policy: Option<Policy>) -> Result<(), Problem> {
    if policy == Some(Policy::Public) {
        return Ok(());
    }
    let principal = caller.principal()?;
    if caller.proof == Proof::Enrolment && policy != Some(Policy::Enrolling) {
        return Err(Problem::new(403, "enrol_first", "A one-time code only enrols a key; log in with that key first.")
            .hint("Finish enrolling your key."));
    }
    match policy {
        None | Some(Policy::Public | Policy::PullToken | Policy::Hook) => Ok(()),
        Some(Policy::Person | Policy::Enrolling) => caller.person().map(drop),
        Some(Policy::May(act)) => somewhere(principal, act),
        Some(Policy::PersonMay(act)) => {
            caller.person()?;
            somewhere(principal, act)
        }
    }
}

fn somewhere(principal: &Principal, act: domain::principal::Act) -> Result<(), Problem> {
    if may_somewhere(principal, act) {
        return Ok(());
    }
    Err(Problem::forbidden(format!("Nothing that you have been granted lets you {} anywhere.", act.verb()))
        .hint("Someone who administers people can grant a role."))
}

/// Cross-site request forgery: what changes something must come from our own page. A bearer token is no ambient
/// authority, so a request that brings one needs no origin.
fn same_site(settings: &Settings, caller: &Caller, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || caller.proof == Proof::Token {
        return Ok(());
    }
    let refused = |detail: &str| {
        Problem::new(403, "cross_site", detail).hint(format!("Open {} and try again from there.", settings.public_url.origin()))
    };
    if let Some(site) = headers.get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
    {
        return Err(refused("This request comes from another site."));
    }
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let Some(origin) = origin else { return Err(refused("This request does not say which page it comes from (Origin).")) };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if is_ours(settings, origin, host) { Ok(()) } else { Err(refused("This request comes from another origin.")) }
}

/// The public URL's origin; on the machine itself, and until set-up has fixed a URL, the very host that was asked.
fn is_ours(settings: &Settings, origin: &str, host: &str) -> bool {
    if origin == settings.public_url.origin() {
        return true;
    }
    let Some((scheme, origin_host)) = origin.split_once("://") else { return false };
    let same_host = !host.is_empty() && origin_host.eq_ignore_ascii_case(host) && matches!(scheme, "http" | "https");
    same_host && (!settings.is_set_up || is_loopback(host))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The address of the person's side: the peer, or what a trusted proxy says it forwards for.
fn address(settings: &Settings, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())?;
    let is_trusted = |address: IpAddr| settings.trusted_proxies.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = forwarded.flat_map(|list| list.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    // From the right: each trusted proxy vouches for the one before it, and for nobody further.
    Some(hops.into_iter().rev().find(|hop| !is_trusted(*hop)).unwrap_or(peer))
}

/// Strangers come and go unlogged; somebody known who is turned away leaves a leaf.
async fn turn_away(server: &Server, caller: &Caller, what: String, problem: Problem) -> Response {
    if caller.is_known()
        && let Err(problem) = audit::refused(server, caller, Act::Refuse(what), &problem.code).await
    {
        return Refusal(problem).into_response();
    }
    Refusal(problem).into_response()
}

#[cfg(test)]
mod tests;
