//! Where a repository stands: the four forms of address that are accepted.

use std::path::PathBuf;

use url::{Host, Url};

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A bare repository in a folder of this machine: an embedded one, or `file://`.
    Local(PathBuf),
    Ssh {
        user: String,
        host: String,
        port: u16,
    },
    Http {
        host: String,
        port: u16,
        tls: bool,
        loopback: bool,
    },
}

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("a repository address is needed, such as ssh://git@git.example.com/ops/production.git")]
    Empty,
    #[error("`{0}` is not an address: write ssh://git@host/path, https://host/path or file:///path")]
    Unreadable(String),
    #[error("write `{0}` as a URL: {1}")]
    ScpForm(String, String),
    #[error("`{0}://` is not accepted: use ssh://, https:// or file://")]
    Scheme(String),
    #[error("`{0}` names a command and not a place")]
    RemoteHelper(String),
    #[error("a password does not belong into the address: put it into the field for it")]
    PasswordInside,
    #[error("plain http:// is accepted to this machine only: use https://")]
    PlainHttp,
    #[error("the path is missing from `{0}`")]
    NoPath(String),
    #[error("an address has no `?` and no `#`")]
    QueryOrFragment,
    #[error("a path on this machine is absolute and has no `..`: `{0}` is not")]
    NotAbsolute(String),
}

/// The address as libgit2 is given it, and what we read in it.
pub(super) fn parse(text: &str, plain_http: bool) -> Result<(String, Location), AddressError> {
    let text = text.trim();
    let shown = || text.chars().take(200).collect::<String>();
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(AddressError::Unreadable(shown().replace(char::is_control, " ")));
    }
    if text.starts_with('/') {
        return local(text);
    }
    if let Some((helper, _)) = text.split_once("::")
        && helper.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    {
        return Err(AddressError::RemoteHelper(helper.to_owned()));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(match text.split_once(':') {
            Some((host, path)) if !host.contains('/') && !path.is_empty() => {
                AddressError::ScpForm(shown(), format!("ssh://{host}/{}", path.trim_start_matches('/')))
            }
            _ if text.starts_with('.') || text.contains('/') => AddressError::NotAbsolute(shown()),
            _ => AddressError::Unreadable(shown()),
        });
    };
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "file" {
        // `file://host/share` would be a network path; nothing here reads one.
        return match rest.starts_with('/') {
            true => local(&percent_decoded(rest).ok_or_else(|| AddressError::Unreadable(shown()))?),
            false => Err(AddressError::NotAbsolute(shown())),
        };
    }
    if !matches!(scheme.as_str(), "ssh" | "https" | "http") {
        return Err(AddressError::Scheme(scheme.chars().take(30).collect()));
    }
    let url = Url::parse(text).map_err(|_| AddressError::Unreadable(shown()))?;
    if url.password().is_some() {
        return Err(AddressError::PasswordInside);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(AddressError::QueryOrFragment);
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| AddressError::Unreadable(shown()))?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if url.path().trim_matches('/').is_empty() {
        return Err(AddressError::NoPath(shown()));
    }
    if scheme == "ssh" {
        if host.starts_with('-') || url.path().starts_with("/-") {
            return Err(AddressError::Unreadable(shown()));
        }
        let user = if url.username().is_empty() { "git" } else { url.username() }.to_owned();
        return Ok((url.to_string(), Location::Ssh { user, host, port: url.port().unwrap_or(22) }));
    }
    let tls = scheme == "https";
    // The url crate reads the host of http and https only into an address; `localhost` is a name.
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        _ => host == "localhost",
    };
    if !tls && !loopback && !plain_http {
        return Err(AddressError::PlainHttp);
    }
    let port = url.port_or_known_default().unwrap_or(443);
    Ok((url.to_string(), Location::Http { host, port, tls, loopback }))
}

fn local(path: &str) -> Result<(String, Location), AddressError> {
    let plain = path.split('/').all(|part| part != ".." && part != ".");
    if !plain || path.trim_matches('/').is_empty() {
        return Err(AddressError::NotAbsolute(path.chars().take(200).collect()));
    }
    Ok((path.to_owned(), Location::Local(PathBuf::from(path))))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let pair = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok().filter(|path| !path.chars().any(char::is_control))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn refused(text: &str) -> AddressError {
        parse(text, false).unwrap_err()
    }

    #[test]
    fn four_forms_are_read() {
        assert_eq!(parse("/srv/git/a.git", false).unwrap().1, Location::Local("/srv/git/a.git".into()));
        assert_eq!(parse("file:///srv/a%20b.git", false).unwrap().1, Location::Local("/srv/a b.git".into()));
        assert_eq!(
            parse("ssh://git.example.com:2222/ops/a.git", false).unwrap().1,
            Location::Ssh { user: "git".into(), host: "git.example.com".into(), port: 2222 }
        );
        assert_eq!(
            parse("https://git.example.com/ops/a.git", false).unwrap().1,
            Location::Http { host: "git.example.com".into(), port: 443, tls: true, loopback: false }
        );
    }

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        assert!(parse("http://127.0.0.1:8080/a.git", false).is_ok());
        assert!(parse("http://localhost:8080/a.git", false).is_ok());
        assert_eq!(refused("http://git.example.com/a.git"), AddressError::PlainHttp);
        assert_eq!(refused("http://127.0.0.1.example.com/a.git"), AddressError::PlainHttp);
        assert!(parse("http://git.example.com/a.git", true).is_ok());
    }

    #[test]
    fn everything_else_says_why() {
        assert_eq!(refused("  "), AddressError::Empty);
        assert_eq!(refused("ext::sh -c date"), AddressError::RemoteHelper("ext".into()));
        assert_eq!(refused("git://example.com/a"), AddressError::Scheme("git".into()));
        assert_eq!(refused("ftp://example.com/a"), AddressError::Scheme("ftp".into()));
        assert_eq!(
            refused("git@github.com:ops/a.git"),
            AddressError::ScpForm("git@github.com:ops/a.git".into(), "ssh://git@github.com/ops/a.git".into())
        );
        assert_eq!(refused("https://me:pw@example.com/a"), AddressError::PasswordInside);
        assert_eq!(refused("https://example.com/a?x=1"), AddressError::QueryOrFragment);
        assert_eq!(refused("https://example.com/"), AddressError::NoPath("https://example.com/".into()));
        assert_eq!(refused("../a.git"), AddressError::NotAbsolute("../a.git".into()));
        assert_eq!(refused("/srv/../etc"), AddressError::NotAbsolute("/srv/../etc".into()));
        assert_eq!(refused("file:///srv/%2e%2e/etc"), AddressError::NotAbsolute("/srv/../etc".into()));
        assert_eq!(refused("file://host/share"), AddressError::NotAbsolute("file://host/share".into()));
        assert!(matches!(refused("ssh://example.com/-oProxyCommand=x"), AddressError::Unreadable(_)));
        assert!(matches!(refused("https://exa\nmple.com/a"), AddressError::Unreadable(_)));
    }
}
