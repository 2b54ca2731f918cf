//! Drafts and every edit of theirs.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Draft {
    pub id: String,
    /// The row's id in `stack`.
    pub stack: String,
    pub revision: i64,
    pub base_entry: Option<i64>,
    pub title: String,
    pub why: String,
    pub ticket: String,
    /// `stack.yaml`
    pub content: String,
    pub author_kind: String,
    pub author: String,
    pub edited_kind: String,
    pub edited_by: String,
    pub origin: String,
    pub state: String,
    pub created_at: Micros,
    pub updated_at: Micros,
}

const COLUMNS: &str = "select id, stack, revision, base_entry, title, why, ticket, content, author_kind, author, edited_kind, edited_by,
        origin, state, created_at, updated_at
 from draft";

pub async fn insert(tx: &mut Tx, draft: &Draft) -> Result<()> {
    sqlx::query(
        "insert into draft (id, stack, revision, base_entry, title, why, ticket, content, author_kind, author, edited_kind,
                            edited_by, origin, state, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(&draft.id)
    .bind(&draft.stack)
    .bind(draft.revision)
    .bind(draft.base_entry)
    .bind(&draft.title)
    .bind(&draft.why)
    .bind(&draft.ticket)
    .bind(&draft.content)
    .bind(&draft.author_kind)
    .bind(&draft.author)
    .bind(&draft.edited_kind)
    .bind(&draft.edited_by)
    .bind(&draft.origin)
    .bind(&draft.state)
    .bind(draft.created_at)
    .bind(draft.updated_at)
    .execute(&mut **tx)
    .await?;
    super::draft_text::keep(tx, draft).await
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Draft>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where id = $1"))).bind(id).fetch_optional(db).await?)
}

/// Open ones, the last edited first.
pub async fn open(db: &mut Conn) -> Result<Vec<Draft>> {
    in_state(db, "open", i64::MAX).await
}

/// The last edited first.
pub async fn in_state(db: &mut Conn, state: &str, limit: i64) -> Result<Vec<Draft>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where state = $1 order by updated_at desc limit $2")))
        .bind(state)
        .bind(limit)
        .fetch_all(db)
        .await?)
}

/// Writes content and revision, and now and then keeps the content for good.
pub async fn write(tx: &mut Tx, draft: &Draft) -> Result<()> {
    sqlx::query(
        "update draft
         set revision = $2, content = $3, edited_kind = $4, edited_by = $5, updated_at = $6, base_entry = $7
         where id = $1",
    )
    .bind(&draft.id)
    .bind(draft.revision)
    .bind(&draft.content)
    .bind(&draft.edited_kind)
    .bind(&draft.edited_by)
    .bind(draft.updated_at)
    .bind(draft.base_entry)
    .execute(&mut **tx)
    .await?;
    if draft.revision % super::draft_text::EVERY == 0 {
        super::draft_text::keep(tx, draft).await?;
    }
    Ok(())
}

/// Writes title, why and ticket, which are no part of the content.
pub async fn describe(tx: &mut Tx, draft: &Draft) -> Result<()> {
    sqlx::query("update draft set title = $2, why = $3, ticket = $4 where id = $1")
        .bind(&draft.id)
        .bind(&draft.title)
        .bind(&draft.why)
        .bind(&draft.ticket)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn set_state(tx: &mut Tx, id: &str, state: &str) -> Result<()> {
    sqlx::query("update draft set state = $2 where id = $1").bind(id).bind(state).execute(&mut **tx).await?;
    Ok(())
}

/// One edit: it took the draft from `revision - 1` to `revision`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Edit {
    pub id: String,
    pub draft: String,
    pub revision: i64,
    pub author_kind: String,
    pub author: String,
    pub client_change_id: String,
    /// JSON list of typed changes.
    pub changes: String,
    pub changed_at: Micros,
    /// The entry that a rebase carried the draft to.
    pub rebased_to: Option<i64>,
}

const EDIT_COLUMNS: &str = "select id, draft, revision, author_kind, author, client_change_id, changes, changed_at, rebased_to
 from draft_change";

pub async fn append(tx: &mut Tx, edit: &Edit) -> Result<()> {
    sqlx::query(
        "insert into draft_change (id, draft, revision, author_kind, author, client_change_id, changes, changed_at,
                                   rebased_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&edit.id)
    .bind(&edit.draft)
    .bind(edit.revision)
    .bind(&edit.author_kind)
    .bind(&edit.author)
    .bind(&edit.client_change_id)
    .bind(&edit.changes)
    .bind(edit.changed_at)
    .bind(edit.rebased_to)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn edit_by_client_id(db: &mut Conn, draft: &str, client_change_id: &str) -> Result<Option<Edit>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{EDIT_COLUMNS} where draft = $1 and client_change_id = $2")))
        .bind(draft)
        .bind(client_change_id)
        .fetch_optional(db)
        .await?)
}

/// Edits after a revision, oldest first.
pub async fn edits_since(db: &mut Conn, draft: &str, revision: i64) -> Result<Vec<Edit>> {
    edits_between(db, draft, revision, i64::MAX).await
}

/// Edits that led from one revision to another, oldest first.
pub async fn edits_between(db: &mut Conn, draft: &str, after: i64, to: i64) -> Result<Vec<Edit>> {
    let text = format!("{EDIT_COLUMNS} where draft = $1 and revision > $2 and revision <= $3 order by revision");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(draft).bind(after).bind(to).fetch_all(db).await?)
}

/// Drafts of a stack in any state, the last edited first.
pub async fn of_stack(db: &mut Conn, stack: &str, limit: i64) -> Result<Vec<Draft>> {
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} where stack = $1 order by updated_at desc limit $2")))
        .bind(stack)
        .bind(limit)
        .fetch_all(db)
        .await?)
}
