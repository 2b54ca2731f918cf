//! Plans about the cluster itself: its binding and the roster of those who can countersign.

use std::collections::BTreeMap;

use domain::api::plan::Plan;
use domain::finding::Finding;
use domain::plan::{self, BindInput, Built, NEW_ROOT, Writer, WriterKind};
use domain::principal::Act;
use domain::problem::Problem;
use domain::repository::Tree;

use super::{Row, blank, environment, get, store_plan};
use crate::action::{names, place, repository, target};
use crate::api::caller::Caller;
use crate::deploy::consent::{deployers, moment, standing};
use crate::deploy::head::{self, Ours, Subject};
use crate::identity::roster::{Roster, Signer, Standing};
use crate::identity::signing_key::SigningKey;
use crate::server::Server;
use crate::store::{self, Conn};

/// Plans the binding of a cluster's repository, or its changed settings.
pub async fn freeze(server: &Server, caller: &Caller, name: &str) -> Result<Plan, Problem> {
    planned(server, caller, name, "cluster", plan::bind).await
}

/// Plans the roster as people and keys stand now.
pub async fn freeze_roster(server: &Server, caller: &Caller, name: &str) -> Result<Plan, Problem> {
    planned(server, caller, name, "roster", plan::roster).await
}

async fn planned(
    server: &Server,
    caller: &Caller,
    name: &str,
    kind: &'static str,
    build: fn(&BindInput<'_>) -> Built,
) -> Result<Plan, Problem> {
    caller.person()?;
    let mut db = server.store.read().await?;
    let row = place::cluster(&mut db, caller, Act::Administer, name).await?;
    let cluster = target::cluster(&mut db, &row, None).await?;
    let policy = environment(&mut db, &row).await?;
    let people = names(&mut db).await?;
    let about = blank(server, caller, &people)?;
    let ours = Ours::of(&mut db, &row.id, None).await?;
    let is_first = store::entry::last(&mut db, &row.id).await?.is_none();
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    let known_tree = tree.clone();
    drop(db);
    crate::deploy::standing::check(server, &row).await?;
    let (base, head, foreign_files) = repository::with(server, &row, move |repository| {
        let read = || {
            let mirror = repository.mirror()?;
            let base = mirror.fetch(&repository.remote, &repository.branch)?;
            let files = base.map_or(Ok(0), |commit| mirror.entries(commit, "").map(|files| files.len()))?;
            Ok((base, head::load(&mirror, base, &tree, &Subject::Cluster, &ours)?, files))
        };
        read().map_err(|error| repository::unavailable(&error))
    })
    .await?;
    let before = head.files.get(&known_tree.allowed_signers()).map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let before = match before.filter(|_| !is_first) {
        Some(text) => Roster::parse(&text).map_err(|error| {
            Problem::conflict("roster_unreadable", format!("allowed_signers in the repository cannot be read: {error}."))
                .hint("Find out who changed it; git log tells.")
        })?,
        None => Roster::default(),
    };
    let mut db = server.store.read().await?;
    let left_behind = kind == "roster" && is_left_behind(server, &mut db, &row).await?;
    let roster = roster(&mut db, server, &row, before).await?;
    drop(db);
    let mut built = build(&BindInput {
        cluster: &cluster,
        head: &head,
        about: &about,
        policy,
        is_first,
        foreign_files,
        allowed_signers: &roster.text(),
    });
    if left_behind {
        let reason = "No key of the standing roster can sign at this server's address. \
                      This roster begins a new root: those whom it names itself sign it.";
        let finding = Finding::confirm(NEW_ROOT, row.name.as_str(), reason);
        built.plan.findings.insert(0, finding.hint("Tell whoever verifies the record to pin this roster too, with --trust."));
    }
    // Settings and keys have no draft: whoever puts them forward counts as their writer, so nobody changes who can
    // decrypt or countersign alone where four eyes are asked for.
    let person = caller.person()?;
    built.plan.writers = vec![Writer { kind: WriterKind::Person, id: person.id.to_owned(), name: person.name.to_owned(), owner: None }];
    let stored =
        Row { kind, cluster: row.id, stack: None, draft: None, base_commit: base.map(|id| id.to_string()), secrets: BTreeMap::new() };
    let id = store_plan(server, caller, stored, built).await?;
    get(server, caller, &id).await
}

/// Whether there is a roster, and no key of it can sign at this server's address.
pub async fn is_left_behind(server: &Server, db: &mut Conn, cluster: &store::cluster::Cluster) -> Result<bool, Problem> {
    let standing = standing(db, &cluster.id, &place::tree(cluster)?.allowed_signers()).await?;
    let settings = server.settings();
    let now = moment(server.clock.now())?;
    Ok(standing.is_some_and(|roster| roster.is_left_behind(settings.public_url.rp_id().unwrap_or_default(), now)))
}

/// The roster that follows `before`: keys of everybody who may deploy here join, revoked ones and those of people
/// who may no longer deploy end. Lines are never removed.
async fn roster(db: &mut Conn, server: &Server, cluster: &store::cluster::Cluster, before: Roster) -> Result<Roster, Problem> {
    let now = moment(server.clock.now())?;
    let broken = |error: &dyn std::fmt::Display| Problem::internal(format!("making the roster: {error}"));
    let mut roster = before;
    let platform = server.platform_key.public_line();
    if !roster.platform_keys(now).any(|key| key == platform) {
        roster.add_platform(&platform, None).map_err(|error| broken(&error))?;
    }
    let may = deployers(db, &place::target(cluster)).await?;
    let mut good = Vec::new();
    for (signer, person) in &may {
        for credential in store::credential::signing_keys(db, person).await? {
            let Some(line) = &credential.ssh_public_key else { continue };
            let key = SigningKey::from_line(line).map_err(|error| broken(&error))?;
            if !matches!(roster.standing(&key, now), Standing::Good(_)) {
                roster.add(signer, &key, now).map_err(|error| broken(&error))?;
            }
            good.push(key);
        }
    }
    let ended: Vec<(Signer, SigningKey)> = standing_keys(&roster, now).into_iter().filter(|(_, key)| !good.contains(key)).collect();
    for (_, key) in ended {
        roster.revoke(&key, now).map_err(|error| broken(&error))?;
    }
    Ok(roster)
}

fn standing_keys(roster: &Roster, now: jiff::Timestamp) -> Vec<(Signer, SigningKey)> {
    let lines = roster.lines().iter().filter_map(|line| match line {
        crate::identity::roster::Line::Person { signer, key, .. } => Some((signer.clone(), key.clone())),
        crate::identity::roster::Line::Platform { .. } => None,
    });
    lines.filter(|(_, key)| matches!(roster.standing(key, now), Standing::Good(_))).collect()
}
