//! The one row about the installation itself.

use super::{Conn, Error, Result};
use crate::audit::{Tx, upkeep};
use crate::clock::Micros;
use crate::network::Network;
use crate::store::Store;

#[derive(Debug, Clone, Default)]
pub struct Organisation {
    pub name: String,
    pub public_url: Option<String>,
    pub rp_id: Option<String>,
    pub trusted_proxies: Vec<Network>,
    pub vault_recipient: Option<String>,
    pub platform_key: Option<String>,
    pub set_up_code: Option<String>,
    pub set_up_at: Option<Micros>,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    public_url: Option<String>,
    rp_id: Option<String>,
    trusted_proxies: String,
    vault_recipient: Option<String>,
    platform_key: Option<String>,
    set_up_code: Option<String>,
    set_up_at: Option<i64>,
}

pub async fn get(db: &mut Conn) -> Result<Organisation> {
    let row: Option<Row> = sqlx::query_as(
        "select name, public_url, rp_id, trusted_proxies, vault_recipient, platform_key, set_up_code, set_up_at
         from organisation",
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Organisation::default()) };
    Ok(Organisation {
        trusted_proxies: serde_json::from_str(&row.trusted_proxies)
            .map_err(|error| Error::inconsistent("organisation", "trusted_proxies", error))?,
        name: row.name,
        public_url: row.public_url,
        rp_id: row.rp_id,
        vault_recipient: row.vault_recipient,
        platform_key: row.platform_key,
        set_up_code: row.set_up_code,
        set_up_at: row.set_up_at,
    })
}

/// Remembers the hash of the code that this start prints; the one before is void. Does nothing once set up.
pub async fn expect_set_up(store: &Store, code_hash: &str) -> Result<()> {
    upkeep(store, async |tx: &mut Tx| {
        sqlx::query(
            "insert into organisation (id, set_up_code) values ('organisation', $1)
             on conflict (id) do update set set_up_code = $1 where organisation.set_up_at is null",
        )
        .bind(code_hash)
        .execute(&mut **tx)
        .await?;
        Ok(())
    })
    .await
}

/// Remembers the installation's keys at their first use, so that a later start with others is noticed.
pub async fn remember_keys(store: &Store, vault_recipient: &str, platform_key: &str) -> Result<()> {
    upkeep(store, async |tx: &mut Tx| {
        sqlx::query(
            "insert into organisation (id, vault_recipient, platform_key) values ('organisation', $1, $2)
             on conflict (id) do update set vault_recipient = $1, platform_key = $2 where organisation.vault_recipient is null",
        )
        .bind(vault_recipient)
        .bind(platform_key)
        .execute(&mut **tx)
        .await?;
        Ok(())
    })
    .await
}

/// Finishes set-up; false if somebody else already has.
pub async fn set_up(
    tx: &mut Tx,
    name: &str,
    public_url: &str,
    rp_id: Option<&str>,
    trusted_proxies: &[Network],
    now: Micros,
) -> Result<bool> {
    let proxies = serde_json::to_string(trusted_proxies).map_err(|error| Error::inconsistent("organisation", "trusted_proxies", error))?;
    let done = sqlx::query(
        "update organisation
         set name = $1, public_url = $2, rp_id = $3, trusted_proxies = $4, set_up_at = $5, set_up_code = null
         where set_up_at is null",
    )
    .bind(name)
    .bind(public_url)
    .bind(rp_id)
    .bind(proxies)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Another address, after set-up.
pub async fn move_to(tx: &mut Tx, public_url: &str, rp_id: Option<&str>) -> Result<()> {
    sqlx::query("update organisation set public_url = $1, rp_id = $2").bind(public_url).bind(rp_id).execute(&mut **tx).await?;
    Ok(())
}

/// The vault that everything is sealed to from this transaction on.
pub async fn remember_vault(tx: &mut Tx, recipient: &str) -> Result<()> {
    sqlx::query("update organisation set vault_recipient = $1").bind(recipient).execute(&mut **tx).await?;
    Ok(())
}

pub async fn change(tx: &mut Tx, name: &str, trusted_proxies: &[Network]) -> Result<()> {
    let proxies = serde_json::to_string(trusted_proxies).map_err(|error| Error::inconsistent("organisation", "trusted_proxies", error))?;
    sqlx::query("update organisation set name = $1, trusted_proxies = $2").bind(name).bind(proxies).execute(&mut **tx).await?;
    Ok(())
}
