//! Builds what the browser loads: wasm and its glue, style sheet, scripts, pictures, compressed and named by content.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::stamp::{Inputs, unless_fresh};
use crate::{npm, shell, tool};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    Development,
    Release,
}

impl Build {
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Release => "release",
        }
    }

    fn wasm_profile(self) -> &'static str {
        match self {
            Self::Development => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// What wasm-opt may rely on: every browser of the last years has it, and rustc's output uses it.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The site folder, made anew where an input changed.
pub fn build(cache: &Cache, build: Build) -> anyhow::Result<PathBuf> {
    let packages = npm::install(cache, &cache.clone_root().join("xtask/front"))?;
    let wasm = compile(cache, build)?;
    let glue = bind(cache, build, &wasm, &packages)?;
    assemble(cache, build, &glue, &packages)
}

/// Cargo knows best what is fresh, so it is always asked.
fn compile(cache: &Cache, build: Build) -> anyhow::Result<PathBuf> {
    tool::rust::wasm_target()?;
    let profile = build.wasm_profile();
    let mut cargo = shell::cargo(cache.clone_root(), &cache.front());
    cargo.args([
        "build",
        "-p",
        "app",
        "--bin",
        "hydrate",
        "--features",
        "hydrate",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        profile,
    ]);
    quiet_off_terminal(&mut cargo);
    shell::timed("wasm", || shell::openly("building the wasm", &mut cargo))?;
    Ok(cache.front().join("wasm32-unknown-unknown").join(profile).join("hydrate.wasm"))
}

fn bind(cache: &Cache, build: Build, wasm: &Path, packages: &Path) -> anyhow::Result<PathBuf> {
    let bindgen = tool::rust::wasm_bindgen(cache)?;
    let out = cache.own().join(format!("glue-{}", build.name()));
    let inputs = Inputs::default().word(&bindgen.to_string_lossy()).word(&packages.to_string_lossy()).path(wasm)?;
    unless_fresh(&out, &inputs, || {
        if out.exists() {
            std::fs::remove_dir_all(&out)?;
        }
        let mut command = shell::command(&bindgen);
        command.args(["--target", "web", "--no-typescript", "--out-name", "countersign", "--out-dir"]).arg(&out).arg(wasm);
        shell::timed("wasm-bindgen", || shell::quietly("binding the wasm", &mut command))?;
        if build == Build::Release {
            let module = out.join("countersign_bg.wasm");
            let mut command = shell::command(packages.join(".bin/wasm-opt"));
            command.arg("-Oz").args(WASM_FEATURES).arg(&module).arg("-o").arg(&module);
            shell::timed("wasm-opt", || shell::quietly("shrinking the wasm", &mut command))?;
        }
        Ok(())
    })?;
    Ok(out)
}

fn assemble(cache: &Cache, build: Build, glue: &Path, packages: &Path) -> anyhow::Result<PathBuf> {
    let root = cache.clone_root();
    let script = root.join("xtask/front/site.mjs");
    let site = cache.own().join(format!("site-{}", build.name()));
    let inputs = Inputs::default()
        .word(&packages.to_string_lossy())
        .path(&script)?
        .path(&root.join("style"))?
        .path(&root.join("public"))?
        .path(glue)?;
    unless_fresh(&site, &inputs, || {
        let mut node = shell::command("node");
        node.arg(&script).args([site.as_path(), glue, packages]).current_dir(root);
        if build == Build::Release {
            node.arg("--release");
        }
        shell::timed("site", || shell::openly("assembling the site", &mut node))
    })?;
    Ok(site)
}

/// Cargo's progress is for people; a log gets warnings and errors.
pub fn quiet_off_terminal(cargo: &mut std::process::Command) {
    if !std::io::stderr().is_terminal() {
        cargo.arg("--quiet");
    }
}
