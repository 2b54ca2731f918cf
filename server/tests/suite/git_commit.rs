//! Commits as stock git judges them, and the platform key that signs them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use server::git::{CommitParts, GitError, PathError, PlatformKey, SignatureProblem, allowed_signers_line, split_signature, verify_commit};

use super::support::git::{Bench, MESSAGE, author, changes_of, git, platform, try_git};
use super::support::sshd::new_key;

#[test]
fn stock_git_finds_the_commit_good_and_sound() {
    let bench = Bench::new();
    let first = bench.deploy(&bench.local(), "stacks/monitoring/stack.yaml", "a: 1\n");
    let second = bench.deploy(&bench.local(), "stacks/monitoring/flux/x.yaml", "b: 1\n");
    bench.assert_sound();
    for commit in [first, second] {
        let verdict = verify_with_git(&bench, &bench.key, &commit.to_string());
        assert!(verdict.contains("Good \"git\" signature for platform@example.com"), "{verdict}");
    }
    let (other, _) = stranger(bench.folder.path());
    assert!(verify_with_git(&bench, &other, &second.to_string()).contains("No principal matched"));
    let shown = git(&bench.repository(), &["log", "-1", "--format=%an|%ae|%ai|%cn|%ce|%ci|%B", "main"]);
    let expected = "Ada Lovelace|ada@example.com|2026-09-21 16:13:20 +0200|Countersign|platform@example.com|2026-09-21 14:14:20 +0000|";
    assert_eq!(shown, format!("{expected}{}", MESSAGE.trim_end()));
    assert_eq!(git(&bench.repository(), &["log", "-1", "--format=%(trailers:key=Record,valueonly)", "main"]), "1");
}

#[test]
fn equal_parts_give_an_equal_commit() {
    let bench = Bench::new();
    let head = bench.deploy(&bench.local(), "a", "1");
    let mirror = bench.mirror(&bench.local());
    let one = bench.commit(&mirror, Some(head), "b", "2");
    assert!(one == bench.commit(&mirror, Some(head), "b", "2"));
    assert_ne!(one.id, bench.commit(&mirror, Some(head), "b", "3").id);
    assert_ne!(one.id, bench.commit(&mirror, None, "b", "2").id);
}

#[test]
fn only_the_changed_paths_change() {
    let bench = Bench::new();
    let remote = bench.local();
    let mirror = bench.mirror(&remote);
    let base = bench.neighbour_of_many();
    let changes = [
        ("stacks/a/one.yaml", Some("new\n")),
        ("stacks/a/deep/er/two.yaml", None),
        ("stacks/b", None),
        ("stacks/b/now/a/folder", Some("x")),
        ("notes/only.md", None),
        ("never/was/there", None),
    ];
    let built = bench.commit_all(&mirror, Some(base), &changes);
    mirror.store(&built).unwrap();
    let names = git(&bench.repository(), &["diff", "--name-status", "--no-renames", &base.to_string(), &built.id.to_string()]);
    let expected = ["D\tnotes/only.md", "D\tstacks/a/deep/er/two.yaml", "M\tstacks/a/one.yaml", "D\tstacks/b", "A\tstacks/b/now/a/folder"];
    assert_eq!(names.lines().collect::<Vec<_>>(), expected);
    let modes = git(&bench.repository(), &["ls-tree", "-r", &built.id.to_string()]);
    assert!(modes.contains("100755 blob") && modes.contains("120000 blob"), "foreign files stay as they are: {modes}");
    assert_eq!(git(&bench.repository(), &["cat-file", "-t", &format!("{}:stacks/a", built.id)]), "tree");
    assert!(!try_git(&bench.repository(), &["cat-file", "-e", &format!("{}:notes", built.id)]).status.success(), "no empty folder stays");
    assert_eq!(mirror.build_tree(Some(base), &changes_of(&changes)).unwrap(), built.tree);
}

#[test]
fn the_last_file_may_go() {
    let bench = Bench::new();
    let head = bench.deploy(&bench.local(), "only/file", "1");
    let mirror = bench.mirror(&bench.local());
    let built = bench.commit_all(&mirror, Some(head), &[("only/file", None)]);
    mirror.store(&built).unwrap();
    assert_eq!(built.tree.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    bench.assert_sound();
}

#[test]
fn paths_through_links_and_submodules_are_refused() {
    let bench = Bench::new();
    let base = bench.neighbour_of_many();
    let mirror = bench.mirror(&bench.local());
    let refusal = |changes: &[(&str, Option<&str>)]| match mirror.build_tree(Some(base), &changes_of(changes)) {
        Err(GitError::Path(error)) => error,
        other => panic!("{changes:?} gave {other:?}"),
    };
    assert_eq!(refusal(&[("link/x", Some("1"))]), PathError::NotPlainFile("link".into()));
    assert_eq!(refusal(&[("link", None), ("link/x", Some("1"))]), PathError::NotPlainFile("link".into()));
    assert_eq!(refusal(&[("module/x", Some("1"))]), PathError::NotPlainFile("module".into()));
    assert_eq!(refusal(&[("stacks/b/x", Some("1"))]), PathError::FileAndFolder("stacks/b".into()));
    assert_eq!(refusal(&[("stacks/a", Some("1"))]), PathError::FileAndFolder("stacks/a".into()));
    assert_eq!(refusal(&[("stacks/a", None)]), PathError::FileAndFolder("stacks/a".into()));
    assert_eq!(refusal(&[("n", Some("1")), ("n/x", Some("1"))]), PathError::FileAndFolder("n".into()));
    assert_eq!(refusal(&[("../x", Some("1"))]), PathError::NotPlain("../x".into()));
    assert_eq!(refusal(&[("a/.GIT/x", Some("1"))]), PathError::GitFolder("a/.GIT/x".into()));
    // A link at our own path is replaced and never followed.
    let built = bench.commit_all(&mirror, Some(base), &[("link", Some("plain"))]);
    mirror.store(&built).unwrap();
    assert!(git(&bench.repository(), &["ls-tree", &built.id.to_string(), "link"]).starts_with("100644 blob"));
}

#[test]
fn nothing_is_written_before_store_and_one_pack_by_it() {
    let bench = Bench::new();
    let head = bench.deploy(&bench.local(), "a/b/c", "1");
    let mirror = bench.mirror(&bench.local());
    let before = files_below(&bench.repository());
    let built = bench.commit(&mirror, Some(head), "a/b/d", "2");
    assert_eq!(files_below(&bench.repository()), before);
    mirror.store(&built).unwrap();
    mirror.store(&built).unwrap();
    let after = files_below(&bench.repository());
    let fresh: Vec<&String> = after.iter().filter(|file| !before.contains(file)).collect();
    assert_eq!(fresh.len(), 2, "a pack and its index: {fresh:?}");
    assert!(fresh.iter().all(|file| file.starts_with("objects/pack/pack-")), "{fresh:?}");
    // Blob, three trees, commit: nothing of the parent is packed again.
    let index = fresh.iter().find(|file| file.ends_with(".idx")).unwrap();
    assert_eq!(git(&bench.repository(), &["verify-pack", "-s", index]), "non delta: 5 objects");
}

#[test]
fn a_torn_pack_of_the_same_name_is_replaced() {
    let bench = Bench::new();
    let mirror = bench.mirror(&bench.local());
    let built = bench.commit(&mirror, None, "a", "1");
    mirror.store(&built).unwrap();
    for file in files_below(&bench.repository()).iter().filter(|file| file.starts_with("objects/pack/")) {
        let path = bench.repository().join(file);
        fs::remove_file(&path).unwrap();
        fs::write(path, "torn by a power cut").unwrap();
    }
    let again = bench.mirror(&bench.local());
    again.store(&built).unwrap();
    bench.assert_sound();
    assert_eq!(bench.mirror(&bench.local()).commit(built.id).unwrap().bytes, built.bytes);
}

#[test]
fn a_commit_is_made_again_from_its_bytes_and_changes() {
    let bench = Bench::new();
    let head = bench.deploy(&bench.local(), "a", "1");
    let mirror = bench.mirror(&bench.local());
    let built = bench.commit(&mirror, Some(head), "b", "2");
    let again = mirror.rebuild_commit(&built.bytes, &changes_of(&[("b", Some("2"))])).unwrap();
    assert!(again == built);
    let other = mirror.rebuild_commit(&built.bytes, &changes_of(&[("b", Some("3"))]));
    assert!(matches!(other, Err(GitError::Invalid(_))), "{other:?}");
    let junk = mirror.rebuild_commit(b"tree what\n\nx", &changes_of(&[]));
    assert!(matches!(junk, Err(GitError::Invalid(_))), "{junk:?}");
}

#[test]
fn names_and_messages_cannot_add_headers() {
    let bench = Bench::new();
    let mirror = bench.mirror(&bench.local());
    let changes = changes_of(&[("a", Some("1"))]);
    let (good_author, good_committer) = (author(), platform());
    let is_refused = |author: &_, committer: &_, message: &str| {
        let parts = CommitParts { parent: None, changes: &changes, author, committer, message };
        matches!(mirror.build_commit(&parts, |_| panic!("signed")), Err(GitError::Invalid(_)))
    };
    for name in ["", "A\ncommitter B", "A <b@c>", "A\0"] {
        let mut who = author();
        who.name = name.into();
        assert!(is_refused(&who, &good_committer, "x"), "{name:?}");
        assert!(is_refused(&good_author, &who, "x"), "{name:?}");
    }
    for message in ["", " \n", "a\0b", "a\rb"] {
        assert!(is_refused(&good_author, &good_committer, message), "{message:?}");
    }
}

#[test]
fn signatures_are_judged_like_stock_git_does() {
    let bench = Bench::new();
    let mirror = bench.mirror(&bench.local());
    let built = bench.commit(&mirror, None, "a", "1");
    let ours = bench.key.public_key().clone();
    let (stranger, _) = stranger(bench.folder.path());
    let theirs = stranger.public_key().clone();
    assert_eq!(verify_commit(&built.bytes, &[theirs.clone(), ours.clone()]).unwrap().position, 1);
    assert_eq!(verify_commit(&built.bytes, &[theirs]), Err(SignatureProblem::UnknownKey));
    assert_eq!(verify_commit(&built.bytes, &[]), Err(SignatureProblem::UnknownKey));
    let (unsigned, signature) = split_signature(&built.bytes).unwrap();
    assert_eq!(verify_commit(&unsigned, std::slice::from_ref(&ours)), Err(SignatureProblem::Unsigned));
    let at_signature = String::from_utf8(built.bytes.clone()).unwrap();
    let doubled = at_signature.replacen("gpgsig ", &format!("gpgsig {}\ngpgsig ", signature.unwrap().trim_end().replace('\n', "\n ")), 1);
    assert_eq!(verify_commit(doubled.as_bytes(), std::slice::from_ref(&ours)), Err(SignatureProblem::Several));
    assert_eq!(verify_commit(b"blob", std::slice::from_ref(&ours)), Err(SignatureProblem::NotACommit));
    // Whatever byte is flipped outside the signature itself, the commit is good no more.
    let signature = at_signature.find("gpgsig ").unwrap()..at_signature.find("\n\n").unwrap();
    for position in (0..built.bytes.len()).filter(|position| !signature.contains(position)) {
        let mut bytes = built.bytes.clone();
        bytes[position] ^= 1;
        assert!(verify_commit(&bytes, std::slice::from_ref(&ours)).is_err(), "byte {position}");
    }
}

#[test]
fn a_signature_for_another_purpose_is_refused() {
    let bench = Bench::new();
    let mirror = bench.mirror(&bench.local());
    let (key, _) = new_key();
    let (author, committer, changes) = (author(), platform(), changes_of(&[("a", Some("1"))]));
    let parts = CommitParts { parent: None, changes: &changes, author: &author, committer: &committer, message: "x" };
    let sign = |bytes: &[u8]| key.sign("file", ssh_key::HashAlg::Sha512, bytes).unwrap().to_pem(ssh_key::LineEnding::LF).unwrap();
    let built = mirror.build_commit(&parts, sign).unwrap();
    assert_eq!(verify_commit(&built.bytes, &[key.public_key().clone()]), Err(SignatureProblem::OtherNamespace));
}

#[test]
fn a_commit_signed_by_stock_git_is_good_to_us() {
    let bench = Bench::new();
    let (key, path) = stranger(bench.folder.path());
    let clone = bench.folder.path().join("clone");
    git(bench.folder.path(), &["clone", "-q", "repository.git", "clone"]);
    let signing_key = format!("user.signingkey={path}");
    git(&clone, &["-c", "gpg.format=ssh", "-c", &signing_key, "commit", "-q", "-S", "--allow-empty", "-m", "by hand"]);
    git(&clone, &["push", "-q", "origin", "HEAD:main"]);
    let mirror = bench.mirror(&bench.local());
    let commit = mirror.commit(bench.head().unwrap()).unwrap();
    assert_eq!(verify_commit(&commit.bytes, &[key.public_key().clone()]).unwrap().position, 0);
}

#[test]
fn the_platform_key_is_made_once_and_kept_to_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("platform.key");
    let made = PlatformKey::open_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(PlatformKey::open_or_create(&path).unwrap().public_line(), made.public_line());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else stays in the folder");
    let shown = Command::new("ssh-keygen").args(["-l", "-f"]).arg(&path).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains(&made.fingerprint()));
    assert!(!format!("{made:?}").contains("PRIVATE"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(PlatformKey::open_or_create(&path).unwrap_err().to_string().contains("open to others"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "nonsense").unwrap();
    assert!(PlatformKey::open_or_create(&path).is_err(), "a damaged key is never replaced");
    assert_eq!(fs::read_to_string(&path).unwrap(), "nonsense");
}

impl Bench {
    /// A commit by stock git with an executable, a link, a submodule and folders.
    fn neighbour_of_many(&self) -> server::git::ObjectId {
        let clone = tempfile::tempdir_in(self.folder.path()).unwrap();
        let at = clone.path();
        git(at, &["clone", "-q", self.repository().to_str().unwrap(), "."]);
        for (path, content) in
            [("stacks/a/one.yaml", "1"), ("stacks/a/deep/er/two.yaml", "2"), ("stacks/b", "3"), ("notes/only.md", "4"), ("run.sh", "5")]
        {
            fs::create_dir_all(at.join(path).parent().unwrap()).unwrap();
            fs::write(at.join(path), content).unwrap();
        }
        fs::set_permissions(at.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        std::os::unix::fs::symlink("/etc", at.join("link")).unwrap();
        git(at, &["add", "-A"]);
        git(at, &["update-index", "--add", "--cacheinfo", "160000,4b825dc642cb6eb9a060e54bf8d69288fbee4904,module"]);
        git(at, &["commit", "-q", "-m", "by hand"]);
        git(at, &["push", "-q", "origin", "HEAD:main"]);
        self.head().unwrap()
    }
}

fn verify_with_git(bench: &Bench, key: &PlatformKey, commit: &str) -> String {
    let signers = bench.folder.path().join("allowed_signers");
    fs::write(&signers, allowed_signers_line("platform@example.com", key.public_key()) + "\n").unwrap();
    let config = format!("gpg.ssh.allowedSignersFile={}", signers.display());
    let output = try_git(&bench.repository(), &["-c", &config, "verify-commit", "-v", commit]);
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// Another key and where its file stands.
fn stranger(folder: &Path) -> (PlatformKey, String) {
    let path = folder.join("stranger.key");
    (PlatformKey::open_or_create(&path).unwrap(), path.display().to_string())
}

/// Every file, relative to the folder, sorted.
fn files_below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => files.push(entry.path().strip_prefix(folder).unwrap().display().to_string()),
            }
        }
    }
    files.sort();
    files
}
