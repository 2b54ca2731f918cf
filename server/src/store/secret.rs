//! Secrets, sealed to the vault, and the SOPS files made of them.

use super::{Conn, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Clone, sqlx::FromRow)]
pub struct Secret {
    pub id: String,
    pub scope: String,
    pub scope_id: String,
    pub name: String,
    pub sealed: Vec<u8>,
    /// Keyed: tells *same* from *changed*, and nothing else.
    pub fingerprint: String,
    pub updated_at: Micros,
    pub updated_by: String,
}

/// Sets or replaces.
pub async fn put(tx: &mut Tx, secret: &Secret) -> Result<()> {
    sqlx::query(
        "insert into secret (id, scope, scope_id, name, sealed, fingerprint, updated_at, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (scope, scope_id, name) do update
         set sealed = excluded.sealed, fingerprint = excluded.fingerprint,
             updated_at = excluded.updated_at, updated_by = excluded.updated_by",
    )
    .bind(&secret.id)
    .bind(&secret.scope)
    .bind(&secret.scope_id)
    .bind(&secret.name)
    .bind(&secret.sealed)
    .bind(&secret.fingerprint)
    .bind(secret.updated_at)
    .bind(&secret.updated_by)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The same secret under the vault's next key.
pub async fn seal_anew(tx: &mut Tx, id: &str, sealed: &[u8], fingerprint: &str) -> Result<()> {
    sqlx::query("update secret set sealed = $2, fingerprint = $3 where id = $1")
        .bind(id)
        .bind(sealed)
        .bind(fingerprint)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// False if there was none.
pub async fn delete(tx: &mut Tx, scope: &str, scope_id: &str, name: &str) -> Result<bool> {
    let done = sqlx::query("delete from secret where scope = $1 and scope_id = $2 and name = $3")
        .bind(scope)
        .bind(scope_id)
        .bind(name)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn list(db: &mut Conn) -> Result<Vec<Secret>> {
    Ok(sqlx::query_as(
        "select id, scope, scope_id, name, sealed, fingerprint, updated_at, updated_by
         from secret
         order by name, scope, scope_id",
    )
    .fetch_all(db)
    .await?)
}

/// All that count for a stack on a cluster; the strongest scope comes last.
pub async fn for_target(db: &mut Conn, environment: &str, cluster: &str, stack: &str) -> Result<Vec<Secret>> {
    Ok(sqlx::query_as(
        "select id, scope, scope_id, name, sealed, fingerprint, updated_at, updated_by
         from secret
         where (scope = 'environment' and scope_id = $1)
            or (scope = 'cluster' and scope_id = $2)
            or (scope = 'stack' and scope_id = $3)
         order by case scope when 'environment' then 1 when 'cluster' then 2 else 3 end",
    )
    .bind(environment)
    .bind(cluster)
    .bind(stack)
    .fetch_all(db)
    .await?)
}
