//! Rotating the vault's key: everything that is sealed to it is sealed anew to the next one.
//!
//! The order is what makes a crash harmless. The next key is on disk before anything is sealed to it; the database
//! changes over in one transaction; only then does the next key take the old one's place. At every moment a key on disk
//! opens what the database holds, and the next start, or the next rotation, finishes what was begun.

use std::collections::BTreeMap;

use domain::audit::Act;
use domain::secret::Fingerprint;

use super::chart_repository;
use super::cluster::hook_secret;
use super::repository;
use crate::api::caller::Caller;
use crate::audit::{Tx, audited};
use crate::deploy::failpoint::reach;
use crate::server::Server;
use crate::store;
use crate::vault::{StoredSecret, Vault};

/// What a rotation did.
pub struct Rotated {
    pub recipient: String,
    pub secrets: usize,
    pub credentials: usize,
}

/// The caller has the data folder alone: what is read here is still so when it is written.
pub async fn rotate(server: &Server, caller: &Caller) -> anyhow::Result<Rotated> {
    let file = server.config.vault_key();
    reach("rotate.before_stage");
    let next = Vault::stage_rotation(&file)?;
    reach("rotate.after_stage");
    let sealed = Sealed::anew(server, &next).await?;
    reach("rotate.before_store");
    audited(server, caller, Act::RotateVault(String::from("organisation")), async |tx: &mut Tx| {
        for (id, secret) in &sealed.secrets {
            store::secret::seal_anew(tx, id, &secret.ciphertext, secret.fingerprint.as_str()).await?;
        }
        for (cluster, credential) in &sealed.credentials {
            store::cluster::seal_anew(tx, cluster, credential).await?;
        }
        for (cluster, secret) in &sealed.hook_secrets {
            store::hook_secret::seal_anew(tx, cluster, secret).await?;
        }
        for (repository, password) in &sealed.chart_passwords {
            store::chart_repository::seal_anew(tx, repository, password).await?;
        }
        for (plan, fingerprints) in &sealed.plans {
            store::plan::set_secrets(tx, plan, fingerprints).await?;
        }
        store::organisation::remember_vault(tx, &next.recipient()).await?;
        tx.fact("recipient", next.recipient());
        tx.fact("secrets", sealed.secrets.len());
        tx.fact("credentials", sealed.credentials.len());
        Ok(())
    })
    .await?;
    reach("rotate.after_store");
    Vault::finish_rotation(&file)?;
    reach("rotate.after_finish");
    // What was sealed to the old key must not linger in pages that are free by now.
    server.store.compact().await?;
    Ok(Rotated { recipient: next.recipient(), secrets: sealed.secrets.len(), credentials: sealed.credentials.len() })
}

/// Everything that changes, by the id of its row.
#[derive(Default)]
struct Sealed {
    secrets: Vec<(String, StoredSecret)>,
    credentials: Vec<(String, Vec<u8>)>,
    hook_secrets: Vec<(String, Vec<u8>)>,
    chart_passwords: Vec<(String, Vec<u8>)>,
    plans: Vec<(String, String)>,
}

impl Sealed {
    async fn anew(server: &Server, next: &Vault) -> anyhow::Result<Sealed> {
        let mut db = server.store.read().await?;
        let mut sealed = Sealed::default();
        let mut renamed = BTreeMap::new();
        for row in store::secret::list(&mut db).await? {
            let stored = StoredSecret {
                scope: format!("{}/{}", row.scope, row.scope_id),
                name: row.name.clone(),
                ciphertext: row.sealed,
                fingerprint: Fingerprint::parse(&row.fingerprint)?,
            };
            let anew = server.vault.rotate(next, &stored)?;
            renamed.insert((row.name, row.fingerprint), anew.fingerprint.to_string());
            sealed.secrets.push((row.id, anew));
        }
        for cluster in store::cluster::list(&mut db).await? {
            if let Some(credential) = &cluster.credential {
                sealed.credentials.push((cluster.id.clone(), repository::rotate(&server.vault, next, &cluster.id, credential)?));
            }
        }
        for row in store::hook_secret::list(&mut db).await? {
            sealed.hook_secrets.push((row.cluster.clone(), hook_secret::rotate(&server.vault, next, &row)?));
        }
        for row in store::chart_repository::list(&mut db).await? {
            if let Some(password) = chart_repository::rotate(&server.vault, next, &row)? {
                sealed.chart_passwords.push((row.id, password));
            }
        }
        // What a plan remembers is translated where the secret is still the same; the value of any other is gone, and
        // it stays *changed*.
        for (plan, fingerprints) in store::plan::with_secrets(&mut db).await? {
            let mut prints: BTreeMap<String, String> = serde_json::from_str(&fingerprints)?;
            for (name, print) in &mut prints {
                if let Some(anew) = renamed.get(&(name.clone(), print.clone())) {
                    anew.clone_into(print);
                }
            }
            sealed.plans.push((plan, serde_json::to_string(&prints)?));
        }
        Ok(sealed)
    }
}
