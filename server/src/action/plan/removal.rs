//! Plans the removal of a whole stack, one entry at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::api::plan::{Plan, RemoveStack};
use domain::name::Name;
use domain::plan::{Head, Kind, Policy, RemovalInput, Writer, WriterKind, build::About, removal_requests, remove};
use domain::preview::Previews;
use domain::principal::Act;
use domain::problem::Problem;

use super::{Row, blank, blocking, environment, get, preview, recorded_fingerprints, stack_at_head, store_plan};
use crate::action::{draft, names, place, target};
use crate::api::caller::Caller;
use crate::deploy::head::Ours;
use crate::deploy::{intend, standing};
use crate::server::Server;
use crate::store::{self, Conn};

/// Freezes the next entry of the removal: what nothing that remains waits for, or everything where that was asked for.
pub async fn freeze(server: &Server, caller: &Caller, cluster: &str, stack: &str, wanted: RemoveStack) -> Result<Plan, Problem> {
    let person = caller.person()?;
    let ticket = wanted.ticket.trim().to_owned();
    draft::check_words(None, Some(&wanted.why), Some(&ticket))?;
    let mut db = server.store.read().await?;
    let row = place::cluster(&mut db, caller, Act::Draft, cluster).await?;
    let stack = store::stack::by_stack_id(&mut db, &row.id, stack).await?.ok_or_else(|| Problem::not_found("stack"))?;
    let (recorded, goes_on_from) = newest(&mut db, &stack).await?.ok_or_else(|| not_recorded(&stack))?;
    let fingerprints = recorded_fingerprints(&mut db, &stack.id).await?;
    let about = About {
        why: wanted.why.clone(),
        ticket: Some(ticket).filter(|ticket| !ticket.is_empty()),
        ..blank(server, caller, &names(&mut db).await?)?
    };
    let cluster = target::cluster(&mut db, &row, Some(&stack.id)).await?;
    let policy = environment(&mut db, &row).await?;
    let ours = Ours::of(&mut db, &row.id, Some(&stack.id)).await?;
    drop(db);
    standing::check(server, &row).await?;

    let id = Name::new(&stack.stack_id).map_err(|error| Problem::internal(format!("stack {}: {error}", stack.id)))?;
    let (base, head) = stack_at_head(server, &row, &id, ours).await?;
    // There is no draft that somebody wrote: whoever puts the removal forward counts as its writer.
    let writers = vec![Writer { kind: WriterKind::Person, id: person.id.to_owned(), name: person.name.to_owned(), owner: None }];
    let asked = Arc::new(Asked { cluster, stack: id, head, about, policy, writers, recorded, goes_on_from, together: wanted.together });
    let previews = match server.helm {
        Some(_) => {
            let planned = asked.clone();
            preview::render(server, blocking(move || removal_requests(&planned.input(&Previews::default()))).await?).await.previews
        }
        None => Previews::default(),
    };
    let built = blocking(move || remove(&asked.input(&previews))).await?.ok_or_else(|| {
        Problem::conflict("stack_unreadable", "The repository holds no stack.yaml of this stack that can be read.")
            .hint("Somebody else changed it: deploy a draft of the stack over it first, or put it back.")
    })?;
    // What remains still uses what it used.
    let secrets: BTreeMap<String, String> =
        fingerprints.into_iter().filter(|(name, _)| built.plan.secrets.iter().any(|one| one.name == *name)).collect();
    let stored = Row {
        kind: "stack_removal",
        cluster: row.id,
        stack: Some(stack.id),
        draft: None,
        base_commit: base.map(|id| id.to_string()),
        secrets,
    };
    let id = store_plan(server, caller, stored, built).await?;
    get(server, caller, &id).await
}

/// All that planning a removal takes, apart from what is rendered.
struct Asked {
    cluster: domain::cluster::Cluster,
    stack: Name,
    head: Head,
    about: About,
    policy: Policy,
    writers: Vec<Writer>,
    recorded: domain::plan::Plan,
    goes_on_from: Option<u64>,
    together: bool,
}

impl Asked {
    fn input<'a>(&'a self, previews: &'a Previews) -> RemovalInput<'a> {
        RemovalInput {
            cluster: &self.cluster,
            stack: &self.stack,
            head: &self.head,
            about: &self.about,
            policy: self.policy,
            writers: self.writers.clone(),
            recorded: Some(&self.recorded),
            goes_on_from: self.goes_on_from,
            together: self.together,
            previews,
        }
    }
}

/// The newest plan of a stack that the record holds, and its number where it was a part of a removal.
async fn newest(db: &mut Conn, stack: &store::stack::Stack) -> Result<Option<(domain::plan::Plan, Option<u64>)>, Problem> {
    if draft::recorded(db, stack, None).await?.is_none() {
        return Ok(None);
    }
    let Some(entry) = store::entry::last_of_stack(db, &stack.id).await? else { return Ok(None) };
    let plan = store::plan::get(db, &entry.plan).await?;
    let plan = intend::read(&plan.ok_or_else(|| Problem::internal(format!("entry {}: its plan is missing", entry.number)))?)?;
    let number = (plan.kind == Kind::StackRemoval).then(|| entry.number.unsigned_abs());
    Ok(Some((plan, number)))
}

fn not_recorded(stack: &store::stack::Stack) -> Problem {
    Problem::conflict("stack_not_recorded", format!("The record holds no stack `{}` on this cluster.", stack.stack_id))
        .hint("Discard its drafts; there is nothing in the cluster to remove.")
}
