//! What comes from Rust's side: the wasm target, wasm-bindgen's command, cargo-deny.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cache::Cache;
use crate::shell;

const WASM: &str = "wasm32-unknown-unknown";
const CARGO_DENY: &str = "0.20.2";

/// Adds the wasm target where the compiler lacks it.
pub fn wasm_target() -> anyhow::Result<()> {
    let output =
        shell::command("rustc").args(["--print", "target-libdir", "--target", WASM]).output().context("asking rustc for its targets")?;
    if output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir() {
        return Ok(());
    }
    shell::timed("rust's wasm target", || {
        shell::quietly("adding the wasm target", shell::command("rustup").args(["target", "add", WASM]))
            .context("the compiler has no wasm32-unknown-unknown target, and rustup could not add it")
    })
}

/// The wasm-bindgen command of exactly the version that Cargo.lock holds: the two speak a private format.
pub fn wasm_bindgen(cache: &Cache) -> anyhow::Result<PathBuf> {
    let lock = std::fs::read_to_string(cache.clone_root().join("Cargo.lock")).context("reading Cargo.lock")?;
    let version = locked(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    install(cache, "wasm-bindgen-cli", "wasm-bindgen", version)
}

/// The licence, ban and source checks of deny.toml.
pub fn cargo_deny(cache: &Cache) -> anyhow::Result<PathBuf> {
    install(cache, "cargo-deny", "cargo-deny", CARGO_DENY)
}

/// Installs a crate's command once per version. Its own lock file is not used: it may name what a mirror lacks.
fn install(cache: &Cache, package: &str, program: &str, version: &str) -> anyhow::Result<PathBuf> {
    let root = cache.tools().join(format!("{program}-{version}"));
    let file = root.join("bin").join(program);
    if file.is_file() {
        return Ok(file);
    }
    shell::timed(&format!("{package} {version}"), || {
        eprintln!("{package} {version} is being built, once; this takes some minutes");
        let mut cargo = shell::cargo(cache.clone_root(), &cache.tools().join("build"));
        cargo.args(["install", "--quiet", package, "--version", &format!("={version}"), "--root"]).arg(&root);
        shell::quietly(&format!("installing {package}"), &mut cargo)
    })?;
    Ok(file)
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let after = lock.split("[[package]]").find(|block| block.lines().any(|line| line == name))?;
    after.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::locked;

    #[test]
    fn the_version_is_that_of_the_package_and_not_of_one_that_begins_like_it() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.60\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked(lock, "bindgen"), None);
    }
}
