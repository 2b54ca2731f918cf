//! Deploys 20 of N files and compares with `git add -A && git commit && git push` of the same change, pair by pair.
//!
//! `cargo bench -p server --bench deploy`. The table at the end is what counts: medians of interleaved
//! pairs on equal repositories, and their ratio. Criterion's own numbers before it are for regressions.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use server::git::{CommitParts, Mirror, ObjectId, PlatformKey, PushOutcome, Remote, init_embedded};
use tempfile::TempDir;

#[expect(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/suite/support"]
mod support {
    pub mod git;
    pub mod git_http;
    pub mod machine;
    pub mod needs;
    pub mod sshd;
}

use support::git::{author, command, git, platform};
use support::git_http::{GitHttp, TOKEN, USER};
use support::sshd::Sshd;

const CHANGED: usize = 20;
const PAIRS: usize = 7;

/// Two equal repositories of N files: one that we deploy into, one that stock git pushes to from a work tree.
struct Arena {
    folder: TempDir,
    files: usize,
    key: PlatformKey,
    turn: usize,
}

impl Arena {
    fn new(files: usize) -> Arena {
        let folder = tempfile::tempdir().unwrap();
        let key = PlatformKey::open_or_create(&folder.path().join("key")).unwrap();
        let arena = Arena { folder, files, key, turn: 0 };
        init_embedded(&arena.theirs(), "main").unwrap();
        git(&arena.theirs(), &["config", "http.receivepack", "true"]);
        let tree = arena.tree();
        git(arena.folder.path(), &["clone", "-q", "theirs.git", "tree"]);
        for number in 0..files {
            let path = tree.join(path_of(number));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content(number, 0)).unwrap();
        }
        git(&tree, &["add", "-A"]);
        git(&tree, &["commit", "-q", "-m", "everything"]);
        git(&tree, &["push", "-q", "origin", "HEAD:main"]);
        git(arena.folder.path(), &["clone", "-q", "--mirror", "theirs.git", "ours.git"]);
        git(&arena.ours(), &["config", "http.receivepack", "true"]);
        arena
    }

    fn ours(&self) -> PathBuf {
        self.folder.path().join("ours.git")
    }

    fn theirs(&self) -> PathBuf {
        self.folder.path().join("theirs.git")
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// The next change: new content for 20 files, spread over the folders.
    fn next_change(&mut self) -> BTreeMap<String, Option<Vec<u8>>> {
        self.turn += 1;
        let numbers = (0..CHANGED).map(|n| n * (self.files / CHANGED) + self.turn % 7);
        numbers.map(|n| (path_of(n), Some(content(n, self.turn).into_bytes()))).collect()
    }

    fn mirror(&self, remote: &Remote) -> Mirror {
        Mirror::open(&self.folder.path().join("mirror.git"), remote).unwrap()
    }

    fn build(&self, mirror: &Mirror, parent: Option<ObjectId>, changes: &BTreeMap<String, Option<Vec<u8>>>) -> server::git::BuiltCommit {
        let (author, committer) = (author(), platform());
        let parts = CommitParts { parent, changes, author: &author, committer: &committer, message: "bench" };
        mirror.build_commit(&parts, |bytes| self.key.sign_commit(bytes)).unwrap()
    }
}

fn path_of(number: usize) -> String {
    format!("stacks/s{:03}/components/c{:02}/file-{number}.yaml", number / 100, number % 10)
}

fn content(number: usize, turn: usize) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: file-{number}\ndata:\n  turn: \"{turn}\"\n{}",
        "  key: value\n".repeat(number % 20)
    )
}

/// What one deploy took, step by step.
#[derive(Clone, Copy)]
struct Steps {
    commit: Duration,
    push: Duration,
}

impl Steps {
    fn whole(self) -> Duration {
        self.commit + self.push
    }
}

/// Open, look, edit the tree, sign, write one pack with its syncs, move the branch.
fn deploy(arena: &mut Arena, remote: &Remote) -> Steps {
    let changes = arena.next_change();
    let began = Instant::now();
    let mirror = arena.mirror(remote);
    let head = mirror.head("main").unwrap();
    let built = arena.build(&mirror, head, &changes);
    let commit = began.elapsed();
    let began = Instant::now();
    mirror.store(&built).unwrap();
    assert_eq!(mirror.push(remote, "main", built.id, head).unwrap(), PushOutcome::Done);
    Steps { commit, push: began.elapsed() }
}

/// The same change by the command line; writing the files is not counted.
fn deploy_by_cli(arena: &mut Arena) -> Steps {
    let tree = arena.tree();
    write(&tree, &arena.next_change());
    let began = Instant::now();
    git(&tree, &["add", "-A"]);
    git(&tree, &["commit", "-q", "-m", "bench"]);
    let commit = began.elapsed();
    let began = Instant::now();
    git(&tree, &["push", "-q", "origin", "HEAD:main"]);
    Steps { commit, push: began.elapsed() }
}

fn write(tree: &Path, changes: &BTreeMap<String, Option<Vec<u8>>>) {
    for (path, content) in changes {
        fs::write(tree.join(path), content.as_ref().unwrap()).unwrap();
    }
}

/// A push alone, of a commit that is ready, over a real transport: ours and stock git's.
fn push_pair(arena: &mut Arena, remote: &Remote, url: &str, ssh: &str) -> (Duration, Duration) {
    let changes = arena.next_change();
    let mirror = arena.mirror(remote);
    let head = mirror.fetch(remote, "main").unwrap();
    let built = arena.build(&mirror, head, &changes);
    mirror.store(&built).unwrap();
    let began = Instant::now();
    assert_eq!(mirror.push(remote, "main", built.id, head).unwrap(), PushOutcome::Done);
    let ours = began.elapsed();
    let tree = arena.tree();
    write(&tree, &changes);
    git(&tree, &["add", "-A"]);
    git(&tree, &["commit", "-q", "-m", "bench"]);
    let began = Instant::now();
    let pushed = command(&tree).args(["push", "-q", url, "HEAD:main"]).env("GIT_SSH_COMMAND", ssh).output().unwrap();
    let theirs = began.elapsed();
    assert!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    (ours, theirs)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn row(what: &str, ours: Vec<Duration>, theirs: Vec<Duration>, goal: f64) -> f64 {
    let (ours, theirs) = (median(ours), median(theirs));
    println!("{what:<58} {ours:>9.1} ms {theirs:>9.1} ms   {:>5.2}x (goal <= {goal}x)", ours / theirs);
    ours
}

fn compare(_: &mut Criterion) {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("\nload {}; medians of {PAIRS} interleaved pairs; ours, stock git, ratio", load.trim());
    let mut commits = Vec::new();
    for files in [5_000, 50_000] {
        let mut arena = Arena::new(files);
        let remote = Remote::new(arena.ours().to_str().unwrap()).unwrap();
        let pairs: Vec<(Steps, Steps)> = (0..PAIRS).map(|_| (deploy(&mut arena, &remote), deploy_by_cli(&mut arena))).collect();
        let column = |take: fn(&(Steps, Steps)) -> Duration| pairs.iter().map(take).collect::<Vec<_>>();
        commits.push(row(&format!("edit and commit {CHANGED} of {files} files"), column(|p| p.0.commit), column(|p| p.1.commit), 0.1));
        row(&format!("the whole deploy over file://, {files} files"), column(|p| p.0.whole()), column(|p| p.1.whole()), 0.2);
        over_transports(&mut arena);
    }
    println!("{:<58} {:>33.2}x (goal <= 1.2x)", "edit and commit, 50000 against 5000 files", commits[1] / commits[0]);
}

fn over_transports(arena: &mut Arena) {
    let files = arena.files;
    if let Some(sshd) = Sshd::start() {
        let key = arena.folder.path().join("client_key");
        sshd.write_client_key(&key);
        let ssh = format!("ssh -i {} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR", key.display());
        let (remote, url) = (sshd.remote(&arena.ours()), sshd.url(&arena.theirs()));
        let (ours, theirs) = (0..PAIRS).map(|_| push_pair(arena, &remote, &url, &ssh)).unzip();
        row(&format!("the push alone over ssh://, {files} files"), ours, theirs, 1.1);
    }
    if let Some(http) = GitHttp::start(arena.folder.path()) {
        let remote = http.plain(&arena.ours());
        let url = format!("http://{USER}:{TOKEN}@127.0.0.1:{}/theirs.git", http.http_port);
        let (ours, theirs) = (0..PAIRS).map(|_| push_pair(arena, &remote, &url, "")).unzip();
        row(&format!("the push alone over http://, {files} files"), ours, theirs, 1.1);
    }
}

fn deploys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("deploy");
    group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
    for files in [5_000, 50_000] {
        let mut arena = Arena::new(files);
        let remote = Remote::new(arena.ours().to_str().unwrap()).unwrap();
        group.bench_function(format!("{CHANGED} of {files} files"), |bencher| bencher.iter(|| deploy(&mut arena, &remote)));
    }
    group.finish();
}

criterion_group!(benches, deploys, compare);
criterion_main!(benches);
