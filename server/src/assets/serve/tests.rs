//! What a browser, a cache and an old client get from the assets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::to_bytes;
use axum::http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt as _;

use super::{Asset, over};

static TABLE: &[Asset] = &[
    Asset {
        logical: "countersign.css",
        file: "countersign.0a1b.css",
        media: "text/css; charset=utf-8",
        etag: "\"0a1b\"",
        plain: b"body { margin: 0 }",
        br: Some(b"brotli"),
        gz: Some(b"gzip"),
    },
    Asset { logical: "dot.png", file: "dot.77.png", media: "image/png", etag: "\"77\"", plain: b"png", br: None, gz: None },
];

async fn get(path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let router: Router = over(TABLE);
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, to_bytes(body, 1 << 20).await.unwrap().to_vec())
}

async fn coding(accept: &str) -> (Option<String>, Vec<u8>) {
    let (_, headers, body) = get("/assets/countersign.0a1b.css", &[("accept-encoding", accept)]).await;
    (headers.get("content-encoding").map(|value| value.to_str().unwrap().to_owned()), body)
}

#[tokio::test]
async fn a_content_name_is_kept_for_a_year_and_never_sniffed() {
    let (status, headers, body) = get("/assets/countersign.0a1b.css", &[]).await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, b"body { margin: 0 }".as_slice()));
    assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(headers["content-type"], "text/css; charset=utf-8");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["vary"], "accept-encoding");
    assert_eq!(headers["etag"], "\"0a1b\"");
    assert!(!headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn a_logical_name_gives_the_same_bytes_but_is_asked_about_each_time() {
    let (status, headers, body) = get("/assets/countersign.css", &[]).await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, b"body { margin: 0 }".as_slice()));
    assert_eq!(headers["cache-control"], "no-cache");
}

#[tokio::test]
async fn the_client_gets_the_best_form_it_takes_and_no_form_it_refuses() {
    assert_eq!(coding("gzip, deflate, br").await, (Some("br".into()), b"brotli".to_vec()));
    assert_eq!(coding("gzip").await, (Some("gzip".into()), b"gzip".to_vec()));
    assert_eq!(coding("br;q=0, gzip;q=0.5").await, (Some("gzip".into()), b"gzip".to_vec()));
    assert_eq!(coding("*").await, (Some("br".into()), b"brotli".to_vec()));
    assert_eq!(coding("br;q=0.000, *").await, (Some("gzip".into()), b"gzip".to_vec()));
    assert_eq!(coding("identity").await, (None, b"body { margin: 0 }".to_vec()));
}

#[tokio::test]
async fn a_file_that_compression_would_grow_is_sent_as_it_is() {
    let (_, headers, body) = get("/assets/dot.77.png", &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(body, b"png");
    assert!(!headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let (status, headers, body) = get("/assets/countersign.css", &[("if-none-match", "\"other\", W/\"0a1b\"")]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(headers["etag"], "\"0a1b\"");
    let (status, ..) = get("/assets/countersign.css", &[("if-none-match", "\"other\"")]).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_or_stale_name_is_not_found_and_not_kept() {
    for path in ["/assets/countersign.ffff.css", "/assets/manifest.tsv", "/assets/..%2fCargo.toml"] {
        let (status, headers, _) = get(path, &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}
