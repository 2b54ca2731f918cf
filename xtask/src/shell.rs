//! Runs other programs: quietly where they succeed, with all they said where they fail.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// A command that never waits for the keyboard.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

/// Cargo in the clone, without what the surrounding `cargo run` set for this process alone.
pub fn cargo(root: &Path, target: &Path) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "LD_LIBRARY_PATH" {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(root).env("CARGO_TARGET_DIR", target);
    cargo
}

/// Runs to the end; what it wrote is shown only if it fails.
pub fn quietly(what: &str, command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("{what}: starting {}", shown(command)))?;
    if output.status.success() {
        return Ok(());
    }
    eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    anyhow::bail!("{what}: {} ended with {}", shown(command), output.status)
}

/// Runs to the end with its output on the terminal.
pub fn openly(what: &str, command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{what}: starting {}", shown(command)))?;
    anyhow::ensure!(status.success(), "{what}: {} ended with {status}", shown(command));
    Ok(())
}

/// Runs to the end with its output on the terminal, or is ended when time is up.
pub fn before(until: Instant, what: &str, command: &mut Command) -> anyhow::Result<()> {
    let mut child = command.spawn().with_context(|| format!("{what}: starting {}", shown(command)))?;
    loop {
        if let Some(status) = child.try_wait()? {
            anyhow::ensure!(status.success(), "{what}: {} ended with {status}", shown(command));
            return Ok(());
        }
        if Instant::now() > until {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("{what}: not done in the time that was given");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Does some work and says how long it took, unless that is too short to tell.
pub fn timed<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let started = Instant::now();
    let done = work()?;
    let took = started.elapsed();
    if took > Duration::from_millis(500) {
        eprintln!("{what:<36}{:>7.1} s", took.as_secs_f32());
    }
    Ok(done)
}

/// The first place on PATH, or in the folders of system services, that holds the program.
pub fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(Into::into))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
