//! Carrying a draft over to the newest entry of its stack: what does not meet is merged, for the rest a person chooses.

use domain::api::Author;
use domain::api::draft::{Draft, Rebase, RebaseConflict};
use domain::audit::Act;
use domain::change::between::between;
use domain::change::rebase::{Choice, Conflict};
use domain::change::{Change, touch};
use domain::principal;
use domain::problem::Problem;
use domain::stack::{Stack, source};

use super::behind::{Moved, signers};
use super::{Found, content, find, get, recorded, still_open};
use crate::action::names;
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::clock::Micros;
use crate::server::Server;
use crate::store::{self, Conn};

/// More choices than this are refused.
const CHOICES: usize = 10_000;
/// Who brought a value is looked for in this many entries.
const ENTRIES: i64 = 50;

pub async fn rebase(server: &Server, caller: &Caller, id: &str, wanted: Rebase) -> Result<Draft, Problem> {
    if wanted.change_id.is_empty() || wanted.change_id.len() > 64 {
        return Err(Problem::invalid("change_id", "A rebase needs an id of its own, of at most 64 characters.").at("change_id"));
    }
    if wanted.choices.len() > CHOICES {
        return Err(Problem::invalid("choices_count", "A rebase has 10,000 choices at most.").at("choices"));
    }
    // The answer to the first try was lost: nothing is done twice, and nothing is logged twice.
    if is_done(&mut *server.store.read().await?, caller, id, &wanted.change_id).await? {
        return get(server, caller, id).await;
    }
    audited(server, caller, Act::RebaseDraft(id.to_owned()), async |tx| {
        let found = find(tx, caller, principal::Act::Edit, id).await?;
        still_open(&found.row)?;
        seen(&found, wanted.base_revision)?;
        let drawn = content(&found.row)?;
        let Some(moved) = Moved::find(tx, &found, &drawn).await? else {
            return Err(
                Problem::conflict("draft_not_behind", "This draft is based on the newest entry already.").hint("Load the draft again.")
            );
        };
        if moved.onto() != wanted.onto {
            return Err(Problem::conflict(
                "record_moved",
                format!("The record stands at {} by now.", domain::record::number(moved.onto())),
            )
            .hint("Look at what it changed, then rebase again.")
            .with("record", moved.onto()));
        }
        let rebased = moved.rebase(&drawn, &wanted.choices);
        if let Some(Choice { component, at, .. }) = rebased.unmet.first() {
            let place = component.as_ref().map_or_else(|| at.clone(), |component| format!("{component}: {at}"));
            return Err(Problem::invalid("no_such_conflict", format!("There is nothing to choose at {place}.")).at("choices"));
        }
        if !rebased.conflicts.is_empty() {
            let conflicts = attributed(tx, &found, &drawn, &moved, rebased.conflicts).await?;
            return Err(unsettled(&found, &moved, &conflicts));
        }
        tx.fact("onto", moved.onto().to_string());
        tx.fact("choices", wanted.choices.len().to_string());
        write(tx, server, caller, found, &wanted, &drawn, &rebased.stack, moved.entry.number).await
    })
    .await?;
    get(server, caller, id).await
}

async fn is_done(db: &mut Conn, caller: &Caller, id: &str, change_id: &str) -> Result<bool, Problem> {
    find(db, caller, principal::Act::Edit, id).await?;
    Ok(store::draft::edit_by_client_id(db, id, change_id).await?.is_some())
}

fn seen(found: &Found, base: u64) -> Result<(), Problem> {
    let revision = u64::try_from(found.row.revision).unwrap_or_default();
    if revision == base {
        return Ok(());
    }
    Err(Problem::conflict("draft_moved", format!("This draft is at rev {revision} by now."))
        .hint("Look at what changed, then rebase it again.")
        .with("revision", revision))
}

#[expect(clippy::too_many_arguments, reason = "one step of `rebase`, cut off to be read")]
async fn write(
    tx: &mut crate::audit::Tx,
    server: &Server,
    caller: &Caller,
    found: Found,
    wanted: &Rebase,
    drawn: &Stack,
    stack: &Stack,
    onto: i64,
) -> Result<(), Problem> {
    let mut row = found.row;
    let (kind, author) = caller.author();
    if stack.name != drawn.name {
        store::stack::set_name(tx, &found.stack.id, stack.name.as_str()).await?;
    }
    row.revision += 1;
    row.base_entry = Some(onto);
    row.content = source::emit(stack);
    row.edited_kind = kind.to_owned();
    row.edited_by.clone_from(&author);
    row.updated_at = server.clock.now();
    store::draft::write(tx, &row).await?;
    // The changes tell it to people; the order of what is declared and the like they do not tell.
    store::draft_text::keep(tx, &row).await?;
    let kept = store::draft::Edit {
        id: server.ids.next(),
        draft: row.id,
        revision: row.revision,
        author_kind: kind.to_owned(),
        author,
        client_change_id: wanted.change_id.clone(),
        changes: serde_json::to_string(&between(drawn, stack)).map_err(|error| Problem::internal(error.to_string()))?,
        changed_at: row.updated_at,
        rebased_to: Some(onto),
    };
    store::draft::append(tx, &kept).await?;
    Ok(())
}

fn unsettled(found: &Found, moved: &Moved, conflicts: &[RebaseConflict]) -> Problem {
    let count = conflicts.len();
    let places = if count == 1 { String::from("one place") } else { format!("{count} places") };
    let record = domain::record::number(moved.onto());
    Problem::conflict("rebase_conflicts", format!("This draft and {record} changed the same in {places}."))
        .hint("Choose a side for each, then rebase.")
        .with("conflicts", serde_json::to_value(conflicts).unwrap_or_default())
        .with("onto", moved.onto())
        .with("revision", u64::try_from(found.row.revision).unwrap_or_default())
}

/// Who changed what on either side, and when.
async fn attributed(
    db: &mut Conn,
    found: &Found,
    drawn: &Stack,
    moved: &Moved,
    conflicts: Vec<Conflict>,
) -> Result<Vec<RebaseConflict>, Problem> {
    let people = names(db).await?;
    let mut edits: Vec<(Author, Micros, Vec<Change>)> = Vec::new();
    for edit in store::draft::edits_since(db, &found.row.id, 0).await?.into_iter().filter(|edit| edit.rebased_to.is_none()) {
        let changes =
            serde_json::from_str(&edit.changes).map_err(|error| Problem::internal(format!("draft_change {}: {error}", edit.id)))?;
        edits.push((people.author(&edit.author_kind, &edit.author), edit.changed_at, changes));
    }
    let begun = (people.author(&found.row.author_kind, &found.row.author), found.row.created_at);
    let steps = steps(db, found, drawn, moved).await?;
    let mut attributed = Vec::new();
    for conflict in conflicts {
        let touched = conflict.touch();
        let mine = edits.iter().rev().find(|(_, _, changes)| changes.iter().any(|change| touch::touches(change).overlaps(&touched)));
        let (mine_by, mine_at) = mine.map_or_else(|| begun.clone(), |(author, at, _)| (author.clone(), *at));
        // The oldest entry from which on the record's side is what it is now.
        let same = |step: &&Step| {
            step.sides.iter().any(|one| one.is_at(conflict.component.as_ref(), &conflict.at) && one.theirs == conflict.theirs)
        };
        let brought = steps.iter().take_while(same).last().map_or(&moved.entry, |step| &step.entry);
        attributed.push(RebaseConflict {
            mine_by,
            mine_at,
            theirs_entry: u64::try_from(brought.number).unwrap_or_default(),
            theirs_by: signers(db, &people, brought).await?,
            theirs_at: brought.recorded_at,
            conflict,
        });
    }
    Ok(attributed)
}

/// An entry after the draft's base, and what would meet if it were the newest.
struct Step {
    entry: store::entry::Entry,
    sides: Vec<Conflict>,
}

/// Newest first.
async fn steps(db: &mut Conn, found: &Found, drawn: &Stack, moved: &Moved) -> Result<Vec<Step>, Problem> {
    let mut steps = Vec::new();
    for entry in store::entry::list(db, &found.cluster.id, &found.stack.id, i64::MAX, ENTRIES).await? {
        if found.row.base_entry.is_some_and(|base| entry.number <= base) {
            break;
        }
        let Some((_, record)) = recorded(db, &found.stack, Some(entry.number)).await? else { break };
        let sides = domain::change::rebase::rebase(&moved.base, &record, drawn, &[]).conflicts;
        steps.push(Step { entry, sides });
    }
    Ok(steps)
}
