//! `ssh://` against Debian's sshd: pinned keys, refusals, races.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use server::git::{Auth, GitError, Hidden, PushOutcome, Remote, Resolution, host_key, probe};

use super::support::git::Bench;
use super::support::sshd::{Sshd, new_key};

#[test]
fn deploys_arrive_over_ssh() {
    let Some(sshd) = Sshd::start() else { return };
    let bench = Bench::new();
    let remote = sshd.remote(&bench.repository());
    assert!(probe(&remote).unwrap().branches.is_empty());
    let first = bench.deploy(&remote, "stacks/a/stack.yaml", "1\n");
    let foreign = bench.neighbour("foreign.txt", "2\n");
    let mirror = bench.mirror(&remote);
    assert_eq!(mirror.fetch(&remote, "main").unwrap(), Some(foreign), "what others push comes with the next fetch");
    assert_eq!(mirror.fetch(&remote, "other").unwrap(), None);
    let second = bench.deploy(&remote, "stacks/a/stack.yaml", "3\n");
    assert_eq!((bench.head(), probe(&remote).unwrap().branches["main"]), (Some(second), second));
    assert_eq!(mirror.resolve_unclear(&remote, "main", first, None), Resolution::Done { head: second });
    bench.assert_sound();
}

#[test]
fn only_the_pinned_host_is_spoken_to() {
    let Some(sshd) = Sshd::start() else { return };
    let bench = Bench::new();
    let unpinned = sshd.unpinned(&bench.repository());
    assert!(matches!(probe(&unpinned), Err(GitError::HostKeyUnknown(shown)) if shown == sshd.host_key));
    let shown = host_key(&unpinned).unwrap();
    assert_eq!((&shown, shown.kind().as_str()), (&sshd.host_key, "ssh-ed25519"));
    let other = server::git::HostKey::parse(&new_key().0.public_key().to_openssh().unwrap()).unwrap();
    let wrong = unpinned.clone().host_key(other.clone());
    let error = probe(&wrong).unwrap_err();
    assert!(matches!(&error, GitError::HostKeyMismatch(shown) if *shown == sshd.host_key), "{error:?}");
    assert!(error.to_string().contains(&sshd.host_key.fingerprint()), "{error}");
    let mirror = bench.mirror(&wrong);
    assert!(matches!(mirror.fetch(&wrong, "main"), Err(GitError::HostKeyMismatch(_))));
    let built = bench.commit(&mirror, None, "a", "1");
    mirror.store(&built).unwrap();
    assert!(matches!(mirror.push(&wrong, "main", built.id, None), Err(GitError::HostKeyMismatch(_))));
    assert_eq!(bench.head(), None);
    assert_eq!(host_key(&wrong).unwrap(), sshd.host_key, "asking for the key works while another is pinned");
    assert!(probe(&wrong.host_key(sshd.host_key.clone())).is_ok(), "any pinned key is accepted");
}

#[test]
fn refusals_of_the_host_have_their_kind() {
    let Some(sshd) = Sshd::start() else { return };
    let bench = Bench::new();
    let pinned = sshd.unpinned(&bench.repository()).host_key(sshd.host_key.clone());
    let kind = |remote: &Remote| probe(remote).unwrap_err().code();
    let stranger = pinned.clone().auth(Auth::SshKey(Hidden::new(new_key().1)));
    assert_eq!(kind(&stranger), "git_auth_failed");
    assert_eq!(kind(&pinned.clone().auth(Auth::None)), "git_auth_failed");
    let unreadable = pinned.clone().auth(Auth::SshKey(Hidden::new("not a key")));
    assert_eq!(kind(&unreadable), "git_auth_failed", "{:?}", probe(&unreadable));
    assert_eq!(kind(&sshd.remote(&bench.folder.path().join("nothing.git"))), "git_not_a_repository");
    assert_eq!(kind(&sshd.remote(bench.folder.path())), "git_not_a_repository");
    let port = sshd.port;
    drop(sshd);
    let gone = Remote::new(&format!("ssh://git@127.0.0.1:{port}/a.git")).unwrap();
    assert_eq!(kind(&gone), "git_unreachable");
    assert_eq!(host_key(&gone).unwrap_err().code(), "git_unreachable");
}

#[test]
fn a_hook_that_declines_is_heard() {
    let Some(sshd) = Sshd::start() else { return };
    let bench = Bench::new();
    let remote = sshd.remote(&bench.repository());
    let base = bench.deploy(&remote, "a", "0");
    decline(&bench, "echo 'main is frozen until Monday' >&2; exit 1");
    let mirror = bench.mirror(&remote);
    let built = bench.commit(&mirror, Some(base), "a", "1");
    mirror.store(&built).unwrap();
    match mirror.push(&remote, "main", built.id, Some(base)).unwrap() {
        PushOutcome::Rejected { message } => {
            assert!(message.contains("hook declined") && message.contains("main is frozen until Monday"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.head(), Some(base));
}

#[test]
fn a_branch_that_moved_stops_the_push() {
    let Some(sshd) = Sshd::start() else { return };
    let bench = Bench::new();
    let remote = sshd.remote(&bench.repository());
    let base = bench.deploy(&remote, "a", "0");
    let mirror = bench.mirror(&remote);
    let built = bench.commit(&mirror, Some(base), "a", "1");
    mirror.store(&built).unwrap();
    let moved = bench.neighbour("b", "1");
    let outcome = mirror.push(&remote, "main", built.id, Some(base)).unwrap();
    assert_eq!(outcome, PushOutcome::Moved { head: Some(moved) });
    let first = bench.commit(&mirror, None, "a", "1");
    mirror.store(&first).unwrap();
    assert_eq!(mirror.push(&remote, "main", first.id, None).unwrap(), PushOutcome::Moved { head: Some(moved) });
    assert_eq!(mirror.push(&remote, "gone", built.id, Some(base)).unwrap(), PushOutcome::Moved { head: None });
    assert_eq!(mirror.resolve_unclear(&remote, "main", built.id, Some(base)), Resolution::NotDone { head: Some(moved) });
}

/// Gives the repository an `update` hook.
pub fn decline(bench: &Bench, script: &str) {
    let hook = bench.repository().join("hooks/update");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
}
