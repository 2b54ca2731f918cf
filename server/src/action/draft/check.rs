//! What the guards say of a draft while it is drawn; planning asks them all again against Git.

use std::collections::BTreeMap;

use domain::api::draft::Check;
use domain::api::secret::{SecretState, SecretUse};
use domain::api::variable::Resolution;
use domain::catalog::known::Known;
use domain::cluster::Cluster;
use domain::finding::{Finding, Level};
use domain::fix::Fix;
use domain::plan::build::{self, About, Input, SecretFact};
use domain::plan::{Author, Head, HeadFile, Policy};
use domain::problem::Problem;
use domain::sealing::SealedFiles;
use domain::stack::Stack;
use domain::stack::graph::Graph;
use domain::{expression, variable};
use jiff::Timestamp;

use super::{Found, known};
use crate::action::target::{self, Secrets};
use crate::server::Server;
use crate::store::{self, Conn};

pub async fn check(server: &Server, db: &mut Conn, found: &Found, stack: &Stack) -> Result<Check, Problem> {
    let cluster = target::cluster(db, &found.cluster, Some(&found.stack.id)).await?;
    let secrets = Secrets::of(db, &found.cluster, &found.stack.id).await?;
    let uses = expression::uses(stack);
    let used = uses.secrets.iter().map(|(name, components)| SecretUse {
        name: name.clone(),
        state: if secrets.fingerprint(name).is_some() { SecretState::Present } else { SecretState::Missing },
        from: secrets.levels.get(name).copied(),
        components: components.iter().cloned().collect(),
    });
    let used: Vec<SecretUse> = used.collect();
    let resolved = variable::resolve(&stack.variables, &cluster.variables);
    let missing = stack
        .variables
        .iter()
        .filter(|declaration| declaration.required && resolved.iter().all(|one| one.name != declaration.name))
        .map(|declaration| declaration.name.clone())
        .collect();
    let waves = Graph::new(stack).map(|graph| graph.waves()).unwrap_or_default();
    let head = recorded_files(db, &found.stack).await?;
    let known = known::of(server, db, found, stack).await?;
    let (findings, fixes) = findings(stack, &cluster, &secrets, &head, &known);
    Ok(Check {
        findings,
        fixes,
        variables: Resolution { resolved, missing },
        secrets: used,
        waves: waves.into_iter().map(|wave| wave.iter().map(ToString::to_string).collect()).collect(),
    })
}

/// The guards over the draft against what is recorded of it. What only the repository can tell is left to planning.
fn findings(stack: &Stack, cluster: &Cluster, secrets: &Secrets, head: &Head, known: &Known<'_>) -> (Vec<Finding>, Vec<Fix>) {
    let facts =
        secrets.levels.iter().map(|(name, level)| (name.clone(), SecretFact { state: SecretState::Present, from: *level })).collect();
    let about = About {
        draft: None,
        title: String::new(),
        why: String::new(),
        ticket: None,
        author: Author { id: String::new(), name: String::new(), email: String::new() },
        frozen_at: Timestamp::UNIX_EPOCH,
        not_after: Timestamp::UNIX_EPOCH,
        nonce: String::new(),
    };
    let input = Input {
        cluster,
        stack,
        secrets: &facts,
        sealed: &SealedFiles::default(),
        head,
        about: &about,
        authorship: &[],
        policy: Policy { four_eyes: false, approvals: 1, passkey: true },
        chart_digests: &BTreeMap::new(),
        previews: &domain::preview::Previews::default(),
        known,
    };
    let built = build::build(&input);
    let is_shown = |finding: &Finding| finding.level != Level::Pass && finding.code != "cluster_identity";
    let (mut findings, mut fixes) = (Vec::new(), Vec::new());
    for (place, finding) in built.plan.findings.into_iter().enumerate().filter(|(_, finding)| is_shown(finding)) {
        let own = built.fixes.iter().filter(|fix| fix.finding == place);
        fixes.extend(own.map(|fix| Fix { finding: findings.len(), ..fix.clone() }));
        findings.push(finding);
    }
    (findings, fixes)
}

/// The stack's files as its last entry wrote them.
async fn recorded_files(db: &mut Conn, stack: &store::stack::Stack) -> Result<Head, Problem> {
    let mut head = Head::default();
    let Some(entry) = store::entry::last_of_stack(db, &stack.id).await? else { return Ok(head) };
    let Some(row) = store::plan::get(db, &entry.plan).await? else { return Ok(head) };
    for file in crate::deploy::intend::read(&row)?.files {
        let Some(after) = file.after else { continue };
        if let Some(bytes) = store::plan::file(db, &after.sha256).await? {
            head.files.insert(file.path, HeadFile::new(after.mode, bytes));
        }
    }
    Ok(head)
}
