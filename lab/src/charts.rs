//! A Helm repository on loopback, with charts that helm packages from templates of ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Tools;
use crate::http::FileServer;
use crate::process::run;

/// `http://127.0.0.1:…`, with an index that helm wrote.
pub struct ChartRepository {
    tools: Tools,
    server: FileServer,
    folder: TempDir,
}

impl ChartRepository {
    pub fn start(tools: &Tools) -> anyhow::Result<ChartRepository> {
        let folder = tempfile::tempdir()?;
        let server = FileServer::start(folder.path().to_owned())?;
        Ok(ChartRepository { tools: tools.clone(), server, folder })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port)
    }

    pub fn port(&self) -> u16 {
        self.server.port
    }

    /// Packages the chart in `template` under another name and version, with further files laid over it, and publishes it.
    pub fn publish(&self, template: &Path, name: &str, version: &str, files: &[(&str, &str)]) -> anyhow::Result<PathBuf> {
        let work = tempfile::tempdir()?;
        let chart = work.path().join(name);
        copy(template, &chart)?;
        std::fs::write(chart.join("Chart.yaml"), format!("apiVersion: v2\nname: {name}\nversion: {version}\n"))?;
        for (path, text) in files {
            let file = chart.join(path);
            std::fs::create_dir_all(file.parent().unwrap_or(&chart))?;
            std::fs::write(file, text)?;
        }
        let helm = |args: &[&str], last: &Path| {
            let mut helm = Command::new(self.tools.program("helm"));
            helm.args(args).arg(last).env("HOME", work.path());
            run(&mut helm)
        };
        let into = format!("--destination={}", self.folder.path().display());
        helm(&["package", &into], &chart)?;
        helm(&["repo", "index"], self.folder.path())?;
        Ok(self.folder.path().join(format!("{name}-{version}.tgz")))
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
