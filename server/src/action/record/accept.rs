//! Takes entries over from a repository into a database that is older than they are: after an older backup was restored.

use domain::audit::Act;
use domain::plan::{Kind, Plan};
use domain::problem::Problem;

use crate::api::caller::Caller;
use crate::audit::{Tx, audited};
use crate::clock::Micros;
use crate::deploy::read_back::ReadBack;
use crate::server::Server;
use crate::store::approval::Approval;
use crate::store::cluster::Cluster;
use crate::store::deployment::Deployment;
use crate::store::{self, entry::Entry};

/// All of them or none, in their order; they were judged good, and follow what is known.
pub async fn accept(server: &Server, caller: &Caller, cluster: &Cluster, entries: &[ReadBack]) -> Result<(), Problem> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
    audited(server, caller, Act::AcceptRecord(cluster.name.clone()), async |tx: &mut Tx| {
        let known = store::entry::last(tx, &cluster.id).await?;
        let mut at = known.map_or(0, |entry| entry.recorded_at);
        for entry in entries {
            // In the order of their numbers, whatever clocks said.
            at = moment(&entry.plan).max(at + 1);
            take(tx, server, cluster, entry, at).await?;
        }
        store::cluster::set_halted(tx, &cluster.id, None).await?;
        tx.fact("from", first.number);
        tx.fact("to", last.number);
        tx.fact("commit", last.commit.id);
        Ok(())
    })
    .await
}

/// When the plan was frozen: the record tells no later moment.
fn moment(plan: &Plan) -> Micros {
    domain::plan::freeze::read_moment(&plan.frozen_at).map_or(0, |at| at.as_microsecond())
}

async fn take(tx: &mut Tx, server: &Server, cluster: &Cluster, entry: &ReadBack, at: Micros) -> Result<(), Problem> {
    let plan = &entry.plan;
    let number = i64::try_from(entry.number).map_err(|_| Problem::internal("an entry's number is too large"))?;
    let stack = stack(tx, server, cluster, plan, at).await?;
    let row = row(tx, server, cluster, entry, stack.clone()).await?;
    for (digest, bytes) in &entry.files {
        store::plan::put_file(tx, digest, bytes).await?;
    }
    approvals(tx, server, &row, entry, at).await?;
    deployment(tx, server, cluster, &row, entry, number, at).await?;
    let recorded = Entry {
        cluster: cluster.id.clone(),
        number,
        commit_id: entry.commit.id.to_string(),
        parent_id: entry.commit.parents.first().map(ToString::to_string),
        plan: row.clone(),
        stack: stack.clone(),
        subject: plan.subject.clone(),
        recorded_at: at,
    };
    store::entry::insert(tx, &recorded).await?;
    store::plan::set_state(tx, &row, "deployed", None).await?;
    if let Some(stack) = &stack {
        let reason = format!("{} changed this stack since this plan was made. Plan again.", domain::record::number(entry.number));
        store::plan::outdate_of_stack(tx, stack, &reason).await?;
    }
    // A draft that went on from here, or that is older than what was recorded of it, stays for a person to look at.
    if let Some(signed) = &plan.draft
        && let Some(draft) = store::draft::get(tx, &signed.id).await?
        && draft.state == "open"
        && u64::try_from(draft.revision).ok() == Some(signed.revision)
    {
        store::draft::set_state(tx, &draft.id, "recorded").await?;
    }
    if plan.kind == Kind::Cluster {
        store::cluster::set_bound(tx, &cluster.id, at).await?;
    }
    Ok(())
}

/// The stack's row, made where the database knows nothing of it.
async fn stack(tx: &mut Tx, server: &Server, cluster: &Cluster, plan: &Plan, at: Micros) -> Result<Option<String>, Problem> {
    let Some(planned) = &plan.stack else { return Ok(None) };
    if let Some(known) = store::stack::by_stack_id(tx, &cluster.id, planned.id.as_str()).await? {
        store::stack::set_name(tx, &known.id, planned.name.as_str()).await?;
        return Ok(Some(known.id));
    }
    let stack = store::stack::Stack {
        id: server.ids.next(),
        cluster: cluster.id.clone(),
        stack_id: planned.id.to_string(),
        name: planned.name.to_string(),
    };
    store::stack::insert(tx, &stack, at).await?;
    Ok(Some(stack.id))
}

/// The plan's row: it may have been frozen before the backup was made.
async fn row(tx: &mut Tx, server: &Server, cluster: &Cluster, entry: &ReadBack, stack: Option<String>) -> Result<String, Problem> {
    let plan = &entry.plan;
    let sha256 = domain::plan::freeze::digest(&entry.json);
    if let Some(known) = store::plan::by_digest(tx, &sha256).await? {
        return Ok(known.id);
    }
    let draft = match &plan.draft {
        Some(draft) => store::draft::get(tx, &draft.id).await?,
        None => None,
    };
    let kind = serde_json::to_value(plan.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    let row = store::plan::Plan {
        id: server.ids.next(),
        kind: kind.ok_or_else(|| Problem::internal("a plan's kind has no name"))?,
        cluster: cluster.id.clone(),
        stack,
        draft_revision: draft.as_ref().and(plan.draft.as_ref()).and_then(|draft| i64::try_from(draft.revision).ok()),
        draft: draft.map(|draft| draft.id),
        bytes: entry.json.clone(),
        sha256,
        frozen_by: person(tx, server, Some(&plan.author.id), &plan.author.name).await?,
        frozen_at: moment(plan),
        not_after: plan.expires_at().map_or(0, |at| at.as_microsecond()),
        state: String::from("deployed"),
        reason: None,
        base_commit: entry.commit.parents.first().map(ToString::to_string),
        // Which secrets it used is in the plan; their fingerprints were in the database that is gone.
        secrets: String::from("{}"),
    };
    store::plan::insert(tx, &row).await?;
    Ok(row.id)
}

async fn approvals(tx: &mut Tx, server: &Server, plan: &str, entry: &ReadBack, at: Micros) -> Result<(), Problem> {
    let known = store::approval::of_plan(tx, plan).await?;
    for (name, kind, bytes) in &entry.approvals {
        let person = person(tx, server, None, name).await?;
        if known.iter().any(|approval| approval.person == person) {
            continue;
        }
        let approval = Approval {
            id: server.ids.next(),
            plan: plan.to_owned(),
            person,
            credential: None,
            // The key is named in the signature; its row may be one of those that are gone.
            kind: String::from(if kind == "password" { "password" } else { "recorded" }),
            bytes: bytes.clone(),
            accepted_at: at,
        };
        store::approval::insert(tx, &approval).await?;
    }
    Ok(())
}

async fn deployment(
    tx: &mut Tx,
    server: &Server,
    cluster: &Cluster,
    plan: &str,
    entry: &ReadBack,
    number: i64,
    at: Micros,
) -> Result<(), Problem> {
    let known = store::deployment::of_plan(tx, plan).await?;
    let is_new = known.is_none();
    let row = Deployment {
        id: known.map_or_else(|| server.ids.next(), |known| known.id),
        plan: plan.to_owned(),
        cluster: cluster.id.clone(),
        entry_number: Some(number),
        state: String::from("recorded"),
        commit_bytes: Some(entry.commit.bytes.clone()),
        commit_id: Some(entry.commit.id.to_string()),
        checkpoint: Some(entry.anchor.checkpoint.clone()),
        consistency: Some(entry.anchor.consistency.clone()),
        // The lines of the log that it was taken over are gone: the next entry proves growth from the last that is left.
        audit_head: None,
        parent_id: entry.commit.parents.first().map(ToString::to_string),
        code: String::new(),
        reason: String::new(),
        attempts: 0,
        intended_at: at,
        recorded_at: Some(at),
    };
    if is_new {
        store::deployment::insert(tx, &row).await?;
    }
    store::deployment::update(tx, &row).await?;
    Ok(())
}

/// Somebody by id or name; whoever came after the backup is known by name again, and may do nothing.
async fn person(tx: &mut Tx, server: &Server, id: Option<&str>, name: &str) -> Result<String, Problem> {
    if let Some(id) = id
        && let Some(known) = store::person::get(tx, id).await?
    {
        return Ok(known.id);
    }
    if let Some(known) = store::person::by_name(tx, name).await? {
        return Ok(known.id);
    }
    let now = server.clock.now();
    let person = store::person::Person {
        id: id.map_or_else(|| server.ids.next(), str::to_owned),
        name: name.to_owned(),
        full_name: name.to_owned(),
        created_at: now,
        disabled_at: None,
    };
    store::person::insert(tx, &person).await?;
    store::person::disable(tx, &person.id, now).await?;
    Ok(person.id)
}
