//! Secrets: set, replace, remove. There is no act that reads one back.

use domain::api::secret::Secret;
use domain::api::variable::Scope;
use domain::audit::Act;
use domain::principal;
use domain::problem::Problem;
use domain::variable::is_name;

use super::differs::Differing;
use super::place::{self, Scopes};
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store;
use crate::vault::Plaintext;

/// Kubernetes keeps a Secret below 1 MiB; leave room for its neighbours and for base64.
const MAX_VALUE: usize = 256 * 1024;

pub async fn list(server: &Server, caller: &Caller) -> Result<Vec<Secret>, Problem> {
    let mut db = server.store.read().await?;
    let scopes = Scopes::load(&mut db).await?;
    let people = super::names(&mut db).await?;
    let differing = Differing::load(&mut db, caller).await?;
    let mut seen = Vec::new();
    for row in store::secret::list(&mut db).await? {
        let Some((scope, target)) = scopes.of(&row.scope, &row.scope_id) else { continue };
        if caller.may(principal::Act::See, &target).is_ok() {
            let updated_by = people.of(&row.updated_by);
            let differs = differing.by_secret(&scope, &row.name);
            seen.push(Secret { scope, name: row.name, updated_at: row.updated_at, updated_by, differs });
        }
    }
    Ok(seen)
}

/// Seals first, outside the writer, and stores what only the vault can open.
pub async fn set(server: &Server, caller: &Caller, scope: Scope, name: String, value: Plaintext) -> Result<(), Problem> {
    if !is_name(&name) {
        return Err(
            Problem::invalid("secret_name", "A secret's name starts with a letter or _ and goes on with letters, digits and _.").at("name")
        );
    }
    if value.expose().is_empty() {
        return Err(Problem::invalid("secret_empty", "Type or paste the value; an empty one protects nothing.").at("value"));
    }
    if value.expose().len() > MAX_VALUE {
        return Err(Problem::invalid("value_too_large", "A secret may have 256 KiB at most.").at("value"));
    }
    let place = place::scope(&mut *server.store.read().await?, caller, principal::Act::Edit, &scope).await?;
    if place.scope == "organisation" {
        return Err(Problem::invalid("secret_scope", "A secret belongs to an environment, a cluster or a stack on a cluster.").at("scope"));
    }
    let binding = format!("{}/{}", place.scope, place.id);
    let vault = server.vault.clone();
    let sealing = name.clone();
    let stored = tokio::task::spawn_blocking(move || vault.seal_secret(&binding, &sealing, &value))
        .await
        .map_err(|_| Problem::internal("Sealing the secret was interrupted; nothing was stored."))?
        .map_err(|_| Problem::internal("The vault could not seal the secret; nothing was stored."))?;
    audited(server, caller, Act::SetSecret(name.clone()), async |tx| {
        let place = place::scope(tx, caller, principal::Act::Edit, &scope).await?;
        let row = store::secret::Secret {
            id: server.ids.next(),
            scope: place.scope.to_owned(),
            scope_id: place.id,
            name,
            fingerprint: stored.fingerprint.to_string(),
            sealed: stored.ciphertext,
            updated_at: server.clock.now(),
            updated_by: caller.author().1,
        };
        store::secret::put(tx, &row).await?;
        Ok(())
    })
    .await
}

pub async fn unset(server: &Server, caller: &Caller, scope: Scope, name: String) -> Result<(), Problem> {
    audited(server, caller, Act::UnsetSecret(name.clone()), async |tx| {
        let place = place::scope(tx, caller, principal::Act::Edit, &scope).await?;
        let was = store::secret::delete(tx, place.scope, &place.id, &name).await?;
        if was { Ok(()) } else { Err(Problem::not_found("secret at this level")) }
    })
    .await
}
