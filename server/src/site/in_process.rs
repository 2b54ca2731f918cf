//! The API as a page sees it while it is rendered: the same router, asked as the person who asked for the page.

use std::net::SocketAddr;

use app::api::BoxFut;
use app::{Reply, Transport};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use domain::problem::Problem;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

/// What a page may hold at most of one answer.
const LARGEST: usize = 20 * 1024 * 1024;

/// What of the page's request goes along: who asks and by which name the server was called.
const CARRIED: [HeaderName; 5] =
    [COOKIE, HOST, ACCEPT_LANGUAGE, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-forwarded-proto")];

#[derive(Clone)]
pub struct InProcess {
    api: Router,
    headers: HeaderMap,
    peer: Option<ConnectInfo<SocketAddr>>,
}

impl InProcess {
    pub fn new(api: Router, page: Option<&Parts>) -> InProcess {
        let mut headers = HeaderMap::new();
        for name in CARRIED {
            for value in page.iter().flat_map(|page| page.headers.get_all(&name)) {
                headers.append(name.clone(), value.clone());
            }
        }
        InProcess { api, headers, peer: page.and_then(|page| page.extensions.get().copied()) }
    }

    /// One answer, read.
    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        let reply = self.clone().get(path.to_owned()).await?;
        serde_json::from_str(&reply.body).map_err(|_| Problem::internal("An answer of the API does not read as its type."))
    }

    async fn get(self, path: String) -> Result<Reply, Problem> {
        let failed = |_| Problem::internal("The page could not ask the API.");
        let mut request = Request::get(path).body(Body::empty()).map_err(|_| Problem::not_found("page"))?;
        *request.headers_mut() = self.headers;
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        let Ok(response) = self.api.oneshot(request).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), LARGEST).await.map_err(failed)?;
        Ok(Reply { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

impl Transport for InProcess {
    fn call(&self, method: &'static str, path: String, _: Option<String>) -> BoxFut<Result<Reply, Problem>> {
        if method != "GET" {
            // Rendering a page changes nothing: it may run twice, and a link from anywhere can start it.
            return Box::pin(async { Err(Problem::internal("A page that is being rendered only reads.")) });
        }
        Box::pin(self.clone().get(path))
    }
}
