//! `flux-lab`: a real Flux for people, beside a Countersign that they run; and the measurement on one.

use std::convert::Infallible;
use std::process::ExitCode;

use lab::{Lab, Pace, Tools};

use crate::cache::Cache;
use crate::{shell, tool};

/// Stays up until it is interrupted; the kernel then ends what it started.
pub fn run(cache: &Cache) -> anyhow::Result<Infallible> {
    let tools = Tools::at(&tool::lab::install(cache, tool::lab::A_FIRST_BUILD)?)?;
    let folder = cache.own().join("flux-lab");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let lab = Lab::start_in(tools, Pace::Stock, &folder, None)?;
    let uid = lab.api.uid()?;
    println!(
        "A cluster with Flux is up; Ctrl+C ends it, and the next one starts empty.

  export KUBECONFIG={}
  export PATH={}:$PATH        # its kubectl and helm

Add it to Countersign under Clusters:
  identity (UID of kube-system)   {uid}
  repository                      one that Flux can fetch: https or ssh, on this machine too
then run the commands and apply the manifests that the cluster's page prints. docs/flux-lab.md goes through it.

Nothing runs in pods: workloads are reported as rolled out, unless they bear the annotation {}.
Logs: {}",
        lab.kubeconfig().display(),
        tool::lab::folder(cache).display(),
        lab::HOLD,
        lab.logs().display(),
    );
    loop {
        std::thread::park();
    }
}

/// Prints how long a change takes from its commit until everything is Ready.
pub fn bench(cache: &Cache) -> anyhow::Result<ExitCode> {
    let tools = tool::lab::install(cache, tool::lab::A_FIRST_BUILD)?;
    let mut bench = shell::cargo(cache.clone_root(), &cache.target());
    // Flux is measured, not us: the development build does.
    bench.args(["bench", "--profile", "dev", "-p", "server", "--bench", "flux"]).env("COUNTERSIGN_LAB_TOOLS", tools);
    shell::openly("measuring", &mut bench)?;
    Ok(ExitCode::SUCCESS)
}
