//! What a draft held at any of its revisions.

use domain::change::{Change, apply};
use domain::problem::Problem;
use domain::stack::{Stack, source};

use super::content;
use crate::store::{self, Conn};

pub fn changes_of(edit: &store::draft::Edit) -> Result<Vec<Change>, Problem> {
    serde_json::from_str(&edit.changes).map_err(|error| Problem::internal(format!("draft_change {}: {error}", edit.id)))
}

/// The nearest text that is kept, and the edits from there on.
pub async fn content_at(db: &mut Conn, row: &store::draft::Draft, revision: i64) -> Result<Stack, Problem> {
    if revision == row.revision {
        return content(row);
    }
    let missing = || Problem::not_found("revision");
    if revision < 1 || revision > row.revision {
        return Err(missing());
    }
    let kept = store::draft_text::newest(db, &row.id, revision).await?.ok_or_else(missing)?;
    let broken = |what: &str| Problem::internal(format!("draft {} at rev {revision}: {what}", row.id));
    let mut stack = source::parse(&kept.content).map_err(|_| broken("its stored text cannot be read"))?;
    for edit in store::draft::edits_between(db, &row.id, kept.revision, revision).await? {
        apply::apply_all(&mut stack, &changes_of(&edit)?).map_err(|(_, error)| broken(&error.to_string()))?;
    }
    Ok(stack)
}
