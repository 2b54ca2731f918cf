//! Finds the stock `sops` and `age` that tests compare with.

use std::path::PathBuf;
use std::process::Command;

/// The command, from `COUNTERSIGN_TOOLS_BIN`, the default tools folder or PATH. Where it is absent the
/// test says so and passes, except in a full run (`COUNTERSIGN_FULL=1`).
pub(super) fn stock(name: &str) -> Option<Command> {
    let given = std::env::var_os("COUNTERSIGN_TOOLS_BIN").map(PathBuf::from);
    let default = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/countersign/tools/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = given.into_iter().chain(default).chain(std::env::split_paths(&path));
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("COUNTERSIGN_FULL").is_none_or(|full| full != "1"), "a full run needs `{name}`");
        eprintln!("SKIPPED: `{name}` is not installed, so nothing was compared with it");
    }
    let mut command = Command::new(found?);
    // No key and no configuration of whoever runs the tests may help.
    for variable in ["SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_AGE_RECIPIENTS", "SOPS_CONFIG"] {
        command.env_remove(variable);
    }
    command.env("SOPS_DISABLE_VERSION_CHECK", "1").env("HOME", "/nonexistent").env("XDG_CONFIG_HOME", "/nonexistent");
    Some(command)
}
