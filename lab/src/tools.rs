//! The programs that make a lab: built beforehand by `cargo xtask lab-tools`, found by their folder.

use std::path::{Path, PathBuf};

/// What a lab cannot start without; a registry is started by those who want one.
pub const PROGRAMS: &[&str] = &[
    "etcd",
    "kube-apiserver",
    "kubectl",
    "source-controller",
    "kustomize-controller",
    "helm-controller",
    "notification-controller",
    "helm",
];

/// A folder with [`PROGRAMS`] and, in `crds/`, the definitions of Flux's kinds.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// The folder named by `COUNTERSIGN_LAB_TOOLS`.
    pub fn of_environment() -> anyhow::Result<Tools> {
        let folder = std::env::var_os("COUNTERSIGN_LAB_TOOLS").map(PathBuf::from);
        Self::at(&folder.ok_or_else(|| anyhow::anyhow!("COUNTERSIGN_LAB_TOOLS does not say where the lab's programs are"))?)
    }

    pub fn at(folder: &Path) -> anyhow::Result<Tools> {
        let missing: Vec<&str> = PROGRAMS.iter().copied().filter(|name| !folder.join(name).is_file()).collect();
        anyhow::ensure!(missing.is_empty(), "{} lacks {}: run `cargo xtask lab-tools`", folder.display(), missing.join(", "));
        Ok(Tools { folder: folder.to_owned() })
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn crds(&self) -> PathBuf {
        self.folder.join("crds")
    }
}
