//! Any two contents of a stack: which there are, and what leads from one to the other.

use domain::api::compare::{Comparison, Reference, Version};
use domain::change::between::between;
use domain::change::words;
use domain::difference;
use domain::principal;
use domain::problem::Problem;
use domain::stack::Stack;

use super::draft::behind::signers;
use super::draft::past::content_at;
use super::draft::recorded;
use super::{People, names, place};
use crate::api::caller::Caller;
use crate::api::problem::OrInternal;
use crate::server::Server;
use crate::store::{self, Conn};

/// The most entries, and the most drafts, that are listed.
const LISTED: i64 = 50;

pub async fn versions(server: &Server, caller: &Caller, cluster: &str, stack: &str) -> Result<Vec<Version>, Problem> {
    let mut db = server.store.read().await?;
    let stack = find(&mut db, caller, cluster, stack).await?;
    let people = names(&mut db).await?;
    let mut versions = Vec::new();
    for entry in store::entry::list(&mut db, &stack.cluster, &stack.id, i64::MAX, LISTED).await? {
        versions.push(of_entry(&mut db, &people, &entry).await?);
    }
    for row in store::draft::of_stack(&mut db, &stack.id, LISTED).await? {
        versions.push(of_draft(&people, &row, None));
        for checkpoint in store::draft_checkpoint::of_draft(&mut db, &row.id).await? {
            versions.push(of_checkpoint(&people, &row, &checkpoint));
        }
    }
    Ok(versions)
}

pub async fn compare(server: &Server, caller: &Caller, cluster: &str, stack: &str, two: (&str, &str)) -> Result<Comparison, Problem> {
    let mut db = server.store.read().await?;
    let stack = find(&mut db, caller, cluster, stack).await?;
    let people = names(&mut db).await?;
    let (from, before) = content(&mut db, &people, &stack, "from", two.0).await?;
    let (to, after) = content(&mut db, &people, &stack, "to", two.1).await?;
    drop(db);
    // Large texts take their time, and others wait for this thread.
    let compared = tokio::task::spawn_blocking(move || {
        let changes = words::told(&before, &between(&before, &after));
        (changes, difference::texts(&before, &after))
    });
    let (changes, texts) = compared.await.or_internal("comparing two contents")?;
    Ok(Comparison { from, to, changes, texts })
}

async fn find(db: &mut Conn, caller: &Caller, cluster: &str, stack: &str) -> Result<store::stack::Stack, Problem> {
    let cluster = place::cluster(db, caller, principal::Act::See, cluster).await?;
    store::stack::by_stack_id(db, &cluster.id, stack).await?.ok_or_else(|| Problem::not_found("stack"))
}

async fn content(
    db: &mut Conn,
    people: &People,
    stack: &store::stack::Stack,
    field: &str,
    text: &str,
) -> Result<(Version, Stack), Problem> {
    let reference = Reference::parse(text).ok_or_else(|| {
        Problem::invalid("reference", format!("`{text}` names nothing that can be compared."))
            .at(field)
            .hint("Write record, entry:12, draft:ID, draft:ID@7 or checkpoint:ID.")
    })?;
    let missing = |what: &str| Problem::not_found(what).at(field);
    match reference {
        Reference::Record | Reference::Entry(_) => {
            let number = match reference {
                Reference::Entry(number) => Some(i64::try_from(number).unwrap_or(i64::MAX)),
                _ => None,
            };
            let (number, content) = recorded(db, stack, number).await?.ok_or_else(|| missing("entry of this stack"))?;
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            let entry = store::entry::by_number(db, &stack.cluster, number).await?.ok_or_else(|| missing("entry of this stack"))?;
            Ok((of_entry(db, people, &entry).await?, content))
        }
        Reference::Draft(id) => {
            let row = draft(db, stack, &id).await?.ok_or_else(|| missing("draft"))?;
            let content = content_at(db, &row, row.revision).await?;
            Ok((of_draft(people, &row, None), content))
        }
        Reference::Revision(id, revision) => {
            let row = draft(db, stack, &id).await?.ok_or_else(|| missing("draft"))?;
            let revision = i64::try_from(revision).unwrap_or(i64::MAX);
            let content = content_at(db, &row, revision).await.map_err(|problem| problem.at(field))?;
            let edit = store::draft::edits_between(db, &row.id, revision - 1, revision).await?.pop();
            Ok((of_draft(people, &row, Some((revision, edit))), content))
        }
        Reference::Checkpoint(id) => {
            let checkpoint = store::draft_checkpoint::get(db, &id).await?.ok_or_else(|| missing("checkpoint"))?;
            let row = draft(db, stack, &checkpoint.draft).await?.ok_or_else(|| missing("checkpoint"))?;
            let content = content_at(db, &row, checkpoint.revision).await?;
            Ok((of_checkpoint(people, &row, &checkpoint), content))
        }
    }
}

/// A draft of this very stack: another's would let a person see what they may not.
async fn draft(db: &mut Conn, stack: &store::stack::Stack, id: &str) -> Result<Option<store::draft::Draft>, Problem> {
    Ok(store::draft::get(db, id).await?.filter(|row| row.stack == stack.id))
}

async fn of_entry(db: &mut Conn, people: &People, entry: &store::entry::Entry) -> Result<Version, Problem> {
    Ok(Version {
        reference: Reference::Entry(entry.number.unsigned_abs()).to_string(),
        title: format!("{}, {}", domain::record::number(entry.number.unsigned_abs()), entry.subject),
        at: entry.recorded_at,
        by: signers(db, people, entry).await?,
    })
}

fn of_draft(people: &People, row: &store::draft::Draft, past: Option<(i64, Option<store::draft::Edit>)>) -> Version {
    let title = if row.title.is_empty() { "Draft" } else { &row.title };
    let state = match row.state.as_str() {
        "recorded" => ", recorded",
        "discarded" => ", discarded",
        _ => "",
    };
    let Some((revision, edit)) = past else {
        return Version {
            reference: Reference::Draft(row.id.clone()).to_string(),
            title: format!("{title}, now at rev {}{state}", row.revision),
            at: row.updated_at,
            by: vec![people.of(&row.edited_by)],
        };
    };
    let (at, by) = edit.map_or_else(|| (row.created_at, row.author.clone()), |edit| (edit.changed_at, edit.author));
    Version {
        reference: Reference::Revision(row.id.clone(), revision.unsigned_abs()).to_string(),
        title: format!("{title}, rev {revision}{state}"),
        at,
        by: vec![people.of(&by)],
    }
}

fn of_checkpoint(people: &People, row: &store::draft::Draft, checkpoint: &store::draft_checkpoint::Checkpoint) -> Version {
    Version {
        reference: Reference::Checkpoint(checkpoint.id.clone()).to_string(),
        title: format!("“{}”, rev {} of {}", checkpoint.name, checkpoint.revision, row.title),
        at: checkpoint.made_at,
        by: vec![people.of(&checkpoint.made_by)],
    }
}
