//! Editing a draft: changes on a revision, carried over others' edits where they do not meet.

use domain::api::draft::{Edit, Edited};
use domain::audit::Act;
use domain::change::carry::{Later, Meeting, carry};
use domain::change::{Change, apply, touch};
use domain::principal;
use domain::problem::Problem;
use domain::stack::source;
use domain::text::sentence;

use super::past::{changes_of, content_at};
use super::{behind, check, content, find, still_open};
use crate::action::{People, names};
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store;

/// More changes than this in one request are refused.
const CHANGES: usize = 1_000;
/// A page that names itself does so with this much at least: what is shorter could be the beginning of another's ids.
const PAGE: usize = 8;

/// Applies changes and answers once they are durable. The same client id twice is the same edit.
pub async fn edit(server: &Server, caller: &Caller, id: &str, edit: Edit) -> Result<Edited, Problem> {
    if edit.changes.is_empty() || edit.changes.len() > CHANGES {
        return Err(Problem::invalid("changes_count", "An edit has between 1 and 1,000 changes.").at("changes"));
    }
    if edit.change_id.is_empty() || edit.change_id.len() > 64 {
        return Err(Problem::invalid("change_id", "An edit needs an id of its own, of at most 64 characters.").at("change_id"));
    }
    if edit.page.as_ref().is_some_and(|page| page.len() < PAGE || !edit.change_id.starts_with(page.as_str())) {
        return Err(Problem::invalid("page", "A page's name has at least 8 characters, and the ids of its edits begin with it.").at("page"));
    }
    let base = edit.base_revision;
    let written = audited(server, caller, Act::ChangeDraft(id.to_owned()), async |tx| {
        let found = find(tx, caller, principal::Act::Edit, id).await?;
        if let Some(done) = store::draft::edit_by_client_id(tx, id, &edit.change_id).await? {
            return Ok(Some(done.revision));
        }
        still_open(&found.row)?;
        let mut row = found.row;
        let base = i64::try_from(edit.base_revision).unwrap_or(i64::MAX);
        if base > row.revision {
            return Err(Problem::conflict("revision_unknown", format!("This draft is at rev {}, not at rev {base} yet.", row.revision))
                .hint("Load the draft again."));
        }
        let changes = match carried(tx, &row, base.max(1), &edit).await? {
            Ok(changes) => changes,
            Err(met) => return Err(overlap(&names(tx).await?, &met, row.revision)),
        };
        // All of it was given up for what others did, or they did the same.
        if changes.is_empty() {
            return Ok(None);
        }
        let mut stack = content(&row)?;
        let name_before = stack.name.clone();
        apply::apply_all(&mut stack, &changes)
            .map_err(|(place, error)| Problem::invalid(error.code(), sentence(&error.to_string())).at(format!("changes[{place}]")))?;
        if stack.name != name_before {
            store::stack::set_name(tx, &found.stack.id, stack.name.as_str()).await?;
        }
        let (kind, author) = caller.author();
        row.revision += 1;
        row.content = source::emit(&stack);
        row.edited_kind = kind.to_owned();
        row.edited_by.clone_from(&author);
        row.updated_at = server.clock.now();
        store::draft::write(tx, &row).await?;
        let kept = store::draft::Edit {
            id: server.ids.next(),
            draft: id.to_owned(),
            revision: row.revision,
            author_kind: kind.to_owned(),
            author,
            client_change_id: edit.change_id.clone(),
            changes: serde_json::to_string(&changes).map_err(|error| Problem::internal(error.to_string()))?,
            changed_at: row.updated_at,
            rebased_to: None,
        };
        store::draft::append(tx, &kept).await?;
        Ok(Some(row.revision))
    })
    .await?;

    let mut db = server.store.read().await?;
    let found = find(&mut db, caller, principal::Act::See, id).await?;
    let stack = content(&found.row)?;
    let check = check(server, &mut db, &found, &stack).await?;
    let people = names(&mut db).await?;
    let behind = behind::behind(&mut db, &people, &found, &stack).await?;
    let alone = written == Some(found.row.revision) && u64::try_from(found.row.revision).ok() == Some(base + 1);
    Ok(Edited {
        revision: u64::try_from(found.row.revision).unwrap_or_default(),
        edited_at: found.row.updated_at,
        content: (!alone).then_some(stack),
        check,
        behind,
    })
}

/// Where the edit meets others': the places, and who made the edit that it met last.
struct Met {
    meetings: Vec<Meeting>,
    kind: String,
    author: String,
}

/// The changes as they hold on what the draft is by now.
async fn carried(db: &mut store::Conn, row: &store::draft::Draft, base: i64, edit: &Edit) -> Result<Result<Vec<Change>, Met>, Problem> {
    let since = store::draft::edits_since(db, &row.id, base).await?;
    if since.is_empty() {
        return Ok(Ok(edit.changes.clone()));
    }
    let settled = |revision: i64| edit.settled.filter(|settled| u64::try_from(revision).is_ok_and(|at| at <= settled.revision));
    let mut later = Vec::new();
    for one in &since {
        // A rebase brings what others recorded, whoever pressed the button.
        let own = one.rebased_to.is_none() && edit.page.as_ref().is_some_and(|page| one.client_change_id.starts_with(page.as_str()));
        later.push(Later { changes: changes_of(one)?, own, settled: settled(one.revision).map(|settled| settled.take) });
    }
    let stood = content_at(db, row, base).await?;
    Ok(carry(&stood, &edit.changes, &later).map_err(|meetings| {
        let last = meetings.last().and_then(|met| since.get(met.later));
        let (kind, author) = last.map(|edit| (edit.author_kind.clone(), edit.author.clone())).unwrap_or_default();
        Met { meetings, kind, author }
    }))
}

fn overlap(people: &People, met: &Met, revision: i64) -> Problem {
    let Some(first) = met.meetings.first() else { return Problem::internal("an overlap without a place") };
    let more = match met.meetings.len() - 1 {
        0 => String::new(),
        1 => String::from(" and one more place"),
        more => format!(" and {more} more places"),
    };
    let by = people.author(&met.kind, &met.author);
    Problem::conflict("edit_overlaps", format!("{} changed {}{more} meanwhile.", by.name, touch::touches(&first.theirs)))
        .at(format!("changes[{}]", first.place))
        .hint("Compare both values, then keep one.")
        .with("mine", serde_json::to_value(&first.mine).unwrap_or_default())
        .with("theirs", serde_json::to_value(&first.theirs).unwrap_or_default())
        .with("by", serde_json::to_value(&by).unwrap_or_default())
        .with("places", met.meetings.len())
        .with("revision", revision)
}
