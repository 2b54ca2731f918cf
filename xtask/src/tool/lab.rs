//! The programs of the Flux lab: built by Go from the modules in `xtask/lab/`, whose go.mod and go.sum pin all of it.
//!
//! One module per tool, so that each gets the versions that its authors chose; Go's caches are shared between them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::go::link;
use crate::cache::Cache;
use crate::shell;
use crate::stamp::Inputs;

struct Module {
    name: &'static str,
    /// Program and main package.
    programs: &'static [(&'static str, &'static str)],
    /// Of the Go module whose `config/crd/bases` define Flux's kinds.
    crds: Option<&'static str>,
    ldflags: &'static str,
}

const KUBERNETES: &str = "-X k8s.io/component-base/version.gitVersion=v1.36.2 -X k8s.io/component-base/version.gitMajor=1 \
                          -X k8s.io/component-base/version.gitMinor=36";

/// In the order of need: the first ones already make an API server to try manifests on.
const MODULES: &[Module] = &[
    Module { name: "etcd", programs: &[("etcd", "go.etcd.io/etcd/server/v3")], crds: None, ldflags: "" },
    Module {
        name: "kubernetes",
        programs: &[("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"), ("kubectl", "k8s.io/kubernetes/cmd/kubectl")],
        crds: None,
        // Without a version /version answers nothing that Helm could compare with.
        ldflags: KUBERNETES,
    },
    controller("source-controller", &[("source-controller", "github.com/fluxcd/source-controller")], "github.com/fluxcd/source-controller"),
    controller(
        "kustomize-controller",
        &[("kustomize-controller", "github.com/fluxcd/kustomize-controller")],
        "github.com/fluxcd/kustomize-controller",
    ),
    controller(
        "helm-controller",
        // The command line of the very Helm that the controller contains.
        &[("helm-controller", "github.com/fluxcd/helm-controller"), ("helm", "helm.sh/helm/v4/cmd/helm")],
        "github.com/fluxcd/helm-controller",
    ),
    controller(
        "notification-controller",
        &[("notification-controller", "github.com/fluxcd/notification-controller")],
        "github.com/fluxcd/notification-controller",
    ),
    Module { name: "registry", programs: &[("registry", "github.com/distribution/distribution/v3/cmd/registry")], crds: None, ldflags: "" },
];

const fn controller(name: &'static str, programs: &'static [(&'static str, &'static str)], crds: &'static str) -> Module {
    Module { name, programs, crds: Some(crds), ldflags: "" }
}

/// More than a first build takes on two busy processors.
pub const A_FIRST_BUILD: Duration = Duration::from_secs(3 * 3600);

/// Where the programs lie once built, the CRDs beside them in `crds/`.
pub fn folder(cache: &Cache) -> PathBuf {
    cache.tools().join("lab-bin")
}

/// Builds what is missing, as far as the time goes. What was compiled stays in Go's cache, so the next try goes on there.
pub fn install(cache: &Cache, patience: Duration) -> anyhow::Result<PathBuf> {
    let until = Instant::now() + patience;
    for (at, module) in MODULES.iter().enumerate() {
        let built = built(cache, module)?;
        if !is_whole(&built, module) {
            anyhow::ensure!(shell::find("go").is_some(), "Go is needed to build {}: https://go.dev/dl", module.name);
            eprintln!("building {} ({} of {})", module.name, at + 1, MODULES.len());
            shell::timed(module.name, || build(cache, module, &built, until))?;
        }
        let bin = folder(cache);
        std::fs::create_dir_all(bin.join("crds"))?;
        for (program, _) in module.programs {
            link(&built.join(program), &bin.join(program))?;
        }
        if module.crds.is_some() {
            for crd in std::fs::read_dir(built.join("crds"))? {
                let crd = crd?;
                link(&crd.path(), &bin.join("crds").join(crd.file_name()))?;
            }
        }
    }
    Ok(folder(cache))
}

fn build(cache: &Cache, module: &Module, built: &Path, until: Instant) -> anyhow::Result<()> {
    let go = |arguments: &[&str]| {
        let mut go = shell::command("go");
        go.current_dir(source(cache, module)).args(arguments).env("CGO_ENABLED", "0").env("GOFLAGS", "-mod=readonly");
        go
    };
    std::fs::create_dir_all(built)?;
    for (program, package) in module.programs {
        let ldflags = format!("-s -w {}", module.ldflags);
        let mut build = go(&["build", "-trimpath", "-ldflags", ldflags.trim_end(), "-o"]);
        build.arg(built.join(program)).arg(package);
        shell::before(until, &format!("building {program}"), &mut build)?;
    }
    if let Some(crds) = module.crds {
        let output = go(&["list", "-m", "-f", "{{.Dir}}", crds]).output().context("asking Go where a module lies")?;
        anyhow::ensure!(output.status.success(), "go list: {}", String::from_utf8_lossy(&output.stderr));
        let bases = Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("config/crd/bases");
        let into = built.join("crds");
        std::fs::create_dir_all(&into)?;
        for crd in std::fs::read_dir(&bases).with_context(|| format!("reading {}", bases.display()))? {
            let crd = crd?;
            // Written anew: files of Go's module cache are read-only.
            std::fs::write(into.join(crd.file_name()), std::fs::read(crd.path())?)?;
        }
    }
    std::fs::write(built.join("whole"), "")?;
    Ok(())
}

fn is_whole(built: &Path, module: &Module) -> bool {
    built.join("whole").is_file() && module.programs.iter().all(|(program, _)| built.join(program).is_file())
}

/// A folder per content of go.mod and go.sum: other pins, another folder.
fn built(cache: &Cache, module: &Module) -> anyhow::Result<PathBuf> {
    let digest = Inputs::default().path(&source(cache, module))?.word(module.ldflags).digest();
    Ok(cache.tools().join("lab").join(format!("{}-{digest}", module.name)))
}

fn source(cache: &Cache, module: &Module) -> PathBuf {
    cache.clone_root().join("xtask/lab").join(module.name)
}
