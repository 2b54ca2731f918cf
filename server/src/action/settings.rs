//! What set-up fixed, and the little of it that may change afterwards.

use domain::api::settings::{ChangeSettings, Settings};
use domain::audit;
use domain::principal::{Act, Target};
use domain::problem::Problem;

use crate::action::setup;
use crate::api::caller::Caller;
use crate::api::problem::OrInternal;
use crate::audit::{Tx, audited};
use crate::server::Server;
use crate::store;

pub async fn read(server: &Server, caller: &Caller) -> Result<Settings, Problem> {
    caller.may(Act::See, &Target::Organisation)?;
    Ok(current(server))
}

fn current(server: &Server) -> Settings {
    let settings = server.settings();
    let state = setup::state(server, None);
    Settings {
        organisation: settings.organisation.clone(),
        public_url: state.public_url,
        passkeys: state.passkeys,
        trusted_proxies: settings.trusted_proxies.iter().map(ToString::to_string).collect(),
        platform_key: server.platform_key.public_line(),
        platform_key_fingerprint: server.platform_key.fingerprint(),
        vault_recipient: server.vault.recipient(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

pub async fn change(server: &Server, caller: &Caller, change: ChangeSettings) -> Result<Settings, Problem> {
    let name = change.organisation.as_deref().map(setup::organisation_name).transpose()?;
    let proxies = change.trusted_proxies.as_deref().map(setup::networks).transpose()?;
    audited(server, caller, audit::Act::ChangeSettings(String::from("organisation")), async |tx: &mut Tx| {
        caller.may(Act::Administer, &Target::Organisation)?;
        let now = store::organisation::get(tx).await?;
        let name = name.unwrap_or(&now.name);
        let proxies = proxies.unwrap_or(now.trusted_proxies);
        store::organisation::change(tx, name, &proxies).await?;
        tx.note("organisation", name);
        tx.fact("trusted_proxies", proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
        Ok(())
    })
    .await?;
    server.reload_settings().await.or_internal("reading the settings")?;
    Ok(current(server))
}
