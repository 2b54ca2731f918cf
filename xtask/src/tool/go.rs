//! The programs whose verdict our output is held against: pinned, built by `go install`, one folder per version.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cache::Cache;
use crate::shell;

struct Tool {
    name: &'static str,
    version: &'static str,
    packages: &'static [&'static str],
}

const TOOLS: &[Tool] = &[
    Tool { name: "age", version: "v1.3.1", packages: &["filippo.io/age/cmd/age", "filippo.io/age/cmd/age-keygen"] },
    Tool { name: "helm", version: "v4.2.2", packages: &["helm.sh/helm/v4/cmd/helm"] },
    Tool { name: "kubeconform", version: "v0.7.0", packages: &["github.com/yannh/kubeconform/cmd/kubeconform"] },
    Tool { name: "kustomize", version: "v5.8.1", packages: &["sigs.k8s.io/kustomize/kustomize/v5"] },
    Tool { name: "sops", version: "v3.13.2", packages: &["github.com/getsops/sops/v3/cmd/sops"] },
];

/// Where the tools lie once installed: a folder for the front of PATH.
pub fn folder(cache: &Cache) -> PathBuf {
    cache.tools().join("bin")
}

/// Builds what is missing.
pub fn install(cache: &Cache) -> anyhow::Result<PathBuf> {
    for tool in TOOLS {
        put(cache, tool)?;
    }
    Ok(folder(cache))
}

fn put(cache: &Cache, tool: &Tool) -> anyhow::Result<()> {
    let built = cache.tools().join("go").join(format!("{}-{}", tool.name, tool.version));
    let programs = || tool.packages.iter().map(|package| program(package));
    if !programs().all(|program| built.join(program).is_file()) {
        anyhow::ensure!(shell::find("go").is_some(), "Go is needed to build {}: https://go.dev/dl", tool.name);
        shell::timed(&format!("{} {}", tool.name, tool.version), || {
            let mut go = shell::command("go");
            go.arg("install").args(tool.packages.iter().map(|package| format!("{package}@{}", tool.version)));
            go.env("GOBIN", &built).env("GOFLAGS", "-trimpath").env("CGO_ENABLED", "0");
            shell::quietly(&format!("building {}", tool.name), &mut go)
        })?;
    }
    let bin = folder(cache);
    std::fs::create_dir_all(&bin)?;
    programs().try_for_each(|program| link(&built.join(program), &bin.join(program)))
}

/// The program a Go package builds: its last path element that is not a major version.
fn program(package: &str) -> &str {
    let major = |part: &str| part.strip_prefix('v').is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    package.rsplit('/').find(|part| !major(part)).unwrap_or(package)
}

/// Points `link` at `file`, replacing an older version's link in one step.
pub fn link(file: &Path, link: &Path) -> anyhow::Result<()> {
    if std::fs::read_link(link).is_ok_and(|target| target == file) {
        return Ok(());
    }
    let next = link.with_extension(std::process::id().to_string());
    std::os::unix::fs::symlink(file, &next).with_context(|| format!("linking {}", link.display()))?;
    std::fs::rename(&next, link).with_context(|| format!("linking {}", link.display()))
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn a_program_is_named_after_its_package_and_not_after_its_major_version() {
        assert_eq!(program("sigs.k8s.io/kustomize/kustomize/v5"), "kustomize");
        assert_eq!(program("filippo.io/age/cmd/age-keygen"), "age-keygen");
        assert_eq!(program("github.com/getsops/sops/v3/cmd/sops"), "sops");
    }
}
