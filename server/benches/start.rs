//! Starts the server over a database of 1 GB and measures the way to the first answer, and the memory it holds idle.
//!
//! `cargo bench -p server --bench start`. `COUNTERSIGN_BINARY` names another binary to measure, such as the release with
//! its site inside; `COUNTERSIGN_BENCH_MB` another size. The peer is an axum server that says hello, started in turn with
//! ours. The file is in the page cache: what is measured is our work, not the disk's.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

const PAIRS: usize = 11;
const HELLO: &str = "--say-hello";
/// What a server that was never set up shows to everybody.
const PAGE: &str = "/setup";

fn main() {
    if std::env::args().any(|one| one == HELLO) {
        return hello();
    }
    let binary = std::env::var("COUNTERSIGN_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_countersign").to_owned());
    let megabytes = std::env::var("COUNTERSIGN_BENCH_MB").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    started(&mut countersign(&binary, data)).stop();
    let database = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()).find(|path| is_database(path)).unwrap();
    let empty = sample(|| countersign(&binary, data));
    fill(&database, megabytes);
    let size = std::fs::metadata(&database).unwrap().len() / 1_000_000;
    let this = std::env::current_exe().unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        ours.push(sample(|| countersign(&binary, data)));
        theirs.push(sample(|| {
            let mut peer = Command::new(&this);
            peer.arg(HELLO);
            peer
        }));
    }
    println!("{:<44}{:>12}{:>12}{:>12}", "", "start, ms", "idle, MB", "1 page, MB");
    row(&format!("countersign, {size} MB of database"), &ours);
    row("axum that says hello", &theirs);
    row("countersign, fresh database, once", &[empty]);
    let ratio = median(&ours, |one| one.first_answer) / median(&theirs, |one| one.first_answer);
    println!("medians of {PAIRS} interleaved starts; start is from exec to the first whole answer of a page; {ratio:.1} times the peer");
}

fn row(name: &str, samples: &[Sample]) {
    let columns = [median(samples, |one| one.first_answer), median(samples, |one| one.idle), median(samples, |one| one.after_a_page)];
    println!("{name:<44}{:>12.1}{:>12.1}{:>12.1}", columns[0], columns[1], columns[2]);
}

fn median(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Sample {
    /// Milliseconds from exec to the first whole answer.
    first_answer: f64,
    /// Resident megabytes before anybody asked for anything.
    idle: f64,
    after_a_page: f64,
}

/// Twice: once for the time, once for the memory of a server that nobody has asked yet.
fn sample(command: impl Fn() -> Command) -> Sample {
    let begun = Instant::now();
    let server = started(&mut command());
    server.get(PAGE);
    let first_answer = begun.elapsed().as_secs_f64() * 1000.0;
    server.stop();
    let server = started(&mut command());
    // Long enough for the jobs that run at the start.
    std::thread::sleep(Duration::from_millis(500));
    let idle = server.resident();
    server.get(PAGE);
    let after_a_page = server.resident();
    server.stop();
    Sample { first_answer, idle, after_a_page }
}

struct Running {
    child: Child,
    address: SocketAddr,
}

fn countersign(binary: &str, data: &Path) -> Command {
    let mut command = Command::new(binary);
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).env("RUST_LOG", "error");
    command
}

/// Both servers say where they listen on their first line.
fn started(command: &mut Command) -> Running {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
    Running { child, address }
}

impl Running {
    fn get(&self, path: &str) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\n\r\n", self.address.port()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let status = String::from_utf8_lossy(&answer[..15]).into_owned();
        assert!(status.contains(" 200"), "{status}");
    }

    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0 / 1_000_000.0
    }

    fn stop(mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        self.child.wait().unwrap();
    }
}

fn is_database(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0"))
}

/// Three quarters are files of plans, a quarter the audit log: what grows over the years.
fn fill(database: &Path, megabytes: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut db = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(database)).await.unwrap();
        let files = i64::try_from(megabytes * 750_000 / 16_000).unwrap();
        let leaves = i64::try_from(megabytes * 250_000 / 560).unwrap();
        for (statement, rows) in [(FILES, files), (LEAVES, leaves)] {
            sqlx::query(statement).bind(rows).execute(&mut db).await.unwrap();
        }
        sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    });
}

const FILES: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) \
    insert into plan_file (sha256, bytes) select lower(hex(randomblob(32))), randomblob(16000) from n";

const LEAVES: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < $1) \
    insert into audit (n, leaf, hash, at, actor, action, object) \
    select (select coalesce(max(n), -1) from audit) + i, randomblob(320), randomblob(32), 1767225600000000 + i, \
    'person:' || lower(hex(randomblob(8))), 'change_draft', 'draft:' || lower(hex(randomblob(8))) from n";

/// The peer: what a server costs that does nothing.
fn hello() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("hello listens on {}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(|| async { "hello" });
        axum::serve(listener, app).await.unwrap();
    });
}
