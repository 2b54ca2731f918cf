//! Remotes that hang, lie, break off or answer nonsense: a clear kind of error and no harm.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use server::git::{GitError, Limits, ObjectId, PushOutcome, Remote, Resolution, Timeouts, probe};

use super::support::git::{Bench, git};
use super::support::git_http::GitHttp;
use super::support::line::{Fault, Line};

/// Serves each connection with `answer` on its own thread; gives back the port.
fn listen(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || answer(stream));
        }
    });
    port
}

fn http(port: u16) -> Remote {
    Remote::new(&format!("http://127.0.0.1:{port}/a.git")).unwrap()
}

fn ssh(port: u16) -> Remote {
    Remote::new(&format!("ssh://git@127.0.0.1:{port}/a.git")).unwrap()
}

/// Answers every request with this HTTP response and closes.
fn answering(response: Vec<u8>) -> Remote {
    http(listen(move |mut stream| {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request);
        let _ = stream.write_all(&response);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read(&mut request);
    }))
}

/// An advertisement in Git's protocol.
fn advertisement(lines: &[&[u8]]) -> Vec<u8> {
    let packet = |line: &[u8]| [format!("{:04x}", line.len() + 4).as_bytes(), line].concat();
    let mut body = packet(b"# service=git-upload-pack\n");
    body.extend_from_slice(b"0000");
    lines.iter().for_each(|line| body.extend(packet(line)));
    body.extend_from_slice(b"0000");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nConnection: close\r\n\r\n";
    [head.as_bytes(), &body].concat()
}

/// Timeouts hold for a whole process, so this test runs itself again in one of its own.
#[test]
fn a_silent_host_is_given_up() {
    if std::env::var_os("COUNTERSIGN_TEST_SILENT_HOST").is_none() {
        let again = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "git_faults::a_silent_host_is_given_up", "--nocapture"])
            .env("COUNTERSIGN_TEST_SILENT_HOST", "1")
            .output()
            .unwrap();
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        return;
    }
    Timeouts { connect: Duration::from_millis(1500), silence: Duration::from_millis(500) }.set();
    let port = listen(|stream| {
        let mut sink = Vec::new();
        let _ = (&stream).read_to_end(&mut sink); // takes everything, says nothing
    });
    let began = Instant::now();
    let https = Remote::new(&format!("https://127.0.0.1:{port}/a.git")).unwrap();
    for remote in [http(port), ssh(port), https] {
        let error = probe(&remote).unwrap_err();
        assert!(matches!(error, GitError::Timeout(_)), "{}: {error:?}", remote.url());
    }
    let bench = Bench::new();
    let mirror = bench.mirror(&http(port));
    let built = bench.commit(&mirror, None, "a", "1");
    mirror.store(&built).unwrap();
    assert!(matches!(mirror.fetch(&http(port), "main"), Err(GitError::Timeout(_))));
    assert!(matches!(mirror.push(&http(port), "main", built.id, None), Err(GitError::Timeout(_))));
    let resolution = mirror.resolve_unclear(&http(port), "main", built.id, None);
    assert!(matches!(resolution, Resolution::Unknown { .. }), "{resolution:?}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn nonsense_is_an_error_and_no_panic() {
    let ok = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nConnection: close\r\n\r\n";
    let id = "1234567890123456789012345678901234567890";
    let head = format!("{id} refs/heads/main\0side-band-64k\n");
    let odd = [id.as_bytes(), b" refs/heads/\xff\xfe\n"].concat();
    let nonsense: Vec<(&str, Vec<u8>)> = vec![
        ("not HTTP", b"SSH-2.0-whatever\r\n".to_vec()),
        ("a page", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>hello</h1>".to_vec()),
        ("no packets", [&ok[..], b"hello"].concat()),
        ("a huge packet", [&ok[..], b"ffff"].concat()),
        ("a bad length", [&ok[..], b"zzzz"].concat()),
        ("nothing", Vec::new()),
        ("only a head", ok.to_vec()),
        ("a short id", advertisement(&[b"1234 refs/heads/main\0\n"])),
        ("a name that is not UTF-8", advertisement(&[head.as_bytes(), &odd])),
        ("an error", advertisement(&[b"ERR no \x1b[31mway"])),
        ("500", b"HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n".to_vec()),
    ];
    for (what, response) in nonsense {
        let error = probe(&answering(response)).unwrap_err();
        assert!(!error.to_string().chars().any(char::is_control), "{what}: {error}");
        assert!(!matches!(error, GitError::Storage(_) | GitError::AuthFailed(_)), "{what}: {error:?}");
    }
    let over_ssh = probe(&ssh(listen(|mut stream| drop(stream.write_all(&[b'x'; 70_000]))))).unwrap_err();
    assert!(over_ssh.is_passing(), "{over_ssh:?}");
}

#[test]
fn a_head_that_is_announced_and_not_sent_is_not_believed() {
    let head = b"1234567890123456789012345678901234567890 refs/heads/main\0side-band-64k\n";
    let remote = answering(advertisement(&[head]));
    let bench = Bench::new();
    let mirror = bench.mirror(&remote);
    let error = mirror.fetch(&remote, "main").unwrap_err();
    assert!(matches!(error, GitError::Garbage(_) | GitError::Unreachable(_)), "{error:?}");
    assert_eq!(mirror.head("main").unwrap(), None);
}

#[test]
fn a_repository_beyond_the_limit_is_not_taken_in() {
    let bench = Bench::new();
    let noise: String = (0..200_000).map(|_| rand::random_range('a'..='z')).collect();
    bench.deploy(&bench.local(), "large", &noise);
    let Some(http) = GitHttp::start(bench.folder.path()) else { return };
    let remote = http.remote(&bench.repository());
    let small = remote.clone().limits(Limits { bytes: 10_000, ..Limits::default() });
    let mirror = bench.mirror(&small);
    assert!(matches!(mirror.fetch(&small, "main"), Err(GitError::TooLarge(10_000))));
    let hasty = remote.clone().limits(Limits { time: Duration::ZERO, ..Limits::default() });
    assert!(matches!(mirror.fetch(&hasty, "main"), Err(GitError::Timeout(_))));
    assert_eq!(mirror.fetch(&remote, "main").unwrap(), bench.head());
}

struct BrokenPush {
    bench: Bench,
    remote: Remote,
    outcome: PushOutcome,
    commit: ObjectId,
    _host: GitHttp,
}

/// A first push over a line that breaks; the second one gets through.
fn broken_push(fault: Fault) -> Option<BrokenPush> {
    let bench = Bench::new();
    git(&bench.repository(), &["config", "http.receivepack", "true"]);
    let http = GitHttp::start(bench.folder.path())?;
    let line = Line::to(http.http_port);
    line.set(fault);
    let remote = Remote::new(&format!("http://127.0.0.1:{}/repository.git", line.port)).unwrap().auth(http.auth());
    let mirror = bench.mirror(&remote);
    let built = bench.commit(&mirror, None, "a", "1");
    mirror.store(&built).unwrap();
    let outcome = mirror.push(&remote, "main", built.id, None).unwrap();
    Some(BrokenPush { bench, remote, outcome, commit: built.id, _host: http })
}

#[test]
fn an_answer_that_is_lost_after_the_push_is_found_done() {
    let Some(BrokenPush { bench, remote, outcome, commit, _host }) = broken_push(Fault::AnswerLost) else { return };
    assert!(matches!(outcome, PushOutcome::Unclear { .. }), "{outcome:?}");
    let resolution = bench.mirror(&remote).resolve_unclear(&remote, "main", commit, None);
    assert_eq!(resolution, Resolution::Done { head: commit });
}

#[test]
fn a_push_that_never_arrived_is_pushed_again() {
    let Some(BrokenPush { bench, remote, outcome, commit, _host }) = broken_push(Fault::CutBeforePush) else { return };
    assert!(matches!(outcome, PushOutcome::Unclear { .. }), "{outcome:?}");
    let mirror = bench.mirror(&remote);
    assert!(matches!(mirror.resolve_unclear(&remote, "main", commit, None), Resolution::Unknown { .. }));
    assert_eq!(mirror.push(&remote, "main", commit, None).unwrap(), PushOutcome::Done);
    assert_eq!(bench.head(), Some(commit));
    bench.assert_sound();
}
