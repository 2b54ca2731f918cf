//! How the server is told what to do: flags and environment variables, read once at start.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::network::Network;

const GIT_TIMEOUT: u16 = 30;
const CHART_TIMEOUT: u16 = 20;

/// What stands for no Helm at all.
pub const NO_HELM: &str = "none";

/// Twice a minute: what somebody pushed is told within one.
const FETCH_EVERY: u64 = 30;

#[derive(Debug, Clone, Args)]
pub struct Config {
    /// The folder that holds the database, the vault's key and embedded repositories.
    #[arg(long, env = "COUNTERSIGN_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,

    /// Where to listen. Anything but loopback belongs behind a proxy that speaks https.
    #[arg(long, env = "COUNTERSIGN_LISTEN", default_value = "127.0.0.1:8480", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// How people reach the server, as `https://countersign.example.com`. It fixes origin and passkeys at set-up.
    #[arg(long, env = "COUNTERSIGN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Proxies (addresses or networks) whose X-Forwarded-For is believed, besides those named at set-up.
    #[arg(long, env = "COUNTERSIGN_TRUSTED_PROXIES", value_name = "NETWORK", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,

    /// Where to serve /metrics. Without it, /metrics stands on the main listener and asks for --metrics-token.
    #[arg(long, env = "COUNTERSIGN_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,

    /// The bearer token that opens /metrics on the main listener.
    #[arg(long, env = "COUNTERSIGN_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,

    /// How long a Git host may stay silent, in seconds. A whole conversation with it may take ten times as long.
    #[arg(long, env = "COUNTERSIGN_GIT_TIMEOUT", default_value_t = GIT_TIMEOUT, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..))]
    pub git_timeout: u16,

    /// How often every bound branch is looked at for commits of others, in seconds; a push webhook has it looked at at once.
    #[arg(long, env = "COUNTERSIGN_FETCH_EVERY", default_value_t = FETCH_EVERY, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(5..=3600))]
    pub fetch_every: u64,

    /// Networks inside (loopback, private) that chart repositories may lie in; without it only public addresses are reached.
    #[arg(long, env = "COUNTERSIGN_ALLOW_INSIDE", value_name = "NETWORK", value_delimiter = ',')]
    pub allow_inside: Vec<Network>,

    /// How long a chart repository may stay silent, in seconds. A whole answer of its may take ten times as long.
    #[arg(long, env = "COUNTERSIGN_CHART_TIMEOUT", default_value_t = CHART_TIMEOUT, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..))]
    pub chart_timeout: u16,

    /// The Helm that renders charts for plans: a path, or a name on PATH; `none` for plans without rendered manifests.
    #[arg(long, env = "COUNTERSIGN_HELM", default_value = "helm", value_name = "PROGRAM")]
    pub helm: PathBuf,

    /// The `countersign` that sets Helm's bounds; this very program if not given.
    #[arg(skip)]
    pub confine: Option<PathBuf>,

    #[arg(long, env = "COUNTERSIGN_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// What to log, as `info` or `server=debug,warn`.
    #[arg(long, env = "COUNTERSIGN_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// A server for `data` with everything else as it comes; for tests and commands on the host.
    pub fn at(data: PathBuf) -> Config {
        Config {
            data,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            trusted_proxies: Vec::new(),
            metrics_listen: None,
            metrics_token: None,
            git_timeout: GIT_TIMEOUT,
            fetch_every: FETCH_EVERY,
            allow_inside: Vec::new(),
            chart_timeout: CHART_TIMEOUT,
            helm: PathBuf::from(NO_HELM),
            confine: None,
            log_format: LogFormat::Text,
            log: String::from("info"),
        }
    }

    pub fn database(&self) -> PathBuf {
        self.data.join("countersign.db")
    }

    /// The vault's age identity, outside the database.
    pub fn vault_key(&self) -> PathBuf {
        self.data.join("vault.key")
    }

    /// The Ed25519 key that signs commits.
    pub fn platform_key(&self) -> PathBuf {
        self.data.join("platform.key")
    }
}
