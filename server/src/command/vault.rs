//! `countersign vault rotate`: gives the vault a new key and seals every stored secret to it.

use std::io::Write;

use crate::action;
use crate::api::caller::Caller;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::server::Server;

/// Refuses while a server runs on the data folder.
pub async fn rotate(config: Config) -> anyhow::Result<()> {
    anyhow::ensure!(config.database().exists(), "there is no database in {}; name the data folder with --data", config.data.display());
    let _alone = DataLock::take(&config.data)?;
    let file = config.vault_key();
    let server = Server::open(config, Clock::default()).await?;
    let rotated = action::vault::rotate(&server, &Caller::host()).await?;
    server.store.close().await;
    let mut out = std::io::stdout().lock();
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    writeln!(
        out,
        "The vault has a new key, {}, in {}.\nSealed anew: {} and {}.\n\
         Keep a copy of the new key. Copies of the database from before today open with the old one only.\n\
         Where the old key got into wrong hands, change the secrets themselves as well.",
        rotated.recipient,
        file.display(),
        count(rotated.secrets, "secret"),
        count(rotated.credentials, "repository credential"),
    )?;
    Ok(())
}
