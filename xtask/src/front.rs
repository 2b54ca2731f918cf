//! Builds what the browser loads: wasm and its glue, style sheet, scripts, pictures, compressed and named by content.

mod unused;

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

/// The programs that take pages over, one per kind of page that is more than read.
const PROGRAMS: [&str; 2] = ["builder", "settings"];

/// The site folder, made anew where an input changed.
pub fn build(cache: &Cache, build: Build) -> anyhow::Result<PathBuf> {
    let packages = npm::install(cache, &cache.clone_root().join("xtask/front"))?;
    let built = compile(cache, build)?;
    let glue = cache.own().join(format!("glue-{}", build.name()));
    for program in PROGRAMS {
        bind(cache, build, program, &built.join(format!("{program}.wasm")), &glue.join(program), &packages)?;
    }
    assemble(cache, build, &glue, &packages)
}

/// Cargo knows best what is fresh, so it is always asked. The answer is the folder of its output.
fn compile(cache: &Cache, build: Build) -> anyhow::Result<PathBuf> {
    tool::rust::wasm_target()?;
    let profile = build.wasm_profile();
    let mut cargo = shell::cargo(cache.clone_root(), &cache.front());
    cargo.args(["build", "-p", "app", "--features", "hydrate", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    for program in PROGRAMS {
        cargo.args(["--bin", program]);
    }
    quiet_off_terminal(&mut cargo);
    shell::timed("wasm", || shell::openly("building the wasm", &mut cargo))?;
    Ok(cache.front().join("wasm32-unknown-unknown").join(profile))
}

fn bind(cache: &Cache, build: Build, program: &str, wasm: &Path, out: &Path, packages: &Path) -> anyhow::Result<()> {
    let bindgen = tool::rust::wasm_bindgen(cache)?;
    let inputs = Inputs::default()
        .word(&bindgen.to_string_lossy())
        .word(&packages.to_string_lossy())
        .word(unused::NEVER_RUN)
        .word(&unused::STEPS.concat())
        .path(wasm)?;
    unless_fresh(out, &inputs, || {
        if out.exists() {
            std::fs::remove_dir_all(out)?;
        }
        std::fs::create_dir_all(out)?;
        let mut command = shell::command(&bindgen);
        command.args(["--target", "web", "--no-typescript", "--out-name", program, "--out-dir"]).arg(out).arg(wasm);
        shell::timed("wasm-bindgen", || shell::quietly("binding the wasm", &mut command))?;
        if build == Build::Release { shrink(&out.join(format!("{program}_bg.wasm")), packages) } else { Ok(()) }
    })
}

fn shrink(module: &Path, packages: &Path) -> anyhow::Result<()> {
    let (slim, emptied) = unused::emptied(&std::fs::read(module)?, unused::is_unused)?;
    anyhow::ensure!(emptied > 0, "no function is named {}: is the renderer built otherwise now?", unused::NEVER_RUN);
    std::fs::write(module, slim)?;
    let mut command = shell::command(packages.join(".bin/wasm-opt"));
    command.arg("-Oz").args(WASM_FEATURES).arg(module).arg("-o").arg(module);
    shell::timed("wasm-opt", || shell::quietly("shrinking the wasm", &mut command))
}

fn assemble(cache: &Cache, build: Build, glue: &Path, packages: &Path) -> anyhow::Result<PathBuf> {
    let root = cache.clone_root();
    let script = root.join("xtask/front/site.mjs");
    let site = cache.own().join(format!("site-{}", build.name()));
    let mut inputs =
        Inputs::default().word(&packages.to_string_lossy()).path(&script)?.path(&root.join("style"))?.path(&root.join("public"))?;
    for program in PROGRAMS {
        inputs = inputs.path(&glue.join(program))?;
    }
    unless_fresh(&site, &inputs, || {
        let mut node = shell::command("node");
        node.arg(&script).args([site.as_path(), glue, packages]).args(PROGRAMS).current_dir(root);
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
