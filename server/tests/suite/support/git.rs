//! Stock git as the judge, and small repositories to judge.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use server::git::{BuiltCommit, CommitParts, Mirror, ObjectId, PlatformKey, PushOutcome, Remote, Who, init_embedded};
use tempfile::TempDir;

/// Runs stock git without anybody's configuration.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_TERMINAL_PROMPT", "0");
    for (key, value) in [("NAME", "Stock Git"), ("EMAIL", "stock@example.com")] {
        command.env(format!("GIT_AUTHOR_{key}"), value).env(format!("GIT_COMMITTER_{key}"), value);
    }
    command
}

pub fn try_git(folder: &Path, args: &[&str]) -> Output {
    command(folder).args(args).output().unwrap()
}

/// Runs git, demands success, and gives back what it printed.
pub fn git(folder: &Path, args: &[&str]) -> String {
    let output = try_git(folder, args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?} failed: {said}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// An empty bare repository as a forge has it.
#[allow(dead_code, reason = "benchmarks do without")]
pub fn forge(path: &Path) {
    std::fs::create_dir_all(path).unwrap();
    git(path, &["init", "-q", "--bare", "-b", "main"]);
    git(path, &["config", "http.receivepack", "true"]);
}

/// A folder with an embedded repository, a mirror folder and a platform key.
pub struct Bench {
    pub folder: TempDir,
    pub key: PlatformKey,
}

impl Bench {
    pub fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let key = PlatformKey::open_or_create(&folder.path().join("platform.key")).unwrap();
        init_embedded(&folder.path().join("repository.git"), "main").unwrap();
        Bench { folder, key }
    }

    pub fn repository(&self) -> PathBuf {
        self.folder.path().join("repository.git")
    }

    /// The repository as a remote of this machine.
    pub fn local(&self) -> Remote {
        Remote::new(self.repository().to_str().unwrap()).unwrap()
    }

    pub fn mirror(&self, remote: &Remote) -> Mirror {
        Mirror::open(&self.folder.path().join("mirror.git"), remote).unwrap()
    }

    /// A signed commit that writes `content` to `path`.
    pub fn commit(&self, mirror: &Mirror, parent: Option<ObjectId>, path: &str, content: &str) -> BuiltCommit {
        self.commit_all(mirror, parent, &[(path, Some(content))])
    }

    pub fn commit_all(&self, mirror: &Mirror, parent: Option<ObjectId>, changes: &[(&str, Option<&str>)]) -> BuiltCommit {
        let changes = changes_of(changes);
        let (author, committer) = (author(), platform());
        let parts = CommitParts { parent, changes: &changes, author: &author, committer: &committer, message: MESSAGE };
        mirror.build_commit(&parts, |bytes| self.key.sign_commit(bytes)).unwrap()
    }

    /// Builds, stores and pushes one commit on the branch's head, which must succeed.
    pub fn deploy(&self, remote: &Remote, path: &str, content: &str) -> ObjectId {
        let mirror = self.mirror(remote);
        let head = mirror.fetch(remote, "main").unwrap();
        let built = self.commit(&mirror, head, path, content);
        mirror.store(&built).unwrap();
        assert_eq!(mirror.push(remote, "main", built.id, head).unwrap(), PushOutcome::Done);
        built.id
    }

    /// A commit by stock git on top of the branch, pushed through the file system.
    pub fn neighbour(&self, path: &str, content: &str) -> ObjectId {
        let clone = tempfile::tempdir_in(self.folder.path()).unwrap();
        git(clone.path(), &["clone", "-q", self.repository().to_str().unwrap(), "."]);
        std::fs::write(clone.path().join(path), content).unwrap();
        git(clone.path(), &["add", "-A"]);
        git(clone.path(), &["commit", "-q", "-m", "by a neighbour"]);
        git(clone.path(), &["push", "-q", "origin", "HEAD:main"]);
        git(clone.path(), &["rev-parse", "HEAD"]).parse().unwrap()
    }

    /// Where the branch stands according to stock git.
    pub fn head(&self) -> Option<ObjectId> {
        let output = try_git(&self.repository(), &["rev-parse", "--verify", "-q", "refs/heads/main"]);
        String::from_utf8(output.stdout).unwrap().trim().parse().ok()
    }

    pub fn assert_sound(&self) {
        let output = try_git(&self.repository(), &["fsck", "--strict", "--full"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        let complaints = said.lines().filter(|line| !line.starts_with("notice:") && !line.starts_with("dangling"));
        let complaints: Vec<&str> = complaints.filter(|line| !line.starts_with("Checking")).collect();
        assert!(output.status.success() && complaints.is_empty(), "git fsck: {complaints:?}");
    }
}

pub const MESSAGE: &str = "monitoring: keep metrics for 30 days\n\nThe disk is large enough.\n\nStack: monitoring\nRecord: 1\n";

pub fn changes_of(changes: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<Vec<u8>>> {
    changes.iter().map(|(path, content)| ((*path).to_owned(), content.map(|text| text.as_bytes().to_vec()))).collect()
}

pub fn author() -> Who {
    Who { name: "Ada Lovelace".into(), email: "ada@example.com".into(), seconds: 1_790_000_000, offset_minutes: 120 }
}

pub fn platform() -> Who {
    Who { name: "Countersign".into(), email: "platform@example.com".into(), seconds: 1_790_000_060, offset_minutes: 0 }
}
