//! The client of the API: the only way by which a page reads or changes anything.
//!
//! The browser sends requests; while the server renders, the same requests go to the same router
//! in-process. Answers and problems look alike on both sides.

#[cfg(feature = "hydrate")]
mod browser;
mod catalog;
mod cluster;
mod draft;
mod environment;
mod person;
mod record;
mod secret;
mod session;
mod variable;

use std::pin::Pin;
use std::sync::Arc;

use domain::problem::Problem;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(feature = "hydrate")]
pub use browser::Browser;

pub type BoxFut<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// An answer as it came, before anyone reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// Carries a request to the API. `Err` means that no answer came at all.
pub trait Transport: Send + Sync {
    fn call(&self, method: &'static str, path: String, body: Option<String>) -> BoxFut<Result<Reply, Problem>>;
}

#[derive(Clone)]
pub struct ApiClient(Arc<dyn Transport>);

impl ApiClient {
    pub fn new(transport: impl Transport + 'static) -> ApiClient {
        ApiClient(Arc::new(transport))
    }

    /// `path` begins after `/api/v1`.
    pub fn get<T: DeserializeOwned + Send + 'static>(&self, path: impl AsRef<str>) -> BoxFut<Result<T, Problem>> {
        self.send("GET", path.as_ref(), None)
    }

    pub fn post<B: Serialize, T: DeserializeOwned + Send + 'static>(&self, path: impl AsRef<str>, body: &B) -> BoxFut<Result<T, Problem>> {
        self.send("POST", path.as_ref(), Some(json(body)))
    }

    pub fn put<B: Serialize, T: DeserializeOwned + Send + 'static>(&self, path: impl AsRef<str>, body: &B) -> BoxFut<Result<T, Problem>> {
        self.send("PUT", path.as_ref(), Some(json(body)))
    }

    pub fn patch<B: Serialize, T: DeserializeOwned + Send + 'static>(&self, path: impl AsRef<str>, body: &B) -> BoxFut<Result<T, Problem>> {
        self.send("PATCH", path.as_ref(), Some(json(body)))
    }

    /// A change whose answer says no more than that it is done.
    pub fn tell(&self, method: &'static str, path: impl AsRef<str>, body: Option<String>) -> BoxFut<Result<(), Problem>> {
        let reply = self.call(method, path.as_ref(), body);
        Box::pin(async move { reply.await.map(drop) })
    }

    fn send<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &'static str,
        path: &str,
        body: Option<String>,
    ) -> BoxFut<Result<T, Problem>> {
        let reply = self.call(method, path, body);
        Box::pin(async move {
            let text = reply.await?;
            let text = if text.is_empty() { "null" } else { &text };
            serde_json::from_str(text).map_err(|error| unreadable(&error))
        })
    }

    /// Not generic, so that the browser holds it once.
    fn call(&self, method: &'static str, path: &str, body: Option<String>) -> BoxFut<Result<String, Problem>> {
        let reply = self.0.call(method, format!("/api/v1{path}"), body);
        Box::pin(async move {
            let reply = reply.await?;
            if (200..300).contains(&reply.status) { Ok(reply.body) } else { Err(problem(&reply)) }
        })
    }
}

pub fn use_api() -> ApiClient {
    expect_context::<ApiClient>()
}

/// The body of a write.
pub fn json<B: Serialize>(body: &B) -> String {
    serde_json::to_string(body).unwrap_or_else(|_| "null".to_owned())
}

/// Text as it may stand between two slashes or after `=`.
pub fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// `?a=1&b=2` of those that are given, or nothing.
pub fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let given: Vec<String> = pairs.iter().filter_map(|(key, value)| value.map(|value| format!("{key}={}", encode(value)))).collect();
    if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
}

fn problem(reply: &Reply) -> Problem {
    serde_json::from_str(&reply.body).unwrap_or_else(|_| {
        Problem::new(reply.status, "unexpected_answer", format!("The server answered {} without saying why.", reply.status))
            .hint("Try again. If it stays so, look into the server's log.")
    })
}

fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::internal(format!("The answer could not be read: {error}."))
        .hint("Page and server may be of different versions: reload the page.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_an_address_cannot_end_its_segment() {
        assert_eq!(encode("a/b?c=d&e #ä"), "a%2Fb%3Fc%3Dd%26e%20%23%C3%A4");
        assert_eq!(query(&[("cluster", Some("nl&x")), ("after", None)]), "?cluster=nl%26x");
        assert_eq!(query(&[("after", None)]), "");
    }

    #[test]
    fn an_answer_that_is_no_problem_still_becomes_one() {
        let gateway = Reply { status: 502, body: "<html>Bad gateway".to_owned() };
        assert_eq!((problem(&gateway).status, problem(&gateway).code.as_str()), (502, "unexpected_answer"));
        let ours = Reply { status: 422, body: json(&Problem::invalid("name_taken", "Taken.").at("name")) };
        assert_eq!(problem(&ours).at.as_deref(), Some("name"));
    }
}
