//! Judges one entry by what the entries before it have established.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, anyhow, bail, ensure};
use domain::audit::Checkpoint;
use domain::plan::{Kind, Plan, freeze};
use domain::record::{self, Trailers};
use jiff::Timestamp;
use ssh_key::PublicKey;

use super::chain::{State, Unproven};
use super::trust::Trust;
use super::{Expected, files, log};
use crate::deploy::anchor::{CHECKPOINT, CONSISTENCY};
use crate::deploy::entry::{Evidence, compose};
use crate::git::{Commit, Mirror, PathChange, verify_commit};
use crate::identity::approval::{Approval, Consent, Deployers, Rules, Site, password, verify_file};
use crate::identity::frozen_plan::FrozenPlan;
use crate::identity::roster::Roster;

/// A good entry.
pub struct Judged {
    pub number: u64,
    pub plan: Plan,
    pub sha256: String,
    /// Who countersigned, with which key.
    pub by: Vec<String>,
    /// As it stands after this entry.
    pub roster: Roster,
    /// The first entry's roster by its digest.
    pub root: Option<String>,
    /// The audit log as this entry saw it.
    pub checkpoint: Checkpoint,
    pub unproven: Vec<Unproven>,
}

pub fn judge(mirror: &Mirror, commit: &Commit, changed: &[PathChange], state: &State, expected: &Expected) -> anyhow::Result<Judged> {
    let trust = expected.trust.as_slice();
    let trailers = record::read_trailers(&commit.message)
        .ok_or_else(|| anyhow!("it writes below .countersign/, where only entries write, and its message is no entry's"))?;
    ensure!(commit.parents.len() <= 1, "it is a merge; entries follow one another");
    let number = state.known.as_ref().map_or(1, |known| known.number + 1);
    ensure!(trailers.record == number, "it is {} where {} belongs", record::number(trailers.record), record::number(number));
    let (folder, json) = plan_json(mirror, commit, changed, &trailers)?;
    let sha256 = freeze::digest(&json);
    ensure!(!state.plans.contains(&sha256), "its plan was deployed before");
    let frozen = FrozenPlan::read(json)?;
    let plan = frozen.plan();
    ensure!(format!("{}{}/", plan.tree().entries(), record::folder(number, &sha256)) == folder, "its evidence stands in another folder");
    if let Some(evidence) = &expected.evidence {
        ensure!(plan.tree().entries() == *evidence, "it is for another path of the repository");
    }
    identity(plan, state)?;
    let at = freeze::read_moment(&plan.frozen_at).context("when its plan was frozen")?;

    let written = files::after(mirror, commit, plan)?;
    let own = written.get(&plan.tree().allowed_signers()).map(|bytes| roster(bytes)).transpose()?;
    let mut unproven = Vec::new();
    let (judges, platform_judges, root) = match (&state.known, &own) {
        (Some(known), Some((own, bytes))) if plan.begins_a_new_root() => {
            if !Trust::pins(trust, own, bytes) {
                unproven.push(Unproven::NewRoot { digest: freeze::digest(bytes) });
            }
            (own, &known.roster, None)
        }
        (Some(known), _) => (&known.roster, &known.roster, None),
        (None, Some((own, bytes))) => {
            Trust::admitted(trust, own, bytes)?;
            // Whoever a trusted copy has ended since was good then: the copy judges, where there is one.
            let copy = trust.iter().find_map(|trust| match trust {
                Trust::Roster(trusted) if trusted.follows(own).is_ok() => Some(trusted),
                _ => None,
            });
            let judges = copy.unwrap_or(own);
            (judges, judges, Some(freeze::digest(bytes)))
        }
        (None, None) => bail!("the first entry brings no allowed_signers"),
    };
    // The roster as it stood: a later copy names keys that nobody had yet.
    let standing = state.known.as_ref().map(|known| &known.roster).or(own.as_ref().map(|(own, _)| own)).unwrap_or(judges);
    let rosters = Rosters { judges, standing: if plan.begins_a_new_root() { judges } else { standing } };
    let platform = platform(commit, platform_judges, at)?;
    let before = state.known.as_ref().map(|known| known.log.as_slice()).unwrap_or_default();
    let log::Grown { anchor, checkpoint, cut } = log::judge(mirror, commit, &folder, &platform, before)?;
    unproven.extend(cut.map(|after| Unproven::LogCut { after }));
    let Evidenced { evidence, by, passwords } = approvals(mirror, commit, &folder, &frozen, &rosters, at, &trailers)?;
    if !passwords.is_empty() {
        unproven.push(Unproven::Password { by: passwords });
    }

    files::before(mirror, commit, plan)?;
    files::nothing_beside(mirror, commit, plan)?;
    let by_digest: BTreeMap<String, &Vec<u8>> = written.values().map(|bytes| (freeze::digest(bytes), bytes)).collect();
    let bytes = |digest: &str| {
        let found = by_digest.get(digest).map(|bytes| bytes.to_vec());
        found.ok_or_else(|| anyhow!("no file in the commit has the planned digest {digest}"))
    };
    let expected = compose(plan, frozen.json(), number, &evidence, &anchor, &commit.committer.email, bytes)?;
    if let Some(change) = changed.iter().find(|change| !expected.changes.contains_key(&change.path)) {
        bail!("it changes {}, which its plan does not name", change.path);
    }
    ensure!(commit.message.trim_end() == expected.message.trim_end(), "its message is not the one that its plan gives");
    ensure!(commit.author == expected.author && commit.committer == expected.committer, "author or committer is not the plan's");
    let tree = mirror.build_tree(commit.parents.first().copied(), &expected.changes)?;
    ensure!(tree == commit.tree, "its tree is not its parent's with the plan's changes");

    let roster = match (&state.known, own) {
        (Some(known), Some((new, _))) => {
            new.follows(&known.roster)?;
            new
        }
        (None, Some((new, _))) => new,
        (Some(known), None) => known.roster.clone(),
        (None, None) => bail!("the first entry brings no allowed_signers"),
    };
    Ok(Judged { number, sha256, by, roster, root, checkpoint, unproven, plan: plan.clone() })
}

/// The one plan that the commit adds, and the folder it stands in.
fn plan_json(mirror: &Mirror, commit: &Commit, changed: &[PathChange], trailers: &Trailers) -> anyhow::Result<(String, Vec<u8>)> {
    let name = format!(".countersign/{}/plan.json", record::folder(trailers.record, &trailers.plan));
    let is_it = |change: &&PathChange| {
        let above = change.path.strip_suffix(&name);
        above.is_some_and(|above| above.is_empty() || above.ends_with('/'))
    };
    let change = changed.iter().find(is_it).ok_or_else(|| anyhow!("it brings no {name}"))?;
    ensure!(change.before.is_none(), "it rewrites {}", change.path);
    let json = mirror.file(commit.id, &change.path)?.ok_or_else(|| anyhow!("{} is no file", change.path))?;
    let digest = freeze::digest(&json);
    ensure!(digest == trailers.plan, "{} has the digest {digest}, and its message names another", change.path);
    Ok((change.path.trim_end_matches("plan.json").to_owned(), json))
}

/// One repository, one cluster, from the first entry to the last.
fn identity(plan: &Plan, state: &State) -> anyhow::Result<()> {
    let Some(known) = &state.known else {
        ensure!(plan.kind == Kind::Cluster, "the first entry does not bind a cluster");
        return Ok(());
    };
    let (was, is) = (&known.cluster, &plan.cluster);
    ensure!(was.name == is.name && was.environment == is.environment, "it is for the cluster {} ({})", is.name, is.environment);
    ensure!(known.repository.path == plan.repository.path, "it is for another path of the repository");
    ensure!(known.repository.branch == plan.repository.branch, "it is for the branch {}", plan.repository.branch);
    if plan.kind != Kind::Cluster && was.kube_system_uid.is_some() {
        ensure!(was.kube_system_uid == is.kube_system_uid, "it is for a cluster with another identity");
    }
    for path in [known.tree.binding(), known.tree.allowed_signers()] {
        ensure!(!state.tainted.contains_key(&path), "it builds on {path} as nobody countersigned it");
    }
    Ok(())
}

fn roster(bytes: &[u8]) -> anyhow::Result<(Roster, &[u8])> {
    let text = std::str::from_utf8(bytes).context("allowed_signers is no text")?;
    Ok((Roster::parse(text)?, bytes))
}

/// The key that signed the commit.
fn platform(commit: &Commit, roster: &Roster, at: Timestamp) -> anyhow::Result<PublicKey> {
    let keys: Result<Vec<_>, _> = roster.platform_keys(at).map(PublicKey::from_openssh).collect();
    let verified = verify_commit(&commit.bytes, &keys.context("a platform key of the roster")?).context("the platform's signature")?;
    Ok(verified.key)
}

/// What approvals are judged by: signatures by the one, passwords by the other.
struct Rosters<'a> {
    judges: &'a Roster,
    standing: &'a Roster,
}

/// What stands beside the plan, judged.
struct Evidenced {
    evidence: Vec<Evidence>,
    /// Each with the key's fingerprint, or with what it is instead.
    by: Vec<String>,
    /// Who approved by password.
    passwords: Vec<String>,
}

/// Every file of the evidence beside the plan is a good approval, and they are enough.
fn approvals(
    mirror: &Mirror,
    commit: &Commit,
    folder: &str,
    frozen: &FrozenPlan,
    rosters: &Rosters<'_>,
    at: Timestamp,
    trailers: &Trailers,
) -> anyhow::Result<Evidenced> {
    let policy = frozen.plan().policy;
    let mut approved: Vec<Approval> = Vec::new();
    let mut approved_by = BTreeSet::new();
    for file in mirror.entries(commit.id, folder)? {
        let name = file.path.strip_prefix(folder).unwrap_or(&file.path);
        if ["plan.json", CHECKPOINT, CONSISTENCY].contains(&name) {
            continue;
        }
        let (signer, kind) = name
            .strip_prefix("approvals/")
            .and_then(|name| name.rsplit_once('.'))
            .ok_or_else(|| anyhow!("{name} is no evidence that an entry has"))?;
        let bytes = mirror.blob(file.id)?;
        let rules = Rules {
            at,
            site: Site::OfTheKey,
            roster: if kind == "password" { rosters.standing } else { rosters.judges },
            deployers: Deployers::AnyoneInTheRoster,
            four_eyes: policy.four_eyes,
            approved_by: &approved_by,
        };
        let one = match kind {
            "sig" => verify_file(&frozen.terms(), &bytes, &rules).map(Approval::Signed),
            "password" => password::recorded(&frozen.terms(), frozen.plan(), &bytes, &rules).map(Approval::ByPassword),
            _ => bail!("{name} is no evidence that an entry has"),
        };
        let one = one.with_context(|| format!("the approval {name}"))?;
        ensure!(one.signer().as_str() == signer, "the approval {name} is {}'s", one.signer());
        approved_by.insert(one.signer().clone());
        approved.push(one);
    }
    let shown = |one: &Approval| match one {
        Approval::Signed(one) => format!("{} ({})", one.signer(), one.key().fingerprint()),
        Approval::ByPassword(one) => format!("{}{}", one.signer(), record::BY_PASSWORD),
    };
    let by = approved.iter().map(shown).collect();
    let passwords = approved.iter().filter(|one| !one.is_countersigned()).map(|one| one.signer().to_string()).collect();
    let mut evidence: Vec<Evidence> = approved
        .iter()
        .map(|one| Evidence { signer: one.signer().to_string(), file: one.file(), countersigned: one.is_countersigned() })
        .collect();
    // The message names them in the order in which they came.
    let place = |list: &[String], name: &str| list.iter().position(|other| other == name);
    evidence.sort_by_key(|one| match one.countersigned {
        true => place(&trailers.countersigned_by, &one.signer),
        false => place(&trailers.approved_by, &one.signer),
    });
    Consent::of(frozen, approved, usize::try_from(policy.approvals).unwrap_or(usize::MAX)).context("its approvals")?;
    Ok(Evidenced { evidence, by, passwords })
}
