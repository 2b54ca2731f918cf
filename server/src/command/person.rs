//! `countersign person enrol NAME`: a way back in for somebody who lost all keys, for whoever has the host.

use std::io::Write;

use anyhow::Context;
use domain::audit::Act;
use domain::problem::Problem;

use crate::action::enrolment::{self, Purpose};
use crate::api::caller::Caller;
use crate::audit::{Tx, audited};
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::server::Server;
use crate::store;

/// Prints a link that lasts a quarter of an hour. It works while the server runs, and the log tells of it.
pub async fn enrol(config: Config, name: &str) -> anyhow::Result<()> {
    anyhow::ensure!(config.database().exists(), "there is no database in {}; name the data folder with --data", config.data.display());
    let server = Server::open(config, Clock::default()).await?;
    let caller = Caller::host();
    let name = name.trim().to_lowercase();
    let person = store::person::by_name(&mut *server.store.read().await?, &name)
        .await?
        .with_context(|| format!("there is no person called {name}"))?;
    let link = audited(&server, &caller, Act::OpenEnrolment(person.id.clone()), async |tx: &mut Tx| {
        if person.disabled_at.is_some() {
            return Err(Problem::conflict("disabled", "This person has been disabled."));
        }
        enrolment::open(&server, tx, &caller, &person, Purpose::Recovery).await
    })
    .await?;
    server.store.close().await;
    let mut out = std::io::stdout().lock();
    writeln!(out, "A one-time link for {}, good until {}:\n{}", link.name, clock::rfc3339(link.expires_at), link.url)?;
    Ok(())
}
