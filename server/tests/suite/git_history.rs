//! Reading what stands in a repository.

use server::git::{GitError, Mirror, Remote};

use super::support::git::{Bench, MESSAGE, author, git, platform};

#[test]
fn files_trees_and_commits_are_read_as_they_stand() {
    let bench = Bench::new();
    let remote = bench.local();
    let first = bench.deploy(&remote, "stacks/a/stack.yaml", "one\n");
    let second = bench.deploy(&remote, "stacks/a/flux/ks.yaml", "two\n");
    let third = bench.neighbour("foreign.txt", "three\n");
    let mirror = bench.mirror(&remote);
    assert_eq!(mirror.file(second, "stacks/a/stack.yaml").unwrap().unwrap(), b"one\n");
    assert_eq!(mirror.file(first, "stacks/a/flux/ks.yaml").unwrap(), None);
    assert_eq!(mirror.file(first, "stacks").unwrap(), None, "a folder is no file");
    let paths = |prefix: &str| -> Vec<String> { mirror.entries(third, prefix).unwrap().into_iter().map(|e| e.path).collect() };
    assert_eq!(paths(""), ["foreign.txt", "stacks/a/flux/ks.yaml", "stacks/a/stack.yaml"]);
    assert_eq!(paths("stacks/a/flux/"), ["stacks/a/flux/ks.yaml"]);
    assert_eq!(paths("stacks/b"), Vec::<String>::new());
    let commit = mirror.commit(second).unwrap();
    assert_eq!((commit.author, commit.committer, commit.message.as_str()), (author(), platform(), MESSAGE));
    assert_eq!((commit.parents, commit.tree.to_string()), (vec![first], git(&bench.repository(), &["rev-parse", "main~1^{tree}"])));
    let log = |until, limit| -> Vec<_> { mirror.log(third, until, limit).unwrap().into_iter().map(|c| c.id).collect() };
    assert_eq!(log(None, 100), [third, second, first]);
    assert_eq!(log(Some(first), 100), [third, second]);
    assert_eq!(log(None, 1), [third]);
    assert!(mirror.is_ancestor(first, third).unwrap() && mirror.is_ancestor(third, third).unwrap());
    assert!(!mirror.is_ancestor(third, first).unwrap());
    let changed = mirror.changed_paths(Some(first), third).unwrap();
    let shown: Vec<_> = changed.iter().map(|c| (c.path.as_str(), c.before.is_some(), c.after.map(|a| a.0))).collect();
    assert_eq!(shown, [("foreign.txt", false, Some(0o100644)), ("stacks/a/flux/ks.yaml", false, Some(0o100644))]);
    assert_eq!(mirror.changed_paths(None, first).unwrap().len(), 1);
}

#[test]
fn what_is_not_there_is_named() {
    let bench = Bench::new();
    let head = bench.deploy(&bench.local(), "a", "1");
    let mirror = bench.mirror(&bench.local());
    let nowhere = "1234567890123456789012345678901234567890".parse().unwrap();
    assert!(matches!(mirror.commit(nowhere), Err(GitError::Missing(id)) if id == nowhere));
    assert!(matches!(mirror.file(nowhere, "a"), Err(GitError::Missing(id)) if id == nowhere));
    assert!(!mirror.is_ancestor(nowhere, head).unwrap());
    let blob = mirror.entry(head, "a").unwrap().unwrap().id;
    assert!(matches!(mirror.commit(blob), Err(GitError::Invalid(_))));
}

#[test]
fn a_clone_with_a_work_tree_can_be_read() {
    let bench = Bench::new();
    let head = bench.deploy(&bench.local(), "a", "1");
    git(bench.folder.path(), &["clone", "-q", "repository.git", "clone"]);
    let clone = Mirror::read_only(&bench.folder.path().join("clone")).unwrap();
    assert_eq!(clone.head("main").unwrap(), Some(head));
    assert_eq!(clone.file(head, "a").unwrap().unwrap(), b"1");
}

#[test]
fn a_copy_is_made_anew_where_it_is_damaged_and_nothing_else_is_touched() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("mirror");
    let away = Remote::new("https://git.example.com/a.git").unwrap();
    drop(Mirror::open(&folder, &away).unwrap());
    std::fs::remove_file(folder.join("HEAD")).unwrap();
    assert_eq!(Mirror::open(&folder, &away).unwrap().head("main").unwrap(), None);
    let other = bench.folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("precious"), "x").unwrap();
    assert!(matches!(Mirror::open(&other, &away), Err(GitError::Storage(_))));
    assert!(other.join("precious").exists());
}
