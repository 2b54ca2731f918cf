//! Repositories on this machine: who moves a branch, who loses, and what a dead process leaves behind.

use std::fs;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use server::git::{GitError, Heads, Mirror, ObjectId, PushOutcome, Remote, Resolution, init_embedded, probe};

use super::support::git::{Bench, git, try_git};

#[test]
fn the_first_deploy_fills_an_empty_repository() {
    let bench = Bench::new();
    let remote = bench.local();
    assert_eq!(probe(&remote).unwrap(), Heads::default());
    let commit = bench.deploy(&remote, "countersign.yaml", "kind: Cluster\n");
    let heads = probe(&remote).unwrap();
    assert_eq!((heads.default.as_deref(), heads.branches["main"]), (Some("main"), commit));
    git(bench.folder.path(), &["clone", "-q", "--no-local", "repository.git", "clone"]);
    assert_eq!(fs::read_to_string(bench.folder.path().join("clone/countersign.yaml")).unwrap(), "kind: Cluster\n");
    bench.assert_sound();
}

#[test]
fn head_follows_the_first_branch_of_a_repository_made_by_hand() {
    let bench = Bench::new();
    let by_hand = bench.folder.path().join("by-hand.git");
    git(bench.folder.path(), &["init", "-q", "--bare", "-b", "trunk", "by-hand.git"]);
    let remote = Remote::new(&format!("file://{}", by_hand.display())).unwrap();
    bench.deploy(&remote, "a", "1");
    assert_eq!(git(&by_hand, &["symbolic-ref", "HEAD"]), "refs/heads/main");
    // A second branch leaves HEAD where it is.
    let mirror = bench.mirror(&remote);
    let built = bench.commit(&mirror, None, "a", "2");
    mirror.store(&built).unwrap();
    assert_eq!(mirror.push(&remote, "other", built.id, None).unwrap(), PushOutcome::Done);
    assert_eq!(git(&by_hand, &["symbolic-ref", "HEAD"]), "refs/heads/main");
}

#[test]
fn making_an_embedded_repository_twice_keeps_what_is_in_it() {
    let bench = Bench::new();
    let commit = bench.deploy(&bench.local(), "a", "1");
    init_embedded(&bench.repository(), "main").unwrap();
    assert_eq!(bench.head(), Some(commit));
}

#[test]
fn of_two_pushers_one_wins_and_the_other_learns_the_head() {
    let bench = Bench::new();
    let remote = bench.local();
    let base = bench.deploy(&remote, "a", "0");
    let (one, two) = (bench.mirror(&remote), bench.mirror(&remote));
    let first = bench.commit(&one, Some(base), "a", "1");
    let second = bench.commit(&two, Some(base), "a", "2");
    one.store(&first).unwrap();
    two.store(&second).unwrap();
    assert_eq!(one.push(&remote, "main", first.id, Some(base)).unwrap(), PushOutcome::Done);
    let lost = two.push(&remote, "main", second.id, Some(base)).unwrap();
    assert_eq!(lost, PushOutcome::Moved { head: Some(first.id) });
    assert_eq!(bench.head(), Some(first.id));
    let late_first = bench.commit(&two, None, "a", "3");
    two.store(&late_first).unwrap();
    assert_eq!(two.push(&remote, "main", late_first.id, None).unwrap(), PushOutcome::Moved { head: Some(first.id) });
}

#[test]
fn racing_deployers_and_stock_git_lose_nothing_and_double_nothing() {
    let bench = Bench::new();
    let remote = bench.local();
    bench.deploy(&remote, "start", "0");
    // So many packs make stock git collect garbage and pack references; it is to do so in our way.
    git(&bench.repository(), &["config", "gc.autoDetach", "false"]);
    let start = Barrier::new(5);
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let ours = (0..4).map(|who| {
            let (bench, remote, start) = (&bench, &remote, &start);
            scope.spawn(move || {
                start.wait();
                (0..10).map(|turn| deploy_until_done(bench, remote, &format!("ours/{who}-{turn}"))).collect::<Vec<_>>()
            })
        });
        let ours: Vec<_> = ours.collect();
        let theirs = scope.spawn(|| {
            start.wait();
            (0..5).filter_map(|turn| stock_push(&bench, &format!("theirs-{turn}"))).collect::<Vec<_>>()
        });
        let ours = ours.into_iter().flat_map(|thread| thread.join().unwrap()).map(|id| id.to_string());
        ours.chain(theirs.join().unwrap()).collect()
    });
    let recorded = git(&bench.repository(), &["rev-list", "--first-parent", "main"]);
    let recorded: Vec<&str> = recorded.lines().collect();
    assert!(acknowledged.len() >= 40);
    for commit in &acknowledged {
        assert_eq!(recorded.iter().filter(|id| *id == commit).count(), 1, "{commit} was acknowledged");
    }
    assert_eq!(recorded.len(), acknowledged.len() + 1, "and nothing else is there");
    bench.assert_sound();
    assert_no_leftovers(&bench);
}

#[test]
fn a_lock_left_by_a_killed_process_of_ours_is_cleared() {
    let bench = Bench::new();
    let base = bench.deploy(&bench.local(), "a", "0");
    // What `kill -9` leaves between taking the lock and the rename: two names of one file, nobody holding it.
    let claim = bench.repository().join("countersign-claim-0190d5e0");
    fs::write(&claim, format!("{base}\n")).unwrap();
    fs::hard_link(&claim, bench.repository().join("refs/heads/main.lock")).unwrap();
    bench.deploy(&bench.local(), "a", "1");
    assert_no_leftovers(&bench);
    bench.assert_sound();
}

#[test]
fn many_deploys_leave_few_packs_and_lose_nothing() {
    let bench = Bench::new();
    let remote = bench.local();
    let mirror = bench.mirror(&remote);
    let first = bench.deploy(&remote, "a/0", "x");
    // Stored, and its push still to come: nothing reaches it yet.
    let waiting = bench.commit(&mirror, Some(first), "waiting", "x");
    mirror.store(&waiting).unwrap();
    let deploys: Vec<ObjectId> = (1..120).map(|turn| bench.deploy(&remote, &format!("a/{turn}"), "x")).collect();
    assert!(!mirror.tidy().unwrap(), "it was done on the way");
    let packs = fs::read_dir(bench.repository().join("objects/pack")).unwrap().count();
    assert!(packs < 110, "a pack and an index each: {packs}");
    assert_eq!(git(&bench.repository(), &["rev-list", "--count", "main"]), "120");
    assert_eq!(mirror.entries(deploys[118], "a").unwrap().len(), 120, "a handle that was open all the time reads on");
    assert_eq!(bench.mirror(&remote).commit(waiting.id).unwrap().bytes, waiting.bytes);
    bench.assert_sound();
}

#[test]
fn a_live_lock_is_waited_for_and_never_broken() {
    let bench = Bench::new();
    let remote = bench.local();
    let base = bench.deploy(&remote, "a", "0");
    let mirror = bench.mirror(&remote);
    let built = bench.commit(&mirror, Some(base), "a", "1");
    mirror.store(&built).unwrap();
    let lock = bench.repository().join("refs/heads/main.lock");
    let claim = bench.repository().join("countersign-claim-live");
    let held = fs::File::create(&claim).unwrap();
    held.lock().unwrap();
    fs::hard_link(&claim, &lock).unwrap();
    let began = Instant::now();
    let refused = mirror.push(&remote, "main", built.id, Some(base));
    assert!(matches!(refused, Err(GitError::Locked(_))), "{refused:?}");
    assert!(began.elapsed() > Duration::from_secs(1) && lock.exists() && bench.head() == Some(base));
    // Its holder finishes while we wait.
    let outcome = std::thread::scope(|scope| {
        let push = scope.spawn(|| bench.mirror(&remote).push(&remote, "main", built.id, Some(base)));
        fs::remove_file(&lock).unwrap();
        fs::remove_file(&claim).unwrap();
        push.join().unwrap()
    });
    assert_eq!(outcome.unwrap(), PushOutcome::Done);
}

#[test]
fn only_fast_forwards_are_pushed() {
    let bench = Bench::new();
    let remote = bench.local();
    let base = bench.deploy(&remote, "a", "0");
    let mirror = bench.mirror(&remote);
    let beside = bench.commit(&mirror, None, "a", "1");
    mirror.store(&beside).unwrap();
    assert!(matches!(mirror.push(&remote, "main", beside.id, Some(base)), Err(GitError::Invalid(_))));
    let unstored = bench.commit(&mirror, Some(base), "a", "2");
    assert!(matches!(mirror.push(&remote, "main", unstored.id, Some(base)), Err(GitError::Missing(id)) if id == unstored.id));
    for branch in ["", "a..b", "-x", "a b", "refs/../x", "x.lock"] {
        assert!(matches!(mirror.push(&remote, branch, base, None), Err(GitError::Invalid(_))), "{branch:?}");
    }
    assert_eq!(bench.head(), Some(base));
}

#[test]
fn what_is_no_bare_repository_is_refused_with_the_reason() {
    let bench = Bench::new();
    let folder = bench.folder.path();
    git(folder, &["init", "-q", "worktree"]);
    fs::create_dir(folder.join("empty")).unwrap();
    fs::write(folder.join("file"), "x").unwrap();
    for (name, reason) in [("worktree", "work tree"), ("worktree/.git", "work tree"), ("empty", ""), ("file", ""), ("nothing", "")] {
        let remote = Remote::new(folder.join(name).to_str().unwrap()).unwrap();
        match Mirror::open(&folder.join("mirror"), &remote).map(|_| ()) {
            Err(GitError::NotARepository(message)) => assert!(message.contains(reason), "{name}: {message}"),
            other => panic!("{name} gave {other:?}"),
        }
        assert!(matches!(probe(&remote), Err(GitError::NotARepository(_))), "{name}");
    }
}

#[test]
fn an_unclear_push_is_resolved_by_where_the_branch_stands() {
    let bench = Bench::new();
    let remote = bench.local();
    let base = bench.deploy(&remote, "a", "0");
    let mirror = bench.mirror(&remote);
    let ours = bench.commit(&mirror, Some(base), "a", "1");
    mirror.store(&ours).unwrap();
    let resolve = || bench.mirror(&remote).resolve_unclear(&remote, "main", ours.id, Some(base));
    assert!(matches!(resolve(), Resolution::Unknown { .. }), "still at our base");
    mirror.push(&remote, "main", ours.id, Some(base)).unwrap();
    assert_eq!(resolve(), Resolution::Done { head: ours.id });
    let above = bench.neighbour("b", "1");
    assert_eq!(resolve(), Resolution::Done { head: above });
    let set = |to: &str| git(&bench.repository(), &["update-ref", "refs/heads/main", to]);
    set(&base.to_string());
    let beside = bench.neighbour("b", "2");
    assert_eq!(resolve(), Resolution::NotDone { head: Some(beside) });
    git(&bench.repository(), &["update-ref", "-d", "refs/heads/main"]);
    assert_eq!(resolve(), Resolution::NotDone { head: None });
    let first = mirror.resolve_unclear(&remote, "main", ours.id, None);
    assert!(matches!(first, Resolution::Unknown { .. }), "an empty repository is the base of a first commit: {first:?}");
}

fn deploy_until_done(bench: &Bench, remote: &Remote, path: &str) -> ObjectId {
    let mirror = bench.mirror(remote);
    loop {
        let head = mirror.fetch(remote, "main").unwrap();
        let built = bench.commit(&mirror, head, path, "x");
        mirror.store(&built).unwrap();
        match mirror.push(remote, "main", built.id, head).unwrap() {
            PushOutcome::Done => return built.id,
            PushOutcome::Moved { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

/// One attempt; the commit if stock git was told that it arrived.
fn stock_push(bench: &Bench, path: &str) -> Option<String> {
    let clone = tempfile::tempdir_in(bench.folder.path()).unwrap();
    // Packs that were merged meanwhile can vanish under a reader, as they do when stock git repacks: it reads again.
    let cloned = (0..5).any(|_| {
        let done = try_git(clone.path(), &["clone", "-q", "--no-local", bench.repository().to_str().unwrap(), "clone"]).status.success();
        if !done {
            let _ = fs::remove_dir_all(clone.path().join("clone"));
        }
        done
    });
    if !cloned {
        return None;
    }
    let clone = clone.path().join("clone");
    fs::write(clone.join(path), "x").unwrap();
    git(&clone, &["add", "-A"]);
    git(&clone, &["commit", "-q", "-m", path]);
    let pushed = try_git(&clone, &["push", "-q", "origin", "HEAD:main"]).status.success();
    pushed.then(|| git(&clone, &["rev-parse", "HEAD"]))
}

fn assert_no_leftovers(bench: &Bench) {
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(bench.repository().join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert!(!names("refs/heads").contains(&"main.lock".to_owned()));
    assert!(names(".").iter().all(|name| !name.starts_with("countersign-claim-")));
    assert!(names(".").iter().all(|name| !name.starts_with("countersign-pack-")));
}
