//! Every edit of a draft in words, newest first, with who made it and when.

use domain::api::Page;
use domain::api::draft::{Checkpoint, PastEdit};
use domain::change::{apply, words};
use domain::principal;
use domain::problem::Problem;

use super::checkpoint::shown;
use super::past::{changes_of, content_at};
use super::{Found, find};
use crate::action::{People, names};
use crate::api::caller::Caller;
use crate::server::Server;
use crate::store::{self, Conn};

const PAGE: i64 = 50;
/// More lines than this are a number.
const LINES: usize = 12;

/// `after` is the `next` of the page before: the revision below which this one begins.
pub async fn history(server: &Server, caller: &Caller, id: &str, after: Option<&str>) -> Result<Page<PastEdit>, Problem> {
    let mut db = server.store.read().await?;
    let found = find(&mut db, caller, principal::Act::See, id).await?;
    let below: i64 = match after {
        Some(text) => text.parse().map_err(|_| Problem::invalid("after", "`after` is the `next` of a page.").at("after"))?,
        None => i64::MAX,
    };
    let newest = found.row.revision.min(below.saturating_sub(1));
    let oldest = (newest - PAGE + 1).max(1);
    let people = names(&mut db).await?;
    let checkpoints = store::draft_checkpoint::of_draft(&mut db, id).await?;
    let named = |revision: i64| -> Vec<Checkpoint> {
        checkpoints.iter().filter(|one| one.revision == revision).cloned().map(|one| shown(&people, one)).collect()
    };
    let mut items = Vec::new();
    if oldest <= newest {
        if oldest == 1 {
            items.push(began(&people, &found, named(1)));
        }
        let from = if oldest == 1 { 1 } else { oldest - 1 };
        items.extend(told(&mut db, &people, &found, from, newest, &named).await?);
    }
    items.reverse();
    Ok(Page { items, next: (oldest > 1).then(|| oldest.to_string()) })
}

/// Oldest first.
async fn told(
    db: &mut Conn,
    people: &People,
    found: &Found,
    from: i64,
    to: i64,
    named: &impl Fn(i64) -> Vec<Checkpoint>,
) -> Result<Vec<PastEdit>, Problem> {
    let mut stack = content_at(db, &found.row, from).await?;
    let mut edits = Vec::new();
    for edit in store::draft::edits_between(db, &found.row.id, from, to).await? {
        let changes = changes_of(&edit)?;
        let mut lines = words::told(&stack, &changes);
        let _ = apply::apply_all(&mut stack, &changes);
        let more = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        edits.push(PastEdit {
            revision: edit.revision.unsigned_abs(),
            by: people.author(&edit.author_kind, &edit.author),
            at: edit.changed_at,
            words: lines,
            more: u32::try_from(more).unwrap_or(u32::MAX),
            rebased_to: edit.rebased_to.map(i64::unsigned_abs),
            checkpoints: named(edit.revision),
        });
    }
    Ok(edits)
}

fn began(people: &People, found: &Found, checkpoints: Vec<Checkpoint>) -> PastEdit {
    let row = &found.row;
    PastEdit {
        revision: 1,
        by: people.author(&row.author_kind, &row.author),
        at: row.created_at,
        words: vec![String::from("opened the draft")],
        more: 0,
        rebased_to: None,
        checkpoints,
    }
}
