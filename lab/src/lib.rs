//! A real Flux on this machine: etcd, kube-apiserver and Flux's controllers as processes on loopback.
//!
//! There is no kubelet: nothing runs in a pod. [`Workloads`] reports Deployments, StatefulSets and DaemonSets as rolled
//! out, so that whoever waits for them waits for something that really comes, or, where it is held back, does not.

mod api;
mod charts;
mod control_plane;
mod controllers;
mod http;
mod process;
mod registry;
mod tools;
mod workloads;
mod writes;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use api::{Api, condition};
pub use charts::ChartRepository;
pub use controllers::{Outside, Pace};
pub use registry::Registry;
pub use tools::Tools;
pub use workloads::{HOLD, Workloads};
pub use writes::Write;

/// Where Flux's own objects live, and where its controllers look for their own.
pub const FLUX_NAMESPACE: &str = "flux-system";

/// An empty cluster with Flux in it; everything ends when this is dropped.
pub struct Lab {
    pub api: Api,
    pub tools: Tools,
    // In the order of dropping: what speaks to the API server ends before it does.
    _workloads: Workloads,
    _controllers: controllers::Controllers,
    _control_plane: control_plane::ControlPlane,
    folder: PathBuf,
    _temporary: Option<TempDir>,
}

impl Lab {
    /// Ready when it returns: the CRDs are served and every controller says that it is up. Its files go with it.
    pub fn start(tools: Tools, pace: Pace, outside: Option<&Outside>) -> anyhow::Result<Lab> {
        let temporary = tempfile::Builder::new().prefix("countersign-lab-").tempdir()?;
        let mut lab = Self::start_in(tools, pace, temporary.path(), outside)?;
        lab._temporary = Some(temporary);
        Ok(lab)
    }

    /// The same in an empty folder, which stays.
    pub fn start_in(tools: Tools, pace: Pace, folder: &Path, outside: Option<&Outside>) -> anyhow::Result<Lab> {
        let control_plane = control_plane::ControlPlane::start(&tools, folder)?;
        let api = Api::at(control_plane.proxy_port);
        control_plane::install_flux_crds(&api, &tools)?;
        let controllers = controllers::Controllers::start(&tools, folder, pace, outside)?;
        let workloads = Workloads::start(api.clone());
        Ok(Lab {
            api,
            tools,
            _workloads: workloads,
            _controllers: controllers,
            _control_plane: control_plane,
            folder: folder.to_owned(),
            _temporary: None,
        })
    }

    /// For `kubectl --kubeconfig`; an administrator of this cluster and of no other.
    pub fn kubeconfig(&self) -> PathBuf {
        control_plane::kubeconfig(&self.folder)
    }

    /// What was written to the cluster so far, oldest first.
    pub fn writes(&self) -> anyhow::Result<Vec<Write>> {
        writes::read(&self.folder)
    }

    /// What every process of the lab wrote, one file each.
    pub fn logs(&self) -> &Path {
        &self.folder
    }
}
