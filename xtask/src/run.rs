//! Builds the server with its site, and runs it in place of this process.

use std::convert::Infallible;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::cache::Cache;
use crate::front::{self, Build};
use crate::shell;

pub struct Built {
    pub binary: PathBuf,
    pub site: PathBuf,
}

/// A release holds its site inside. In development the server reads the folder at start, so that a change of style
/// or script does not build the server anew.
pub fn build(cache: &Cache, build: Build) -> anyhow::Result<Built> {
    let site = front::build(cache, build)?;
    let mut cargo = shell::cargo(cache.clone_root(), &cache.target());
    cargo.args(["build", "-p", "server"]);
    front::quiet_off_terminal(&mut cargo);
    let folder = match build {
        Build::Development => "debug",
        Build::Release => {
            cargo.arg("--release").env("COUNTERSIGN_SITE", &site);
            "release"
        }
    };
    shell::timed("server", || shell::openly("building the server", &mut cargo))?;
    let binary = keep(cache, build, folder)?;
    Ok(Built { binary, site })
}

/// This clone's own copy of the binary: the target folder may be shared with others.
pub fn keep(cache: &Cache, build: Build, profile: &str) -> anyhow::Result<PathBuf> {
    let built = cache.target().join(profile).join("countersign");
    let folder = cache.own().join(build.name());
    std::fs::create_dir_all(&folder)?;
    let (kept, next) = (folder.join("countersign"), folder.join("countersign.next"));
    std::fs::copy(&built, &next).with_context(|| format!("copying {}", built.display()))?;
    std::fs::rename(&next, &kept).with_context(|| format!("writing {}", kept.display()))?;
    Ok(kept)
}

/// Never returns but with an error: the server takes this process over, so signals reach it directly.
pub fn run(cache: &Cache, profile: Build, arguments: &[String]) -> anyhow::Result<Infallible> {
    let built = build(cache, profile)?;
    let mut server = std::process::Command::new(&built.binary);
    server.arg("serve").args(arguments);
    if profile == Build::Development {
        server.env("COUNTERSIGN_SITE", &built.site);
    }
    Err(server.exec()).with_context(|| format!("starting {}", built.binary.display()))
}
