//! One-time codes that let a person enrol a key; only their hashes are kept.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Enrolment {
    pub id: String,
    pub person: String,
    /// `first`, `invitation`, `recovery` or `device`.
    pub purpose: String,
    pub created_at: Micros,
    /// Nobody: somebody on the host.
    pub created_by: Option<String>,
    pub expires_at: Micros,
}

/// Opens a code for a person; those that were still open for the same purpose are void.
pub async fn open(tx: &mut Tx, enrolment: &Enrolment, code_hash: &str) -> Result<()> {
    sqlx::query("update enrolment set used_at = $3 where person = $1 and purpose = $2 and used_at is null")
        .bind(&enrolment.person)
        .bind(&enrolment.purpose)
        .bind(enrolment.created_at)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "insert into enrolment (id, person, code_hash, purpose, created_at, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&enrolment.id)
    .bind(&enrolment.person)
    .bind(code_hash)
    .bind(&enrolment.purpose)
    .bind(enrolment.created_at)
    .bind(&enrolment.created_by)
    .bind(enrolment.expires_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The code's enrolment, if it is neither used nor too old. It stays usable: looking is not enrolling.
pub async fn find(db: &mut Conn, code_hash: &str, now: Micros) -> Result<Option<Enrolment>> {
    Ok(sqlx::query_as(
        "select id, person, purpose, created_at, created_by, expires_at
         from enrolment
         where code_hash = $1 and used_at is null and expires_at > $2",
    )
    .bind(code_hash)
    .bind(now)
    .fetch_optional(db)
    .await?)
}

/// Uses the code up, once; false if somebody was faster or it has expired. Call it where the key is stored.
pub async fn use_up(tx: &mut Tx, code_hash: &str, person: &str, now: Micros) -> Result<bool> {
    let done =
        sqlx::query("update enrolment set used_at = $3 where code_hash = $1 and person = $2 and used_at is null and expires_at > $3")
            .bind(code_hash)
            .bind(person)
            .bind(now)
            .execute(&mut **tx)
            .await?;
    Ok(done.rows_affected() == 1)
}
