//! A browser as far as the server can tell: it keeps cookies and says which page it comes from.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    pub origin: Option<String>,
    pub cookies: BTreeMap<String, String>,
    pub token: Option<String>,
}

/// After this long without a word, a stream is taken to have told what was there.
const SILENCE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct Answer {
    pub what: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(address: SocketAddr, origin: String) -> Client {
        Client { address, origin: Some(origin), cookies: BTreeMap::new(), token: None }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    pub async fn patch(&mut self, path: &str, body: Value) -> Answer {
        self.json(Method::PATCH, path, body).await
    }

    pub async fn json(&mut self, method: Method, path: &str, body: Value) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }

    /// A request with this client's cookies, origin and token, to be made stranger by a test.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let port = self.address.port();
        let mut request = Request::builder().method(method.clone()).uri(path).header(header::HOST, format!("localhost:{port}"));
        if let (Some(origin), false) = (&self.origin, method == Method::GET) {
            request = request.header(header::ORIGIN, origin).header("sec-fetch-site", "same-origin");
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request
    }

    /// The answer, or nothing when the server went away.
    pub async fn try_post(&mut self, path: &str, body: Value) -> Option<Answer> {
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
        self.try_send(request.unwrap()).await.ok()
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// The answer while it is still being said: dropping it closes the connection.
    pub async fn begin(&self, request: Request<Body>) -> axum::http::Response<hyper::body::Incoming> {
        let stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    }

    async fn try_send(&mut self, request: Request<Body>) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let what = format!("{} {}", request.method(), request.uri());
        let stream = tokio::net::TcpStream::connect(self.address).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let body = match parts.headers.get(header::CONTENT_TYPE) {
            Some(kind) if kind == "text/event-stream" => until_silent(body).await,
            _ => body.collect().await?.to_bytes().to_vec(),
        };
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || text.to_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(Answer { what, status: parts.status, headers: parts.headers, body })
    }
}

/// What a stream says at once: it has no end to wait for.
async fn until_silent(mut body: hyper::body::Incoming) -> Vec<u8> {
    let mut said = Vec::new();
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(SILENCE, body.frame()).await {
        said.extend_from_slice(frame.data_ref().map_or(&[][..], |data| &data[..]));
    }
    said
}

impl Answer {
    /// What a success says; null where it says nothing.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.what, self.text());
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    #[track_caller]
    pub fn expect_status(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.what, self.text());
        self
    }

    /// A problem of this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> domain::problem::Problem {
        let answer = self.expect_status(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", answer.what);
        let problem: domain::problem::Problem = answer.json();
        assert_eq!((problem.status, problem.code.as_str()), (status, code), "{}", answer.what);
        problem
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.what, self.text()))
    }
}
