//! A Helm repository and an OCI registry on loopback that says whatever a test wants, and remembers what it was asked.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::text::hex;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// What it says at a path.
#[derive(Clone)]
pub enum Reply {
    File(Vec<u8>),
    /// Says that so much is coming.
    Announced(usize),
    /// Never ends.
    Endless,
    /// Never begins.
    Silent,
    SendOn(String),
    /// To whoever shows this `Authorization`; to others it says 401 with this challenge.
    To(String, String, Vec<u8>),
}

/// A request's path, and its `Authorization`.
type Seen = (String, Option<String>);

#[derive(Clone, Default)]
struct Shared {
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub struct ChartHost {
    pub address: SocketAddr,
    shared: Shared,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for ChartHost {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ChartHost {
    pub async fn start() -> ChartHost {
        ChartHost::at("127.0.0.1").await
    }

    pub async fn at(ip: &str) -> ChartHost {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared::default();
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        ChartHost { address, shared, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn says(&self, path: &str, reply: Reply) {
        self.shared.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    pub fn serves(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.says(path, Reply::File(bytes.into()));
    }

    /// An index with one version of `web`, and the archive that it names.
    pub fn serves_web(&self, archive: Vec<u8>) {
        self.serves("/index.yaml", "entries: {web: [{version: 1.0.0, description: A site, urls: [web-1.0.0.tgz]}]}");
        self.serves("/web-1.0.0.tgz", archive);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub fn was_asked_for(&self, path: &str) -> bool {
        self.seen().iter().any(|(seen, _)| seen == path)
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let path = request.uri().path_and_query().unwrap().to_string();
    let shown = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    shared.seen.lock().unwrap().push((path.clone(), shown.clone()));
    let reply = shared.replies.lock().unwrap().get(&path).cloned();
    match reply {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Reply::File(bytes)) => bytes.into_response(),
        Some(Reply::Announced(length)) => {
            let pending = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
            ([("content-length", length.to_string())], Body::from_stream(pending)).into_response()
        }
        Some(Reply::Endless) => {
            let chunk = Bytes::from(vec![b'#'; 1 << 20]);
            Body::from_stream(futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()))).into_response()
        }
        Some(Reply::Silent) => std::future::pending().await,
        Some(Reply::SendOn(to)) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Some(Reply::To(authorization, challenge, bytes)) => {
            if shown.as_deref() == Some(authorization.as_str()) {
                bytes.into_response()
            } else {
                (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)]).into_response()
            }
        }
    }
}

/// What an archive holds: a path as it is written there, and the kind of the entry.
pub type File<'a> = (&'a str, tar::EntryType, &'a [u8]);

pub fn file<'a>(path: &'a str, bytes: &'a [u8]) -> File<'a> {
    (path, tar::EntryType::Regular, bytes)
}

/// Packed as `helm package` does, but with whatever paths and kinds a test wants.
pub fn packed<'a>(files: impl IntoIterator<Item = File<'a>>) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (path, kind, bytes) in files {
        let mut header = tar::Header::new_old();
        // The library's own setter refuses what is wrong with a path.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        if kind == tar::EntryType::Symlink {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        archive.append(&header, bytes).unwrap();
    }
    let mut packed = archive.into_inner().unwrap();
    packed.flush().unwrap();
    packed.finish().unwrap()
}

pub const CHART: &[u8] = b"apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: 2.5.1\ndescription: A site\n";

/// The chart `web` at 1.0.0 with further files.
pub fn web<'a>(files: impl IntoIterator<Item = File<'a>>) -> Vec<u8> {
    packed([file("web/Chart.yaml", CHART)].into_iter().chain(files))
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
