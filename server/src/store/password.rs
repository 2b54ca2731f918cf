//! Hashes of passwords, for those who cannot have a passkey.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

pub async fn phc(db: &mut Conn, person: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select phc from password where person = $1").bind(person).fetch_optional(db).await?)
}

pub async fn set(tx: &mut Tx, person: &str, phc: &str, now: Micros) -> Result<()> {
    sqlx::query(
        "insert into password (person, phc, set_at) values ($1, $2, $3)
         on conflict (person) do update set phc = $2, set_at = $3",
    )
    .bind(person)
    .bind(phc)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn unset(tx: &mut Tx, person: &str) -> Result<bool> {
    let done = sqlx::query("delete from password where person = $1").bind(person).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}
