//! A repository of this machine over smart HTTP, to read only: stock `git upload-pack` speaks, we hold its leash.
//!
//! There is no `receive-pack` here and no way to name one: what is run is fixed but for the repository's folder and the
//! protocol's version. The child sees none of our environment, no configuration but the repository's own, and no hooks.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{Stream, unfold};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Conversations at a time; each is a process that may pack the whole repository.
pub const AT_ONCE: usize = 8;
/// How long a conversation may wait for its turn before it is told to come again.
const TURN: Duration = Duration::from_secs(3);
/// The longest a conversation may last, and the most it may say.
const LONGEST: Duration = Duration::from_secs(600);
const LARGEST: u64 = 2 << 30;
const LARGEST_LIST: u64 = 16 << 20;
const PIECE: usize = 64 << 10;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("git is not installed on the server")]
    NoGit,
    #[error("too many pull at this moment")]
    Busy,
    #[error("git upload-pack: {0}")]
    Failed(String),
}

/// A version of the wire protocol that a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    V0,
    V1,
    V2,
}

impl Protocol {
    /// From the header `Git-Protocol`: exactly the three versions, anything else is as if it were not said.
    pub fn parse(header: &str) -> Option<Protocol> {
        match header.trim() {
            "version=0" => Some(Protocol::V0),
            "version=1" => Some(Protocol::V1),
            "version=2" => Some(Protocol::V2),
            _ => None,
        }
    }

    fn spelt(self) -> &'static str {
        match self {
            Protocol::V0 => "version=0",
            Protocol::V1 => "version=1",
            Protocol::V2 => "version=2",
        }
    }
}

/// Everybody's pulls, so that they can be counted.
#[derive(Debug, Clone)]
pub struct UploadPack {
    turns: Arc<Semaphore>,
}

impl Default for UploadPack {
    fn default() -> UploadPack {
        UploadPack { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl UploadPack {
    /// What branches there are: the answer to `info/refs?service=git-upload-pack`.
    pub async fn list(&self, repository: &Path, protocol: Option<Protocol>) -> Result<Vec<u8>, ServeError> {
        let _turn = self.turn().await?;
        let mut child = spawn(repository, protocol, true)?;
        let mut list = Vec::new();
        if protocol != Some(Protocol::V2) {
            list.extend_from_slice(b"001e# service=git-upload-pack\n0000");
        }
        let talk = async {
            let (mut said, mut complaint) = (taken(child.stdout.take())?.take(LARGEST_LIST), String::new());
            let (read, ()) = tokio::join!(said.read_to_end(&mut list), hear(&mut child, &mut complaint));
            read.map_err(|error| ServeError::Failed(error.to_string()))?;
            ended(&mut child, &complaint).await
        };
        timeout(LONGEST, talk).await.unwrap_or_else(|_| Err(ServeError::Failed("it took too long".to_owned())))?;
        Ok(list)
    }

    /// The answer to a request body: a pack, most often. The child ends when the answer is dropped.
    pub async fn answer(&self, repository: &Path, protocol: Option<Protocol>, request: Vec<u8>) -> Result<Answer, ServeError> {
        let turn = self.turn().await?;
        let child = spawn(repository, protocol, false)?;
        let (to, from) = channel(4);
        tokio::spawn(converse(child, request, to, turn));
        Ok(Answer(from))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, ServeError> {
        match timeout(TURN, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(ServeError::Busy),
        }
    }
}

/// Is stock git there at all? The cluster's page says so where it is not.
pub fn is_installed() -> bool {
    let asked =
        std::process::Command::new("git").arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// What a conversation says, piece by piece.
pub struct Answer(Receiver<Piece>);

enum Piece {
    Bytes(Vec<u8>),
    /// All was said and git ended well; without it the answer was cut short.
    End,
}

impl Answer {
    pub fn pieces(self) -> impl Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static {
        unfold(Some(self.0), async |from| {
            let mut from = from?;
            match from.recv().await {
                Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(from))),
                Some(Piece::End) => None,
                None => Some((Err(std::io::Error::other("git upload-pack was cut short")), None)),
            }
        })
    }
}

fn spawn(repository: &Path, protocol: Option<Protocol>, lists: bool) -> Result<Child, ServeError> {
    let mut command = Command::new("git");
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    for (name, value) in [
        ("HOME", "/nonexistent"),
        ("LC_ALL", "C"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_OPTIONAL_LOCKS", "0"),
    ] {
        command.env(name, value);
    }
    if let Some(protocol) = protocol {
        command.env("GIT_PROTOCOL", protocol.spelt());
    }
    // In a container the folder may belong to another uid than ours; it is ours all the same.
    command.arg("-c").arg(format!("safe.directory={}", repository.display()));
    for setting in ["core.hooksPath=/dev/null", "pack.threads=2", "pack.windowMemory=64m"] {
        command.args(["-c", setting]);
    }
    command.args(["upload-pack", "--strict", "--stateless-rpc", "--timeout=120"]);
    if lists {
        command.arg("--advertise-refs");
    }
    command.arg(repository).current_dir("/").kill_on_drop(true);
    command.stdin(if lists { Stdio::null() } else { Stdio::piped() }).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ServeError::NoGit,
        _ => ServeError::Failed(error.to_string()),
    })
}

/// Runs one conversation to its end, or until nobody listens any more.
async fn converse(mut child: Child, request: Vec<u8>, to: Sender<Piece>, turn: OwnedSemaphorePermit) {
    let talk = async {
        let (ask, mut said, mut complaint) = (taken(child.stdin.take())?, taken(child.stdout.take())?, String::new());
        let (asked, told, ()) = tokio::join!(put(ask, request), tell(&mut said, &to), hear(&mut child, &mut complaint));
        // Git may answer before it has read everything; only what it says counts.
        drop(asked);
        told?;
        ended(&mut child, &complaint).await?;
        let _ = to.send(Piece::End).await;
        Ok::<(), ServeError>(())
    };
    let done = tokio::select! {
        done = timeout(LONGEST, talk) => done.unwrap_or_else(|_| Err(ServeError::Failed("it took too long".to_owned()))),
        () = to.closed() => Ok(()),
    };
    if let Err(error) = done {
        tracing::warn!(%error, "A pull ended badly");
    }
    // Dead and gone before the next one's turn.
    let _ = child.kill().await;
    drop(turn);
}

/// Only dropping the pipe closes it, and without its end git would wait for more.
async fn put(mut ask: ChildStdin, request: Vec<u8>) -> std::io::Result<()> {
    ask.write_all(&request).await
}

async fn tell(said: &mut ChildStdout, to: &Sender<Piece>) -> Result<(), ServeError> {
    let mut total = 0;
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let read = said.read_buf(&mut piece).await.map_err(|error| ServeError::Failed(error.to_string()))?;
        if read == 0 {
            return Ok(());
        }
        total += read as u64;
        if total > LARGEST {
            return Err(ServeError::Failed("the repository is larger than is served".to_owned()));
        }
        if to.send(Piece::Bytes(piece)).await.is_err() {
            return Err(ServeError::Failed("the client went away".to_owned()));
        }
    }
}

/// Reads what it complains of, a little of it, and lets it complain on.
async fn hear(child: &mut Child, complaint: &mut String) {
    let Some(mut stderr) = child.stderr.take() else { return };
    let mut bytes = Vec::new();
    let _ = (&mut stderr as &mut (dyn AsyncRead + Send + Unpin)).take(2048).read_to_end(&mut bytes).await;
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    complaint.push_str(String::from_utf8_lossy(&bytes).trim());
}

async fn ended(child: &mut Child, complaint: &str) -> Result<(), ServeError> {
    match child.wait().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(ServeError::Failed(format!("{status}: {}", super::error::tame(complaint)))),
        Err(error) => Err(ServeError::Failed(error.to_string())),
    }
}

fn taken<T>(pipe: Option<T>) -> Result<T, ServeError> {
    pipe.ok_or_else(|| ServeError::Failed("it has no pipe".to_owned()))
}
