//! What Flux pulls an embedded repository with: made at need, shown once, kept as a hash.

use std::path::PathBuf;

use domain::api::cluster::PullToken;
use domain::audit::Act;
use domain::principal;
use domain::problem::Problem;

use super::super::place;
use super::bootstrap;
use crate::api::caller::Caller;
use crate::api::problem::OrInternal;
use crate::audit::{audited, upkeep};
use crate::git::{Location, Remote};
use crate::ids;
use crate::server::Server;
use crate::store;

/// The user name that goes with every token; nothing hangs on it.
pub const USER: &str = "flux";

/// A fresh one, which takes the place of the one before.
pub async fn issue(server: &Server, caller: &Caller, cluster: &str) -> Result<PullToken, Problem> {
    audited(server, caller, Act::IssuePullToken(cluster.to_owned()), async |tx| {
        let row = place::cluster(tx, caller, principal::Act::Administer, cluster).await?;
        if !row.embedded {
            return Err(Problem::conflict("not_embedded", "This cluster's repository stands elsewhere; Flux pulls it there.")
                .hint("Give Flux a read-only key of that repository."));
        }
        let token = ids::token();
        store::pull_token::put(tx, &row.id, &ids::hash(&token), server.clock.now()).await?;
        Ok(PullToken {
            url: bootstrap::pull_url(&server.settings().public_url, &row.name),
            username: USER.to_owned(),
            kubectl: bootstrap::pull_token_command(&row),
            token,
        })
    })
    .await
}

/// The folder of the repository that this token opens, if it is the one of that cluster.
pub async fn repository(server: &Server, token: &str, cluster: &str) -> Result<PathBuf, Problem> {
    let mut db = server.store.read().await?;
    let Some(found) = store::pull_token::by_hash(&mut db, &ids::hash(token)).await? else { return Err(unknown()) };
    // Whoever has another cluster's token learns nothing of this one, not even whether there is one.
    let row = store::cluster::get(&mut db, &found.cluster).await?.filter(|row| row.name == cluster && row.embedded);
    let row = row.ok_or_else(|| Problem::not_found("repository"))?;
    drop(db);
    let now = server.clock.now();
    if found.is_use_stale(now) {
        upkeep(&server.store, async |tx| store::pull_token::set_used(tx, &row.id, now).await).await?;
    }
    let remote = Remote::new(&row.url).or_internal("reading an embedded repository's address")?;
    match remote.location() {
        Location::Local(folder) => Ok(folder.clone()),
        _ => Err(Problem::not_found("repository")),
    }
}

pub fn unknown() -> Problem {
    Problem::new(401, "token_unknown", "This repository opens to its cluster's own token alone.")
        .hint("Make a token on the cluster's page and put it into the Secret that Flux reads.")
}
