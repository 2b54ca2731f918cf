//! The address people use: it fixes the origin of requests and, by its host, the RP ID of passkeys.

use std::net::IpAddr;

use axum::http::Uri;
use domain::problem::Problem;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    host: String,
    port: Option<u16>,
}

impl PublicUrl {
    pub fn local(port: u16) -> PublicUrl {
        PublicUrl { https: false, host: String::from("localhost"), port: Some(port) }
    }

    pub fn parse(text: &str) -> Result<PublicUrl, Problem> {
        let wrong = |detail: &str| {
            Problem::invalid("public_url_invalid", detail).at("public_url").hint("Write it as https://countersign.example.com.")
        };
        let uri: Uri = text.trim().parse().map_err(|_| wrong("This is no URL."))?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("The URL must begin with https:// or http://.")),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("The URL must end after the host: Countersign has a host of its own."));
        }
        let authority = uri.authority().ok_or_else(|| wrong("The URL has no host."))?;
        if authority.as_str().contains('@') {
            return Err(wrong("The URL must hold no user name."));
        }
        let host = authority.host().to_ascii_lowercase();
        let default = if https { 443 } else { 80 };
        let port = authority.port_u16().filter(|port| *port != default);
        Ok(PublicUrl { https, host, port })
    }

    pub fn is_https(&self) -> bool {
        self.https
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// As browsers write it in `Origin`.
    pub fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        match self.port {
            Some(port) => format!("{scheme}://{}:{port}", self.host),
            None => format!("{scheme}://{}", self.host),
        }
    }

    pub fn is_localhost(&self) -> bool {
        self.host == "localhost" || self.host.ends_with(".localhost")
    }

    /// The RP ID, or the sentence that says why browsers refuse passkeys here and what to do.
    pub fn rp_id(&self) -> Result<&str, &'static str> {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        if bare.parse::<IpAddr>().is_ok() {
            return Err(
                "Browsers offer no passkeys on an IP address. Give the server a name, with https, or open it as http://localhost on the machine itself.",
            );
        }
        if !self.https && !self.is_localhost() {
            return Err("Browsers offer passkeys only over https (or on localhost). Put the server behind a proxy that speaks https.");
        }
        Ok(&self.host)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, origin) in [
            ("https://Countersign.Example.com/", "https://countersign.example.com"),
            ("https://a.example:443", "https://a.example"),
            ("http://localhost:8480", "http://localhost:8480"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().origin(), origin);
        }
    }

    #[test]
    fn paths_users_and_other_schemes_are_no_public_url() {
        for bad in ["https://a.example/x", "ftp://a.example", "a.example", "https://u:p@a.example", "https://a.example/?q=1", ""] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passkeys_need_a_name_and_https_or_localhost() {
        for (text, possible) in [
            ("https://a.example", true),
            ("http://localhost:1", true),
            ("http://nas.lan", false),
            ("https://192.168.1.4", false),
            ("http://[::1]", false),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().rp_id().is_ok(), possible, "{text}");
        }
    }
}
