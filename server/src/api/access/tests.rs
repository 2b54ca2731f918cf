//! Where a request comes from, as far as headers tell.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::body::Body;

use super::*;
use crate::public_url::PublicUrl;

fn settings(url: &str, is_set_up: bool) -> Settings {
    Settings {
        is_set_up,
        organisation: String::from("Example"),
        public_url: PublicUrl::parse(url).unwrap(),
        trusted_proxies: vec!["10.0.0.0/24".parse().unwrap()],
    }
}

#[test]
fn only_the_public_origin_is_ours_once_set_up() {
    let settings = settings("https://cs.example.com", true);
    assert!(is_ours(&settings, "https://cs.example.com", "anything"));
    for foreign in ["http://cs.example.com", "https://cs.example.com:8443", "https://cs.example.com.evil.test", "null", "https://evil.test"]
    {
        assert!(!is_ours(&settings, foreign, "cs.example.com"), "{foreign}");
    }
    // Whatever a name resolves to, its page is not ours.
    assert!(!is_ours(&settings, "http://rebound.evil.test:8480", "rebound.evil.test:8480"));
    assert!(is_ours(&settings, "http://localhost:8480", "localhost:8480"));
    assert!(!is_ours(&settings, "http://localhost:9999", "localhost:8480"));
}

#[test]
fn before_set_up_the_host_that_was_asked_is_ours() {
    let settings = settings("http://localhost:8480", false);
    assert!(is_ours(&settings, "http://nas.lan:8480", "nas.lan:8480"));
    assert!(!is_ours(&settings, "http://evil.test", "nas.lan:8480"));
}

fn seen_from(peer: [u8; 4], forwarded: &[&str]) -> Option<IpAddr> {
    let mut request = Request::builder().body(Body::empty()).unwrap();
    for value in forwarded {
        request.headers_mut().append("x-forwarded-for", value.parse().unwrap());
    }
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 1))));
    address(&settings("https://cs.example.com", true), &request)
}

#[test]
fn only_trusted_proxies_say_whom_they_forward_for() {
    let person = Some(IpAddr::from([192, 0, 2, 7]));
    assert_eq!(seen_from([192, 0, 2, 7], &["203.0.113.1"]), person);
    assert_eq!(seen_from([10, 0, 0, 1], &["203.0.113.1, 192.0.2.7"]), person);
    assert_eq!(seen_from([10, 0, 0, 1], &["203.0.113.1", "192.0.2.7, 10.0.0.2"]), person);
    assert_eq!(seen_from([10, 0, 0, 1], &[]), Some(IpAddr::from([10, 0, 0, 1])));
}
