//! Passkeys: what somebody logs in with and, where it is ES256, signs plans with.

use webauthn_rs::prelude::Passkey;

use super::{Conn, Error, Result};
use crate::audit::Tx;
use crate::clock::Micros;
use crate::identity::enrolment::Right;
use crate::identity::passkey::{Asserted, NewPasskey};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Credential {
    pub id: String,
    pub person: String,
    pub name: String,
    pub credential_id: Vec<u8>,
    pub passkey: String,
    /// As in `allowed_signers`; nothing: this key may only log in.
    pub ssh_public_key: Option<String>,
    pub rp_id: String,
    pub aaguid: Option<String>,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub this_computer_only: bool,
    pub created_at: Micros,
    pub used_at: Option<Micros>,
    pub revoked_at: Option<Micros>,
    /// Since when the server stands at another RP ID than the key's: it is good, and of no use here.
    pub elsewhere_at: Option<Micros>,
}

impl Credential {
    pub fn passkey(&self) -> Result<Passkey> {
        serde_json::from_str(&self.passkey).map_err(|error| Error::inconsistent("credential", &self.id, error))
    }
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "select id, person, name, credential_id, passkey, ssh_public_key, rp_id, aaguid,
                 backup_eligible, backed_up, this_computer_only, created_at, used_at, revoked_at, elsewhere_at
             from credential ",
            $where
        )
    };
}

/// Stores a new key; the right to do so is used up by it.
pub async fn insert(tx: &mut Tx, right: Right, id: &str, name: &str, new: &NewPasskey, now: Micros) -> Result<()> {
    let passkey = serde_json::to_string(&new.passkey).map_err(|error| Error::inconsistent("credential", id, error))?;
    sqlx::query(
        "insert into credential (id, person, name, credential_id, passkey, ssh_public_key, rp_id, origin, aaguid,
             backup_eligible, backed_up, this_computer_only, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(id)
    .bind(right.person())
    .bind(name)
    .bind(new.passkey.cred_id().as_slice())
    .bind(passkey)
    .bind(new.signing_key.as_ref().map(|key| key.line()))
    .bind(&new.rp_id)
    .bind(&new.origin)
    .bind(&new.aaguid)
    .bind(i64::from(new.is_backup_eligible))
    .bind(i64::from(new.is_backed_up))
    .bind(i64::from(new.is_this_computer_only))
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Credential>> {
    Ok(sqlx::query_as(select!("where id = $1")).bind(id).fetch_optional(db).await?)
}

/// The key of a passkey's answer, revoked or not.
pub async fn by_credential_id(db: &mut Conn, credential_id: &[u8]) -> Result<Option<Credential>> {
    Ok(sqlx::query_as(select!("where credential_id = $1")).bind(credential_id).fetch_optional(db).await?)
}

/// All keys of a person, the oldest first; with the revoked ones, for those who look back.
pub async fn of(db: &mut Conn, person: &str) -> Result<Vec<Credential>> {
    Ok(sqlx::query_as(select!("where person = $1 order by id")).bind(person).fetch_all(db).await?)
}

/// A person's keys that are good here.
pub async fn active(db: &mut Conn, person: &str) -> Result<Vec<Credential>> {
    Ok(sqlx::query_as(select!("where person = $1 and revoked_at is null and elsewhere_at is null order by id"))
        .bind(person)
        .fetch_all(db)
        .await?)
}

/// Keeps what an answer told: the counter, the backup state and the time.
pub async fn used(tx: &mut Tx, asserted: &Asserted, now: Micros) -> Result<()> {
    let passkey = serde_json::to_string(asserted.passkey()).map_err(|error| Error::inconsistent("credential", "in use", error))?;
    sqlx::query("update credential set passkey = $2, backed_up = $3, used_at = $4 where credential_id = $1")
        .bind(asserted.credential_id())
        .bind(passkey)
        .bind(i64::from(asserted.is_backed_up()))
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn rename(tx: &mut Tx, id: &str, name: &str) -> Result<()> {
    sqlx::query("update credential set name = $2 where id = $1").bind(id).bind(name).execute(&mut **tx).await?;
    Ok(())
}

/// Ends a key for good; whoever wants it back enrols it anew.
pub async fn revoke(tx: &mut Tx, id: &str, by: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query("update credential set revoked_at = $2, revoked_by = $3 where id = $1 and revoked_at is null")
        .bind(id)
        .bind(now)
        .bind(by)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks the keys that belong to another RP ID than the server's, and takes the mark off those that belong to it; gives
/// how many good ones are left behind.
pub async fn settle_at(tx: &mut Tx, rp_id: &str, now: Micros) -> Result<u64> {
    sqlx::query("update credential set elsewhere_at = null where rp_id = $1").bind(rp_id).execute(&mut **tx).await?;
    let done = sqlx::query("update credential set elsewhere_at = $2 where rp_id <> $1 and revoked_at is null and elsewhere_at is null")
        .bind(rp_id)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

/// The keys that a person can sign plans with here, oldest first.
pub async fn signing_keys(db: &mut Conn, person: &str) -> Result<Vec<Credential>> {
    let sql =
        select!("where person = $1 and ssh_public_key is not null and revoked_at is null and elsewhere_at is null order by created_at");
    Ok(sqlx::query_as(sql).bind(person).fetch_all(db).await?)
}
