//! An OCI registry on loopback, for charts at `oci://`.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::process::{Process, free_port, run};
use crate::{Tools, http};

pub struct Registry {
    tools: Tools,
    port: u16,
    _process: Process,
    folder: TempDir,
}

impl Registry {
    pub fn start(tools: &Tools) -> anyhow::Result<Registry> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let storage = folder.path().join("storage");
        let settings = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n",
            storage.display()
        );
        let file = folder.path().join("registry.yaml");
        std::fs::write(&file, settings)?;
        let mut registry = Command::new(tools.program("registry"));
        registry.arg("serve").arg(&file).env("OTEL_TRACES_EXPORTER", "none");
        let mut process = Process::start("registry", folder.path(), &mut registry)?;
        process.until(|| http::request(port, "GET", "/v2/", "", b"").ok().filter(|answer| answer.status == 200))?;
        Ok(Registry { tools: tools.clone(), port, _process: process, folder })
    }

    /// What stands before the chart's name in its address.
    pub fn url(&self) -> String {
        format!("oci://127.0.0.1:{}/charts", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn push(&self, package: &Path) -> anyhow::Result<()> {
        self.push_to("charts", package)
    }

    /// Into the repositories below `parent`.
    pub fn push_to(&self, parent: &str, package: &Path) -> anyhow::Result<()> {
        let mut helm = Command::new(self.tools.program("helm"));
        let address = format!("oci://127.0.0.1:{}/{parent}", self.port);
        helm.args(["push", "--plain-http"]).arg(package).arg(address).env("HOME", self.folder.path());
        run(&mut helm).map(drop)
    }
}
