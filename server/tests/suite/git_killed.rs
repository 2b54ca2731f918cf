//! `kill -9` at any instant of a deploy: what was acknowledged stays, and the next deploy goes through.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use server::git::{Mirror, ObjectId, PlatformKey, PushOutcome, Remote};

use super::support::git::{Bench, git};

const FOLDER: &str = "COUNTERSIGN_TEST_KILLED_DEPLOYER";
const ROUNDS: u64 = 25;

#[test]
fn killed_deployers_lose_nothing_and_block_nobody() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        deploy_until_killed(folder.into());
    }
    let bench = Bench::new();
    let mut acknowledged: Vec<ObjectId> = Vec::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "git_killed::killed_deployers_lose_nothing_and_block_nobody", "--nocapture"])
            .env(FOLDER, bench.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // The first acknowledgement shows that what the last one left behind blocks nobody; then the
        // kill falls somewhere into the next deploy, each round a little later.
        acknowledged.push(lines.by_ref().find_map(|line| id_in(&line)).unwrap());
        std::thread::sleep(Duration::from_micros(round * 700));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(lines.filter_map(|line| id_in(&line)));
    }
    let recorded = git(&bench.repository(), &["rev-list", "--first-parent", "main"]);
    let recorded: Vec<ObjectId> = recorded.lines().map(|id| id.parse().unwrap()).collect();
    assert!(acknowledged.len() as u64 >= ROUNDS);
    for commit in &acknowledged {
        assert_eq!(recorded.iter().filter(|id| *id == commit).count(), 1, "{commit} was acknowledged");
    }
    // A commit whose acknowledgement the kill swallowed may be there: at most one a round.
    assert!(recorded.len() as u64 <= acknowledged.len() as u64 + ROUNDS, "{} of {}", acknowledged.len(), recorded.len());
    bench.assert_sound();
}

fn id_in(line: &str) -> Option<ObjectId> {
    line.split_once("acknowledged ").and_then(|(_, id)| id.parse().ok())
}

#[expect(clippy::print_stdout, reason = "the parent process reads it")]
fn deploy_until_killed(folder: PathBuf) -> ! {
    let repository = folder.join("repository.git");
    let remote = Remote::new(repository.to_str().unwrap()).unwrap();
    let key = PlatformKey::open(&folder.join("platform.key")).unwrap();
    let bench = Bench { folder: tempfile::tempdir_in(&folder).unwrap(), key };
    for turn in 0.. {
        let mirror = Mirror::open(&folder.join("mirror"), &remote).unwrap();
        let head = mirror.fetch(&remote, "main").unwrap();
        let built = bench.commit(&mirror, head, &format!("{}/{turn}", std::process::id()), "x");
        mirror.store(&built).unwrap();
        assert_eq!(mirror.push(&remote, "main", built.id, head).unwrap(), PushOutcome::Done);
        println!("acknowledged {}", built.id);
    }
    unreachable!("the parent kills it")
}
