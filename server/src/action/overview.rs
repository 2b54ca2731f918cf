//! The first page: what waits for the caller, and what stands where.

use std::collections::BTreeMap;

use domain::api::draft::DraftSummary;
use domain::api::overview::{Cell, DeskItem, Overview, StackRow};
use domain::name::Name;
use domain::principal;
use domain::problem::Problem;

use super::draft::{Found, summary};
use super::record::Around;
use super::{People, cluster, differs, environment, names, place, record};
use crate::api::caller::Caller;
use crate::server::Server;
use crate::store::{self, Conn};

const LATEST: i64 = 5;

pub async fn get(server: &Server, caller: &Caller) -> Result<Overview, Problem> {
    let environments = environment::list(server, caller).await?;
    let mut db = server.store.read().await?;
    let people = names(&mut db).await?;
    let rows = store::cluster::list(&mut db).await?;
    let rows: Vec<store::cluster::Cluster> =
        rows.into_iter().filter(|row| caller.may(principal::Act::See, &place::target(row)).is_ok()).collect();
    let drafts = drafts(&mut db, &people, &rows).await?;
    let stacks = stacks(&mut db, &rows, &drafts).await?;
    let mut latest = Vec::new();
    for entry in store::entry::list(&mut db, "", "", i64::MAX, LATEST).await? {
        if let Some(cluster) = rows.iter().find(|row| row.id == entry.cluster) {
            latest.push(record::shown(&mut db, cluster, &people, entry).await?);
        }
    }
    let mut clusters = Vec::new();
    for row in rows {
        clusters.push(cluster::shown(&mut db, row).await?);
    }
    let desk = desk(&mut db, server, &clusters, &drafts).await?;
    Ok(Overview { organisation: server.settings().organisation.clone(), environments, clusters, stacks, desk, latest })
}

async fn drafts(db: &mut Conn, people: &People, clusters: &[store::cluster::Cluster]) -> Result<Vec<DraftSummary>, Problem> {
    let mut drafts = Vec::new();
    for row in store::draft::open(db).await? {
        let Some(stack) = store::stack::get(db, &row.stack).await? else { continue };
        let Some(cluster) = clusters.iter().find(|cluster| cluster.id == stack.cluster).cloned() else { continue };
        drafts.push(summary(db, people, &Found { row, stack, cluster }).await?);
    }
    Ok(drafts)
}

async fn stacks(db: &mut Conn, clusters: &[store::cluster::Cluster], drafts: &[DraftSummary]) -> Result<Vec<StackRow>, Problem> {
    let mut rows: BTreeMap<String, StackRow> = BTreeMap::new();
    let mut around = BTreeMap::new();
    for cluster in clusters {
        around.insert(cluster.id.clone(), Around::of(db, cluster.clone()).await?);
    }
    for stack in store::stack::list(db).await? {
        let Some(cluster) = clusters.iter().find(|cluster| cluster.id == stack.cluster) else { continue };
        let recorded = super::draft::recorded(db, &stack, None).await?;
        let entry = store::entry::last_of_stack(db, &stack.id).await?;
        let open: Vec<DraftSummary> = drafts
            .iter()
            .filter(|draft| draft.cluster.as_str() == cluster.name && draft.stack.as_str() == stack.stack_id)
            .cloned()
            .collect();
        if recorded.is_none() && open.is_empty() {
            continue;
        }
        let components = match (&recorded, open.first()) {
            (Some((_, content)), _) => content.components.len(),
            (None, Some(draft)) => components_of(db, &draft.id).await?,
            (None, None) => 0,
        };
        let differs = differs::shown(&differs::of_stack(db, cluster, &stack).await?);
        let name = |text: &str| Name::new(text).map_err(|error| Problem::internal(format!("stack {}: {error}", stack.id)));
        let row =
            rows.entry(stack.stack_id.clone()).or_insert(StackRow { stack: name(&stack.stack_id)?, components: 0, cells: Vec::new() });
        row.components = row.components.max(u32::try_from(components).unwrap_or(u32::MAX));
        let around = around.get(&cluster.id);
        let outcome = match (around, &recorded) {
            (Some(around), Some((number, _))) => around.outcome(db, &stack.stack_id, *number, None).await?,
            _ => None,
        };
        row.cells.push(Cell {
            outcome,
            overruled: Name::new(&stack.stack_id).is_ok_and(|stack| around.is_some_and(|around| around.is_overruled(&stack))),
            cluster: name(&cluster.name)?,
            entry: recorded.map(|(number, _)| number),
            recorded_at: entry.map(|entry| entry.recorded_at),
            drafts: open,
            differs,
        });
    }
    Ok(rows.into_values().collect())
}

async fn components_of(db: &mut Conn, draft: &str) -> Result<usize, Problem> {
    let Some(row) = store::draft::get(db, draft).await? else { return Ok(0) };
    Ok(super::draft::content(&row)?.components.len())
}

/// What waits: plans to sign first, then clusters without a binding, then open drafts.
async fn desk(
    db: &mut Conn,
    server: &Server,
    clusters: &[domain::api::cluster::Cluster],
    drafts: &[DraftSummary],
) -> Result<Vec<DeskItem>, Problem> {
    let mut desk = Vec::new();
    for row in store::plan::frozen(db).await? {
        if row.not_after <= server.clock.now() {
            continue;
        }
        let Some(cluster) = store::cluster::get(db, &row.cluster).await? else { continue };
        let Some(seen) = clusters.iter().find(|seen| seen.name.as_str() == cluster.name) else { continue };
        let plan = crate::deploy::intend::read(&row)?;
        let draft = row.draft.as_ref().and_then(|id| drafts.iter().find(|draft| draft.id == *id)).cloned();
        if row.draft.is_some() && draft.as_ref().is_none_or(|draft| i64::try_from(draft.revision).ok() != row.draft_revision) {
            continue;
        }
        let files = plan.changed_files().count();
        let mut facts: Vec<String> = row.draft_revision.map(|revision| format!("rev {revision}")).into_iter().collect();
        facts.push(format!("{files} {}", if files == 1 { "file" } else { "files" }));
        desk.push(DeskItem {
            what: String::from("countersign"),
            title: plan.subject.clone(),
            environment: seen.environment.clone(),
            cluster: seen.name.clone(),
            draft,
            plan: Some(row.id.clone()),
            facts,
        });
    }
    let is_planned = |cluster: &domain::api::cluster::Cluster, desk: &[DeskItem]| {
        desk.iter().any(|item| item.draft.is_none() && item.cluster == cluster.name)
    };
    for cluster in clusters {
        if matches!(cluster.state, domain::api::cluster::ClusterState::Unbound) && !is_planned(cluster, &desk) {
            desk.push(DeskItem {
                what: String::from("bind"),
                title: format!("Bind {} to its repository", cluster.name),
                environment: cluster.environment.clone(),
                cluster: cluster.name.clone(),
                draft: None,
                plan: None,
                facts: Vec::new(),
            });
        }
    }
    for draft in drafts {
        if desk.iter().any(|item| item.draft.as_ref().is_some_and(|other| other.id == draft.id)) {
            continue;
        }
        desk.push(DeskItem {
            what: String::from("draft"),
            title: draft.title.clone(),
            environment: draft.environment.clone(),
            cluster: draft.cluster.clone(),
            draft: Some(draft.clone()),
            plan: None,
            facts: std::iter::once(format!("rev {}", draft.revision))
                .chain(draft.behind.as_ref().map(|behind| format!("behind {}", domain::record::number(behind.record))))
                .collect(),
        });
    }
    Ok(desk)
}
