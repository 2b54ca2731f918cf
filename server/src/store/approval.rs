//! Approvals: one per plan and person, as the signature that verifies without us.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Approval {
    pub id: String,
    pub plan: String,
    pub person: String,
    pub credential: Option<String>,
    /// `passkey`, `ssh`, `password`, or `recorded`: read back from the repository
    pub kind: String,
    /// The armored SSH signature, or the record of a password approval.
    pub bytes: Vec<u8>,
    pub accepted_at: Micros,
}

pub async fn insert(tx: &mut Tx, approval: &Approval) -> Result<()> {
    sqlx::query(
        "insert into approval (id, plan, person, credential, kind, bytes, accepted_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&approval.id)
    .bind(&approval.plan)
    .bind(&approval.person)
    .bind(&approval.credential)
    .bind(&approval.kind)
    .bind(&approval.bytes)
    .bind(approval.accepted_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// In the order in which they came.
pub async fn of_plan(db: &mut Conn, plan: &str) -> Result<Vec<Approval>> {
    Ok(sqlx::query_as(
        "select id, plan, person, credential, kind, bytes, accepted_at
         from approval
         where plan = $1
         order by accepted_at, id",
    )
    .bind(plan)
    .fetch_all(db)
    .await?)
}
