//! `https://` against nginx and git-http-backend: authorities, tokens, redirects, races.

use std::sync::Barrier;

use server::git::{Auth, GitError, Hidden, ObjectId, PushOutcome, Remote, may_push, probe};

use super::git_ssh::decline;
use super::support::git::{Bench, git};
use super::support::git_http::{GitHttp, TOKEN, USER};

fn start() -> Option<(Bench, GitHttp)> {
    let bench = Bench::new();
    git(&bench.repository(), &["config", "http.receivepack", "true"]);
    let http = GitHttp::start(bench.folder.path())?;
    Some((bench, http))
}

#[test]
fn deploys_arrive_over_https_with_an_authority_of_its_own() {
    let Some((bench, http)) = start() else { return };
    let remote = http.remote(&bench.repository());
    assert!(probe(&remote).unwrap().branches.is_empty());
    let first = bench.deploy(&remote, "stacks/a/stack.yaml", "1\n");
    bench.neighbour("foreign.txt", "2\n");
    let second = bench.deploy(&remote, "stacks/a/stack.yaml", &"long line\n".repeat(200_000));
    assert_eq!(bench.head(), Some(second));
    assert!(bench.mirror(&remote).is_ancestor(first, second).unwrap());
    bench.deploy(&http.plain(&bench.repository()), "over/plain/http", "3\n");
    bench.assert_sound();
}

#[test]
fn whether_a_push_is_let_in_is_asked_without_pushing() {
    let Some((bench, http)) = start() else { return };
    let remote = http.remote(&bench.repository());
    may_push(&remote).unwrap();
    may_push(&bench.local()).unwrap();
    git(&bench.repository(), &["config", "http.receivepack", "false"]);
    assert!(may_push(&remote).is_err(), "it may only be read");
    assert!(probe(&remote).unwrap().branches.is_empty());
    assert_eq!(git(&bench.repository(), &["for-each-ref"]), "");
}

#[test]
fn a_host_that_the_authority_did_not_certify_is_refused() {
    let Some((bench, http)) = start() else { return };
    let repository = bench.repository();
    let refused = |remote: Remote| match probe(&remote.auth(http.auth())) {
        Err(GitError::CertificateInvalid(reason)) => reason,
        other => panic!("{other:?}"),
    };
    refused(http.over_tls(&repository));
    let other = GitHttp::start(bench.folder.path()).unwrap();
    refused(http.over_tls(&repository).ca_pem(other.ca_pem.clone()));
    assert!(refused(http.over_tls(&repository).ca_pem("")).contains("holds no certificate"));
    let by_address = Remote::new(&format!("https://127.0.0.1:{}/repository.git", http.https_port)).unwrap();
    assert!(refused(by_address.ca_pem(http.ca_pem.clone())).contains("IP address mismatch"));
    let pushed = {
        let remote = http.over_tls(&repository).ca_pem(other.ca_pem.clone()).auth(http.auth());
        let mirror = bench.mirror(&remote);
        let built = bench.commit(&mirror, None, "a", "1");
        mirror.store(&built).unwrap();
        mirror.push(&remote, "main", built.id, None)
    };
    assert!(matches!(pushed, Err(GitError::CertificateInvalid(_))), "{pushed:?}");
    assert_eq!(bench.head(), None);
}

#[test]
fn refusals_of_the_host_have_their_kind() {
    let Some((bench, http)) = start() else { return };
    let repository = bench.repository();
    let kind = |remote: &Remote| probe(remote).unwrap_err().code();
    let wrong = Auth::Password { user: USER.into(), password: Hidden::new(format!("{TOKEN}x")) };
    assert_eq!(kind(&http.remote(&repository).auth(wrong)), "git_auth_failed");
    assert_eq!(kind(&http.remote(&repository).auth(Auth::None)), "git_auth_failed");
    assert_eq!(kind(&http.remote(&repository).auth(Auth::SshKey(Hidden::new("x")))), "git_auth_failed");
    assert_eq!(kind(&http.remote(&bench.folder.path().join("nothing.git"))), "git_not_a_repository");
    let redirect = http.remote(&bench.folder.path().join("moved/a.git"));
    assert!(probe(&redirect).unwrap_err().to_string().contains("redirect"), "{:?}", probe(&redirect));
    git(&repository, &["config", "http.receivepack", "false"]);
    let remote = http.remote(&repository);
    let mirror = bench.mirror(&remote);
    let built = bench.commit(&mirror, None, "a", "1");
    mirror.store(&built).unwrap();
    assert_eq!(mirror.push(&remote, "main", built.id, None).unwrap_err().code(), "git_auth_failed");
}

#[test]
fn a_hook_that_declines_is_heard_and_a_moved_branch_is_seen() {
    let Some((bench, http)) = start() else { return };
    let remote = http.remote(&bench.repository());
    let base = bench.deploy(&remote, "a", "0");
    let mirror = bench.mirror(&remote);
    let built = bench.commit(&mirror, Some(base), "a", "1");
    mirror.store(&built).unwrap();
    decline(&bench, "echo 'main is frozen' >&2; exit 1");
    let outcome = mirror.push(&remote, "main", built.id, Some(base)).unwrap();
    assert!(matches!(&outcome, PushOutcome::Rejected { message } if message.contains("main is frozen")), "{outcome:?}");
    // A neighbour gets in between our look and the host's own: the hook moves the branch under us.
    let rival = bench.commit(&mirror, Some(base), "b", "1");
    bench.mirror(&bench.local()).store(&rival).unwrap();
    decline(&bench, &format!("git update-ref refs/heads/main {} {base}; exit 0", rival.id));
    let outcome = mirror.push(&remote, "main", built.id, Some(base)).unwrap();
    assert_eq!(outcome, PushOutcome::Moved { head: Some(rival.id) });
    assert_eq!(bench.head(), Some(rival.id));
}

#[test]
fn racing_deployers_lose_nothing_and_double_nothing() {
    let Some((bench, http)) = start() else { return };
    let remote = http.remote(&bench.repository());
    bench.deploy(&remote, "start", "0");
    let start = Barrier::new(4);
    let acknowledged: Vec<ObjectId> = std::thread::scope(|scope| {
        let threads = (0..4).map(|who| {
            let (bench, remote, start) = (&bench, &remote, &start);
            scope.spawn(move || {
                start.wait();
                (0..3).map(|turn| deploy_until_done(bench, remote, who, turn)).collect::<Vec<_>>()
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let recorded = git(&bench.repository(), &["rev-list", "--first-parent", "main"]);
    let recorded: Vec<ObjectId> = recorded.lines().map(|id| id.parse().unwrap()).collect();
    assert_eq!(recorded.len(), acknowledged.len() + 1);
    assert!(acknowledged.iter().all(|commit| recorded.contains(commit)));
    bench.assert_sound();
}

#[test]
fn fetches_into_one_copy_wait_for_each_other_and_survive_one_that_was_killed() {
    let Some((bench, http)) = start() else { return };
    let remote = http.remote(&bench.repository());
    bench.deploy(&remote, "start", "0");
    let folder = bench.folder.path().join("mirror-shared");
    let open = || server::git::Mirror::open(&folder, &remote).unwrap();
    // What a fetch leaves that is killed while libgit2 writes `shallow`.
    std::fs::write(open().path().join("shallow.lock"), "").unwrap();
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mirror = open();
                start.wait();
                assert_eq!(mirror.fetch(&remote, "main").unwrap(), bench.head());
            });
        }
    });
}

/// Two mirrors' worth of deployers, as two servers would have.
fn deploy_until_done(bench: &Bench, remote: &Remote, who: usize, turn: usize) -> ObjectId {
    let mirror = server::git::Mirror::open(&bench.folder.path().join(format!("mirror-{}", who % 2)), remote).unwrap();
    loop {
        let head = mirror.fetch(remote, "main").unwrap();
        let built = bench.commit(&mirror, head, &format!("{who}/{turn}"), "x");
        mirror.store(&built).unwrap();
        match mirror.push(remote, "main", built.id, head).unwrap() {
            PushOutcome::Done => return built.id,
            PushOutcome::Moved { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}
