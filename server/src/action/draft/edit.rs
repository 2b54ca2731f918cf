//! Editing a draft: changes on a revision, carried over others' edits where they do not meet.

use domain::api::draft::{Edit, Edited};
use domain::audit::Act;
use domain::change::{Change, apply, touch};
use domain::principal;
use domain::problem::Problem;
use domain::stack::source;
use domain::text::sentence;

use super::{behind, check, content, find, still_open};
use crate::action::names;
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store;

/// More changes than this in one request are refused.
const CHANGES: usize = 1_000;

/// Applies changes and answers once they are durable. The same client id twice is the same edit.
pub async fn edit(server: &Server, caller: &Caller, id: &str, edit: Edit) -> Result<Edited, Problem> {
    if edit.changes.is_empty() || edit.changes.len() > CHANGES {
        return Err(Problem::invalid("changes_count", "An edit has between 1 and 1,000 changes.").at("changes"));
    }
    if edit.change_id.is_empty() || edit.change_id.len() > 64 {
        return Err(Problem::invalid("change_id", "An edit needs an id of its own, of at most 64 characters.").at("change_id"));
    }
    let base = edit.base_revision;
    let written = audited(server, caller, Act::ChangeDraft(id.to_owned()), async |tx| {
        let found = find(tx, caller, principal::Act::Edit, id).await?;
        if store::draft::edit_by_client_id(tx, id, &edit.change_id).await?.is_some() {
            return Ok(found.row.revision);
        }
        still_open(&found.row)?;
        let mut row = found.row;
        let base = i64::try_from(edit.base_revision).unwrap_or(i64::MAX);
        if base > row.revision {
            return Err(Problem::conflict("revision_unknown", format!("This draft is at rev {}, not at rev {base} yet.", row.revision))
                .hint("Load the draft again."));
        }
        let since = later_changes(tx, id, base).await?;
        if let Some((mine, theirs)) = touch::overlap(&edit.changes, &since) {
            return Err(overlap(&edit.changes[mine], &since[theirs], mine, row.revision));
        }
        let mut stack = content(&row)?;
        let name_before = stack.name.clone();
        apply::apply_all(&mut stack, &edit.changes)
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
            changes: serde_json::to_string(&edit.changes).map_err(|error| Problem::internal(error.to_string()))?,
            changed_at: row.updated_at,
            rebased_to: None,
        };
        store::draft::append(tx, &kept).await?;
        Ok(row.revision)
    })
    .await?;

    let mut db = server.store.read().await?;
    let found = find(&mut db, caller, principal::Act::See, id).await?;
    let stack = content(&found.row)?;
    let check = check(&mut db, &found, &stack).await?;
    let people = names(&mut db).await?;
    let behind = behind::behind(&mut db, &people, &found, &stack).await?;
    let alone = u64::try_from(written).is_ok_and(|written| written == base + 1) && found.row.revision == written;
    Ok(Edited {
        revision: u64::try_from(found.row.revision).unwrap_or_default(),
        edited_at: found.row.updated_at,
        content: (!alone).then_some(stack),
        check,
        behind,
    })
}

async fn later_changes(db: &mut store::Conn, id: &str, base: i64) -> Result<Vec<Change>, Problem> {
    let mut changes: Vec<Change> = Vec::new();
    for edit in store::draft::edits_since(db, id, base).await? {
        let more: Vec<Change> =
            serde_json::from_str(&edit.changes).map_err(|error| Problem::internal(format!("draft_change {}: {error}", edit.id)))?;
        changes.extend(more);
    }
    Ok(changes)
}

fn overlap(mine: &Change, theirs: &Change, place: usize, revision: i64) -> Problem {
    Problem::conflict("edit_overlaps", format!("Somebody else changed {} meanwhile.", touch::touches(theirs)))
        .at(format!("changes[{place}]"))
        .hint("Compare both values, then keep one.")
        .with("mine", serde_json::to_value(mine).unwrap_or_default())
        .with("theirs", serde_json::to_value(theirs).unwrap_or_default())
        .with("revision", revision)
}
