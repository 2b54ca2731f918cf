//! Flux's four controllers, with the flags that its own manifests give them or faster ones.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::control_plane::kubeconfig;
use crate::process::{Process, free_port};
use crate::{FLUX_NAMESPACE, Tools, http};

/// How patient the controllers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As `flux install` sets them up: four workers, and half a minute until a blocked object is looked at again.
    Stock,
    /// For tests: more workers, two seconds.
    Quick,
}

impl Pace {
    fn flags(self, controller: &str) -> &'static [&'static str] {
        match (self, controller) {
            (Pace::Stock, _) | (Pace::Quick, "notification-controller") => &[],
            (Pace::Quick, "source-controller") => &["--concurrent=8", "--requeue-dependency=2s"],
            (Pace::Quick, _) => &["--concurrent=20", "--requeue-dependency=2s", "--feature-gates=CancelHealthCheckOnNewRevision=true"],
        }
    }
}

/// What stands where the internet would: charts are asked for through this proxy, and trusted by this authority.
#[derive(Debug, Clone)]
pub struct Outside {
    pub proxy: String,
    /// A file of certificates.
    pub authority: PathBuf,
}

pub struct Controllers {
    _running: Vec<Process>,
}

impl Controllers {
    pub fn start(tools: &Tools, folder: &Path, pace: Pace, outside: Option<&Outside>) -> anyhow::Result<Controllers> {
        let (events, receiver, storage) = (free_port()?, free_port()?, free_port()?);
        let sources = folder.join("sources");
        std::fs::create_dir(&sources)?;
        let mut started = Vec::new();
        for name in ["source-controller", "kustomize-controller", "helm-controller", "notification-controller"] {
            let health = free_port()?;
            let temporary = folder.join(format!("{name}-tmp"));
            std::fs::create_dir(&temporary)?;
            let mut controller = Command::new(tools.program(name));
            controller.arg(format!("--health-addr=127.0.0.1:{health}")).arg("--metrics-addr=0");
            controller.args(pace.flags(name));
            match name {
                "notification-controller" => {
                    controller.arg(format!("--events-addr=127.0.0.1:{events}")).arg(format!("--receiverAddr=127.0.0.1:{receiver}"));
                }
                _ => {
                    controller.arg(format!("--events-addr=http://127.0.0.1:{events}/"));
                }
            }
            if name == "source-controller" {
                controller.arg(format!("--storage-path={}", sources.display()));
                controller.args(["storage-addr", "storage-adv-addr"].map(|flag| format!("--{flag}=127.0.0.1:{storage}")));
                // Loopback is never asked for through a proxy.
                if let Some(outside) = outside {
                    controller.env("HTTPS_PROXY", &outside.proxy).env("SSL_CERT_FILE", &outside.authority);
                }
            }
            controller.env("KUBECONFIG", kubeconfig(folder)).env("RUNTIME_NAMESPACE", FLUX_NAMESPACE);
            controller.env("HOME", &temporary).env("TMPDIR", &temporary).env("TUF_ROOT", temporary.join("tuf"));
            started.push((Process::start(name, folder, &mut controller)?, health));
        }
        let is_up = |port| http::request(port, "GET", "/readyz", "", b"").is_ok_and(|answer| answer.status == 200);
        for (controller, health) in &mut started {
            controller.until(|| is_up(*health).then_some(()))?;
        }
        Ok(Controllers { _running: started.into_iter().map(|(controller, _)| controller).collect() })
    }
}
