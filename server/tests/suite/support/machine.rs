//! Programs and time that a test may have to do without: it says so where `cargo xtask test` reads it, and passes.
//! In a full run (`COUNTERSIGN_FULL=1`) nothing may be missing.

use std::io::Write as _;
use std::path::PathBuf;

/// A program of the machine or of the comparison tools; `None` skips the test.
pub fn program(name: &str) -> Option<PathBuf> {
    let given = std::env::var_os("COUNTERSIGN_TOOLS_BIN").map(PathBuf::from);
    let default = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/countersign/tools/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps servers where only root looks.
    let services = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let folders = given.into_iter().chain(default).chain(std::env::split_paths(&path)).chain(services);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(!is_full_run(), "a full run needs `{name}`");
        skipped(&format!("needs `{name}`"));
    }
    found
}

/// Whether a test that takes long may run; otherwise it is listed as left to the full run.
#[allow(dead_code, reason = "not every binary that includes this file has long tests")]
pub fn has_time() -> bool {
    let full = is_full_run();
    if !full {
        skipped("belongs to the full run");
    }
    full
}

fn is_full_run() -> bool {
    std::env::var_os("COUNTERSIGN_FULL").is_some_and(|full| full == "1")
}

/// A line in the list that the test command prints at its end. The test's thread bears its name.
fn skipped(why: &str) {
    let line = format!("{}: {why}\n", std::thread::current().name().unwrap_or("a test"));
    eprint!("SKIPPED: {line}");
    if let Some(list) = std::env::var_os("COUNTERSIGN_SKIPPED") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(list);
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}
