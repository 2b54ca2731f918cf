//! What Flux signs its events with: made at need, shown once, kept sealed, and read where a signature is checked.

use domain::api::cluster::HookSecret;
use domain::audit::Act;
use domain::principal;
use domain::problem::Problem;

use super::super::place;
use super::bootstrap;
use crate::api::caller::Caller;
use crate::api::problem::OrInternal;
use crate::audit::audited;
use crate::ids;
use crate::server::Server;
use crate::store;
use crate::vault::{Plaintext, StoredSecret, Vault};

/// The name under which the secret is bound to its cluster in the vault.
const NAME: &str = "hook secret";

/// A fresh one, which takes the place of the one before.
pub async fn issue(server: &Server, caller: &Caller, cluster: &str) -> Result<HookSecret, Problem> {
    audited(server, caller, Act::IssueHookSecret(cluster.to_owned()), async |tx| {
        let row = place::cluster(tx, caller, principal::Act::Administer, cluster).await?;
        let secret = Plaintext::new(ids::token());
        let stored = server.vault.seal_secret(&scope(&row.id), NAME, &secret).or_internal("sealing the secret for events")?;
        store::hook_secret::put(tx, &row.id, &stored.packed(), server.clock.now()).await?;
        Ok(HookSecret { kubectl: bootstrap::hook_secret_command(&row), secret: secret.expose().to_owned() })
    })
    .await
}

/// The secret of a cluster, by its id, if one was made: the key of the HMAC is the text's bytes.
pub async fn read(server: &Server, cluster_id: &str) -> Result<Option<Plaintext>, Problem> {
    let row = store::hook_secret::of_cluster(&mut *server.store.read().await?, cluster_id).await?;
    row.map(|row| open(&server.vault, &row).or_internal("opening the secret for events")).transpose()
}

/// The same secret under the next vault's key.
pub fn rotate(vault: &Vault, next: &Vault, row: &store::hook_secret::HookSecret) -> anyhow::Result<Vec<u8>> {
    Ok(vault.rotate(next, &stored(row)?)?.packed())
}

fn open(vault: &Vault, row: &store::hook_secret::HookSecret) -> anyhow::Result<Plaintext> {
    vault.open(&stored(row)?)
}

fn stored(row: &store::hook_secret::HookSecret) -> anyhow::Result<StoredSecret> {
    StoredSecret::unpacked(&scope(&row.cluster), NAME, &row.sealed)
}

fn scope(cluster_id: &str) -> String {
    format!("cluster/{cluster_id}")
}
