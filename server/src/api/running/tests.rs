//! A panic is one request's problem, wherever it happens.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::body::{Body, to_bytes};
use axum::routing::get;
use axum::{Router, middleware};
use tower::ServiceExt;

use super::*;

#[tokio::test]
async fn a_panic_is_a_problem_and_says_nothing_of_its_cause() {
    async fn bug() -> &'static str {
        panic!("the canary")
    }
    let router =
        Router::new().route("/", get(bug).post(bug)).layer(middleware::from_fn(to_the_end)).layer(middleware::from_fn(catch_panics));
    for method in [Method::GET, Method::POST] {
        let request = Request::builder().method(method).uri("/").body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.code, "internal");
        assert!(!String::from_utf8_lossy(&body).contains("canary"));
    }
}
