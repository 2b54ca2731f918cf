//! The whole content of a draft at some revisions, from which the others follow by its edits.

use super::draft::Draft;
use super::{Conn, Result};
use crate::audit::Tx;

/// So many edits at most are applied to find what a draft held.
pub const EVERY: i64 = 50;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Text {
    pub revision: i64,
    /// `stack.yaml`
    pub content: String,
}

/// Keeps what the draft holds at its revision.
pub async fn keep(tx: &mut Tx, draft: &Draft) -> Result<()> {
    sqlx::query("insert into draft_text (draft, revision, content) values ($1, $2, $3) on conflict do nothing")
        .bind(&draft.id)
        .bind(draft.revision)
        .bind(&draft.content)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The newest that is kept up to a revision.
pub async fn newest(db: &mut Conn, draft: &str, revision: i64) -> Result<Option<Text>> {
    let text = "select revision, content from draft_text where draft = $1 and revision <= $2 order by revision desc limit 1";
    Ok(sqlx::query_as(text).bind(draft).bind(revision).fetch_optional(db).await?)
}
