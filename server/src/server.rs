//! What an action may use: handed in, so that time, ids and places are the caller's choice.

use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinSet;

use crate::api::limit::Limits;
use crate::audit::Refusals;
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{Config, NO_HELM};
use crate::data_lock::make_private;
use crate::deploy::lease::Leases;
use crate::egress::{self, Guard};
use crate::git::{PlatformKey, UploadPack};
use crate::helm::{self, Helm};
use crate::identity::ceremony::Ceremonies;
use crate::ids::Ids;
use crate::metrics::Metrics;
use crate::network::Network;
use crate::public_url::PublicUrl;
use crate::store::{self, Store};
use crate::together::Together;
use crate::vault::Vault;

/// The server as every request shares it.
pub type Shared = Arc<Server>;

pub struct Server {
    pub config: Config,
    pub store: Store,
    pub clock: Clock,
    pub ids: Ids,
    pub limits: Limits,
    pub refusals: Refusals,
    pub ceremonies: Ceremonies,
    pub together: Together,
    pub metrics: Metrics,
    pub vault: Arc<Vault>,
    pub platform_key: Arc<PlatformKey>,
    pub leases: Leases,
    pub uploads: UploadPack,
    pub catalog: Arc<Catalog>,
    /// Absent: charts are not rendered.
    pub helm: Option<Arc<Helm>>,
    /// To files at addresses that people type.
    pub way_out: egress::Client,
    /// Chart repositories that are being fetched; they end with the server.
    pub fetches: Mutex<JoinSet<()>>,
    settings: RwLock<Arc<Settings>>,
}

/// What set-up fixed, kept in memory because every request asks for it.
#[derive(Debug, Clone)]
pub struct Settings {
    pub is_set_up: bool,
    pub organisation: String,
    pub public_url: PublicUrl,
    pub trusted_proxies: Vec<Network>,
}

impl Server {
    /// Opens what is in the data folder and makes what is missing.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Server> {
        make_private(&config.data).with_context(|| format!("making the data folder {}", config.data.display()))?;
        let store = Store::open(&config.database()).await?;
        let (vault, platform_key) = keys(&config, &store).await?;
        let settings = Settings::load(&config, &store).await?;
        let guard = Guard::new(config.allow_inside.clone());
        let way_out = egress::Client::new(guard, Duration::from_secs(u64::from(config.chart_timeout)))?;
        let helm = helm(&config).await.map(Arc::new);
        Ok(Server {
            helm,
            catalog: Arc::new(Catalog::new(way_out.clone(), &config.data)),
            way_out,
            fetches: Mutex::default(),
            ids: Ids::new(clock.clone()),
            limits: Limits::default(),
            refusals: Refusals::default(),
            ceremonies: Ceremonies::default(),
            together: Together::default(),
            metrics: Metrics::default(),
            vault: Arc::new(vault),
            platform_key: Arc::new(platform_key),
            leases: Leases::default(),
            uploads: UploadPack::default(),
            settings: RwLock::new(Arc::new(settings)),
            config,
            store,
            clock,
        })
    }

    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Reads the settings again after a change of theirs has been committed.
    pub async fn reload_settings(&self) -> anyhow::Result<()> {
        let settings = Settings::load(&self.config, &self.store).await?;
        *self.settings.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(settings);
        Ok(())
    }
}

/// A server without Helm plans all the same, and says of charts that they are not rendered.
async fn helm(config: &Config) -> Option<Helm> {
    if config.helm.as_os_str() == NO_HELM {
        return None;
    }
    let confine = config.confine.clone().map_or_else(std::env::current_exe, Ok).ok()?;
    let found = Helm::find(helm::Program { helm: config.helm.clone(), confine }, config.data.join("cache").join("helm")).await;
    match found {
        Ok(helm) => {
            tracing::info!(version = helm.version(), "Plans show what charts make of their values");
            Some(helm)
        }
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "Plans show no rendered manifests: Helm was not found or does not work");
            None
        }
    }
}

impl Settings {
    async fn load(config: &Config, store: &Store) -> anyhow::Result<Settings> {
        let organisation = store::organisation::get(&mut *store.read().await?).await?;
        let given = config.public_url.as_deref().map(PublicUrl::parse).transpose()?;
        let public_url = match organisation.public_url.as_deref() {
            Some(fixed) => {
                let fixed = PublicUrl::parse(fixed)?;
                if let Some(given) = given.filter(|given| *given != fixed) {
                    anyhow::bail!(
                        "the public URL is {}, and passkeys hang on it, but --public-url says {to}; \
                         to move, stop the server and run `countersign public-url {to}`",
                        fixed.origin(),
                        to = given.origin()
                    );
                }
                fixed
            }
            None => given.unwrap_or_else(|| PublicUrl::local(config.listen.port())),
        };
        let mut trusted_proxies = config.trusted_proxies.clone();
        trusted_proxies.extend(organisation.trusted_proxies);
        Ok(Settings { is_set_up: organisation.set_up_at.is_some(), organisation: organisation.name, public_url, trusted_proxies })
    }
}

/// Opens the vault's key and the platform's, made at the first start. The database remembers both public halves:
/// with other keys nothing stored could be opened, and commits would be signed by a stranger.
async fn keys(config: &Config, store: &Store) -> anyhow::Result<(Vault, PlatformKey)> {
    let known = store::organisation::get(&mut *store.read().await?).await?;
    let (vault_file, platform_file) = (config.vault_key(), config.platform_key());
    let vault = match &known.vault_recipient {
        Some(recipient) => Vault::load_remembered(&vault_file, recipient)?,
        None => Vault::open_or_create(&vault_file)?,
    };
    let platform_key = match &known.platform_key {
        Some(_) => PlatformKey::open(&platform_file).with_context(|| format!("reading the platform key {}", platform_file.display()))?,
        None => PlatformKey::open_or_create(&platform_file)?,
    };
    if known.vault_recipient.is_none() {
        store::organisation::remember_keys(store, &vault.recipient(), &platform_key.public_line()).await?;
        return Ok((vault, platform_key));
    }
    let same = |what: &str, file: &std::path::Path, known: &Option<String>, now: String| match known {
        Some(known) if *known != now => {
            anyhow::bail!("{} is not the {what} that this database was made with; put the right file back", file.display())
        }
        _ => Ok(()),
    };
    same("platform key", &platform_file, &known.platform_key, platform_key.public_line())?;
    Ok((vault, platform_key))
}
