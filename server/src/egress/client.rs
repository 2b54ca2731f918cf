//! A GET over HTTP/1.1 that is bounded in every direction: where it goes, how long it waits, how much it takes.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use anyhow::Context;
use axum::body::Bytes;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, HOST, LOCATION, USER_AGENT};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use openssl::ssl::{SslConnector, SslConnectorBuilder, SslMethod, SslVersion};
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::X509VerifyFlags;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_openssl::SslStream;
use url::{Host, Url};

use super::credential::Credential;
use super::error::{Error, line};
use super::guard::Guard;

const MAX_REDIRECTS: usize = 5;
const MAX_HEADERS: usize = 100;
const MAX_HEAD: usize = 64 << 10;

#[derive(Clone)]
pub struct Client {
    guard: Guard,
    tls: SslConnector,
    /// How long a host may stay silent; a whole answer may take ten times as long.
    silence: Duration,
}

/// What is asked for, apart from where.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub accept: Option<&'static str>,
    /// Goes to the first host alone, and never on with a redirect to another.
    pub credential: Option<Credential>,
    pub limit: usize,
}

#[derive(Debug)]
pub struct Fetched {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Where the answer came from in the end.
    pub url: Url,
}

/// Ends the connection's task with the request that it was for.
struct Connection(tokio::task::JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Client {
    /// Trusts the authorities that this machine trusts.
    pub fn new(guard: Guard, silence: Duration) -> anyhow::Result<Client> {
        let mut tls = tls().context("setting up TLS")?;
        let roots = openssl_probe::probe();
        if roots.cert_file.is_some() || roots.cert_dir.is_some() {
            tls.load_verify_locations(roots.cert_file.as_deref(), roots.cert_dir.as_deref())
                .context("reading this machine's certificate authorities")?;
        }
        Ok(Client { guard, tls: tls.build(), silence })
    }

    /// Trusts the certificates in `pem` and no others; any of them ends a chain, as where Git judges a remote by them.
    pub fn trusting(pem: &str, guard: Guard, silence: Duration) -> anyhow::Result<Client> {
        let mut store = X509StoreBuilder::new()?;
        for authority in X509::stack_from_pem(pem.as_bytes()).context("reading the certificate authority")? {
            store.add_cert(authority)?;
        }
        store.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
        let mut tls = tls().context("setting up TLS")?;
        tls.set_cert_store(store.build());
        Ok(Client { guard, tls: tls.build(), silence })
    }

    /// Fetches from this host alone: a redirect is an answer like any other.
    pub async fn ask(&self, url: &Url, ask: &Ask) -> Result<Fetched, Error> {
        let whole = async {
            let (response, _connection) = self.once(url, ask, ask.credential.as_ref()).await?;
            self.read(url.clone(), response, ask.limit, &|_, _| ()).await
        };
        timeout(self.silence * 10, whole).await.unwrap_or_else(|_| Err(Error::Slow(host_of(url))))
    }

    /// Fetches, follows redirects, and tells `heard` how many bytes have come and how many were announced.
    pub async fn get(&self, url: &Url, ask: &Ask, heard: &(dyn Fn(usize, Option<usize>) + Sync)) -> Result<Fetched, Error> {
        timeout(self.silence * 10, self.follow(url, ask, heard)).await.unwrap_or_else(|_| Err(Error::Slow(host_of(url))))
    }

    async fn follow(&self, start: &Url, ask: &Ask, heard: &(dyn Fn(usize, Option<usize>) + Sync)) -> Result<Fetched, Error> {
        let mut url = start.clone();
        for _ in 0..=MAX_REDIRECTS {
            let credential = ask.credential.as_ref().filter(|_| url.origin() == start.origin());
            let (response, _connection) = self.once(&url, ask, credential).await?;
            let Some(next) = redirect(&url, response.status(), response.headers())? else {
                return self.read(url, response, ask.limit, heard).await;
            };
            url = next;
        }
        Err(Error::Circles(host_of(start)))
    }

    /// One request to one host. The name is looked up here and nowhere else.
    async fn once(
        &self,
        url: &Url,
        ask: &Ask,
        credential: Option<&Credential>,
    ) -> Result<(axum::http::Response<Incoming>, Connection), Error> {
        let host = host_of(url);
        let stream = self.connect(url).await?;
        if url.scheme() == "https" {
            let unproven = |error: &dyn std::fmt::Display| Error::Tls { host: host.clone(), why: line(&error.to_string()) };
            let name = host.trim_start_matches('[').trim_end_matches(']');
            let ssl = self.tls.configure().and_then(|tls| tls.into_ssl(name)).map_err(|error| unproven(&error))?;
            let mut stream = SslStream::new(ssl, stream).map_err(|error| unproven(&error))?;
            let shaken = timeout(self.silence, Pin::new(&mut stream).connect()).await.map_err(|_| Error::Slow(host.clone()))?;
            shaken.map_err(|error| unproven(&error))?;
            self.send(url, stream, ask, credential).await
        } else {
            self.send(url, stream, ask, credential).await
        }
    }

    async fn connect(&self, url: &Url) -> Result<TcpStream, Error> {
        let host = host_of(url);
        let addresses = self.addresses(url).await?;
        for address in &addresses {
            self.guard.judge(*address).map_err(|why| Error::Refused { host: host.clone(), why })?;
        }
        let mut why = String::from("no address");
        for address in addresses {
            match timeout(self.silence, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => why = line(&error),
                Err(_) => why = String::from("it stays silent"),
            }
        }
        Err(Error::Unreachable { host, why })
    }

    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Error> {
        let unreadable = || Error::NotAnAddress(line(url));
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
            return Err(unreadable());
        }
        let port = url.port_or_known_default().ok_or_else(unreadable)?;
        match url.host().ok_or_else(unreadable)? {
            Host::Ipv4(ip) => Ok(vec![SocketAddr::new(IpAddr::V4(ip), port)]),
            Host::Ipv6(ip) => Ok(vec![SocketAddr::new(IpAddr::V6(ip), port)]),
            Host::Domain(name) => {
                let found = timeout(self.silence, tokio::net::lookup_host((name, port))).await;
                let found: Vec<SocketAddr> = found.ok().and_then(Result::ok).into_iter().flatten().collect();
                if found.is_empty() { Err(Error::Unresolved(line(&name))) } else { Ok(found) }
            }
        }
    }

    async fn send(
        &self,
        url: &Url,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        ask: &Ask,
        credential: Option<&Credential>,
    ) -> Result<(axum::http::Response<Incoming>, Connection), Error> {
        let host = host_of(url);
        let broken = |error: &dyn std::fmt::Display| Error::Protocol { host: host.clone(), why: line(&error.to_string()) };
        let shaken = http1::Builder::new().max_headers(MAX_HEADERS).max_buf_size(MAX_HEAD).handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.map_err(|error| broken(&error))?;
        let connection = Connection(tokio::spawn(async move {
            let _ = connection.await;
        }));
        let place = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let mut request = Request::get(&url[url::Position::BeforePath..url::Position::AfterQuery])
            .header(HOST, place)
            .header(USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
            // What comes packed would have to be bounded twice.
            .header(ACCEPT_ENCODING, "identity")
            .header(ACCEPT, ask.accept.unwrap_or("*/*"));
        if let Some(Credential { name, value }) = credential {
            request = request.header(name, value);
        }
        let request = request.body(Empty::<Bytes>::new()).map_err(|error| broken(&error))?;
        let response = timeout(self.silence, sender.send_request(request)).await.map_err(|_| Error::Slow(host.clone()))?;
        Ok((response.map_err(|error| broken(&error))?, connection))
    }

    async fn read(
        &self,
        url: Url,
        response: axum::http::Response<Incoming>,
        limit: usize,
        heard: &(dyn Fn(usize, Option<usize>) + Sync),
    ) -> Result<Fetched, Error> {
        let host = host_of(&url);
        let too_large = || Error::TooLarge { host: host.clone(), limit };
        let (parts, mut incoming) = response.into_parts();
        let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced.unwrap_or(0).min(1 << 20));
        loop {
            let frame = timeout(self.silence, incoming.frame()).await.map_err(|_| Error::Slow(host.clone()))?;
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|error| Error::Protocol { host: host.clone(), why: line(&error) })?;
            let Ok(data) = frame.into_data() else { continue };
            if body.len() + data.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&data);
            heard(body.len(), announced);
        }
        Ok(Fetched { status: parts.status, headers: parts.headers, body, url })
    }
}

fn tls() -> Result<SslConnectorBuilder, openssl::error::ErrorStack> {
    let mut tls = SslConnector::builder(SslMethod::tls_client())?;
    tls.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    Ok(tls)
}

/// Where an answer sends on to, if it does.
fn redirect(from: &Url, status: StatusCode, headers: &HeaderMap) -> Result<Option<Url>, Error> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let misled = |why: &str| Error::Protocol { host: host_of(from), why: why.to_owned() };
    let location = headers.get(LOCATION).and_then(|to| to.to_str().ok()).ok_or_else(|| misled("it sends on to nowhere"))?;
    let to = from.join(location).map_err(|_| misled("it sends on to what is no address"))?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(Error::Downgrade(host_of(from)));
    }
    Ok(Some(to))
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}
