//! Whatever is done to a record, `countersign verify` names the first commit that is not good.
//!
//! The forger holds the platform's key and makes everything behind the change again, so nothing else is amiss.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::audit::{Checkpoint, leaf_hash};
use domain::principal::Role;
use serde_json::{Value, json};
use server::git::{CommitParts, Mirror, Note, ObjectId, PlatformKey, Remote, Who};

use crate::support::git::git;
use crate::support::machine;
use crate::support::signing::Bound;

/// Five entries: the binding, the roster, two stacks, and the first of them once more; the last three by two people.
async fn record() -> Bound {
    let mut bound = Bound::new().await;
    let mut tom = bound.person("tom", Role::Operator).await;
    bound.deploy_roster().await;
    bound.policy(json!({ "approvals": 2 })).await;
    for (stack, number) in [("web", 3), ("shop", 4)] {
        let plan = bound.planned(stack).await;
        tom.approve(&plan).await.expect_status(201);
        assert_eq!(bound.ada.deploy(&plan).await, number);
    }
    let draft = bound.ada.draft_of("web").await;
    bound.ada.greet(&draft, "good evening").await;
    let plan = bound.ada.plan(&draft).await;
    tom.approve(&plan).await.expect_status(201);
    assert_eq!(bound.ada.deploy(&plan).await, 5);
    bound
}

#[derive(Clone, Copy, PartialEq)]
enum By {
    Platform,
    /// Signed with a key that the roster does not know.
    Stranger,
    /// With a second parent.
    Merge,
    /// Somebody with stock git.
    Nobody,
}

/// What one commit does.
#[derive(Clone)]
struct Step {
    changes: BTreeMap<String, Option<Vec<u8>>>,
    message: String,
    author: Who,
    committer: Who,
    by: By,
}

impl Step {
    fn file(&mut self, end: &str) -> &mut Vec<u8> {
        let found = self.changes.iter_mut().find(|(path, _)| path.ends_with(end));
        found.unwrap_or_else(|| panic!("nothing ends in {end}")).1.as_mut().unwrap()
    }

    fn without(&mut self, end: &str) {
        let before = self.changes.len();
        self.changes.retain(|path, _| !path.ends_with(end));
        assert_eq!(self.changes.len(), before - 1, "nothing ends in {end}");
    }

    fn say(&mut self, from: &str, to: &str) {
        let said = self.message.replacen(from, to, 1);
        assert_ne!(said, self.message, "the message does not say {from}");
        self.message = said;
    }
}

struct Forger {
    repository: PathBuf,
    key: PlatformKey,
    stranger: PlatformKey,
    steps: Vec<Step>,
    _folder: tempfile::TempDir,
}

impl Forger {
    fn of(bound: &Bound) -> Forger {
        let folder = tempfile::tempdir().unwrap();
        let mirror = open(&bound.repository());
        let mut commits = mirror.log(mirror.head("main").unwrap().unwrap(), None, 100).unwrap();
        commits.reverse();
        let step = |commit: &server::git::Commit| {
            let changed = mirror.changed_paths(commit.parents.first().copied(), commit.id).unwrap();
            let blob = |after: Option<(u32, ObjectId)>| after.map(|(_, blob)| mirror.blob(blob).unwrap());
            Step {
                changes: changed.into_iter().map(|change| (change.path, blob(change.after))).collect(),
                message: commit.message.clone(),
                author: commit.author.clone(),
                committer: commit.committer.clone(),
                by: By::Platform,
            }
        };
        Forger {
            repository: bound.repository(),
            key: PlatformKey::open(&bound.test.data().join("platform.key")).unwrap(),
            stranger: PlatformKey::open_or_create(&folder.path().join("stranger.key")).unwrap(),
            steps: commits.iter().map(step).collect(),
            _folder: folder,
        }
    }

    /// A commit by somebody with stock git.
    fn foreign(&self, path: &str, content: Option<&str>) -> Step {
        let who = Who { name: "Eve".into(), email: "eve@example.com".into(), seconds: 1_700_000_000, offset_minutes: 0 };
        let changes = BTreeMap::from([(path.to_owned(), content.map(|text| text.as_bytes().to_vec()))]);
        Step { changes, message: "quick fix".into(), author: who.clone(), committer: who, by: By::Nobody }
    }

    /// The whole branch anew.
    fn make(&self, steps: &[Step]) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        git(copy.path(), &["clone", "-q", "--bare", self.repository.to_str().unwrap(), "."]);
        let mirror = open(copy.path());
        let (mut before, mut parent): (Option<ObjectId>, Option<ObjectId>) = (None, None);
        for step in steps {
            let parts =
                CommitParts { parent, changes: &step.changes, author: &step.author, committer: &step.committer, message: &step.message };
            let key = if step.by == By::Stranger { &self.stranger } else { &self.key };
            let built = mirror.build_commit(&parts, |bytes| key.sign_commit(bytes)).unwrap();
            mirror.store(&built).unwrap();
            let made: ObjectId = match (step.by, before, parent) {
                (By::Merge, Some(before), Some(parent)) => {
                    let (before, parent, tree) = (before.to_string(), parent.to_string(), built.tree.to_string());
                    git(copy.path(), &["commit-tree", &tree, "-p", &parent, "-p", &before, "-m", &step.message]).parse().unwrap()
                }
                (By::Nobody, _, Some(parent)) => {
                    let (parent, tree) = (parent.to_string(), built.tree.to_string());
                    git(copy.path(), &["commit-tree", &tree, "-p", &parent, "-m", &step.message]).parse().unwrap()
                }
                _ => built.id,
            };
            (before, parent) = (parent, Some(made));
        }
        git(copy.path(), &["update-ref", "refs/heads/main", &parent.unwrap().to_string()]);
        copy
    }

    /// The same log with another root at this entry, signed as well as any.
    fn forged_checkpoint(&self, step: &Step) -> Vec<u8> {
        let (_, note) = step.changes.iter().find(|(path, _)| path.ends_with("/checkpoint")).unwrap();
        let note = Note::read(std::str::from_utf8(note.as_ref().unwrap()).unwrap()).unwrap();
        let mut checkpoint = Checkpoint::parse(&note.text).unwrap();
        checkpoint.root = leaf_hash(b"another history");
        self.key.sign_note(checkpoint.host(), &checkpoint.text()).unwrap().into_bytes()
    }
}

fn open(path: &Path) -> Mirror {
    Mirror::open(path, &Remote::new(path.to_str().unwrap()).unwrap()).unwrap()
}

/// Exit code, what JSON says, and the last word on standard error.
fn verify(repository: &Path, more: &[&str]) -> (Option<i32>, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    let output = command.arg("verify").arg(repository).args(["--format", "json"]).args(more).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null), said.trim_end().to_owned())
}

fn first_bad(said: &Value) -> Option<usize> {
    said["commits"].as_array().unwrap().iter().position(|commit| commit["verdict"] == "not_good")
}

#[tokio::test(flavor = "multi_thread")]
async fn any_tampering_gives_the_first_commit_that_is_not_good() {
    let bound = record().await;
    let forger = Forger::of(&bound);
    let entries = forger.steps.len();
    let head = git(&bound.repository(), &["rev-parse", "main"]);
    let untouched = forger.make(&forger.steps);
    assert_eq!(git(untouched.path(), &["rev-parse", "main"]), head, "the control: the very same commits");
    let (code, said, _) = verify(untouched.path(), &[]);
    assert_eq!((code, &said["good"], first_bad(&said), said["entries"].as_u64()), (Some(0), &json!(true), None, Some(5)), "{said:#}");

    type Edit<'a> = &'a dyn Fn(&mut Vec<Step>, usize);
    // What is done at a place, where it can be done, which commit is named (from that place on), and why.
    let table: &[(&str, std::ops::Range<usize>, Edit<'_>, usize, &str)] = &[
        (
            "a byte of plan.json",
            0..entries,
            &|steps, at| {
                let plan = steps[at].file("/plan.json");
                let place = plan.len() * (at + 3) / 11;
                plan[place] ^= 1;
            },
            0,
            "plan.json",
        ),
        ("no plan.json", 0..entries, &|steps, at| steps[at].without("/plan.json"), 0, "plan.json"),
        ("an approval dropped", 0..entries, &|steps, at| steps[at].without("ada.sig"), 0, "approval"),
        (
            "a byte of an approval",
            0..entries,
            &|steps, at| {
                let approval = steps[at].file("ada.sig");
                let place = approval.len() / 2;
                approval[place] = if approval[place] == b'A' { b'B' } else { b'A' };
            },
            0,
            "ada.sig",
        ),
        (
            "approvals of two entries swapped",
            0..entries - 1,
            &|steps, at| {
                let (one, other) = (steps[at].file("ada.sig").clone(), steps[at + 1].file("ada.sig").clone());
                *steps[at].file("ada.sig") = other;
                *steps[at + 1].file("ada.sig") = one;
            },
            0,
            "ada.sig",
        ),
        ("two entries in the other order", 0..entries - 1, &|steps, at| steps.swap(at, at + 1), 0, "belongs"),
        ("an entry left out", 0..entries - 1, &|steps, at| drop(steps.remove(at)), 0, "belongs"),
        ("an entry twice", 0..entries - 1, &|steps, at| steps.insert(at + 1, steps[at].clone()), 1, ""),
        ("another number", 0..entries, &|steps, at| steps[at].say(&format!("Record: {:04}", at + 1), "Record: 0009"), 0, "№ 0009"),
        ("another signer named", 0..entries, &|steps, at| steps[at].say("Countersigned-by: ada", "Countersigned-by: eve"), 0, "message"),
        ("another plan named", 0..entries, &|steps, at| steps[at].say("Plan: sha256:", "Plan: sha256:0"), 0, "plan.json"),
        ("another subject", 0..entries, &|steps, at| steps[at].message.insert_str(0, "All is well: "), 0, "message"),
        ("another author", 0..entries, &|steps, at| steps[at].author.name = "Eve".into(), 0, "author"),
        ("another date", 0..entries, &|steps, at| steps[at].committer.seconds += 1, 0, "author or committer"),
        ("another platform key", 0..entries, &|steps, at| steps[at].by = By::Stranger, 0, "platform's signature"),
        ("nobody's signature", 1..entries, &|steps, at| steps[at].by = By::Nobody, 0, "signed"),
        ("a merge", 2..entries, &|steps, at| steps[at].by = By::Merge, 0, "merge"),
        (
            "a line of the roster gone",
            1..2,
            &|steps, at| {
                let roster = String::from_utf8(steps[at].file("allowed_signers").clone()).unwrap();
                let cut = roster.trim_end().rfind('\n').unwrap();
                *steps[at].file("allowed_signers") = roster.as_bytes()[..=cut].to_vec();
            },
            0,
            "allowed_signers",
        ),
        ("a governed file otherwise", 2..entries, &|steps, at| steps[at].file("/stack.yaml").push(b'#'), 0, "stack.yaml"),
        ("a governed file left out", 2..4, &|steps, at| steps[at].without("/stack.yaml"), 0, "stack.yaml"),
        (
            "a file more",
            0..entries,
            &|steps, at| drop(steps[at].changes.insert("stacks/other/more.yaml".into(), Some(b"a: 1\n".to_vec()))),
            0,
            "more.yaml",
        ),
        ("no checkpoint", 0..entries, &|steps, at| steps[at].without("/checkpoint"), 0, "checkpoint"),
        ("no consistency", 0..entries, &|steps, at| steps[at].without("/consistency"), 0, "consistency"),
        (
            "a byte of the checkpoint",
            0..entries,
            &|steps, at| {
                let checkpoint = steps[at].file("/checkpoint");
                let place = checkpoint.iter().position(|byte| *byte == b'\n').unwrap() + 1;
                checkpoint[place] = if checkpoint[place] == b'1' { b'2' } else { b'1' };
            },
            0,
            "checkpoint",
        ),
        (
            "a step less in the proof",
            1..entries,
            &|steps, at| {
                let proof = String::from_utf8(steps[at].file("/consistency").clone()).unwrap();
                let cut = proof.trim_end().rfind('\n').unwrap();
                *steps[at].file("/consistency") = proof.as_bytes()[..=cut].to_vec();
            },
            0,
            "checkpoint",
        ),
        (
            "the checkpoint of the entry before",
            1..entries,
            &|steps, at| *steps[at].file("/checkpoint") = steps[at - 1].file("/checkpoint").clone(),
            0,
            "shorter",
        ),
        (
            "another history, well signed",
            1..entries,
            &|steps, at| *steps[at].file("/checkpoint") = forger.forged_checkpoint(&steps[at]),
            0,
            "does not show",
        ),
        // Nothing stands before the first checkpoint; the one behind it tells.
        (
            "another history from the first entry on",
            0..1,
            &|steps, at| *steps[at].file("/checkpoint") = forger.forged_checkpoint(&steps[at]),
            1,
            "does not show",
        ),
        (
            "somebody's commit in a governed file",
            3..entries + 1,
            &|steps, at| steps.insert(at, forger.foreign("stacks/web/stack.yaml", Some("a: 1\n"))),
            0,
            "stacks/web/stack.yaml",
        ),
        (
            "somebody's commit in the roster",
            1..entries + 1,
            &|steps, at| steps.insert(at, forger.foreign("allowed_signers", Some("# mine\n"))),
            0,
            "allowed_signers",
        ),
        (
            "somebody's commit in the evidence",
            1..entries + 1,
            &|steps, at| steps.insert(at, forger.foreign(".countersign/0001-more", Some("a: 1\n"))),
            0,
            ".countersign/",
        ),
    ];
    // Without time every kind is done at one place.
    let places_of = |places: &std::ops::Range<usize>| if machine::has_time() { places.clone() } else { places.end - 1..places.end };
    for (what, places, edit, named, because) in table {
        for at in places_of(places) {
            let mut steps = forger.steps.clone();
            edit(&mut steps, at);
            let repository = forger.make(&steps);
            let (code, said, last) = verify(repository.path(), &[]);
            let case = format!("{what}, at {at}: {last}\n{said:#}");
            assert_eq!((code, first_bad(&said)), (Some(1), Some(at + named)), "{case}");
            assert!(last.starts_with("countersign: the first that is not good: ") && last.contains(because), "{case}");
            let commit = said["commits"][at + named]["commit"].as_str().unwrap();
            assert!(last.contains(commit) && said["good"] == false, "{case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebodys_own_commits_are_listed_and_a_change_that_was_put_back_is_answered_for() {
    let bound = record().await;
    let forger = Forger::of(&bound);
    for at in 1..=forger.steps.len() {
        let mut steps = forger.steps.clone();
        steps.insert(at, forger.foreign("README.md", Some("hello\n")));
        let repository = forger.make(&steps);
        let (code, said, _) = verify(repository.path(), &[]);
        assert_eq!((code, said["commits"][at]["verdict"].as_str()), (Some(0), Some("not_ours")), "{said:#}");
        assert_eq!(said["commits"][at]["subject"], "quick fix");
    }
    let roster = String::from_utf8(forger.steps[1].clone().file("allowed_signers").clone()).unwrap();
    let mut steps = forger.steps.clone();
    steps.push(forger.foreign("allowed_signers", Some("# mine\n")));
    assert_eq!(verify(forger.make(&steps).path(), &[]).0, Some(1));
    steps.push(forger.foreign("allowed_signers", Some(&roster)));
    let (code, said, _) = verify(forger.make(&steps).path(), &[]);
    assert_eq!(code, Some(0), "{said:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_cut_from_the_end_are_missed_by_whoever_knows_of_one() {
    let bound = record().await;
    let forger = Forger::of(&bound);
    let whole = forger.make(&forger.steps);
    let cut = forger.make(&forger.steps[..4]);
    assert_eq!(verify(cut.path(), &[]).0, Some(0), "by itself, a shorter record is a record");

    for (repository, number, expected) in [(&whole, "5", 0), (&cut, "4", 0), (&cut, "5", 1), (&whole, "6", 1)] {
        let (code, said, last) = verify(repository.path(), &["--at-least", number]);
        assert_eq!((code, said["good"].as_bool()), (Some(expected), Some(expected == 0)), "{number}: {last}");
        assert_eq!(last.contains("the record ends at № 000"), expected == 1, "{last}");
    }

    let kept = tempfile::tempdir().unwrap();
    let file = kept.path().join("checkpoint");
    let keep = |bytes: &[u8]| std::fs::write(&file, bytes).unwrap();
    let with = |repository: &tempfile::TempDir| verify(repository.path(), &["--checkpoint", file.to_str().unwrap()]);
    let mut last_step = forger.steps[4].clone();
    keep(last_step.file("/checkpoint"));
    assert_eq!((with(&whole).0, with(&cut).0), (Some(0), Some(1)));
    assert!(with(&cut).2.contains("no entry carries"), "{}", with(&cut).2);
    keep(forger.steps[2].clone().file("/checkpoint"));
    assert_eq!((with(&whole).0, with(&cut).0), (Some(0), Some(0)));
    keep(&forger.forged_checkpoint(&last_step));
    assert!(with(&whole).0 == Some(1) && with(&whole).2.contains("another checkpoint"), "{}", with(&whole).2);

    let checkpoint = Checkpoint::parse(&Note::read(std::str::from_utf8(last_step.file("/checkpoint")).unwrap()).unwrap().text).unwrap();
    keep(forger.stranger.sign_note(checkpoint.host(), &checkpoint.text()).unwrap().as_bytes());
    assert!(with(&whole).0 == Some(1) && with(&whole).2.contains("none of the platform keys"), "{}", with(&whole).2);
    keep(b"no note at all");
    assert_eq!(with(&whole).0, Some(2));
}
